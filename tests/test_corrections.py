"""What the next report says that later entries changed about those that were issued."""

from pathlib import Path
from typing import Any

import pytest

from conftest import Run

REGISTER = """
document: {code: x, title: 文, title_en: Doc, issued_on: 2023-01-10, horizon: 2027}
sections: [{number: 1, title: 部, title_en: Part}]
measures:
  - {number: 1, label: （一）, section: 1, title: 举, title_en: Measure, sentences: [
     {n: 1, fingerprint: "00000000000000a1", title: 甲, title_en: A, kind: action, owners: [
       {owner: HB, role: lead, basis: stated}, {owner: HN, role: support, basis: rule}MORE],
      target: {year: YEAR, basis: horizon}}]}
"""
Q1, Q2 = ("report", "--period", "2024Q1"), ("report", "--period", "2024Q2")


@pytest.fixture
def seed(tracker: Run, tmp_path: Path) -> Any:
    """Load the register, with another owner or target if so wanted."""
    file = tmp_path / "x.yaml"

    def seeded(more: str = "", target: str = "2027") -> None:
        text = REGISTER.replace("MORE", more).replace("YEAR", target)
        if not target:
            text = text.replace("target: {year: , basis: horizon}", "weight: 1")
        file.write_text(text, encoding="utf-8")
        ran = tracker("seed", str(file))
        assert ran.code == 0, ran.err

    seeded()
    return seeded


def update(tracker: Run, on: str, percent: int, owner: str = "HB") -> None:
    ran = tracker(
        "update", "x-01.1", "--owner", owner, "--status", "in_progress", "--percent", str(percent),
        "--on", on,
    )  # fmt: skip
    assert ran.code == 0, ran.err


def corrected(tracker: Run, *asked: str) -> list[tuple[Any, ...]]:
    found = tracker(*asked, "-f", "json").json["corrections"]
    return [(one["issue"], one["owner"], one["field"], one["from"], one["to"]) for one in found]


@pytest.mark.usefixtures("seed")
def test_as_issued_is_what_that_report_said(tracker: Run) -> None:
    update(tracker, "2024-03-20", 40)
    tracker(*Q1, "--issue")
    update(tracker, "2024-03-25", 45)
    tracker(*Q2, "--issue")
    update(tracker, "2024-03-26", 50)

    assert corrected(tracker, *Q2) == [
        (1, "HB", "percent", 40, 50),
        (2, "HB", "percent", 45, 50),
    ]


@pytest.mark.usefixtures("seed")
def test_support_is_no_correction(tracker: Run) -> None:
    tracker(*Q1, "--issue")
    update(tracker, "2024-03-20", 40, owner="HN")

    assert corrected(tracker, *Q1) == []


def test_an_owner_who_was_not_in_the_report_was_added_and_no_more(tracker: Run, seed: Any) -> None:
    tracker(*Q1, "--issue")
    seed(", {owner: AH, role: joint, basis: rule}")
    update(tracker, "2024-03-20", 30, owner="AH")

    assert corrected(tracker, *Q1) == [(1, "AH", "assignment", None, "added")]


def test_an_owner_who_is_in_it_no_more_was_retired(tracker: Run, seed: Any) -> None:
    seed(", {owner: AH, role: joint, basis: rule}")
    update(tracker, "2024-03-20", 30, owner="AH")
    tracker(*Q1, "--issue")
    seed()
    tracker("undo")

    assert corrected(tracker, *Q1) == [(1, "AH", "assignment", None, "retired")]


def test_who_came_and_went_between_two_reports_is_none(tracker: Run, seed: Any) -> None:
    tracker(*Q1, "--issue")
    seed(", {owner: AH, role: joint, basis: rule}")
    seed()

    assert corrected(tracker, *Q1) == []


@pytest.mark.usefixtures("seed")
def test_a_report_on_one_document_is_corrected_with_that_document_alone(tracker: Run) -> None:
    tracker("report", "--period", "2024Q1", "--document", "2021", "--issue")
    update(tracker, "2024-03-20", 40)

    assert corrected(tracker, *Q1) == []
    tracker(*Q1, "--issue")
    update(tracker, "2024-03-21", 50)
    assert corrected(tracker, *Q1, "--document", "x") == [(2, "HB", "percent", 40, 50)]


@pytest.mark.usefixtures("seed")
def test_an_issue_knows_no_more_than_was_recorded(tracker: Run) -> None:
    update(tracker, "2024-03-20", 40)
    tracker(*Q1, "--known-on", "2999-01-01", "--issue")
    update(tracker, "2024-03-25", 90)

    assert corrected(tracker, *Q1) == [(1, "HB", "percent", 40, 90)]


@pytest.mark.usefixtures("seed")
def test_the_text_names_corrections(tracker: Run) -> None:
    update(tracker, "2024-03-20", 40)
    tracker(*Q1, "--issue")
    update(tracker, "2024-03-25", 90)

    assert "corrects it in 1 places" in tracker(*Q1).out


def test_a_target_that_was_taken_away_is_where_the_next_move_starts(
    tracker: Run, seed: Any
) -> None:
    seed(target="2028-08")
    seed(target="")
    assert tracker("retarget", "x-01.1", "2029-12", "--why", "now", "--owner", "HB").code == 0

    found = tracker("report", "--document", "x", "--period", "2020..2998", "-f", "json").json
    moved = [(one["from"], one["to"]) for one in found["movement"]["retargeted"]]
    assert moved == [("2027", "2028-08"), ("2028-08", None), (None, "2029-12")]
