"""Indicators from their files to the verdicts that people read."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import inspect

from conftest import NOW, TODAY, Ran, Run
from figures import shown, verdict_of
from tracker import bundled, register
from tracker.errors import BadFile
from tracker.register.indicators import Figures
from tracker.store import ledger, log, schema, setup

SEED = bundled.folder("seeds") / "indicators.yaml"
RECORD = ("indicator", "record", "urbanisation", "--owner", "HB")

# Wrong in the sources, in one way or another.
FLAGGED = {
    ("gdp-per-head-to-nation", "REGION", "2003"),
    ("alumina-share", "HA", "2020"),
    ("gdp-share", "REGION", "2003"),
    ("gdp-share", "REGION", "2023"),
    ("rd-spending", "NATION", "2022"),
    ("rd-intensity", "HA", "2022"),
    ("rd-intensity", "SX", "2022"),
    ("rd-intensity", "JX", "2022"),
}
# Written in words, as a fraction or in another unit: each has a note, or is a rank or a count of one digit.
UNPRINTED = {"coal-output-increase", "heavy-rare-earth-share", "wheat-share"}


@pytest.fixture(scope="module")
def seed() -> Figures:
    return register.load(SEED, SEED.read_bytes()).figures


def record(tracker: Run, year: str, value: str, *more: str) -> Ran:
    return tracker(*RECORD, "--year", year, "--value", value, "--source", "公报", *more)


def load(at: ledger.Place, file: Path, days: int = 1) -> list[tuple[str, str, str]]:
    with ledger.writing(at) as db:
        by = log.Acting("li", TODAY, NOW + timedelta(days=days))
        return [(c.deed, c.what, c.detail) for c in setup.load(db, [file], by=by)]


def own(folder: Path, value: str = "3", target: str = "") -> Path:
    """A file with an indicator of its own."""
    file = folder / "own.yaml"
    file.write_text(
        "indicators:\n"
        "  - {key: beds, name: 床位, name_en: Beds, unit: 张, better: up}\n"
        f"{target}"
        "observations:\n"
        f"  - {{indicator: beds, owner: HB, year: 2020, value: {value}, source: x}}\n",
        encoding="utf-8",
    )
    return file


# the figures that come with the program


def test_there_are_80_figures_each_with_source_place_and_owner(seed: Figures) -> None:
    assert len(seed.observations) >= 80
    assert all(one.source and one.place and one.owner for one in seed.observations)
    assert all(one.unit or one.flag for one in seed.observations)


def test_the_wrong_figures_are_flagged_and_no_others(seed: Figures) -> None:
    flagged = [one for one in seed.observations if one.flag]

    assert {(one.indicator, one.owner, str(one.period)) for one in flagged} == FLAGGED
    assert all(one.reason and one.reason_en for one in flagged)


def test_a_wrong_figure_stands_as_the_source_has_it(seed: Figures) -> None:
    by = {(o.indicator, o.owner, str(o.period)): (o.value, o.unit) for o in seed.observations}

    assert by["rd-spending", "NATION", "2022"] == ("30870", "万亿")
    assert by["gdp-share", "REGION", "2023"] == ("21.41", None)
    assert by["rd-intensity", "SX", "2022"] == ("1.79", "%")
    assert by["rd-intensity", "JX", "2022"] == ("1.07", "%")


def test_every_figure_is_printed_in_the_source_that_it_cites(seed: Figures, sources: Path) -> None:
    printed = {
        name: set(re.findall(r"\d+(?:\.\d+)?", (sources / f"{name}.txt").read_text("utf-8")))
        for name in {one.source for one in seed.observations}
    }

    missing = [
        (one.indicator, one.owner, one.value)
        for one in seed.observations
        if one.indicator not in UNPRINTED
        and len(one.value) > 1
        and one.value not in printed[one.source]
    ]

    assert missing == []


def test_every_target_measures_a_goal_of_the_opinion(seed: Figures) -> None:
    measured = {one.key: one.commitment for one in seed.indicators}

    assert {measured[one.indicator] for one in seed.targets} == {
        f"2021-02.{sentence}" for sentence in (2, 3, 4, 6)
    }
    assert {one.year for one in seed.targets} == {2025}
    assert {(one.owner == "REGION", one.basis.value) for one in seed.targets} == {
        (True, "stated"),
        (False, "rule"),
    }


# verdicts


def test_a_flagged_figure_is_shown_with_its_reason_and_gives_no_verdict(tracker: Run) -> None:
    found = shown(tracker, "rd-intensity")

    shanxi = next(line for line in found["observations"] if line["owner"] == "SX")
    assert (shanxi["value"], shanxi["flag"]) == (1.79, "swapped")
    assert "江西" in shanxi["reason"]
    assert {line["owner"]: line["verdict"] for line in found["targets"]} == {
        "REGION": "no_data",
        "SX": "no_data",
        "AH": "on_course",
        "JX": "no_data",
        "HA": "no_data",
        "HB": "off_course",
        "HN": "off_course",
    }


def test_a_recorded_figure_gives_a_verdict(tracker: Run) -> None:
    record(tracker, "2020", "62")
    assert verdict_of(tracker, "urbanisation", "HB") == "no_data"

    record(tracker, "2023", "65")
    assert verdict_of(tracker, "urbanisation", "HB") == "on_course"

    record(tracker, "2023", "64.9")
    assert verdict_of(tracker, "urbanisation", "HB") == "off_course"


def test_a_figure_recorded_with_a_flag_gives_none(tracker: Run) -> None:
    record(tracker, "2020", "62")

    ran = record(tracker, "2023", "95", "--flag", "digits swapped?", "-f", "json")

    assert (ran.json[0]["flag"], ran.json[0]["reason"]) == ("doubtful", "digits swapped?")
    assert verdict_of(tracker, "urbanisation", "HB") == "no_data"


def test_a_figure_that_is_a_bound_gives_none(tracker: Run) -> None:
    record(tracker, "2020", "62", "--precision", "at_least")
    record(tracker, "2023", "65")

    assert verdict_of(tracker, "urbanisation", "HB") == "no_data"


def test_a_figure_of_several_years_gives_none(tracker: Run) -> None:
    record(tracker, "2019-2020", "62")
    record(tracker, "2023", "65")

    assert verdict_of(tracker, "urbanisation", "HB") == "no_data"


def test_a_verdict_says_what_it_rests_on(tracker: Run) -> None:
    found = {line["owner"]: line for line in shown(tracker, "rd-intensity")["targets"]}

    assert [found["HB"][name] for name in ("latest", "latest_year")] == [2.33, 2022]
    assert [found["HB"][name] for name in ("held_against", "held_against_year")] == [2.56, 2022]
    assert [found["SX"][name] for name in ("latest", "held_against")] == [None, None]


def test_a_later_figure_than_the_nations_is_not_what_a_verdict_rests_on(tracker: Run) -> None:
    hubei = ("indicator", "record", "rd-intensity", "--owner", "HB", "--year", "2023")
    tracker(*hubei, "--value", "2.9", "--source", "bulletin")

    found = next(o for o in shown(tracker, "rd-intensity")["targets"] if o["owner"] == "HB")

    assert (found["latest"], found["latest_year"], found["verdict"]) == (2.33, 2022, "off_course")


# what is recorded


def test_a_later_figure_supersedes_and_the_one_before_stays(tracker: Run) -> None:
    assert record(tracker, "2023", "65", "-f", "json").json[0]["deed"] == "added"
    assert record(tracker, "2023", "66", "-f", "json").json[0]["deed"] == "superseded"
    assert record(tracker, "2023", "66", "-f", "json").json[0]["deed"] == "unchanged"

    hubei = [o for o in shown(tracker, "urbanisation")["observations"] if o["owner"] == "HB"]

    assert [(o["value"], o["standing"], o["actor"]) for o in hubei] == [
        (65, False, "li"),
        (66, True, "li"),
    ]


def test_indicator_and_owner_are_found_by_name(tracker: Run) -> None:
    ran = tracker(
        *("indicator", "record", "常住人口城镇化率", "--owner", "中部地区"),
        *("--year", "2023年", "--value", "６１．５", "--source", "公报", "-f", "json"),
    )

    assert [ran.json[0][name] for name in ("indicator", "owner", "year", "value", "unit")] == [
        "urbanisation",
        "REGION",
        "2023",
        61.5,
        "%",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("urbanisatio", "HB", "2023", "65", "x"), 3, "nearest: urbanisation"),
        (("urbanisation", "XX", "2023", "65", "x"), 3, "NATION 全国"),
        (("urbanisation", "HB", "23", "65", "x"), 2, "--year: 23"),
        (("urbanisation", "HB", "2999", "65", "x"), 1, "lies in the future"),
        (("urbanisation", "HB", "2023", "65%", "x"), 2, "--value: 65%"),
        (("urbanisation", "HB", "2023", "=1+1", "x"), 2, "--value"),
        (("urbanisation", "HB", "2023", "65", " "), 2, "--source is empty"),
    ],
)
def test_a_mistake_in_a_figure_gets_one_line_and_records_nothing(
    tracker: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    names = ("--owner", "--year", "--value", "--source")
    options = [word for pair in zip(names, arguments[1:], strict=True) for word in pair]
    before = shown(tracker, "urbanisation")

    ran = tracker("indicator", "record", arguments[0], *options)

    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert message in ran.err
    assert shown(tracker, "urbanisation") == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE observations SET value = '9'",
        "DELETE FROM observations",
        "INSERT OR REPLACE INTO observations SELECT * FROM observations WHERE id = 1",
    ],
)
def test_the_database_itself_refuses_to_change_a_figure(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as db, pytest.raises(sqlite3.IntegrityError) as refused:
        db.execute(statement)

    assert "append-only" in str(refused.value)


def test_a_figure_that_supersedes_says_what_stood_there_and_how_it_was_flagged(
    tracker: Run,
) -> None:
    again = ("indicator", "record", "rd-intensity", "--owner", "SX", "--year", "2022")

    ran = tracker(*again, "--value", "1.07", "--source", "bulletin", "-f", "json")

    assert (ran.json[0]["before"], ran.json[0]["before_flag"]) == (1.79, "swapped")
    shown_to_people = tracker(*again, "--value", "1.08", "--source", "bulletin").out
    assert "supersedes 1.07" in shown_to_people


def test_a_figure_with_zeros_behind_it_is_the_same_figure(tracker: Run) -> None:
    record(tracker, "2023", "65.47")

    assert record(tracker, "2023", "65.470", "-f", "json").json[0]["deed"] == "unchanged"


@pytest.mark.parametrize("named", [False, True])
def test_undo_of_a_figure_is_refused_and_withdraws_no_older_report(
    tracker: Run, file: Path, named: bool
) -> None:
    tracker("update", "2021-15.5", "--owner", "HB", "--status", "in_progress")
    record(tracker, "2023", "65")
    before = tracker("log", "2021-15.5", "-f", "json").json

    with closing(sqlite3.connect(file)) as db:
        (batch,) = db.execute("SELECT max(id) FROM batches").fetchone()

    ran = tracker("undo", *(("--batch", str(batch)) if named else ()))

    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert f"batch {batch} recorded figures" in ran.err
    assert tracker("log", "2021-15.5", "-f", "json").json == before


# files


def test_loading_the_figures_twice_equals_loading_them_once(at: ledger.Place) -> None:
    assert load(at, SEED) == []


def test_a_figure_that_somebody_recorded_is_not_superseded_by_a_load(
    at: ledger.Place, tracker: Run, tmp_path: Path
) -> None:
    load(at, own(tmp_path))
    corrected = ("indicator", "record", "beds", "--owner", "HB", "--year", "2020", "--value", "4")
    tracker(*corrected, "--source", "y")

    assert load(at, own(tmp_path, "5"), days=2) == []

    standing = [o["value"] for o in shown(tracker, "beds")["observations"] if o["standing"]]
    assert standing == [4]


def test_a_corrected_file_supersedes_what_it_said_before(
    at: ledger.Place, tracker: Run, tmp_path: Path
) -> None:
    load(at, own(tmp_path))

    assert load(at, own(tmp_path, "5"), days=2) == [("added", "observation", "HB 2020 5")]

    found = shown(tracker, "beds")["observations"]
    assert [(o["value"], o["standing"]) for o in found] == [(3, False), (5, True)]


def test_a_target_that_left_its_file_is_retired(
    at: ledger.Place, tracker: Run, tmp_path: Path
) -> None:
    target = (
        "targets:\n  - {indicator: beds, owner: HB, year: 2025, rule: level, value: 9, basis: assigned,"
        " text: 九张, text_en: Nine}\n"
    )
    assert ("added", "target", "HB 2025") in load(at, own(tmp_path, target=target))
    assert [line["target"] for line in shown(tracker, "beds")["targets"]] == [9]

    assert load(at, own(tmp_path), days=2) == [("retired", "target", "HB 2025")]

    assert shown(tracker, "beds")["targets"] == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{indicator: beds, owner: HB, value: 3‰, source: x}", "value: not a number"),
        ("{indicator: beds, owner: HB, value: 3%, source: x}", "unit: beds is measured"),
        ("{indicator: beds, owner: HB, year: 20, value: 3, source: x}", "year: not a year"),
        ("{indicator: beds, owner: HB, value: 3}", "the field source is missing"),
        ("{indicator: beds, owner: HB, value: 3, source: x, flag: odd}", "flag: unknown word"),
        ("{indicator: beds, owner: HB, value: 3, source: x, flag: unit}", "flag: a flag wants"),
        ("{indicator: beds, owner: HB, value: 3, source: x, reason: y}", "reason: a reason wants"),
        ("{indicator: beds, owner: HB, value: 3, source: x, of: y}", "of: unknown field"),
        ("{indicator: bed, owner: HB, value: 3, source: x}", "indicator: unknown indicator"),
        ("{indicator: beds, owner: XX, value: 3, source: x}", "owner: unknown owner"),
        ("{indicator: beds, owner: HB, value: 3, unit: 万张, source: x}", "unit: beds is measured"),
        ("{indicator: beds, owner: HB, year: 2999, value: 3, source: x}", "year: lies in"),
        ("{indicator: beds, owner: HB, year: 2020, value: 4, source: x}", "stands here twice"),
        ("{indicator: beds, owner: 湖北, year: 2020, value: 4, source: x}", "stands here twice"),
    ],
)
def test_a_bad_observation_names_its_line_and_changes_nothing(
    at: ledger.Place, tmp_path: Path, line: str, message: str
) -> None:
    file = own(tmp_path)
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"  - {line}\n")

    with pytest.raises(BadFile) as refused:
        load(at, file)

    assert f"{file}:5" in str(refused.value)
    assert message in str(refused.value)
    with ledger.reading(at) as db:
        assert (
            db.core.exec_driver_sql("SELECT key FROM indicators WHERE key = 'beds'").first() is None
        )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rule: level, basis: rule, owner: HB", "the field value is missing"),
        ("rule: with_growth_of, basis: rule, owner: HB", "the field against is missing"),
        ("rule: with_growth_of, basis: rule, owner: HB, against: no", "against: unknown indicator"),
        ("rule: improve, basis: rule, owner: XX", "owner: unknown owner"),
        ("rule: improve, basis: rule, owner: HB, since: 2025", "since: is not before"),
        ("rule: improve, basis: rule, owner: [HB, HB]", "beds HB 2025 stands here twice"),
    ],
)
def test_a_bad_target_names_its_place(
    at: ledger.Place, tmp_path: Path, line: str, message: str
) -> None:
    target = f"targets:\n  - {{indicator: beds, year: 2025, text: 增加, text_en: More, {line}}}\n"

    with pytest.raises(BadFile) as refused:
        load(at, own(tmp_path, target=target))

    assert message in str(refused.value)


def test_a_target_wants_an_indicator_that_can_be_better(at: ledger.Place, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "indicators: [{key: beds, name: 床位, name_en: Beds, unit: 张, better: none}]\n"
        "targets: [{indicator: beds, owner: HB, year: 2025, rule: improve, basis: rule,"
        " text: 增加, text_en: More}]\n",
        encoding="utf-8",
    )

    with pytest.raises(BadFile, match="no better direction"):
        load(at, file)


# lists and reports


@pytest.mark.parametrize("command", ["list", "show"])
def test_figures_are_listed_and_shown_as_they_were_known(tracker: Run, command: str) -> None:
    asked = ("indicator", command, *(("urbanisation",) if command == "show" else ()), "-f", "json")
    before = tracker(*asked).json
    then = tracker("report", "-f", "json").json["known_on"]
    record(tracker, "2020", "62")
    record(tracker, "2023", "65")

    assert tracker(*asked, "--known-on", then).json == before
    assert tracker(*asked).json != before


def test_a_figure_counts_once_its_year_is_over_on_the_date_that_is_asked_for(tracker: Run) -> None:
    record(tracker, "2020", "62")
    record(tracker, "2023", "65")

    def on(day: str) -> str:
        ran = tracker("indicator", "show", "urbanisation", "--as-of", day, "-f", "json")
        return str(next(o for o in ran.json["targets"] if o["owner"] == "HB")["verdict"])

    assert (on("2023-12-30"), on("2023-12-31")) == ("no_data", "on_course")


def test_the_charts_draw_the_figures_in_the_colours_of_their_verdicts(tracker: Run) -> None:
    page = tracker("indicator", "show", "rd-intensity", "-f", "html").out

    assert "R&amp;D spending as a share of GDP (%)" in page
    assert "on course: Anhui 2022 2.56." in page
    assert "off course: Hubei 2022 2.33, Hunan 2022 2.47." in page
    assert "Nation: Nation 2022 2.56." in page
    assert "Shanxi 2022" not in page


def test_targets_of_another_year_have_a_chart_of_their_own(
    at: ledger.Place, tracker: Run, tmp_path: Path
) -> None:
    target = (
        "targets:\n"
        "  - {indicator: beds, owner: [HB, HN], year: 2025, rule: level, value: 9, basis: assigned, text: 九, text_en: Nine}\n"
        "  - {indicator: beds, owner: [HB, HN], year: 2030, rule: level, value: 2, basis: assigned, text: 二, text_en: Two}\n"
    )
    load(at, own(tmp_path, target=target))
    hunan = ("indicator", "record", "beds", "--owner", "HN", "--year", "2021", "--value", "5")
    tracker(*hunan, "--source", "x")

    page = tracker("indicator", "show", "beds", "-f", "html").out

    assert page.count("too few figures: Hubei 2020 3, Hunan 2021 5.") == 1
    assert page.count("met: Hubei 2020 3, Hunan 2021 5.") == 1


@pytest.mark.parametrize(("value", "starts_at_nothing"), [("5.4", True), ("-5.4", False)])
def test_the_bars_of_a_workbook_begin_at_nothing_where_no_figure_is_below(
    tracker: Run, tmp_path: Path, value: str, starts_at_nothing: bool
) -> None:
    hubei = ("indicator", "record", "income-growth", "--owner", "HB", "--year", "2020")
    tracker(*hubei, "--value", value, "--source", "公报")
    file = tmp_path / "shown.xlsx"

    tracker("indicator", "show", "income-growth", "-f", "xlsx", "-o", str(file))

    with ZipFile(file) as package:
        drawn = package.read("xl/charts/chart1.xml").decode()
    assert f"<c:v>{value}</c:v>" in drawn
    assert ('<c:min val="0"/>' in drawn) is starts_at_nothing


def test_a_chart_of_figures_below_nothing_is_drawn(tracker: Run) -> None:
    for indicator in ("income-growth", "gdp-growth"):
        tracker(
            *("indicator", "record", indicator, "--owner", "HB", "--year", "2020"),
            *("--value", "-5.4", "--source", "公报"),
        )

    page = tracker("indicator", "show", "income-growth", "-f", "html").out

    assert "on course: Hubei 2020 -5.4." in page


def test_the_list_has_the_latest_figures_and_counts_the_verdicts(tracker: Run) -> None:
    rows = {row["key"]: row for row in tracker("indicator", "list", "-f", "json").json}

    intensity = rows["rd-intensity"]
    assert [intensity[word] for word in ("met", "on_course", "off_course", "no_data")] == [
        *(0, 1, 2, 4)
    ]
    assert intensity["flagged"] == 3
    assert intensity["latest"][0] == {
        "owner": "NATION",
        "year": "2022",
        "value": 2.56,
        "precision": "exact",
    }
    assert rows["rd-spending"]["latest"] == []


def test_the_report_has_the_targets_of_indicators_and_a_chart(tracker: Run) -> None:
    found = tracker("report", "--as-of", "2024-06-30", "-f", "json").json["indicators"]
    page = tracker("report", "--as-of", "2024-06-30", "-f", "html").out

    anhui = next(o for o in found if (o["indicator"], o["owner"]) == ("rd-intensity", "AH"))
    assert (anhui["latest"], anhui["latest_year"], anhui["verdict"]) == (2.56, 2022, "on_course")
    assert "Verdicts on indicators" in page


def test_the_report_on_a_document_without_indicators_says_nothing_of_them(tracker: Run) -> None:
    ran = tracker("report", "--document", "2014", "--as-of", "2024-06-30")

    assert "Indicators" not in ran.out


def test_a_report_knows_only_years_that_were_over(tracker: Run) -> None:
    found = tracker("report", "--as-of", "2022-12-30", "-f", "json").json["indicators"]

    assert {line["verdict"] for line in found} == {"no_data"}


def test_a_report_on_what_was_known_leaves_out_what_was_recorded_later(tracker: Run) -> None:
    asked = ("report", "--as-of", "2024-06-30", "-f", "json")
    before = tracker(*asked).json
    record(tracker, "2020", "62")
    record(tracker, "2023", "65")

    again = tracker(*asked, "--known-on", before["known_on"]).json

    assert again == before
    assert tracker(*asked).json["indicators"] != before["indicators"]


# migrations


def test_the_revision_of_indicators_goes_down_and_up_with_figures_in_it(
    file: Path, at: ledger.Place
) -> None:
    entries = list(_entries(file))

    with ledger.upgrading(at, make=False) as db:
        schema.downgrade(db, "0005")
        assert not {"indicators", "observations"} & set(inspect(db.core).get_table_names())
    with ledger.upgrading(at, make=False) as db:
        schema.upgrade(db)
        assert schema.differences(db) == []
        assert schema.triggers(db) == schema.wanted_triggers(db)

    assert list(_entries(file)) == entries
    assert len(load(at, SEED)) > 200


def _entries(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(file)) as db:
        for row in db.execute("SELECT * FROM entries ORDER BY id"):
            yield json.dumps(row)
