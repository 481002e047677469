"""Target years of a sentence: which years are, and which are not."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.sources.years import dues

SPRING = date(2024, 3, 1)

TARGETS = [
    ("到2025年，产值达到十亿元。", ["2025 到2025年"]),
    ("2025年底前完成改造", ["2025 2025年底前"]),
    ("2025年12月底前完成改造", ["2025-12 2025年12月底前"]),
    ("2026年6月底前，建好甲路", ["2026-06 2026年6月底前"]),
    ("2025年3月31日前报送", ["2025-03 2025年3月31日前"]),
    ("力争到2027年，建成五个园", ["2027 力争到2027年"]),
    ("确保2030年前达到峰值", ["2030 确保2030年前"]),
    ("2025年内完成", ["2025 2025年内"]),
    ("在2025年底前完成", ["2025 在2025年底前"]),
    ("截至2026年，覆盖全部乡镇", ["2026 截至2026年"]),
    ("2025年实现翻番", ["2025 2025年"]),
    ("2025年上半年，各市印发方案", ["2025-06 2025年上半年"]),
    ("2025年第三季度完成", ["2025-09 2025年第三季度"]),
    ("2025年三季度末完成", ["2025-09 2025年三季度末"]),
    ("2024年6—9月完成", ["2024-09 2024年6—9月"]),
    ("二〇二五年底前完成", ["2025 二〇二五年底前"]),
    ("到二零二五年，全面达标", ["2025 到二零二五年"]),
    ("２０２５ 年十二月底前完成", ["2025-12 ２０２５ 年十二月底前"]),
    ("2024—2026年每年新增十个", ["2026 2024—2026年"]),
    ("2024-2026年每年新增十个", ["2026 2024-2026年"]),
    ("从2024年到2026年，分步实现", ["2026 2024年到2026年"]),
    ("到2025年、2030年分别达到两成、三成", ["2025 到2025年", "2030 2030年"]),
    ("2025年和2035年分别建成", ["2025 2025年", "2035 2035年"]),
    ("到2025、2030年", ["2025 到2025", "2030 2030年"]),
    ("2025年、2026年每年修一条路", ["2025 2025年", "2026 2026年"]),
    ("到2025年比2020年下降两成", ["2025 到2025年"]),
    ("由2024年的5%提高到2026年的8%", ["2026 到2026年"]),
    ("完成时限：2025年12月", ["2025-12 2025年12月"]),
    ("到2025年，甲；到2035年，乙。", ["2025 到2025年", "2035 到2035年"]),
    ("2025年6月底前修路，年底前架桥", ["2025-06 2025年6月底前", "2025 年底前"]),
    ("到2025年、2000个村", ["2025 到2025年"]),
]

NO_TARGETS = [
    "按照甲发〔2029〕4号",
    "（甲办发[2028]5号）",
    "落实《乙市规划（2021—2035年）》",
    "印发《〈到2030年的行动〉和《丙》2035年前的打算》",
    "落实乙市规划（2024—2035年），",
    "目录（2025年修订）",
    "采用2025年版",
    "2024年3月5日印发",
    "于2024年5月发布",
    "有效期至2027年12月31日",
    "本办法施行至2027年底",
    "自2024年5月1日起施行",
    "从2024年开始，",
    "自2024年秋季学期起",
    "2024年以来",
    "比2024年下降两成",
    "较2024年翻番",
    "与2024年相比",
    "达到2024年的2倍",
    "按2024年不变价",
    "建设2025个站",
    "电话2025-2030",
    "见第2025—2027页",
    "2025年13月底前",
    "三年内完成",
    "3 年内完成",
    "每年6月底前报送",
    "次年年底前报送",
    "到本世纪中叶",
    "“十四五”期末完成",
    "围绕2035年远景目标",
    "今年是建市三十周年",
    "2025年是收官之年",
    "2024年工作要点",
    "截至2024年已有十家",
    "在12025年前",
    "到1948年，到2100年，",
]


def _found(text: str, issued: date | None = None) -> list[str]:
    return [
        f"{due.year}-{due.month:02} {due.words}" if due.month else f"{due.year} {due.words}"
        for due in dues(text, issued)
    ]


@pytest.mark.parametrize(("text", "found"), TARGETS)
def test_a_target_year_is_found_with_its_words(text: str, found: list[str]) -> None:
    assert _found(text) == found


@pytest.mark.parametrize("text", NO_TARGETS)
@pytest.mark.parametrize("issued", [None, SPRING])
def test_a_year_that_is_no_target_is_left(text: str, issued: date | None) -> None:
    assert _found(text, issued) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("今年底前完成", ["2024 今年底前"]),
        ("今年年底前完成", ["2024 今年年底前"]),
        ("年底前完成", ["2024 年底前"]),
        ("年内完成", ["2024 年内"]),
        ("今年6月底前完成", ["2024-06 今年6月底前"]),
        ("今年上半年完成", ["2024-06 今年上半年"]),
        ("9月底前完成", ["2024-09 9月底前"]),
        ("明年建成", ["2025 明年"]),
    ],
)
def test_relative_words_need_the_date_of_issue(text: str, found: list[str]) -> None:
    assert _found(text, SPRING) == found
    assert _found(text) == []


@pytest.mark.parametrize("text", ["2023年底前完成", "2023年，全市建成十座桥", "2024年2月，建成"])
def test_what_was_over_on_the_day_of_issue_is_no_target(text: str) -> None:
    assert _found(text, SPRING) == []


def test_a_plain_year_from_the_year_of_issue_on_is_a_target() -> None:
    assert _found("2024年，新修甲路", SPRING) == ["2024 2024年"]
    assert _found("2024年，新修甲路") == []


def test_a_place_name_after_the_year_is_not_read_as_within() -> None:
    assert _found("2025年内蒙古参展", SPRING) == ["2025 2025年"]


def test_what_begins_in_a_later_year_is_to_be_reached_by_then() -> None:
    assert _found("2025年起不再受理", SPRING) == ["2025 2025年"]
    assert _found("从2024年起，不再受理", SPRING) == []
    assert _found("本办法自2025年起施行", SPRING) == []


def test_a_meeting_to_be_held_is_a_target_and_a_meeting_of_a_year_its_name() -> None:
    assert _found("2025年召开首次会议", SPRING) == ["2025 2025年"]
    assert _found("2025年工作会议", SPRING) == []


def test_what_is_said_of_things_already_there_is_no_past() -> None:
    assert _found("2025年选取30个已建成项目开展评价", SPRING) == ["2025 2025年"]
    assert _found("2025年30个项目已建成", SPRING) == []
    assert _found("2025年已建成项目30个", SPRING) == []


def test_publishing_is_a_target_when_it_lies_ahead() -> None:
    assert _found("2025年发布指南", SPRING) == ["2025 2025年"]


@pytest.mark.parametrize(
    ("text", "governs"),
    [
        ("到2025年，甲。", [True]),
        ("总体目标：到2025年，甲。", [True]),
        ("——力争到2025年底，甲。", [True]),
        ("到2025年和2030年，甲。", [True, True]),
        ("到2025年，甲；到2030年，乙。", [True, True]),
        ("修路，到2025年，通车。", [False]),
        ("到2025年建成甲路。", [False]),
        ("2025年底前，建成甲路。", [False]),
    ],
)
def test_the_opening_of_a_sentence_governs_its_paragraph(text: str, governs: list[bool]) -> None:
    assert [due.governs for due in dues(text)] == governs


_WORDS = st.sampled_from(
    ("到", "2025年", "2030", "年", "底", "前", "、", "和", "—", "《", "》", "（", "）", "今年", "6月",
     "二〇三〇年", "，", "。", "起", "每", "９", " ", "13月", "第三季度", "建成", "\n")
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(max_size=60) | st.lists(_WORDS, max_size=20).map("".join),
    issued=st.none() | st.dates(date(1949, 1, 1), date(2099, 12, 31)),
)
def test_any_text_is_read_and_offsets_agree(text: str, issued: date | None) -> None:
    found = dues(text, issued)

    assert all(text[due.start : due.end] == due.words for due in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(1949 <= due.year <= 2099 and due.month in (None, *range(1, 13)) for due in found)


@pytest.mark.parametrize(
    "piece", ["《", "2025", "2025、", "年", "到2025年，", "一二", "修路，架桥。", " "]
)
def test_long_texts_take_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    assert len(dues(text)) <= len(text)
