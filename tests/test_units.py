"""Notes of responsibility and their units; who acts in a sentence."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.words import Role
from tracker.sources.units import actor, notes

_SHORT = {Role.LEAD: "L", Role.JOINT: "J", Role.SUPPORT: "S"}

NOTES = [
    ("（财政部负责）", "L财政部"),
    ("（财政部牵头，教育部、科技部参与）", "L财政部 S教育部 S科技部"),
    ("（财政部、教育部牵头，科技部、商务部等部门配合）", "L财政部 L教育部 S科技部 S商务部"),
    ("（财政部、教育部按职责分工负责）", "J财政部 J教育部"),
    ("（财政部、教育部、科技部等按职责分工负责）", "J财政部 J教育部 J科技部"),
    ("（财政部、教育部等有关部门和单位分别负责）", "J财政部 J教育部"),
    ("（财政部、教育部负责）", "J财政部 J教育部"),
    ("（财政部会同教育部、科技部负责）", "L财政部 S教育部 S科技部"),
    ("（财政部牵头会同教育部等部门落实）", "L财政部 S教育部"),
    ("（财政部牵头，会同教育部、科技部等部门推进）", "L财政部 S教育部 S科技部"),
    ("（财政部牵头，教育部、科技部按职责分工负责）", "L财政部 J教育部 J科技部"),
    ("（商务部指导，试点县政府负责落实）", "S商务部 L试点县政府"),
    ("（商务部指导，试点县政府负责落实。以下均需试点县政府落实，不再列出）", "S商务部 L试点县政府"),
    ("（商务部、教育部指导）", "S商务部 S教育部"),
    ("(商务部指导)", "S商务部"),
    ("（由财政部负责）", "L财政部"),
    ("（各省级人民政府负责）", "L各省级人民政府"),
    ("（各有关部门按职责分工负责）", "J各有关部门"),
    ("（地方各级人民政府、有关部门负责）", "J地方各级人民政府 J有关部门"),
    ("（各级党委和政府负责）", "L各级党委和政府"),
    ("（各地区、各有关部门和单位负责）", "J各地区 J各有关部门和单位"),
    ("（责任单位：省财政厅、省教育厅、省科技厅）", "L省财政厅 J省教育厅 J省科技厅"),
    ("（牵头单位：省财政厅；配合单位：省教育厅、省科技厅）", "L省财政厅 S省教育厅 S省科技厅"),
    ("（责任单位：省财政厅牵头，省教育厅配合）", "L省财政厅 S省教育厅"),
    ("（责任单位：省财政厅，完成时限：2025年底）", "L省财政厅"),
    (
        "（责任单位：省经信厅、省科技厅〔首位为牵头单位，下同〕，以下均需相关市、县（市、区）政府推进）",
        "L省经信厅 J省科技厅",
    ),
    ("（牵头单位：省财政厅，责任单位：省教育厅、省科技厅）", "L省财政厅 J省教育厅 J省科技厅"),
    ("（主办：省财政厅；协办：省教育厅）", "L省财政厅 S省教育厅"),
    ("【责任单位：省委办公室】", "L省委办公室"),
    ("（省财政厅（省税务局）负总责）", "L省财政厅"),
    ("（各市、县（市、区）政府负责）", "L各市、县（市、区）政府"),
    ("（各省、自治区、直辖市人民政府负责）", "L各省、自治区、直辖市人民政府"),
    ("（各省（区、市）和新疆生产建设兵团负责）", "J各省（区、市） J新疆生产建设兵团"),
    ("（工业和信息化部和财政部负责）", "J工业和信息化部 J财政部"),
    (
        "（科技部、工业和信息化部以及文化和旅游部牵头）",
        "L科技部 L工业和信息化部 L文化和旅游部",
    ),
    (
        "（住房和城乡建设部、人力资源和社会保障部、国家林草局与退役军人事务部负责）",
        "J住房和城乡建设部 J人力资源和社会保障部 J国家林草局 J退役军人事务部",
    ),
    (
        "（人民银行、人行乙省分行、国家税务总局乙省税务局配合）",
        "S人民银行 S人行乙省分行 S国家税务总局乙省税务局",
    ),
    ("（省委组织部、团省委牵头，省妇联、省科协配合）", "L省委组织部 L团省委 S省妇联 S省科协"),
    ("（财政部负责，2025年底前完成）", "L财政部"),
    ("（财政部负责，持续推进）", "L财政部"),
    ("（省财政厅 省教育厅负责）", "J省财政厅 J省教育厅"),
    ("（责任单\n位：省发展改\n革委、省教育厅）", "L省发展改革委 J省教育厅"),
    ("省财政厅牵头，省教育厅配合", "L省财政厅 S省教育厅"),
    ("责任单位：省财政厅、省教育厅", "L省财政厅 J省教育厅"),
    ("牵头单位：省财政厅 配合单位：省教育厅 完成时限：2025年底", "L省财政厅 S省教育厅"),
    ("修路。\n责任部门：省交通运输厅，\n省财政厅\n架桥。", "L省交通运输厅 J省财政厅"),
    ("修路\t责任单位：市交通局\t2025年", "L市交通局"),
    ("修路（甲市交通局负责），架桥（乙县水利局负责）。", "L甲市交通局 | L乙县水利局"),
    ("修路。（市交通局负责）架桥。（市水利局、市财政局负责）", "L市交通局 | J市水利局 J市财政局"),
    ("修路（市交通局负责）。", "L市交通局"),
    ("修路（见附图。（市交通局负责）1）架桥。（市水利局负责）", "L市交通局 | L市水利局"),
]

UNSAID = [
    ("修路。（交通厅）", "L交通厅"),
    ("修路。(交通厅)", "L交通厅"),
    ("修路。 （交通厅）\n2.修桥。", "L交通厅"),
    ("修路。\n（交通厅）\n", "L交通厅"),
    ("修路（交通厅）。\n", "L交通厅"),
    ("修路（交通厅）；\n修桥（水利厅）", "L交通厅 | L水利厅"),
    ("修路。（交通厅、财政厅、水利厅）", "L交通厅 J财政厅 J水利厅"),
    ("修路。（交通厅和财政厅）", "L交通厅 J财政厅"),
    ("修路。（交通厅等部门）", "L交通厅"),
    ("修路。（交通厅、各市）", "L交通厅 J各市"),
]

NO_NOTES = [
    "修路（交通厅）和修桥。",
    "修路（交通厅）；修桥。",
    "（交通厅）修路。",
    "报县政府（街道办事处）。",
    "交通厅（公路处）",
    "修路。（甲省、乙省）",
    "修路。（新华社）",
    "修路。（共三家企业）",
    "修路。（交通厅等部门印发）",
    "修路。（交通厅办公楼内）",
    "县（市、区）。",
    "（交通厅）",
    "管理办法\n（2024年1月15日发布自2024年3月1日起施行）",
    "（以下简称负责单位）",
    "县（市、区）",
    "（PPP）",
    "（共130项）",
    "（含财政部负责管理的资金）",
    "（试行）",
    "（一）落实责任。",
    "（持续推进）",
    "（长期坚持，各负其责）",
    "（政府牵头、部门配合）",
    "校外证书（校内的由教育局负责管理），另行规定",
    "（财政部牵头",
    "财政部牵头）",
    "（落实到社会和干部）",
    "各部门要加强协作，形成合力，共同推进，抓好落实",
]


def _told(text: str) -> str:
    return " | ".join(
        " ".join(_SHORT[unit.role] + unit.name for unit in note.units) for note in notes(text)
    )


@pytest.mark.parametrize(("text", "told"), NOTES)
def test_a_note_names_units_and_their_roles(text: str, told: str) -> None:
    assert _told(text) == told


@pytest.mark.parametrize(("text", "told"), UNSAID)
def test_a_bracket_of_names_behind_a_sentence_makes_the_first_one_lead(
    text: str, told: str
) -> None:
    assert _told(text) == told


@pytest.mark.parametrize("text", NO_NOTES)
def test_other_brackets_and_lines_are_no_notes(text: str) -> None:
    assert _told(text) == ""


def test_the_offsets_of_a_note_take_in_its_brackets() -> None:
    text = "修路。（市交通局负责）架桥。"

    (note,) = notes(text)

    assert text[note.start : note.end] == "（市交通局负责）"
    assert text[note.units[0].start : note.units[0].end] == "市交通局"


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("中央有关部门要按照职责支持。", "中央有关部门"),
        ("试点市政府应当编制方案。", "试点市政府"),
        ("各省（区、市）要制定计划。", "各省（区、市）"),
        ("商务部会同有关部门组织评审。", "商务部"),
        ("县财政局负责审核。", "县财政局"),
        ("2025年底前，各市政府要出台细则。", "各市政府"),
        ("名单由省级有关部门推荐。", "省级有关部门"),
        ("方案经商务部会同有关部门审定。", "商务部"),
        ("甲省、乙省等东部三省要加强协作。", "甲省、乙省等东部三省"),
        ("中央财政继续加大投入。", "中央财政"),
        ("各级党委和政府要落实责任。", "各级党委和政府"),
        ("各地区、各部门要抓紧办理。", "各地区、各部门"),
        ("甲市大力推进改革。", "甲市"),
    ],
)
def test_whoever_acts_is_found_by_grammar(sentence: str, name: str) -> None:
    found = actor(sentence)

    assert found is not None
    assert found[0] == name == sentence[found[1] : found[2]]


@pytest.mark.parametrize(
    "sentence",
    [
        "鼓励地方政府统筹资金。",
        "支持甲市建立园区。",
        "加快建设产业园。",
        "重要规划要报批。",
        "积极引导社会组织开展服务。",
        "",
    ],
)
def test_a_sentence_that_begins_with_its_verb_has_no_actor(sentence: str) -> None:
    assert actor(sentence) is None


_WORDS = st.sampled_from(
    ("（", "）", "(", ")", "〔", "〕", "【", "财政部", "工业和信息化部", "和", "、", "，", "。", "；", "牵头",
     "负责", "参与", "会同", "责任单位：", "牵头单位：", "市、县（市、区）政府", "等部门", "按职责分工", " ",
     "\n", "\t", "以下", "由", "要", "各级党委", "政府", "完成时限：")
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60) | st.lists(_WORDS, max_size=24).map("".join))
def test_any_text_is_read_and_offsets_agree(text: str) -> None:
    found = notes(text)

    assert all(one.end <= other.start for one, other in pairwise(found))
    for note in found:
        assert note.units
        for unit in note.units:
            assert note.start <= unit.start < unit.end <= note.end
            assert "".join(text[unit.start : unit.end].split()) == unit.name
    who = actor(text)
    assert who is None or "".join(text[who[1] : who[2]].split()) == who[0]


@pytest.mark.parametrize(
    "piece",
    [
        "（",
        "（）",
        "）",
        "（一）",
        "（（a）",
        "〔",
        "和",
        "责任单位：",
        "负责\n",
        "修路（财政部负责）。",
        "修路。（财政部）",
    ],
)
def test_long_texts_take_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    assert len(notes(text)) <= len(text)
