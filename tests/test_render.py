"""Every renderer renders every report, and says the same values."""

import json
from collections.abc import Callable, Iterator
from datetime import date

import pytest

import reports
from conftest import NOW, TODAY
from tracker.cli.options import Form
from tracker.domain.period import Period
from tracker.domain.words import Status
from tracker.render import Screen, render
from tracker.report import (
    audit,
    care,
    coverage,
    details,
    everything,
    listing,
    progress,
    reminders,
)
from tracker.report.model import (
    Bar,
    Column,
    Fact,
    Report,
    Share,
    Table,
    data_value,
    harmless,
    shown_cell,
)
from tracker.store import ledger, log, states
from tracker.store.rows import Filters

TABLE = Table(
    "things",
    "Things",
    (
        Column("name", "Name", flexible=True),
        Column("share", "Share"),
        Column("day", None),
        Column(None, "Bar"),
    ),
    [
        ("中部 rise", Share(1, 3), date(2024, 6, 30), Bar(1, 2)),
        ("b|c", Share(0, 0), None, Bar(0, 0)),
    ],
)


@pytest.fixture(params=["measures", "commitments", "assignments", "progress", "due", "audit", "everything there can be", "measure", "commitment", "log", "coverage", "everything", "info", "check"])  # fmt: skip
def made(request: pytest.FixtureRequest, at: ledger.Place) -> Iterator[Report | Table]:
    of = states.now(TODAY)
    with ledger.reading(at) as db:
        asked = progress.Asked(TODAY, log.known(db, None), Period.read("2024Q2"), annexes=True)
        made: dict[str, Callable[[], Report | Table]] = {
            "measures": lambda: listing.measures(db, of),
            "commitments": lambda: listing.commitments(db, of),
            "assignments": lambda: listing.assignments(db, of),
            "progress": lambda: progress.progress(db, asked),
            "due": lambda: reminders.reminders(
                db, of, Filters(), known_on=NOW, within=90, silent=1
            ),
            "audit": lambda: audit.signs(db, TODAY, NOW, Filters()),
            "everything there can be": reports.everything,
            "measure": lambda: details.shown(db, of, "2021-15"),
            "commitment": lambda: details.shown(db, of, "2021-15.5"),
            "log": lambda: details.entries(db),
            "coverage": lambda: coverage.covered(db, None),
            "everything": lambda: everything.everything(db, of),
            "info": lambda: care.info(db, at, None),
            "check": lambda: care.check(db, None),
        }
        yield made[request.param]()


@pytest.mark.parametrize("form", Form)
def test_every_renderer_renders_every_report(made: Report | Table, form: str) -> None:
    text = render(made, form)

    assert text == render(made, form)
    if form == "json":
        assert isinstance(json.loads(text), (dict, list))


def test_names_in_data_are_never_used_twice(made: Report | Table) -> None:
    tables = (made,) if isinstance(made, Table) else made.tables
    for table in tables:
        names = [column.name for column in table.columns if column.name]
        assert len(names) == len(set(names))
    if isinstance(made, Report):
        names = [
            *(fact.name for fact in made.facts if fact.name),
            *(table.name for table in made.tables if table.name),
        ]
        assert len(names) == len(set(names))


def test_json_has_the_data_columns() -> None:
    assert json.loads(render(TABLE, "json")) == [
        {"name": "中部 rise", "share": pytest.approx(1 / 3), "day": "2024-06-30"},
        {"name": "b|c", "share": None, "day": None},
    ]


def test_csv_has_the_data_columns() -> None:
    assert render(TABLE, "csv").splitlines()[0] == "name,share,day"


def test_a_table_has_the_titled_columns_and_plain_glyphs_where_there_are_no_others() -> None:
    drawn, plain = render(TABLE, "table"), render(TABLE, "table", Screen(glyphs=False))

    assert drawn.splitlines()[0].split() == ["Name", "Share", "Bar"]
    assert "████░░░░" in drawn
    assert "####...." in plain


def test_markdown_keeps_text_from_being_markup() -> None:
    assert r"| b\|c | - |" in render(TABLE, "md")


def test_a_narrow_terminal_wraps_the_flexible_columns_and_a_pipe_nothing() -> None:
    wide = Table(
        "t", "T", (Column("a", "A", flexible=True), Column("b", "B")), [("中部地区" * 20, "x" * 20)]
    )

    narrow = render(wide, "table", Screen(width=60))

    assert isinstance(narrow, str)
    assert (
        max(
            len(line) + line.count("中") + line.count("部") + line.count("地") + line.count("区")
            for line in narrow.splitlines()
        )
        <= 60
    )
    assert "中部地区" * 20 in render(wide, "table")


def test_colour_is_for_terminals_alone() -> None:
    table = Table("t", "T", (Column("s", "S"),), [(Status.DONE,)])

    assert "\x1b[32mdone\x1b[0m" in render(table, "table", Screen(width=80, colour=True))
    assert "\x1b" not in render(table, "table", Screen(width=80))


def test_facts_are_data_and_lines() -> None:
    report = Report(
        "R",
        (Fact("on", "On", date(2024, 1, 2)), Fact("quiet", None, 1)),
        (TABLE._replace(name="a.b"),),
    )

    assert json.loads(render(report, "json"))["a"]["b"][0]["name"] == "中部 rise"
    assert json.loads(render(report, "json"))["quiet"] == 1
    assert "On  2024-01-02" in render(report, "table")
    assert "quiet" not in render(report, "table")


def test_cells_are_shown_as_people_read_them() -> None:
    assert [shown_cell(value) for value in (None, Status.STALLED, Share(1, 8), ["a", Status.DONE], 7)] == [
        "", "stalled", "12.5%", "a done", "7",
    ]  # fmt: skip
    assert data_value({"s": Status.DONE, "l": [Share(1, 2)]}) == {"s": "done", "l": [0.5]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 中", "plain 中"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb", "a b"),
        ("\u202ex", "\\x202ex"),
        ("\ud800", "\\xd800"),
    ],
)
def test_text_that_a_terminal_would_act_on_is_shown_instead(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_what_a_narrow_terminal_has_no_room_for_is_named() -> None:
    wide = Table(
        "t", "T", (Column("a", "A"), Column("b", "B", optional=True)), [("x" * 20, "y" * 20)]
    )

    assert "(columns left out for want of room: B)" in render(wide, "table", Screen(width=30))
    assert "y" * 20 in render(wide, "table", Screen(width=60))


def test_a_table_deep_inside_a_report_is_data_in_json_too() -> None:
    counts = [("done", 1), ("dropped", 2)]
    deep = Table(
        "totals.weight.status",
        "",
        (Column("status", None), Column("weight", None)),
        counts,
        keyed=True,
    )
    flat = Table("totals.weight.owners", "", (Column("owner", None),), [("HB",)])

    told = json.loads(render(Report("Report", (), (deep, flat)), "json"))

    assert told == {
        "totals": {"weight": {"status": {"done": 1, "dropped": 2}, "owners": [{"owner": "HB"}]}}
    }
