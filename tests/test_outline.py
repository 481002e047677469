"""What stands where in a text: heading, sections, items, points, tables; and how it is numbered."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mending import mended
from tracker.sources import accounting, document, units
from tracker.sources.document import Document
from tracker.sources.files import Original
from tracker.sources.heading import heading
from tracker.sources.outline import outline


def _read(text: str, form: str = "txt") -> Document:
    return document.read(Original(form, text, ()))


def _items(text: str) -> list[tuple[int | None, str, str]]:
    return [(item.section, item.label, item.title) for item in _read(text).items]


def _problems(text: str) -> list[str]:
    return [str(problem) for problem in _read(text).problems]


def _kinds(text: str) -> list[tuple[str, str]]:
    spans = outline(text, {note.start: note.end for note in units.notes(text)}).spans
    return [(span.kind, text[span.start : span.end]) for span in spans if span.kind != "layout"]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (
            "一、道路\n（一）修路。路要平。\n（二）修桥。桥要稳。\n二、保障\n（三）出资。钱要够。",
            [(1, "（一）", "修路"), (1, "（二）", "修桥"), (2, "（三）", "出资")],
        ),
        (
            "一、道路\n（一）修路。路要平。\n二、保障\n（一）出资。钱要够。",
            [(1, "（一）", "修路"), (2, "（一）", "出资")],
        ),
        (
            "一、修路。路要平。\n二、修桥。桥要稳。",
            [(None, "一、", "修路"), (None, "二、", "修桥")],
        ),
        (
            "一、道路\n1.修路。路要平。\n2.修桥。桥要稳。\n二、保障\n3.出资。钱要够。",
            [(1, "1.", "修路"), (1, "2.", "修桥"), (2, "3.", "出资")],
        ),
        (
            "一、道路\n1．修路。路要平。\n二、保障\n1、出资。钱要够。",
            [(1, "1．", "修路"), (2, "1、", "出资")],
        ),
        (
            "第一章 总则\n第一条 为了修路，制定本办法。\n第二章 附则\n第二条 本办法自今日起施行。",
            [(1, "第一条", ""), (2, "第二条", "")],
        ),
        (
            "一、道路\n一是修路。路要平。\n二是修桥。桥要稳。\n二、保障\n一是出资。钱要够。",
            [(1, "一是", "修路"), (1, "二是", "修桥"), (2, "一是", "出资")],
        ),
        (
            "会议要求：一是修路；二是修桥；三是出资。",
            [(None, "一是", "修路"), (None, "二是", "修桥"), (None, "三是", "出资")],
        ),
        (
            "1.修路\n2.修桥。（交通厅）\n3.出资（财政厅）",
            [(None, "1.", "修路"), (None, "2.", "修桥"), (None, "3.", "出资")],
        ),
    ],
)
def test_the_items_of_every_way_of_numbering(
    text: str, items: list[tuple[int | None, str, str]]
) -> None:
    assert _items(text) == items


def test_an_item_of_one_long_sentence_has_no_title() -> None:
    long = "把沿河两岸各村的旧桥逐座登记、逐座检测、逐座加固，并把每一座桥的养护责任落实到人、公示到村、考核到年，不留一处死角，不漏一座危桥"

    assert _items(f"（一）{long}。\n（二）{long}。") == [(None, "（一）", ""), (None, "（二）", "")]


def test_sections_have_number_label_and_title() -> None:
    found = _read("一、道路建设\n（一）修路。路要平。\n二、资金保障。\n（二）出资。钱要够。")

    assert [(s.number, s.label, s.title) for s in found.sections] == [
        (1, "一、", "道路建设"),
        (2, "二、", "资金保障"),
    ]


def test_points_stay_inside_their_item_and_name_their_sentences() -> None:
    (item,) = _read("一、道路\n（一）修路\n1.路要平。\n2.路要宽。灯要亮。").items

    assert [(s.text, s.point) for s in item.sentences] == [
        ("1.路要平。", "1."),
        ("2.路要宽。", "2."),
        ("灯要亮。", "2."),
    ]


def test_an_item_goes_on_in_its_next_paragraphs() -> None:
    item, _ = _read("一、道路\n（一）修路\n路要平。\n路要宽。\n（二）修桥\n桥要稳。").items

    assert [sentence.text for sentence in item.sentences] == ["路要平。", "路要宽。"]


def test_a_note_of_responsibility_belongs_to_the_sentence_before_it() -> None:
    (item,) = _read("一、道路\n（一）修路。路要平。（交通厅牵头）").items

    assert [sentence.text for sentence in item.sentences] == ["路要平。（交通厅牵头）"]
    assert [unit.name for unit in item.sentences[0].units] == ["交通厅"]


def test_a_clause_left_open_goes_on_in_the_next_paragraph() -> None:
    (item,) = _read("一、道路\n（一）修路。路要做到：\n又平又宽。").items

    assert [sentence.text for sentence in item.sentences] == ["路要做到：又平又宽。"]


def test_what_every_part_of_a_text_is() -> None:
    text = (
        "关于修路的意见\n甲县各村：\n一、道路。路是村的根。\n（一）修路。路要平。\n1.先登记。\n"
        "甲县政府\n2024年5月6日\n（此件公开发布）"
    )

    assert _kinds(text) == [
        ("preamble", "关于修路的意见"),
        ("preamble", "甲县各村："),
        ("heading", "一、道路。"),
        ("preamble", "路是村的根。"),
        ("label", "（一）"),
        ("title", "修路。"),
        ("sentence", "路要平。"),
        ("sentence", "1.先登记。"),
        ("closing", "甲县政府"),
        ("closing", "2024年5月6日"),
        ("closing", "（此件公开发布）"),
    ]


@pytest.mark.parametrize(
    "closing",
    [
        "本意见自2024年5月1日起施行。",
        "特此通知。",
        "同志们，路就在脚下。",
        "附件：1.桥梁名册",
        "各地要加强领导，按时报送。",
        "抄送：县委办公室。",
    ],
)
def test_closing_words_belong_to_no_item(closing: str) -> None:
    text = f"一、道路\n（一）修路。路要平。\n（二）修桥。桥要稳。\n{closing}\n"

    assert [sentence.text for sentence in _read(text).items[-1].sentences] == ["桥要稳。"]
    assert ("closing", closing) in _kinds(text)


def test_a_notice_and_what_it_issues_are_numbered_apart() -> None:
    text = "关于印发方案的通知\n甲县各村：\n一、照办。\n二、报送。\n2024年5月6日\n修路方案\n一、道路\n（一）修路。路要平。"

    found = _read(text)

    assert [(item.section, item.label) for item in found.items] == [
        (None, "一、"),
        (None, "二、"),
        (1, "（一）"),
    ]


def test_the_rows_of_a_table_are_items_with_cells() -> None:
    text = "附件\n序号\t工作任务\t牵头单位\t完成时限\n1\t修建甲桥\t交通厅\t2027年底前\n2\t加固乙桥\t\t2026年\n"

    first, second = _read(text).items

    assert (first.number, first.title) == (1, "修建甲桥")
    assert {cell.column: cell.text for cell in first.cells} == {
        "序号": "1",
        "工作任务": "修建甲桥",
        "牵头单位": "交通厅",
        "完成时限": "2027年底前",
    }
    assert [unit.name for unit in first.sentences[0].units] == ["交通厅"]
    assert [due.year for due in first.sentences[0].dues] == [2027]
    assert [cell.text for cell in second.cells] == ["2", "加固乙桥", "", "2026年"]
    assert second.sentences[0].units == ()


def test_cells_are_read_without_the_blanks_around_them() -> None:
    text = "| 序号 | 任务 |\n| --- | --- |\n| 1 | 修桥 |\n| 2 | 修路 |\n"

    first, _ = _read(text, "md").items

    assert [cell.text for cell in first.cells] == ["1", "修桥"]
    assert [text[cell.start : cell.end] for cell in first.cells] == ["1", "修桥"]


def test_columns_of_the_same_name_and_of_none_are_told_apart_by_their_number() -> None:
    text = "序号\t任务\t备注\t备注\t\t单位\n1\t修桥\t甲\t乙\t丙\t交通厅\n"

    (row,) = _read(text).items

    assert [cell.column for cell in row.cells] == ["序号", "任务", "备注", "备注4", "5", "单位"]
    assert [cell.text for cell in row.cells] == ["1", "修桥", "甲", "乙", "丙", "交通厅"]


def test_a_part_between_chapters_and_items_is_a_heading_more() -> None:
    text = "第一章 总则\n第一节 目的\n第一条 为了修路。\n第二节 范围\n第二条 适用本省。\n第二章 附则\n第三条 另定。"

    assert _items(text) == [(1, "第一条", ""), (1, "第二条", ""), (2, "第三条", "")]
    assert ("heading", "第二节 范围") in _kinds(text)


def test_a_text_without_line_breaks_is_cut_at_the_labels_that_count_on() -> None:
    speech = "今年雨水很多,各村都要防汛。"
    text = (
        f"第一篇{speech * 3}第二篇{speech * 3}第四篇齐心防汛(一)清理河道。{speech}"
        f"(二)加固堤防。{speech}(三)转移群众。{speech}见(五)款。"
    )

    found = _read(text)

    assert [(s.number, s.title) for s in found.sections] == [(1, ""), (2, ""), (4, "齐心防汛")]
    assert _items(text) == [
        (4, "（一）", "清理河道"),
        (4, "（二）", "加固堤防"),
        (4, "（三）", "转移群众"),
    ]
    assert any("第四篇: number 三 (3) is missing" in problem for problem in _problems(text))


def test_the_header_of_a_table_may_have_two_rows() -> None:
    text = "序号\t任务\t单位\t\t时限\n\t\t牵头单位\t配合单位\t\n1\t修路\t省交通厅\t省财政厅\t2025年6月底"

    (item,) = _read(text).items

    assert [cell.column for cell in item.cells] == ["序号", "任务", "牵头单位", "配合单位", "时限"]
    assert [(unit.name, unit.role) for unit in item.sentences[0].units] == [
        ("省交通厅", "lead"),
        ("省财政厅", "support"),
    ]
    assert [(due.year, due.month) for due in item.sentences[0].dues] == [(2025, 6)]


@pytest.mark.parametrize("gap", [" ", "    ", "　"])
def test_a_table_set_with_blanks_is_read_as_one(gap: str) -> None:
    rows = [
        ("序号", "工作任务", "牵头单位", "完成时限"),
        ("1", "清理河道", "省水利厅", "2025年6月底前"),
        ("2", "加固堤防", "省建设厅", "2026年底前"),
    ]
    text = "\n".join(gap.join(row) for row in rows)

    found = _read(text)

    assert [[c.text for c in item.cells] for item in found.items] == [list(r) for r in rows[1:]]
    assert [item.sentences[0].units[0].name for item in found.items] == ["省水利厅", "省建设厅"]
    assert {repair.kind for repair in found.repairs} == {"column"}


def test_a_list_below_a_line_that_begins_with_number_is_no_table() -> None:
    text = "序号 由各县自定\n1 清理河道并且逐段登记 每月公布\n"

    assert _read(text).items == ()


def test_a_row_without_a_number_goes_on_in_the_item_above_it() -> None:
    text = "序号\t任务\t牵头单位\n1\t修路\t省交通厅\n\t架桥\t省水利厅\n2\t植树\t省林业局"

    items = _read(text).items

    assert [[s.text for s in item.sentences] for item in items] == [["修路", "架桥"], ["植树"]]
    assert [unit.name for unit in items[0].sentences[1].units] == ["省水利厅"]


def test_the_names_of_annexes_are_no_items() -> None:
    text = "（一）修路。甲县修路。\n（二）架桥。乙县架桥。\n附件：1.甲表\n2.乙表\n某省人民政府\n2024年3月1日"

    assert [label for _section, label, _title in _items(text)] == ["（一）", "（二）"]


def test_a_line_end_inside_a_sentence_is_among_the_repairs() -> None:
    text = "第一条 应当具备下列条件：\n（一）有场地；\n（二）有人员。\n第二条 另定。"

    found = _read(text)

    assert [s.text for s in found.items[0].sentences] == [
        "应当具备下列条件：（一）有场地；（二）有人员。"
    ]
    assert [repair.kind for repair in found.repairs if repair.before == "\n"] == ["line_break"] * 2


def test_three_clauses_of_a_long_speech_are_no_outline_of_it() -> None:
    text = "路是村的根，桥是村的门。" * 100 + "一是修路；二是修桥。"

    assert _items(text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("（一）路。\n（三）桥。", "line 2: （三）: number 二 (2) is missing before it"),
        ("1.路。\n5.桥。", "line 2: 5.: numbers 2 to 4 are missing before it"),
        ("（二）路。\n（三）桥。", "line 1: （二）: number 一 (1) is missing before it"),
        ("（一）路。\n（一）桥。", "line 2: （一）: items are numbered from one again here"),
        ("1.路。\n2.桥。\n2.灯。", "line 3: 2. stands here twice"),
        ("1.路。\n2.桥。\n3.灯。\n2.树。", "line 4: 2. is out of order: 2 comes after 3"),
        (
            "一、甲\n（一）路。\n三、乙\n（二）桥。",
            "line 3: 三、: number 二 (2) is missing before it",
        ),
        (
            "一、甲\n（一）路。\n一、乙\n（二）桥。",
            "line 3: sections are numbered from one again here",
        ),
        ("一、甲\n二、乙\n（一）桥。", "line 1: section 一、 甲 has no numbered item"),
        ("修路。", "line 1: nothing is numbered here: no items, the whole text is preamble"),
    ],
)
def test_a_fault_in_the_numbers_is_reported_with_its_line(text: str, problem: str) -> None:
    assert _problems(text) == [problem]


@pytest.mark.parametrize(
    "text",
    [
        "一、甲\n（一）路。\n（二）桥。\n二、乙\n（三）灯。",
        "一、甲\n（一）路。\n（二）桥。\n二、乙\n（一）灯。",
        "序号\t任务\n1\t修路\n2\t修桥\n序号\t任务\n1\t种树",
    ],
)
def test_numbers_that_run_on_or_begin_again_in_each_section_are_right(text: str) -> None:
    assert _problems(text) == []


def test_very_many_faults_of_one_kind_are_summed_up() -> None:
    found = _problems("一、路。\n" + "二、桥。\n" * 61)

    assert len(found) == 41
    assert found[-1] == "line 43: 二、 stands here twice; and 19 more of this kind"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["关于修路的通知"], "关于修路的通知"),
        (["甲县人民政府关于修路", "架桥的通知", "甲县各村："], "甲县人民政府关于修路架桥的通知"),
        (["甲政发〔2024〕5号", "关于修路的意见（试行）"], "关于修路的意见（试行）"),
        (["（2024年5月6日）", "在修路会议上的讲话"], "在修路会议上的讲话"),
        (["县里召开修路会", "会议认为，路要修好。"], "县里召开修路会"),
        (["附件1", "修路任务清单"], "修路任务清单"),
        (["路要修好。"], ""),
        ([], ""),
    ],
)
def test_the_title_is_what_ends_as_titles_do(lines: list[str], title: str) -> None:
    assert heading(lines, lines).title == title


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("甲政发〔2024〕5号", "甲政发〔2024〕5号"),
        ("甲政办发 〔2024〕 15 号", "甲政办发〔2024〕15号"),
        ("甲政发[2024]5号", "甲政发[2024]5号"),
        ("（甲政发〔2024〕5号）", "甲政发〔2024〕5号"),
        ("文号：甲政发〔2024〕5号", "甲政发〔2024〕5号"),
        ("甲县人民政府令第3号", "甲县人民政府令第3号"),
        ("第3号", "第3号"),
        ("Jia Zheng Fa [2024] No. 5", "Jia Zheng Fa [2024] No. 5"),
        ("按照甲政发〔2024〕5号文件要求", None),
        ("3号", None),
    ],
)
def test_the_number_of_a_document_stands_alone_on_its_line(line: str, number: str | None) -> None:
    assert heading(["关于修路的通知", line], []).number == number


@pytest.mark.parametrize(
    ("lines", "issued"),
    [
        (["（2024年5月6日）"], date(2024, 5, 6)),
        (["2024年5月6日"], date(2024, 5, 6)),
        (["2024 年 5 月 6 日"], date(2024, 5, 6)),
        (["二〇二四年五月六日"], date(2024, 5, 6)),
        (["二○二四年十二月三十一日"], date(2024, 12, 31)),
        (["一九九八年十月二十日"], date(1998, 10, 20)),
        (["发布日期：2024-05-06"], date(2024, 5, 6)),
        (["2024年5月6日甲县政府发布）"], date(2024, 5, 6)),
        (["2024年5月6日", "（2024年5月1日）"], date(2024, 5, 1)),
        (["2024-05-09", "2024年5月6日"], date(2024, 5, 6)),
        (["2024年2月30日"], None),
        (["2024年13月1日"], None),
        (["2024年5月6日，各村的路都要修好。"], None),
        (["修路"], None),
    ],
)
def test_the_date_of_issue_stands_alone(lines: list[str], issued: date | None) -> None:
    assert heading([], lines).issued == issued


def test_names_in_a_printed_title_keep_the_blank_between_them() -> None:
    assert _read("甲县县委 甲县政府关于修路的意见\n\n一、修路。").heading.title == (
        "甲县县委 甲县政府关于修路的意见"
    )


def test_a_title_set_with_a_blank_behind_every_character_has_none() -> None:
    assert _read("关 于 修 路 的 意 见\n\n一、修路。").heading.title == "关于修路的意见"


_SIGNS = st.sampled_from(
    "一二三十是、（）()第条章附件19.①。，；：！“”《》桥路aＡ２#|*- \t　\n\r\f\u200b\ufeff\ufffd年月日"
)
_PIECES = st.sampled_from(
    ["一、", "二、", "（一）", "(二)", "1.", "2、", "第一章 ", "第一条 ", "一是", "；二是", "①", "（1）", "附件", "附件：",
     "\n", "\n\n", "\r\n", "\f", "　　", "修桥。", "修 路，", "到2027年，", "湖北省", "在湖北、湖南", "（交通厅牵头）", "（交通厅）",
     "责任单位：交通厅", "序号\t任务\t单位", "1\t修桥\t交通厅", "\t", "- 3 -\n", "特此通知。", "2024年1月2日", "甲发〔2024〕5号",
     "关于修桥的通知", "# ", "**", "|", "把沿河两岸的旧桥逐座登记并且说明哪一年修建哪一年加固", "（此件公开发布）", "抄送：", "（", "“"]
)  # fmt: skip
_TEXTS = st.text(_SIGNS, max_size=80) | st.lists(_PIECES, max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=_TEXTS)
def test_the_spans_of_any_text_follow_each_other_from_its_start_to_its_end(text: str) -> None:
    found = outline(text, {note.start: note.end for note in units.notes(text)})

    places = [0, *(at for span in found.spans for at in (span.start, span.end)), len(text)]
    assert all(left == right for left, right in list(pairwise(places))[::2])
    assert all(span.start < span.end for span in found.spans)


@settings(max_examples=300, deadline=None)
@given(text=_TEXTS | st.text(max_size=40), form=st.sampled_from(["txt", "md"]))
def test_any_text_is_read_and_every_character_accounted_for(text: str, form: str) -> None:
    found = _read(text, form)

    places = [0, *(at for one in found.accounted for at in (one.start, one.end)), len(text)]
    assert all(left == right for left, right in list(pairwise(places))[::2])
    assert all(one.start < one.end for one in found.accounted)
    assert accounting.characters(found.accounted) == len(text)


@settings(max_examples=300, deadline=None)
@given(text=_TEXTS, form=st.sampled_from(["txt", "md"]))
def test_every_sentence_is_its_place_in_the_original_mended(text: str, form: str) -> None:
    found = _read(text, form)

    at = 0
    for item in found.items:
        for sentence in item.sentences:
            assert at <= sentence.start < sentence.end <= len(text)
            there = mended(text, found.repairs, sentence.start, sentence.end)
            assert "".join(there.split()) == "".join(sentence.text.split())
            at = sentence.end


@pytest.mark.parametrize(
    "piece",
    ["（", "）", "《", "“", "一、", "（一）", "一是", "。一是修路", "一、\n", "（一）\n", "1.修路。（财政厅负责）\n", "1\t修路\n", "桥",
     "桥 ", "城城市", "\n", "\f", "\t", "- 3 -\n", "4\n", "，\n", "关于修桥的通知\n", "2024年1月2日\n", "附件\n", "\u200b"],
)  # fmt: skip
def test_long_texts_take_linear_time(piece: str) -> None:
    # So many characters in one line, or so many lines.
    text = piece * (10_000 if "\n" in piece else 200_000 // len(piece))

    found = _read(text)

    assert accounting.characters(found.accounted) == len(text)


def test_behind_the_cell_of_a_row_no_sentence_goes_on() -> None:
    text = "序号\t任务\t牵头单位\n1\t建设铁路，\t省发改委\n\t修桥\t\n二、附则"

    found = _read(text)

    for item in found.items:
        for said in item.sentences:
            assert text[said.start : said.end] == said.text


@pytest.mark.parametrize(
    "text",
    [
        "中" + " " * 50_000 + "x\n（一）修路。修好。\n（二）架桥。架好。",
        "（一）修路\n" + "沿河清理；\n" * 20_000,
        "序号\t" + "任务\t" * 20_000 + "\n1\t修路",
    ],
    ids=["blanks", "open sentence", "columns"],
)
def test_what_goes_on_and_on_takes_no_longer_than_its_length(text: str) -> None:
    found = _read(text)

    assert accounting.characters(found.accounted) == len(text)
