"""What figures say of a target, by the rules in docs/indicators.md; and how figures are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.indicators import Figure, Goal, Period, rests_on, value, verdict
from tracker.domain.words import Better, Rule, Verdict

UP, DOWN = Better.UP, Better.DOWN
MET, ON, OFF, NOTHING = Verdict.MET, Verdict.ON_COURSE, Verdict.OFF_COURSE, Verdict.NO_DATA


def figures(**of: str) -> list[Figure]:
    """`y2020="58.3"` is the figure of 2020."""
    return [Figure(int(year[1:]), Decimal(said)) for year, said in of.items()]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (figures(), NOTHING),
        (figures(y2021="50"), NOTHING),
        (figures(y2021="60"), MET),
        (figures(y2020="50", y2022="54"), ON),
        (figures(y2020="50", y2022="53.9"), OFF),
        (figures(y2020="50", y2024="60.1"), MET),
        (figures(y2020="50", y2023="61", y2024="59"), ON),
        (figures(y2020="50", y2025="59.99"), OFF),
        (figures(y2020="50", y2025="59", y2026="70"), OFF),
    ],
)
def test_a_level_is_reached_or_on_the_straight_line_to_it(
    own: list[Figure], expected: Verdict
) -> None:
    assert verdict(Goal(Rule.LEVEL, 2025, UP, Decimal(60)), own) is expected


def test_a_level_that_is_to_be_low_is_read_downwards() -> None:
    goal = Goal(Rule.LEVEL, 2025, DOWN, Decimal(30))

    assert verdict(goal, figures(y2020="40", y2022="36")) is ON
    assert verdict(goal, figures(y2020="40", y2022="37")) is OFF
    assert verdict(goal, figures(y2020="40", y2022="30")) is MET


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (figures(y2022="60"), NOTHING),
        (figures(y2020="58", y2023="61"), ON),
        (figures(y2020="58", y2023="60.99"), OFF),
        (figures(y2020="58", y2021="60", y2025="63"), MET),
        (figures(y2020="58", y2025="62.9"), OFF),
    ],
)
def test_so_much_a_year_is_counted_from_the_first_figure_to_the_last(
    own: list[Figure], expected: Verdict
) -> None:
    assert verdict(Goal(Rule.PER_YEAR, 2025, UP, Decimal(1)), own) is expected


def test_a_yearly_step_that_binary_fractions_would_miss_is_met_exactly() -> None:
    own = figures(y2022="0.1", y2025="0.4")

    assert verdict(Goal(Rule.PER_YEAR, 2025, UP, Decimal("0.1")), own) is MET


def test_figures_before_the_first_year_of_a_target_do_not_count() -> None:
    own = figures(y2015="50.97", y2020="58.33")

    assert verdict(Goal(Rule.PER_YEAR, 2025, UP, Decimal(1)), own) is ON
    assert verdict(Goal(Rule.PER_YEAR, 2025, UP, Decimal(1), since=2020), own) is NOTHING


@pytest.mark.parametrize(
    ("own", "nation", "expected"),
    [
        (figures(y2022="2.56"), figures(y2022="2.56"), ON),
        (figures(y2022="2.55"), figures(y2022="2.56"), OFF),
        (figures(y2022="2.9"), figures(y2023="2.6"), NOTHING),
        (figures(y2022="2.9", y2023="2.5"), figures(y2022="2.56"), ON),
        (figures(y2025="2.7"), figures(y2025="2.7"), MET),
        (figures(y2025="2.6"), figures(y2025="2.7"), OFF),
    ],
)
def test_the_nation_is_compared_in_the_last_year_that_both_have(
    own: list[Figure], nation: list[Figure], expected: Verdict
) -> None:
    assert verdict(Goal(Rule.AT_LEAST_NATION, 2025, UP), own, nation) is expected


def test_at_least_the_nations_means_no_worse_where_less_is_better() -> None:
    goal = Goal(Rule.AT_LEAST_NATION, 2025, DOWN)

    assert verdict(goal, figures(y2022="29"), figures(y2022="30")) is ON
    assert verdict(goal, figures(y2022="31"), figures(y2022="30")) is OFF


def test_one_growth_is_compared_with_another_of_the_same_year() -> None:
    goal = Goal(Rule.WITH_GROWTH_OF, 2025, UP)

    assert verdict(goal, figures(y2022="5", y2023="6.1"), figures(y2022="6", y2023="6.1")) is ON
    assert verdict(goal, figures(y2023="6"), figures(y2023="6.1")) is OFF
    assert verdict(goal, figures(y2023="6"), figures()) is NOTHING


def test_to_improve_is_to_end_better_than_one_began() -> None:
    goal = Goal(Rule.IMPROVE, 2025, DOWN)

    assert verdict(goal, figures(y2020="1.2", y2022="1.1")) is ON
    assert verdict(goal, figures(y2020="1.2", y2022="1.2")) is OFF
    assert verdict(goal, figures(y2020="1.2", y2025="1.1")) is MET
    assert verdict(goal, figures(y2022="1.1")) is NOTHING


@pytest.mark.parametrize(
    ("rule", "own", "other", "expected"),
    [
        (Rule.AT_LEAST_NATION, figures(), figures(y2022="2"), (None, None)),
        (Rule.AT_LEAST_NATION, figures(y2023="3"), figures(y2022="2"), ("y2023", None)),
        (
            Rule.AT_LEAST_NATION,
            figures(y2022="3", y2023="4"),
            figures(y2022="2"),
            ("y2022", "o2022"),
        ),
        (Rule.PER_YEAR, figures(y2019="1", y2022="3"), figures(), ("y2022", None)),
        (Rule.PER_YEAR, figures(y2021="1", y2022="3"), figures(), ("y2022", "y2021")),
        (Rule.LEVEL, figures(y2021="1", y2026="3"), figures(), ("y2021", None)),
    ],
)
def test_a_verdict_rests_on_the_last_figure_that_counts_and_what_it_is_held_against(
    rule: Rule, own: list[Figure], other: list[Figure], expected: tuple[str | None, str | None]
) -> None:
    named = {id(one): f"y{one.year}" for one in own} | {id(one): f"o{one.year}" for one in other}

    last, against = rests_on(Goal(rule, 2025, UP, Decimal(1), since=2020), own, other)

    assert (named.get(id(last)), named.get(id(against))) == expected


@given(st.decimals("-999999", "999999", places=3), st.integers(1, 5))
def test_whoever_is_exactly_on_the_line_is_on_course(start: Decimal, gone: int) -> None:
    goal = Goal(Rule.LEVEL, 2030, UP, start + 6)
    own = [Figure(2024, start), Figure(2024 + gone, start + gone)]

    assert verdict(goal, own) is ON


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("60.67", "60.67"),
        (" ６０．６７ ", "60.67"),
        ("-1.5", "-1.5"),
        ("0", "0"),
        *((said, None) for said in ("", "60.67%", "1,234", "1e3", "NaN", "60,67", "1.2.3")),
        ("9" * 13, None),
    ],
)
def test_a_value_is_a_plain_decimal_number(said: str, read: str | None) -> None:
    found = value(said)

    assert (None if found is None else str(found)) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2022", "2022"),
        ("２０２２年", "2022"),
        ("2016-2020", "2016-2020"),
        ("2016—2020年", "2016-2020"),
        *((said, None) for said in ("", "22", "2020-2016", "2020-2020", "1066", "2020-06")),
    ],
)
def test_a_period_is_a_year_or_several(said: str, read: str | None) -> None:
    found = Period.read(said)

    assert (None if found is None else str(found)) == read
