"""What is mended in a source text, what is left as it stands, and the record of it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mending import mended
from tracker.sources import oddities
from tracker.sources.repair import Repaired, repair

# Lines of one width, as a page breaks them.
FULL = "沿河两岸的村庄要把旧桥逐座登记并且说明哪一年修建哪一年加固"
WRAPPED = f"　　{FULL}，由谁管护\n{FULL}，由谁出资\n{FULL}，由谁验收\n并且公布。\n"


def _kinds(found: Repaired) -> list[tuple[str, str, str]]:
    return [(change.kind, change.before, change.after) for change in found.repairs]


def _places(found: Repaired, kind: str) -> list[int]:
    return [change.start for change in found.repairs if change.kind == kind]


@pytest.mark.parametrize(
    ("original", "text", "repairs"),
    [
        ("修建甲村、\n乙村的桥。", "修建甲村、乙村的桥。", [("line_break", "\n", "")]),
        ("修建甲村、\r\n乙村的桥。", "修建甲村、乙村的桥。", [("line_break", "\r\n", "")]),
        ("修建甲村、\n 乙村的桥。", "修建甲村、乙村的桥。", [("line_break", "\n ", "")]),
        ("修建甲村、\n\n\n乙村的桥。", "修建甲村、乙村的桥。", [("blank_line", "\n\n\n", "")]),
        ("修建甲村、\r\n\r\n乙村的桥。", "修建甲村、乙村的桥。", [("blank_line", "\r\n\r\n", "")]),
        ("修建甲村、\n\f乙村的桥。", "修建甲村、乙村的桥。", [("page_break", "\n\f", "")]),
        ("采用（Open\nAccess）方式。", "采用（Open Access）方式。", [("line_break", "\n", " ")]),
        ("到２０２７年。", "到2027年。", [("full_width", "２０２７", "2027")]),
        (
            "推广Ａ级和ｂ级。",
            "推广A级和b级。",
            [("full_width", "Ａ", "A"), ("full_width", "ｂ", "b")],
        ),
        ("(一)修桥。", "（一）修桥。", [("bracket", "(", "（"), ("bracket", ")", "）")]),
        (
            "修\u200b桥\ufeff。",
            "修桥。",
            [("zero_width", "\u200b", ""), ("zero_width", "\ufeff", "")],
        ),
        ("修 桥。", "修桥。", [("space", " ", "")]),
        ("到 2027 年", "到2027年", [("space", " ", ""), ("space", " ", "")]),
        ("修　桥\xa0路。", "修桥路。", [("space", "　", ""), ("space", "\xa0", "")]),
    ],
)
def test_each_repair_is_listed_by_kind_with_what_stood_there(
    original: str, text: str, repairs: list[tuple[str, str, str]]
) -> None:
    found = repair(original)

    assert found.text == text
    assert _kinds(found) == repairs


def test_a_repair_knows_its_place_in_the_original() -> None:
    original = "修建甲村、\n乙 村到２０２７年的(老)桥。"

    found = repair(original)

    assert [(change.start, change.end) for change in found.repairs] == [
        (5, 6),
        (7, 8),
        (10, 14),
        (16, 17),
        (18, 19),
    ]


@pytest.mark.parametrize(
    "number",
    ["- 3 -", "— 3 —", "－３－", "—３—", "·3·", "~ 12 ~", "第3页", "第 3 页", "第3页 共12页",
     "第3页，共12页", "3/12", "3 / 12", "Page 3", "page 3 of 12"],
)  # fmt: skip
def test_a_page_number_in_any_dress_is_dropped(number: str) -> None:
    found = repair(f"修建甲村、\n{number}\n乙村的桥。")

    assert found.text == "修建甲村、乙村的桥。"
    assert [kind for kind, *_ in _kinds(found)] == ["line_break", "page_number", "line_break"]
    assert _places(found, "page_number") == [6]


def test_bare_numbers_that_count_up_page_by_page_are_page_numbers() -> None:
    page = "修建甲村的桥。\n" * 12
    original = "".join(f"{page}{number}\n" for number in (7, 8, 9))

    found = repair(original)

    assert [change.before for change in found.repairs] == ["7", "8", "9"]
    assert found.text == "\n".join(["修建甲村的桥。"] * 36)


def test_bare_numbers_beside_form_feeds_are_page_numbers() -> None:
    original = "修建甲桥。\n1\n\f修建乙桥。\n2\n\f修建丙桥。\n3\n\f修建丁桥。"

    found = repair(original)

    assert found.text == "修建甲桥。\n修建乙桥。\n修建丙桥。\n修建丁桥。"
    assert [change.before for change in found.repairs if change.before.isdigit()] == ["1", "2", "3"]


def test_bare_numbers_one_under_the_other_are_those_of_a_table() -> None:
    original = "序号\n1\n2\n3\n4\n合计十项。"

    found = repair(original)

    assert not _places(found, "page_number")
    assert all(number in found.text for number in "1234")


def test_a_line_at_the_edge_of_every_page_is_a_heading_of_the_page() -> None:
    original = "".join(
        f"修建{name}村、\n甲县交通公报 第{n}期\n— {n} —\n旧村的桥。\n"
        for n, name in enumerate("乙丙丁", 1)
    )

    found = repair(original)

    assert found.text == "修建乙村、旧村的桥。\n修建丙村、旧村的桥。\n修建丁村、旧村的桥。"
    assert len(_places(found, "page_heading")) == 3
    assert len(_places(found, "page_number")) == 3


def test_a_title_repeated_once_is_no_page_heading() -> None:
    original = "关于修桥的通知\n甲县各村：\n现印发给你们。\n关于修桥的通知\n一、修桥。"

    found = repair(original)

    assert found.text == original
    assert found.repairs == ()


def test_the_first_of_the_page_headings_stays_when_it_is_the_title() -> None:
    original = "关于修桥的通知\n" + "".join(
        f"修建{name}村、\n关于修桥的通知\n— {n} —\n旧村的桥。\n"
        for n, name in enumerate("乙丙丁", 1)
    )

    found = repair(original)

    assert found.text.startswith("关于修桥的通知\n修建乙村、旧村的桥。")
    assert found.text.count("关于修桥的通知") == 1


def test_marks_that_a_converter_put_where_pages_began_are_dropped() -> None:
    original = "1、修建甲村的桥，由甲\n2、县出资，由乙县\n3、管护，由丙\n4、县验收。\n"

    found = repair(original)

    assert found.text == "修建甲村的桥，由甲县出资，由乙县管护，由丙县验收。"
    assert [b for kind, b, _ in _kinds(found) if kind == "page_mark"] == [
        "1、",
        "2、",
        "3、",
        "4、",
    ]


def test_items_that_count_up_are_no_page_marks() -> None:
    original = "1、修建甲桥。\n2、修建乙桥。\n3、修建丙桥。\n4、修建丁桥。"

    assert repair(original).text == original


def test_markdown_loses_its_signs() -> None:
    original = (
        "# 修桥方案\n\n**（一）登记。** 用 `编号` 登记旧桥。\n\n- 先登记\n* 再加固\n> 后验收\n"
    )

    found = repair(original, markdown=True)

    assert found.text == "修桥方案\n（一）登记。用编号登记旧桥。\n先登记\n再加固\n后验收"
    assert {b for kind, b, _ in _kinds(found) if kind == "markup"} == {
        "# ", "**", "** ", "`", "` ", "- ", "* ", "> ",
    }  # fmt: skip


def test_a_latin_word_keeps_its_blanks_when_the_signs_around_it_go() -> None:
    assert repair("执行 `make` 命令。", markdown=True).text == "执行 make 命令。"


def test_the_cells_of_a_markdown_table_are_parted_by_tabs() -> None:
    original = "| 序号 | 任务 |\n| --- | :---: |\n| 1 | 修桥 |\n"

    found = repair(original, markdown=True)

    assert [[cell.strip() for cell in line.split("\t")] for line in found.text.split("\n")] == [
        ["序号", "任务"],
        ["1", "修桥"],
    ]
    assert ("markup", "| --- | :---: |", "") in _kinds(found)


def test_the_signs_of_markdown_stay_in_plain_text() -> None:
    assert repair("# 修桥\n* 甲 | 乙").text == "# 修桥\n* 甲 | 乙"


@pytest.mark.parametrize(
    "text",
    [
        "推动一二三产业融合。",
        "建设 Open Access 平台。",
        "使用5G 和 AI 技术。",
        "面积1.5 km2。",
        "甲桥\t乙桥",
        "执行GB (2024) 标准。",
        "第一行没有句号\n第二行也没有",
    ],
)
def test_what_is_whole_is_left(text: str) -> None:
    found = repair(text)

    assert found.repairs == ()
    assert found.text == text


def test_doubled_characters_are_reported_and_left() -> None:
    text = "改造城城市道路，，按期通车。"

    found = repair(text)

    assert found.text == text
    assert [at for kind in oddities.faults(text) for at, _ in kind] == [2, 7]


def test_a_foreign_word_inside_chinese_is_reported_and_left() -> None:
    text = "改造旧桥 and 新路。"

    found = repair(text)

    assert found.text == text
    assert [at for kind in oddities.faults(text) for at, _ in kind] == [5]


@pytest.mark.parametrize(
    "text",
    [
        "六省省际道路要打通。",
        "全市市场秩序良好。",
        "人人参与，天天登记。",
        "线路长20km，电压110kv。",
        "详见www.example.cn网站。",
        "引入GDP指标。",
    ],
)
def test_what_only_looks_odd_is_not_reported(text: str) -> None:
    assert [fault for kind in oddities.faults(text) for fault in kind] == []


@pytest.mark.parametrize(
    ("text", "at"), [("修桥（先登记。", 2), ("修桥）先登记（。）", 2), ("甲“乙”丙“丁", 5)]
)
def test_a_bracket_without_its_partner_is_reported_at_its_place(text: str, at: int) -> None:
    assert [place for kind in oddities.faults(text) for place, _ in kind] == [at]


def test_characters_that_cannot_be_read_are_reported() -> None:
    assert [at for kind in oddities.faults("修\ufffd\ue000桥。") for at, _ in kind] == [1]


@pytest.mark.parametrize(
    "start",
    [
        "九、浩吉两线的桥",
        "一、二、三产业的路",
        "1.5万亿元的路网",
        "（市、区）的村道",
        "十三、四个村的渠",
    ],
)
def test_a_broken_line_may_begin_with_what_looks_like_a_label(start: str) -> None:
    original = f"　　一、登记。\n{WRAPPED}　　{FULL}，说明为何修建\n{start}逐段养护。\n"

    found = repair(original)

    assert f"说明为何修建{start}逐段养护。" in found.text


@pytest.mark.parametrize("label", ["二、", "（一）", "1.", "第一条 "])
def test_a_label_behind_a_full_stop_begins_a_paragraph(label: str) -> None:
    original = f"{WRAPPED}{label}{FULL}，由谁管护\n并且公布。\n"

    found = repair(original)

    assert f"\n{label.strip()}{FULL}" in found.text


def test_an_indented_line_begins_a_paragraph_where_paragraphs_are_indented() -> None:
    original = f"{WRAPPED}　　{FULL}，没有句号\n　　另起一段也要登记。\n"

    found = repair(original)

    assert found.text.endswith("没有句号\n另起一段也要登记。")


def test_lines_broken_by_width_are_joined_although_blank_lines_stand_between() -> None:
    lines = [f"{FULL}，由谁{what}" for what in ("管护", "出资", "验收", "评估")]

    found = repair("\n\n".join([*lines[:3], "并且公布。", lines[3], "不得拖延。"]))

    assert found.text == f"{''.join(lines[:3])}并且公布。\n{lines[3]}不得拖延。"
    assert {kind for kind, *_ in _kinds(found)} == {"blank_line"}


def test_a_short_heading_is_not_joined_with_the_text_below() -> None:
    text = "修桥的目标\n到2027年，旧桥全部加固。"

    assert repair(text).text == text


def test_an_open_bracket_joins_what_follows() -> None:
    assert repair("修桥（先登记\n后加固）并公布。").text == "修桥（先登记后加固）并公布。"


def test_white_space_around_paragraphs_is_layout_and_no_repair() -> None:
    original = "\n　　修桥。  \r\n\r\n　　修路。\n\n"

    found = repair(original)

    assert found.text == "修桥。\n修路。"
    assert found.repairs == ()
    assert {change.kind for change in found.changes} == {"layout"}


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\f", "\u200b", "　\r\n"])
def test_an_empty_text_stays_empty(text: str) -> None:
    assert repair(text).text == ""


_SIGNS = st.sampled_from(
    "一二三十是、（）()第条章1239.．①。，；：！？“”《》〔〕【】「」桥路村abAＡｂ２#|*-`_> \t　\xa0\n\r\f\v\u2028\x85\u200b\ufeff\u00ad\ufffd—页/"
)
_PIECES = st.sampled_from(
    ["一、", "（一）", "(二)", "1.", "2、", "3、", "第一条 ", "一是", "附件", "\n", "\n\n", "\r\n", "\f", "　　", "  ",
     FULL, FULL + "\n", "修桥。", "修 路，", "到２０２７年", "- 3 -\n", "4\n", "5\n", "6\n", "公报第3期\n",
     "| 甲 | 乙 |\n", "| --- |\n", "# ", "**", "\u200b", "Open", "2024年1月2日\n", "关于修桥的通知\n"]
)  # fmt: skip
_TEXTS = st.text(_SIGNS, max_size=80) | st.lists(_PIECES, max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(text=_TEXTS | st.text(max_size=40), markdown=st.booleans())
def test_the_changes_applied_to_any_text_give_the_mended_one(text: str, *, markdown: bool) -> None:
    found = repair(text, markdown=markdown)

    assert mended(text, found.changes) == found.text
    assert all(one.end <= other.start for one, other in pairwise(found.changes))
    assert all(change.start < change.end for change in found.changes)


@settings(max_examples=400, deadline=None)
@given(text=_TEXTS, markdown=st.booleans())
def test_every_character_comes_from_an_equal_one_or_from_a_listed_change(
    text: str, *, markdown: bool
) -> None:
    found = repair(text, markdown=markdown)
    changed = {
        change.start + at: after
        for change in found.changes
        for at, after in enumerate(change.after)
    }

    origins = [found.origin(at, at + 1) for at in range(len(found.text))]

    assert all(end == start + 1 for start, end in origins)
    assert [changed.get(start, text[start]) for start, _ in origins] == list(found.text)
    assert origins == sorted(set(origins))


@settings(max_examples=200, deadline=None)
@given(text=_TEXTS)
def test_a_mended_text_holds_no_line_without_text(text: str) -> None:
    lines = repair(text).text.split("\n")

    assert lines == [""] or all(line.strip() for line in lines)


def test_rare_characters_close_together_are_reported_as_perhaps_misread() -> None:
    scanned = "推动高质量坳起。降污耨碳。打造具仃影响力的走蟀。通过发屣实现水平。构建支掾体系。发挥闱绕作用。"

    assert len([m for _, m in _faults(scanned) if "misread" in m]) >= 6
    assert not [m for _, m in _faults(scanned + "沿河修路架桥。" * 2000) if "misread" in m]


def _faults(text: str) -> list[tuple[int, str]]:
    return [fault for kind in oddities.faults(text) for fault in kind]
