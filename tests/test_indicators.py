"""Indicators from their files to the verdicts that people read."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from conftest import NOW, TODAY, Ran, Run
from tracker import bundled, register
from tracker.errors import BadFile
from tracker.register.indicators import Figures, observations
from tracker.store import ledger, log, schema, setup

SEED = bundled.folder("seeds") / "indicators.yaml"
RECORD = ("indicator", "record", "urbanisation", "--owner", "HB")
HEAD = "indicator,owner,year,value,source\n"

# Wrong in the sources, in one way or another.
FLAGGED = {
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


def shown(tracker: Run, key: str) -> Any:
    return tracker("indicator", "show", key, "-f", "json").json


def verdict_of(tracker: Run, key: str, owner: str) -> str:
    found = next(line for line in shown(tracker, key)["targets"] if line["owner"] == owner)
    return str(found["verdict"])


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
        ("{indicator: beds, owner: HB, year: 2020, value: 3%, source: x}", "value: not a number"),
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
        assert db.exec_driver_sql("SELECT key FROM indicators WHERE key = 'beds'").first() is None


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


# sheets


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "figures.csv"
    file.write_text(
        f"{HEAD}urbanisation,HB,2020,62,公报\nurbanisation,HB,2023,65,公报\n", encoding="utf-8"
    )
    return file


def test_a_sheet_is_imported_once(sheet: Path, tracker: Run) -> None:
    first = tracker("indicator", "import", str(sheet), "-f", "json")
    again = tracker("indicator", "import", str(sheet), "-f", "json")

    assert [line["deed"] for line in first.json] == ["added", "added"]
    assert [line["deed"] for line in again.json] == ["unchanged", "unchanged"]
    assert verdict_of(tracker, "urbanisation", "HB") == "on_course"


def test_a_dry_run_of_a_sheet_changes_nothing(sheet: Path, tracker: Run) -> None:
    before = shown(tracker, "urbanisation")

    ran = tracker("indicator", "import", str(sheet), "--dry-run", "-f", "json")

    assert [line["deed"] for line in ran.json] == ["added", "added"]
    assert "nothing was changed" in ran.err
    assert shown(tracker, "urbanisation") == before


def test_one_bad_line_keeps_a_whole_sheet_out_and_all_bad_ones_are_listed(
    sheet: Path, tracker: Run
) -> None:
    with sheet.open("a", encoding="utf-8") as opened:
        opened.write(
            "urbanisation,XX,2023,65,公报\nurbanisation,HB,2022,65,公报,more\nno,HB,,1,x\n"
        )
    before = shown(tracker, "urbanisation")

    ran = tracker("indicator", "import", str(sheet))

    assert (ran.code, ran.out) == (1, "")
    assert f"{sheet}:5: more cells" in ran.err
    assert shown(tracker, "urbanisation") == before

    sheet.write_text(f"{HEAD}urbanisation,XX,2023,65,y\nno,HB,,1,x\n", encoding="utf-8")
    ran = tracker("indicator", "import", str(sheet))
    assert f"{sheet}:2: owner" in ran.err
    assert f"{sheet}:3: indicator" in ran.err


def test_what_went_out_guarded_is_read_as_it_was(tmp_path: Path) -> None:
    sheet = HEAD + "growth,HB,2020,'-0.5,'=公报\n"

    (one,) = observations(tmp_path / "figures.csv", sheet.encode())

    assert (one.value, one.source) == ("-0.5", "=公报")


def test_a_sheet_as_a_chinese_spreadsheet_saves_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    text = "指标,责任主体,年份,数值,单位,来源,疑点,理由\r\n城镇化率,湖北,2023年,６５,%,统计公报,存疑,待核\r\n,,,,,,,\r\n"

    found = [observations(file, text.encode(name)) for name in ("gb18030", "utf-8-sig")]

    assert found[0] == found[1]
    (one,) = found[0]
    assert (one.indicator, one.owner, str(one.period), one.value) == (
        *("城镇化率", "湖北"),
        *("2023", "65"),
    )
    assert (one.unit, one.flag, one.reason) == ("%", "doubtful", "待核")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("f.xlsx", b"PK", "figures come in a .csv or a .yaml file"),
        ("f.csv", b"", "the file is empty"),
        ("f.csv", HEAD.encode(), "observations: is empty"),
        ("f.csv", b"indicator,value,value\nx,1,2\n", "f.csv:1: the field value stands here twice"),
        ("f.csv", b"indicator,colour\nx,red\n", "f.csv:2: colour: unknown field"),
        ("f.csv", b'indicator,value\n"x,1\n', "not CSV"),
        ("f.csv", b"\x00\x01\x02\x03", "binary data"),
        ("f.yaml", b"observations: [", "not YAML"),
        ("f.yaml", b"indicators: []", "the field observations is missing"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(
    tracker: Run, tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)

    ran = tracker("indicator", "import", str(tmp_path / name))

    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err


def test_a_file_that_is_not_there_is_not_found(tracker: Run) -> None:
    assert tracker("indicator", "import", "nowhere.csv").code == 3


# lists and reports


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
        assert not {"indicators", "observations"} & set(inspect(db).get_table_names())
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
