"""The provinces that a text names: by themselves, by a place in them, or by a region."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import rjieba

from tracker.sources.gazetteer import Rule, gazetteer

_BREAK = re.compile(r"\n\s*")
_ASCII = "\x7f"

# What may stand between two places of one list, or of one road.
_LINK = re.compile(r"(?:[、和与及至到·/—－\-～~]{0,2}|以及)\Z")
_LINK_LENGTH = 2

# Ends inside a word of the dictionary that leave the name whole: 兰考县|城, 大同市|区.
_ADMINISTRATIVE = {
    "市": ("委", "民", "区", "内", "外", "域", "级", "长"),
    "县": ("委", "民", "城", "内", "外", "域", "级", "长"),
    "区": ("委", "内", "外", "级", "长"),
    "州": ("委", "内", "外", "级", "长"),
    "省": ("委", "内", "外", "级", "长", "会"),
}
# What is named after a place and is none: 南京路.
_STREET = re.compile("[东西南北中]?(?:路(?![网段桥况径])|大街|大道)")
_PROPER = frozenset({"ns", "nt"})  # places and institutions, in the tags of the segmenter
_WAITING = frozenset({Rule.DOUBT, Rule.OWN, Rule.WORD})

# The same after any name, and after letters: 闽南|话, 湘赣|边, 大|同等.
_AFTER = frozenset({"人", "话", "籍", "边", "方", "方面", "地区", "等"})

# A run of two letters before one of these is the name of a line, not of its ends.
_LINE = re.compile(
    "铁路|高铁|高速|客专|客运|城际|公路|国道|航线|直流|特高压|管线|管道|输气|运煤|线(?!上|下)"
)
_TWO = 2


class Mention(NamedTuple):
    """One province that a text names between two offsets: `region` where only a region of several
    provinces stands there (大别山), which are meant by rule.
    """

    code: str
    start: int
    end: int
    words: str
    region: bool


class _Found(NamedTuple):
    """A name that stands in the joined text; `taken` is false while it waits for a neighbour."""

    start: int
    end: int
    codes: tuple[str, ...]
    rule: Rule
    taken: bool


class _Joined(NamedTuple):
    """A text without the breaks inside its paragraphs; 1 where a word ends, by offset; the offsets
    at which something was left out, and how much was by then.
    """

    text: str
    edge: bytes
    breaks: list[int]
    gone: list[int]

    def origin(self, at: int) -> int:
        """Where in the text as given the character `at` of this one stands."""
        return at + self.gone[bisect_right(self.breaks, at)]


def mentions(text: str) -> list[Mention]:
    """The provinces that `text` names, in order; a place of two provinces gives two. Linear in
    the length: a quarter to a third of a second for a million characters.
    """
    joined = _joined(text)
    found = _beside_names(_listed(joined.text, _scan(joined)))
    return [mention for one in found for mention in _mentions(text, joined, one)]


def _mentions(text: str, joined: _Joined, one: _Found) -> Iterator[Mention]:
    start, end = joined.origin(one.start), joined.origin(one.end - 1) + 1
    for code in one.codes:
        yield Mention(code, start, end, text[start:end], one.rule is Rule.REGION)


def _joined(text: str) -> _Joined:
    spans = list(_breaks(text))
    kept = list(pairwise((0, *(at for span in spans for at in span), len(text))))[::2]
    gone = [0, *accumulate(end - start for start, end in spans)]
    breaks = [end - before for (_, end), before in zip(kept[:-1], gone[:-1], strict=True)]
    text = "".join(text[start:end] for start, end in kept)
    return _Joined(text, _edges(rjieba.cut(text, False)), breaks, gone)


def _edges(words: list[str]) -> bytes:
    lengths = [len(word) for word in words]
    mark = {length: "\0" * (length - 1) + "\1" for length in set(lengths)}
    return ("\1" + "".join([mark[length] for length in lengths])).encode()


def _breaks(text: str) -> Iterator[tuple[int, int]]:
    """Where a line breaks between two Chinese characters: what is set without spaces goes on."""
    for found in _BREAK.finditer(text):
        start, end = found.span()
        while start and text[start - 1].isspace():
            start -= 1
        if start and end < len(text) and text[start - 1] > _ASCII and text[end] > _ASCII:
            yield start, end


class _Patterns(NamedTuple):
    """Where to look: the first character of a name before its second; and letters, in a run, in a
    list, or alone after a verb (在鄂企业).
    """

    name: re.Pattern[str]
    letters: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    known = gazetteer()
    first = "".join({start[0] for start in known.names})
    second = "".join({start[1] for start in known.names})
    letter = f"[{''.join(known.letters)}]"
    return _Patterns(
        re.compile(f"[{first}](?=[{second}])"),
        re.compile(
            f"{letter}(?:{letter}+|(?:[、和与及]{letter})+"
            f"|(?<=[在来驻入援赴返留兴离全强富惠抵助]{letter}))"
        ),
    )


def _scan(joined: _Joined) -> list[_Found]:
    """Every name from left to right, none over another; those in doubt are not taken yet."""
    text, edge, _, _ = joined
    letters = {found.start(): found.end() for found in _patterns().letters.finditer(text)}
    known = gazetteer().names
    places = map(re.Match.start, _patterns().name.finditer(text))
    starts = {at for at in places if edge[at] and text[at : at + _TWO] in known}
    found: list[_Found] = []
    at = 0
    for start in sorted(letters.keys() | starts):
        here = _at(joined, start, letters.get(start, 0), found) if start >= at else []
        while here:
            found += here
            at = here[-1].end
            # Inside a word of the dictionary a second name may follow: 武汉|长江大桥.
            here = [] if edge[at] else _at(joined, at, letters.get(at, 0), found)
    return found


def _at(joined: _Joined, start: int, letters_end: int, before: list[_Found]) -> list[_Found]:
    """What stands at `start`: the longest name that counts there, or some letters."""
    waiting: list[_Found] = []
    for name in gazetteer().names.get(joined.text[start : start + _TWO], ()):
        end = start + len(name.words)
        if end < letters_end:
            break
        if joined.text.startswith(name.words, start) and _whole(joined, start, end):
            sure = name.rule not in _WAITING or (
                name.rule is Rule.WORD and 1 not in joined.edge[start + 1 : end]
            )
            one = _Found(start, end, name.codes, name.rule, sure)
            one = one if one.taken or not before else _with_neighbour(joined.text, before[-1], one)
            if one.taken:
                return [one]
            waiting = waiting or [one]
    return waiting or (_letters(joined, start, letters_end) if letters_end else [])


def _whole(joined: _Joined, start: int, end: int) -> bool:
    """Whether a name ends where a word ends, or what follows in that word leaves it a name."""
    text, edge = joined.text, joined.edge
    street = _STREET.match(text, end)
    if street and edge[street.end()]:
        return False
    if edge[end]:
        return True
    word_start, word_end = edge.rfind(b"\1", 0, end), edge.find(b"\1", end)
    rest = text[end:word_end]
    if rest in _ADMINISTRATIVE.get(text[end - 1], ()):
        return True
    if word_start > start or not edge[start]:
        return rest in _AFTER
    return rest in _AFTER or _tag(text[start:word_end]) in _PROPER


@cache
def _tag(word: str) -> str:
    return rjieba.tag(word, False)[0][1]


def _letters(joined: _Joined, start: int, end: int) -> list[_Found]:
    """What one-character names say: 晋陕豫, 晋、陕、豫, or 鄂 in 在鄂企业."""
    text, edge, known = joined.text, joined.edge, gazetteer()
    strong = known.letters.keys() - known.weak
    if end - start == 1:
        sure = text[start] in strong and edge[start] and edge[end]
        return [_letter(text, start)] if sure else []
    if text[start + 1] not in known.letters:
        places = [at for at in range(start, end, 2) if edge[at] and edge[at + 1]]
        named = {text[at] for at in places}
        sure = len(named) >= _TWO and bool(named & strong)
        return [_letter(text, at) for at in places] if sure else []
    while end > start + 1 and not (edge[end] or text[end] in _AFTER):
        end -= 1
    return _run(text, start, end, strong)


def _run(text: str, start: int, end: int, strong: AbstractSet[str]) -> list[_Found]:
    """Letters without a break. Two must hold one that says little else, and name no line; 新 before
    one letter is the word: 新晋.
    """
    run = text[start:end]
    if len(run) < _TWO or len(set(run)) < len(run):
        return []
    if len(run) == _TWO and (run[0] == "新" or not strong & set(run)):
        return []
    if len(run) == _TWO and _LINE.match(text, end):
        return [_Found(start, end, (), Rule.NOBODY, taken=True)]
    return [_letter(text, at) for at in range(start, end)]


def _letter(text: str, at: int) -> _Found:
    return _Found(at, at + 1, (gazetteer().letters[text[at]],), Rule.FREE, taken=True)


def _with_neighbour(text: str, other: _Found, one: _Found) -> _Found:
    """`one`, taken if `other` speaks for it: a place beside it in a list or, directly before it,
    the province; a name of several provinces is that of the neighbour.
    """
    first, second = sorted((other, one))
    gap = text[first.end : second.start] if second.start - first.end <= _LINK_LENGTH else "?"
    if not other.taken or not _LINK.match(gap) or (not gap and other is second):
        return one
    shared = tuple(code for code in one.codes if code in other.codes)
    if one.rule is Rule.DOUBT and gap and other.codes:
        shared = shared or one.codes
    return one._replace(codes=shared, taken=True) if shared else one


def _listed(text: str, found: list[_Found]) -> list[_Found]:
    """What is taken once a list is also read from its end: 大同、太原. Names of nobody are out."""
    for at in range(len(found) - 2, -1, -1):
        if not found[at].taken:
            found[at] = _with_neighbour(text, found[at + 1], found[at])
    return [one for one in found if one.taken and one.codes]


def _beside_names(found: list[_Found]) -> list[_Found]:
    """Without the regions that a province directly beside them narrows to itself: 湖北大别山区."""
    narrowed = set()
    for left, right in pairwise(found):
        regions = [one.start for one in (left, right) if one.rule is Rule.REGION]
        beside = left.end == right.start and not set(left.codes).isdisjoint(right.codes)
        if beside and len(regions) == 1:
            narrowed.update(regions)
    return [one for one in found if one.start not in narrowed]
