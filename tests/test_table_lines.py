"""A table of many rows looks as one of a few does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.words import Status
from tracker.render import Screen, render
from tracker.render.table_lines import LONG, Laid, lines
from tracker.report.model import Column, Share, Table

_PIECES = ["中部", "a ", "rail-way", "https://example.org/a/long/way", "，", "\u3000", "é", "👍", "\xa0"]  # fmt: skip
_texts = st.lists(st.sampled_from(_PIECES), max_size=9).map("".join)


def long_of(short: str) -> str:
    """What the lines of a table are, when its rows come again and again."""
    head, rule, *rows = short.splitlines(keepends=True)
    return head + rule + "".join(rows) * LONG


@given(
    rows=st.lists(st.tuples(_texts, _texts), min_size=1, max_size=3),
    room=st.one_of(st.none(), st.integers(6, 30)),
    right=st.booleans(),
)
def test_many_rows_are_laid_out_as_tabulate_lays_out_a_few(
    rows: list[tuple[str, str]], room: int | None, *, right: bool
) -> None:
    wrapped, other = zip(*rows, strict=True)
    columns = [
        Laid("键", [str(number) for number in range(len(rows))]),
        Laid("Measure", wrapped, room=room),
        Laid("Share", other, right=right),
    ]

    many = [column._replace(texts=list(column.texts) * LONG) for column in columns]

    assert "".join(lines(many)) == long_of("".join(lines(columns)))


@pytest.mark.parametrize("screen", [Screen(), Screen(40, colour=True), Screen(60, glyphs=False)])
def test_a_long_table_has_the_colours_and_columns_of_a_short_one(screen: Screen) -> None:
    columns = (
        Column("key", "Key"),
        Column("status", "Status"),
        Column("text", "Text", flexible=True),
        Column("share", "Share"),
        Column("none", "None", optional=True),
    )
    rows = [
        ("1", Status.DONE, "推进中部地区交通基础设施建设, and so on", Share(1, 3), None),
        ("2", Status.STALLED, "", Share(0, 0), None),
    ]
    short = Table("t", "T", columns, rows)

    assert render(short._replace(rows=rows * LONG), "table", screen) == long_of(
        str(render(short, "table", screen))
    )


def test_a_text_and_the_word_that_it_spells_are_shown_each_as_it_is() -> None:
    rows = [(Status.DONE,), (str(Status.NOT_STARTED.value),), (Status.NOT_STARTED,)]

    made = render(Table("t", "T", (Column("v", "V"),), rows), "table")

    assert str(made).split("\n")[2:5] == ["done", "not_started", "not started"]
