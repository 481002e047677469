"""The words, the targets, the fold and the roll-up arithmetic."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.log import Entry, State, canonical, chained, digest, fold
from tracker.domain.numerals import chinese, number
from tracker.domain.period import Period
from tracker.domain.rollup import Numbers, percentage, tenths_of
from tracker.domain.schedule import position, start
from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Kind, Position, Status, Verification

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


def entry(
    version: int, kind: EntryKind = EntryKind.REPORT, on: str = "2024-01-31", **more: Any
) -> Entry:
    """An entry recorded on day `version` of 2024."""
    return Entry(
        version,
        version,
        kind,
        date.fromisoformat(on),
        EPOCH + timedelta(days=version - 1),
        "li",
        **more,
    )


def state(entries: list[Entry], as_of: str = "2024-12-31", known: int = 366) -> State:
    return fold(
        entries, target=Target(2025), target_basis=Basis.HORIZON,
        as_of=date.fromisoformat(as_of), known_on=EPOCH + timedelta(days=known - 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    "said", ["in_progress", "in progress", "In-Progress", "推进中", " IN_PROGRESS "]
)
def test_a_status_is_read_in_both_languages(said: str) -> None:
    assert Status.read(said) is Status.IN_PROGRESS


def test_a_word_outside_the_vocabulary_is_none() -> None:
    assert Status.read("finished") is None


@pytest.mark.parametrize(
    ("said", "due"),
    [("2025", date(2025, 12, 31)), ("2019-06", date(2019, 6, 30)), ("2024-02", date(2024, 2, 29))],
)
def test_a_target_is_due_at_its_end(said: str, due: date) -> None:
    target = Target.read(said)

    assert target is not None
    assert (target.due, str(target)) == (due, said)


@pytest.mark.parametrize("said", ["", "25", "2025-13", "2025-6", "0001", "2025年"])
def test_what_is_no_target_is_none(said: str) -> None:
    assert Target.read(said) is None


@given(st.integers(1, 999))
def test_numerals_go_there_and_back(value: int) -> None:
    assert number(chinese(value)) == value


def test_nothing_reported_is_not_started_and_unreported() -> None:
    found = state([])

    assert (found.status, found.verification) == (Status.NOT_STARTED, Verification.UNREPORTED)
    assert (found.target, found.target_basis) == (Target(2025), Basis.HORIZON)


def test_a_backdated_report_never_overrides_a_later_one() -> None:
    late = entry(1, on="2024-06-30", status=Status.DONE)
    backdated = entry(2, on="2024-03-31", status=Status.STALLED)

    assert state([late, backdated]).status is Status.DONE
    assert state([late, backdated], as_of="2024-04-30").status is Status.STALLED


def test_of_two_reports_of_one_date_the_later_version_holds() -> None:
    first = entry(1, status=Status.STALLED)
    second = entry(2, status=Status.DONE)

    assert state([first, second]).status is Status.DONE


def test_a_withdrawal_acts_by_the_time_it_was_recorded() -> None:
    report = entry(1, status=Status.DONE)
    withdrawal = entry(2, EntryKind.WITHDRAWAL, on="2024-01-02", names=1)

    assert state([report, withdrawal]).status is Status.NOT_STARTED
    assert state([report, withdrawal], known=1).status is Status.DONE


def test_verification_is_of_the_current_report_alone() -> None:
    first = entry(1, status=Status.DONE)
    review = entry(2, EntryKind.REVIEW, names=1, verification=Verification.VERIFIED)
    again = entry(3, on="2024-02-29", status=Status.IN_PROGRESS)

    assert state([first, review]).verification is Verification.VERIFIED
    assert state([first, review, again]).verification is Verification.REPORTED
    assert state([first, review, again], as_of="2024-02-01").verification is Verification.VERIFIED


def test_the_latest_effective_retarget_is_in_force() -> None:
    moved = entry(
        1, EntryKind.RETARGET, on="2024-05-01", target=Target(2027), target_basis=Basis.ASSIGNED
    )

    assert state([moved]).target == Target(2027)
    assert state([moved], as_of="2024-04-30").target == Target(2025)


def test_the_hash_covers_every_field_and_the_one_before() -> None:
    plain = entry(1, status=Status.DONE, note="a")
    changed = [
            plain._replace(version=2), plain._replace(batch=2), plain._replace(actor="wang"),
            plain._replace(note="b"), plain._replace(percent=1), plain._replace(problem=""),
            plain._replace(evidence="x"), plain._replace(effective_on=date(2024, 1, 30)),
            plain._replace(recorded_at=EPOCH + timedelta(microseconds=1)), plain._replace(names=1),
            plain._replace(next_step="c"), plain._replace(target=Target(2025)),
            plain._replace(target_basis=Basis.RULE), plain._replace(first_report="f"),
            plain._replace(status=Status.STALLED), plain._replace(verification=Verification.RETURNED),
    ]  # fmt: skip
    hashes = {chained("2021-15.5 HB lead", value, "") for value in (plain, *changed)}

    assert len(hashes) == len(changed) + 1
    assert chained("2021-15.5 HB lead", plain, "0") not in hashes
    assert chained("2021-15.5 HA lead", plain, "") not in hashes


def test_the_canonical_form_is_lengths_and_values() -> None:
    report = entry(1, status=Status.DONE, note="机场")

    assert canonical("2021-15.5 HB lead", report, "").decode().split("\n") == [
            "1:1", "0:", "17:2021-15.5 HB lead", "1:1", "1:1", "6:report", "10:2024-01-31",
            "27:2024-01-01T00:00:00.000000Z", "2:li", "4:done", "-", "6:机场",
            "-", "-", "-", "-", "-", "-", "-", "-",
    ]  # fmt: skip


def test_the_digest_does_not_depend_on_the_order() -> None:
    assert digest([("a", "1"), ("b", "2")]) == digest([("b", "2"), ("a", "1")])


@pytest.mark.parametrize(
    ("numbers", "status"),
    [
        (Numbers(done=3), Status.DONE),
        (Numbers(not_started=3), Status.NOT_STARTED),
        (Numbers(not_started=2, done=1), Status.IN_PROGRESS),
        (Numbers(in_progress=2, stalled=1), Status.STALLED),
        (Numbers(done=2, dropped=1), Status.IN_PROGRESS),
        (Numbers(done=2, dropped=1, dropped_verified=1), Status.DONE),
        (Numbers(dropped=2, dropped_verified=2), Status.DROPPED),
        (Numbers(dropped=2), Status.IN_PROGRESS),
        (Numbers(support=4), Status.DROPPED),
    ],
)
def test_the_roll_up_rule(numbers: Numbers, status: Status) -> None:
    assert numbers.status is status


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=9), st.data())
def test_printed_shares_sum_to_100_and_are_0_or_100_only_where_exactly_so(
    parts: list[int], data: st.DataObject
) -> None:
    pinned = data.draw(st.none() | st.integers(0, len(parts) - 1))

    tenths = tenths_of(parts, pinned)

    assert sum(tenths) == (1000 if sum(parts) else 0)
    for part, share in zip(parts, tenths, strict=True):
        assert (share == 0) == (part == 0)
        assert (share == 1000) == (0 < part == sum(parts))


def test_a_part_raised_to_its_first_tenth_gets_no_other() -> None:
    assert tenths_of([1000, 85, 1]) == [921, 78, 1]


def test_a_pinned_share_is_the_one_that_stands_by_itself() -> None:
    parts = [287, 665, 51, 83]

    assert percentage(83, sum(parts)) == "7.6"
    assert tenths_of(parts)[3] == 77
    assert tenths_of(parts, pinned=3)[3] == 76


def test_one_share_is_printed_to_a_tenth() -> None:
    assert [percentage(*pair) for pair in ((1, 3), (1, 3000), (2999, 3000), (0, 0))] == [
        "33.3", "0.1", "99.9", "0.0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "position", "verification"),
    [
        (Numbers(overdue=1, behind=2, verified=3), Position.OVERDUE, Verification.VERIFIED),
        (Numbers(behind=1, unquantified=2, reported=3), Position.BEHIND, Verification.REPORTED),
        (
            Numbers(unquantified=1, on_schedule=1, unreported=1, reported=1),
            Position.UNQUANTIFIED,
            Verification.UNREPORTED,
        ),
        (
            Numbers(on_schedule=1, ahead=1, returned=1, unreported=1),
            Position.ON_SCHEDULE,
            Verification.RETURNED,
        ),
        (Numbers(ahead=1, not_applicable=1), Position.AHEAD, Verification.UNREPORTED),
        (Numbers(not_applicable=2, verified=2), Position.NOT_APPLICABLE, Verification.VERIFIED),
    ],
)
def test_several_have_the_worst_position_and_verification(
    numbers: Numbers, position: Position, verification: Verification
) -> None:
    assert (numbers.position, numbers.verification) == (position, verification)


def test_numbers_add() -> None:
    both = sum([Numbers(done=1, weight=2), Numbers(done=2, ahead=1, weight=3)], Numbers())

    assert both == Numbers(done=3, ahead=1, weight=5)


def _position(
    status: Status = Status.IN_PROGRESS, percent: int | None = 50, *, as_of: date, **more: Any
) -> Position:
    """Of something that runs for the thousand days up to 2025-12-31."""
    said = {"reported": True, "kind": Kind.ACTION, "due": date(2025, 12, 31), **more}
    return position(
        status=status, percent=percent, as_of=as_of, **{"start": date(2023, 4, 6), **said}
    )


HALF = date(2024, 8, 18)  # 500 of the 1,000 days


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(44, "behind"), (45, "on_schedule"), (55, "on_schedule"), (56, "ahead"), (0, "behind")],
)
def test_position_is_percent_against_the_share_of_days_gone(percent: int, expected: str) -> None:
    assert _position(percent=percent, as_of=HALF) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"status": Status.DONE}, "n/a"),
        ({"status": Status.DROPPED}, "n/a"),
        ({"kind": Kind.CONTINUING}, "n/a"),
        ({"due": None}, "n/a"),
        ({"as_of": date(2023, 4, 5)}, "n/a"),
        ({"as_of": date(2026, 1, 1)}, "overdue"),
        ({"as_of": date(2026, 1, 1), "reported": False, "percent": None}, "overdue"),
        ({"as_of": date(2025, 12, 31), "percent": 90}, "on_schedule"),
        ({"as_of": date(2025, 12, 31), "percent": 89}, "behind"),
        ({"reported": False, "percent": None, "status": Status.NOT_STARTED}, "unquantified"),
        ({"percent": None}, "unquantified"),
        ({"percent": None, "status": Status.STALLED}, "unquantified"),
        ({"percent": None, "status": Status.NOT_STARTED}, "behind"),
        ({"start": None}, "unquantified"),
        ({"start": None, "as_of": date(2026, 1, 1)}, "overdue"),
        ({"as_of": date(2023, 4, 6), "percent": 0}, "on_schedule"),
        ({"as_of": date(2023, 4, 6), "percent": 1}, "ahead"),
    ],
)
def test_position_in_the_order_of_its_rule(given: dict[str, Any], expected: str) -> None:
    assert _position(**{"as_of": HALF, **given}) == expected


def test_time_is_counted_from_the_date_of_issue_else_from_the_horizon_year() -> None:
    assert start(date(2021, 4, 23), 2025) == (date(2021, 4, 23), True)
    assert start(None, 2014) == (date(2014, 1, 1), False)
    assert start(None, None) is None


@pytest.mark.parametrize(
    ("said", "name", "first", "last"),
    [
        ("2024Q1", "2024Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024q4", "2024Q4", date(2024, 10, 1), date(2024, 12, 31)),
        ("２０２４Ｈ２", "2024H2", date(2024, 7, 1), date(2024, 12, 31)),
        ("2024", "2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024年第一季度", "2024Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024年下半年", "2024H2", date(2024, 7, 1), date(2024, 12, 31)),
        ("2024年", "2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024Q1..2024Q3", "2024Q1..2024Q3", date(2024, 1, 1), date(2024, 9, 30)),
        ("2024Q1-2024Q4", "2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2023Q3~2024Q2", "2023H2..2024H1", date(2023, 7, 1), date(2024, 6, 30)),
        ("2023至2024", "2023..2024", date(2023, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_period_is_read_and_named(said: str, name: str, first: date, last: date) -> None:
    period = Period.read(said)

    assert period
    assert (str(period), period.first, period.last) == (name, first, last)
    assert Period.read(str(period)) == period


@pytest.mark.parametrize(
    "said",
    ["", "Q1", "2024Q5", "2024H3", "2024-06", "24Q1", "2024Q2..2024Q1", "2024Q1..Q2", "1..2..3"],
)
def test_what_is_no_period_is_none(said: str) -> None:
    assert Period.read(said) is None


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from([3, 6, 9, 12, 24]))
def test_the_periods_since_a_day_are_those_after_the_one_it_lies_in(day: date, months: int) -> None:
    period = Period(2024 * 12, months)

    gone = period.since(day)

    inside = period.shifted(-gone)
    assert inside.first <= day <= inside.last
