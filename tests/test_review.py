"""Reviews and moved targets, as a user meets them: recorded, refused, shown, taken back."""

from typing import Any

import pytest

from conftest import Ran, Run

KEY, HB = "2021-15.5", ("--owner", "HB")


@pytest.fixture
def reported(tracker: Run) -> Run:
    """The ledger with a report of Hubei's."""
    done = tracker(
        "--actor", "wang", "update", KEY, *HB, "--status", "done", "--evidence", "minutes 12"
    )
    assert done.code == 0
    return tracker


def line(tracker: Run, owner: str = "HB") -> dict[str, Any]:
    rows = tracker("list", "--by", "assignment", "--owner", owner, "-f", "json").json
    found: dict[str, Any] = next(row for row in rows if row["key"] == KEY)
    return found


def refused(ran: Ran, code: int = 1) -> str:
    assert (ran.code, ran.out) == (code, "")
    return ran.err


def test_somebody_else_accepts_a_report(reported: Run) -> None:
    ran = reported("--actor", "li", "review", KEY, *HB, "--accept")

    assert ran.code == 0
    assert line(reported)["verification"] == "verified"
    assert (
        reported("log", KEY, "-f", "json").json[-1]
        | {
            "kind": "review",
            "verification": "verified",
            "actor": "li",
        }
        == reported("log", KEY, "-f", "json").json[-1]
    )


def test_a_returned_report_says_why_and_a_new_one_is_unreviewed(reported: Run) -> None:
    reported("--actor", "li", "review", KEY, *HB, "--return", "no record of the trial run")

    assert line(reported)["verification"] == "returned"
    assert "no record of the trial run" in reported("show", KEY).out

    reported("--actor", "wang", "update", KEY, *HB, "--status", "done", "--evidence", "minutes 13")

    assert line(reported)["verification"] == "reported"


def test_nobody_reviews_his_own_report(reported: Run) -> None:
    said = refused(reported("--actor", "wang", "review", KEY, *HB, "--accept"))

    assert "somebody else has to review it" in said
    assert line(reported)["verification"] == "reported"


def test_what_nobody_reported_cannot_be_reviewed(tracker: Run) -> None:
    said = refused(tracker("review", "2021-25.2", "--owner", "CENTRAL", "--accept"))

    assert "nothing" in said


@pytest.mark.parametrize(
    "verdict", [(), ("--accept", "--return", "x"), ("--return", " ")], ids=["none", "both", "blank"]
)
def test_a_review_says_one_thing_of_the_two(reported: Run, verdict: tuple[str, ...]) -> None:
    refused(reported("--actor", "li", "review", KEY, *HB, *verdict), code=2)


def test_a_measure_is_reviewed_as_a_whole_with_yes_only(reported: Run) -> None:
    said = refused(reported("--actor", "li", "review", "2021-15", *HB, "--accept"))
    assert "--yes" in said

    ran = reported("--actor", "li", "review", "2021-15", *HB, "--accept", "--yes", "-f", "json")

    assert {entry["kind"] for entry in ran.json} == {"review"}
    assert line(reported)["verification"] == "verified"


def test_a_verified_drop_leaves_the_denominator(tracker: Run) -> None:
    key = "2021-25.2"
    tracker("--actor", "wang", "update", key, "--owner", "CENTRAL", "--status", "dropped")
    before = tracker("show", key, "-f", "json").json["status"]

    tracker("--actor", "li", "review", key, "--owner", "CENTRAL", "--accept")

    assert (before, tracker("show", key, "-f", "json").json["status"]) == (
        "in_progress",
        "dropped",
    )


def test_a_target_is_moved_for_all_owners_and_the_old_one_stays_in_the_log(tracker: Run) -> None:
    ran = tracker("retarget", KEY, "2027", "--why", "runway approved late", "-f", "json")

    assert {entry["target"] for entry in ran.json} == {"2027"}
    assert line(tracker)["target_year"] == 2027
    assert line(tracker)["target_basis"] == "assigned"
    assert "runway approved late" in tracker("log", KEY).out
    assert tracker("undo").code == 0
    assert line(tracker)["target_year"] == 2025


def test_a_target_is_moved_for_one_owner_to_a_month(tracker: Run) -> None:
    tracker("retarget", KEY, "2026年6月", "--why", "x", *HB)

    assert (line(tracker)["target_month"], line(tracker, "HA")["target_year"]) == (6, 2025)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((KEY, "2025", "--why", "x"), 1, "already"),
        ((KEY, "soon", "--why", "x"), 2, "2027-06"),
        ((KEY, "2027-13", "--why", "x"), 2, "2027-06"),
        ((KEY, "2027", "--why", " "), 2, "say why"),
        ((KEY, "2027"), 2, "--why"),
        (("2021-15", "2027", "--why", "x"), 1, "--yes"),
        (("2021-99.1", "2027", "--why", "x"), 3, "unknown key"),
        ((KEY, "2027", "--why", "x", "--owner", "CENTRAL"), 3, "CENTRAL"),
    ],
)
def test_a_target_that_cannot_be_moved_so_is_refused(
    tracker: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = tracker("db", "info", "-f", "json").json["digest"]

    assert said in refused(tracker("retarget", *arguments), code)

    assert tracker("db", "info", "-f", "json").json["digest"] == before


def test_reviews_and_moved_targets_leave_the_ledger_whole(reported: Run) -> None:
    reported("--actor", "li", "review", KEY, *HB, "--return", "x")
    reported("--actor", "li", "retarget", KEY, "2028", "--why", "y")

    assert reported("db", "check").code == 0
