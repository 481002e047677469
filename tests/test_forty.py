"""Forty assignments, a hundred entries, six questions: the figures were worked out apart from the program.

They stand in data/forty: the registers, what was recorded when, what has to come out, and the
arithmetic of a good part of it (by_hand.md).
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tracker import bundled
from tracker.cli.options import moment
from tracker.domain.period import Period
from tracker.domain.target import Target
from tracker.domain.times import SHANGHAI
from tracker.domain.words import Position, Status, Verification
from tracker.render import render
from tracker.report import progress
from tracker.store import ledger, log, record, reviewing, schema, setup

FORTY = Path(__file__).parent / "data" / "forty"
QUESTIONS = json.loads((FORTY / "expected.json").read_text(encoding="utf-8"))
WORDS = [word.value for axis in (Status, Position, Verification) for word in axis]


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> ledger.Place:
    """A ledger in which all of it was recorded, each step at its time."""
    at = ledger.place(str(tmp_path_factory.mktemp("forty") / "ledger.sqlite"))
    begun = datetime(2023, 1, 20, tzinfo=UTC)
    with ledger.upgrading(at, make=True) as db:
        schema.upgrade(db)
        owners = bundled.folder("seeds") / "owners.yaml"
        files = [owners, FORTY / "register.yaml", FORTY / "register2.yaml"]
        setup.load(db, files, by=log.Acting("builder", begun.date(), begun))
    for step in json.loads((FORTY / "steps.json").read_text(encoding="utf-8")):
        with ledger.writing(at) as db:
            _do(db, step)
    return at


def _do(db: ledger.Connection, step: dict[str, Any]) -> None:
    recorded = datetime.fromisoformat(step["at"])
    by = log.Acting(step["actor"], recorded.astimezone(SHANGHAI).date(), recorded)
    if step["do"] == "undo":
        record.undo(db, by=by)
    elif step["do"] == "review":
        returned = step["reason"] if step["verdict"] == "returned" else None
        reviewing.review(db, key=step["key"], owner=step["owner"], returned=returned, by=by)
    elif step["do"] == "retarget":
        target = Target.read(step["target"])
        assert target
        reviewing.retarget(
            db, key=step["key"], target=target, why=step["why"], owner=step["owner"], by=by
        )
    else:
        said = {
            name: step[name] for name in ("percent", "note", "problem", "next_step", "evidence")
        }
        given = record.Report(
            Status(step["status"]), effective_on=date.fromisoformat(step["on"]), **said
        )
        record.report(
            db, given, keys=[step["key"]], owner=step["owner"], by=by, without_evidence=True
        )


@pytest.fixture(scope="module", params=QUESTIONS, ids=lambda question: question["name"])
def both(request: pytest.FixtureRequest, forty: ledger.Place) -> tuple[Any, Any]:
    """What the report says, as JSON, and what it has to say."""
    wanted = request.param
    period = Period.read(wanted["period"]) if "period" in wanted else None
    said = wanted.get("as_of")
    as_of = date.fromisoformat(said) if said else period and period.last
    assert as_of
    with ledger.reading(forty) as db:
        known_on = wanted["known_on"] and moment(wanted["known_on"], "")
        asked = progress.Asked(as_of, log.known(db, known_on), period)
        return json.loads(render(progress.progress(db, asked), "json")), wanted


def test_totals_of_the_three_axes(both: tuple[Any, Any]) -> None:
    found, wanted = both

    for axis in ("status", "position", "verification"):
        assert found["totals"][axis] == wanted["totals"][axis]


def _group(found: Any) -> dict[str, Any]:
    return {word: found[word] for word in ("assignments", *WORDS)} | {
        name: pytest.approx(found[name]) for name in SHARES
    }


SHARES = ("share_done", "share_verified", "weighted_done")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("by_owner", lambda group: group["owner"]),
        ("by_document", lambda group: group["document"]),
        ("by_section", lambda group: f"{group['document']}/{group['section']}"),
    ],
)
def test_groups(both: tuple[Any, Any], name: str, key: Any) -> None:
    found, wanted = both

    groups = {key(group): _group(group) for group in found[name]}

    assert groups == {
        code: {
            field: value[0] / value[1] if field in SHARES else value
            for field, value in group.items()
        }
        for code, group in wanted[name].items()
    }


MORE = {"recovered": "by", "retargeted": "actor", "silent": "periods"}


def test_movement_and_transitions(both: tuple[Any, Any]) -> None:
    found, wanted = both
    if "movement" not in wanted:
        assert "movement" not in found
        return

    movement = {
        name: sorted(
            [line["key"], line["owner"], line["from"], line["to"]]
            + ([line[MORE[name]]] if name in MORE else [])
            for line in lines
        )
        for name, lines in found["movement"].items()
    }

    assert movement == {name: sorted(lines) for name, lines in wanted["movement"].items()}
    transitions = [[t["from"], t["to"], t["assignments"]] for t in found["transitions"]]
    assert sorted(transitions) == wanted["transitions"]


def test_matrix(both: tuple[Any, Any]) -> None:
    found, wanted = both

    matrix = {
        f"{cell['measure']} {cell['owner']}": [
            cell["assignments"],
            cell["done"],
            cell["reported"],
        ]
        for cell in found["matrix"]
    }

    assert matrix == wanted["matrix"]


def test_laggards_what_is_due_next_and_what_has_no_evidence(both: tuple[Any, Any]) -> None:
    found, wanted = both

    def lines(name: str, *fields: str) -> list[list[str]]:
        return [[line[field] for field in fields] for line in found[name]]

    assert lines("laggards", "key", "owner", "position", "status") == wanted["laggards"]
    assert lines("due_next", "key", "owner", "due_on") == wanted["due_next"]
    assert sorted(lines("unevidenced", "key", "owner")) == wanted["unevidenced"]
