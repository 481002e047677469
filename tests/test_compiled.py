"""What everyday commands put to the drivers directly: the same as what SQLAlchemy would."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import compiled
import servers
from tracker.domain.words import Position, Status, Verification
from tracker.errors import Damaged
from tracker.store import ledger, queries, statements, states
from tracker.store.connection import Connection
from tracker.store.rows import AssignmentRow, Axes, Filters, Page

VALUES: dict[str, Any] = {
    "as_of": date(2026, 6, 30),
    "document": "2021",
    "section": 5,
    "owner": "HB",
    "owners": ("HB", "HN"),
    "due_before": date(2026, 1, 1),
    "measure": "2021-15",
    "commitment": "2021-15.5",
    "status": Status.IN_PROGRESS,
    "position": Position.UNQUANTIFIED,
    "verification": Verification.REPORTED,
    "ids": (1, 2, 3),
    "keys": ("2021-15", "2021-15.5"),
    "measures": (1, 2),
    "commitments": (3, 4),
    "start": "2021-1",
    "end": "2021-2",
    "limit": 5,
    "offset": 10,
    "batch": 1,
    "files": "0" * 64,
    "command": "seed",
}
ASKED = [(question, given) for question, given in compiled.everyday() if ".new_" not in question]
# What changes nothing, and can be asked alone.
SENT = [
    (question, given)
    for question, given in compiled.recording()
    if ".sent_" not in question and question != "log.hold"
]


def test_the_module_is_what_the_statements_make_of_it() -> None:
    assert compiled.FILE.read_text(encoding="utf-8") == compiled.text()


@pytest.mark.parametrize(("question", "marks"), ASKED)
def test_a_compiled_question_has_the_rows_of_its_statement(
    file: Path, question: str, marks: dict[str, Any]
) -> None:
    given = {name: _valued(value) for name, value in marks.items()}
    with ledger.reading(ledger.place(str(file))) as db:
        direct = [tuple(row) for row in db.ask(question, **given)]
        assert not _uses_sqlalchemy(db)
        wanted = [tuple(row) for row in db.execute(statements.of(question, given))]

    assert direct == wanted


@pytest.mark.parametrize("document", [None, "2021"])
@pytest.mark.parametrize("search", [(), ("建设",)])
def test_the_parts_of_a_list_are_its_rows_whichever_way_they_are_asked_for(
    file: Path, document: str | None, search: tuple[str, ...]
) -> None:
    given = {
        "states": states.now(date(2026, 6, 30)),
        "filters": Filters(document, search=search),
        "axes": Axes(),
        "page": Page(),
    }
    with ledger.reading(ledger.place(str(file))) as db:
        parts = list(db.parts(AssignmentRow, "queries.assignment_rows", **given))
        assert _uses_sqlalchemy(db) == bool(search)
        wanted = list(map(AssignmentRow._make, db.each("queries.assignment_rows", **given)))

    assert len(parts) > 1 or search
    assert [row for part in parts for row in part.rows] == wanted
    assert [owner for part in parts for owner in part.column("owner")] == [
        row.owner for row in wanted
    ]


def test_a_server_answers_a_compiled_question_as_its_statement(
    server: servers.Server, server_template: str
) -> None:
    with ledger.reading(ledger.place(server.url(server_template))) as db:
        for question, marks in SENT:
            given = {name: _valued(value) for name, value in marks.items()}
            direct = [tuple(row) for row in db.ask(question, **given)]
            wanted = [tuple(row) for row in db.execute(statements.of(question, given))]
            assert direct == wanted, question


def test_a_question_of_no_everyday_command_goes_through_sqlalchemy(file: Path) -> None:
    with ledger.reading(ledger.place(str(file))) as db:
        of, narrow = states.now(date(2026, 6, 30)), Filters("2021", 1, ("HB",))
        found = queries.assignment_rows(db, of, narrow, Axes(Status.IN_PROGRESS))
        assert _uses_sqlalchemy(db)

    assert {(row.document, row.owner) for row in found} == {("2021", "HB")}


def test_both_ways_are_one_transaction(file: Path) -> None:
    at, now = ledger.place(str(file)), datetime.now(UTC)
    with ledger.writing(at) as db:
        number = db.add("log.new_batch", {"command": "test", "actor": "li", "recorded_at": now})
        seen = db.core.exec_driver_sql("SELECT max(id) FROM batches").scalar()
        db.rollback()

    assert seen == number
    with ledger.reading(at) as db:
        assert list(db.ask("record.actor_of", batch=number)) == []


def test_what_is_no_date_is_damage_on_either_way(file: Path) -> None:
    at = ledger.place(str(file))
    with ledger.writing(at) as db:
        db.core.exec_driver_sql("UPDATE documents SET issued_on = 'soon' WHERE code = '2021'")

    for narrow in (Filters(), Filters("2021", 1, ("HB",))):
        with pytest.raises(Damaged, match="soon"), ledger.reading(at) as db:
            queries.assignment_rows(db, states.now(date(2026, 6, 30)), narrow)


def _valued(given: Any) -> Any:
    """What was given for compiling, with values in the place of its marks."""
    if hasattr(given, "_asdict"):
        return given._replace(**{name: _valued(value) for name, value in given._asdict().items()})
    marked = given[0] if isinstance(given, tuple) and given else given
    return VALUES[marked] if isinstance(marked, compiled.Mark) else given


def _uses_sqlalchemy(db: Connection) -> bool:
    return db._core is not None
