"""The names of places that the program knows, and how freely each of them counts."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent

# Endings of nationalities in the name of an autonomous unit: 恩施土家族苗族自治州 is called 恩施州.
# Not where it is all of the name, as in 东乡族自治县.
_PEOPLES = re.compile(
    "(?<=..)(?:各族|蒙古族?|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族"
    "|哈萨克族?|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族?"
    "|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|普米族|塔吉克|怒族|鄂温克族|保安族|裕固族|独龙族)+"
    "自治([州县旗])$"
)
_SHORT_COUNTY = 2  # 泸县, 城区: characters that meet by chance
_SIDES = ("东", "西", "南", "北", "中", "东南", "东北", "西南", "西北")
_TRADES = "商籍企省剧绣菜茶医"

# 陕西 is a name of its own, and 桂东 a county of Hunan; these letters take the sides as well.
_NO_SIDES = frozenset({"陕西", "陕西南", "陕西北", "桂东", "沪中"})
_ALSO_WITH_SIDES = "苏川辽陇"


class Rule(Enum):
    """What a name needs to count, beside standing on the borders of words."""

    FREE = "nothing more"
    DOUBT = "its province directly before it, or another place in the same list"
    OWN = "a place of its own province before it or in the same list"
    WORD = "to be one word of the dictionary, or what OWN needs"
    REGION = "nothing; but a province named directly beside it narrows it to that one"
    NOBODY = "it takes its letters away and names no province"


class Name(NamedTuple):
    """One name: its letters, the provinces it stands for (none for NOBODY), what it needs."""

    words: str
    codes: tuple[str, ...]
    rule: Rule


class Gazetteer(NamedTuple):
    """All names by their first two characters, the longest first; the one-character names."""

    names: dict[str, tuple[Name, ...]]
    letters: dict[str, str]
    weak: frozenset[str]


@cache
def gazetteer() -> Gazetteer:
    """Read once, in about ten milliseconds."""
    rows = list(_rows("places.tsv"))
    letters = {word: codes for kind, codes, word in rows if kind in {"letter", "weak"}}
    strong = {word: code for kind, code, word in rows if kind == "letter"}
    known = {
        name.words: name
        for name in (*_counties(), *_with_sides(strong, letters), *_upper(), *_special(rows))
    }
    for kind, _, word in rows:
        if kind in {"doubt", "own"} and word in known:
            known[word] = known[word]._replace(rule=Rule[kind.upper()])
    return Gazetteer(_index(known.values()), letters, frozenset(letters.keys() - strong.keys()))


def _index(names: Iterable[Name]) -> dict[str, tuple[Name, ...]]:
    starts: dict[str, list[Name]] = {}
    for name in names:
        starts.setdefault(name.words[:2], []).append(name)
    return {
        start: tuple(sorted(same, key=lambda name: -len(name.words)))
        for start, same in starts.items()
    }


def _rows(file: str) -> Iterator[tuple[str, str, str]]:
    """Kind, letters of provinces and name, one for each name of a line in a hand-kept list."""
    for line in (_HERE / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, codes, names = line.split("\t")
            yield from ((kind, codes, name) for name in names.split())


@cache
def divisions() -> tuple[tuple[str, str, str], ...]:
    """Letters of the province, level and full name of every division in divisions.tsv."""
    lines = (_HERE / "divisions.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple((row[0], row[1], row[2]) for row in (line.split("\t") for line in lines))


def provinces() -> dict[str, str]:
    """The usual name of every province-level division, by its letters: HB is 湖北."""
    names = {code: usual(name)[-1] for code, level, name in divisions() if level == "province"}
    short = {code: word for kind, code, word in reversed([*_rows("places.tsv")]) if kind == "short"}
    return names | short


def _counties() -> Iterator[Name]:
    """Counties by full name; what several provinces have needs its own."""
    codes: dict[str, set[str]] = {}
    for code, level, name in divisions():
        if level == "county":
            for called in {name, _PEOPLES.sub(r"\1", name)}:
                codes.setdefault(called, set()).add(code)
    for name, found in codes.items():
        yield Name(name, tuple(sorted(found)), _county_rule(name, len(found)))


def _county_rule(name: str, provinces: int) -> Rule:
    if provinces > 1 or (len(name) == _SHORT_COUNTY and not name.endswith("县")):
        return Rule.OWN
    return Rule.WORD if len(name) == _SHORT_COUNTY else Rule.FREE


def _upper() -> Iterator[Name]:
    """Prefectures, then provinces, by full and by usual name: 恩施 and 恩施州, 湖北 and 湖北省."""
    for wanted in ("prefecture", "province"):
        for code, level, name in divisions():
            if level == wanted:
                for called in usual(name):
                    yield Name(called, (code,), Rule.FREE)


def usual(name: str) -> tuple[str, ...]:
    """The full name of a prefecture or province and what it is called for short."""
    called = _PEOPLES.sub(r"\1", name)
    stem = re.sub("(?:特别行政区|地区|[市省州盟])$", "", called)
    return tuple(dict.fromkeys((name, called, stem)))


def _with_sides(strong: dict[str, str], letters: dict[str, str]) -> Iterator[Name]:
    """鄂东, 皖西北; 晋商, 湘绣."""
    for letter, code in (strong | {key: letters[key] for key in _ALSO_WITH_SIDES}).items():
        for side in _SIDES:
            if letter + side not in _NO_SIDES:
                yield Name(letter + side, (code,), Rule.FREE)
    for letter, code in strong.items():
        for trade in _TRADES:
            yield Name(letter + trade, (code,), Rule.FREE)


def _special(rows: Iterable[tuple[str, str, str]]) -> Iterator[Name]:
    """The names kept by hand; one that two lines hold belongs to the provinces of the later."""
    rules = {"short": Rule.FREE, "place": Rule.FREE, "region": Rule.REGION, "nobody": Rule.NOBODY}
    for kind, codes, word in rows:
        if kind in rules:
            yield Name(word, tuple(codes.split()) if codes != "-" else (), rules[kind])
