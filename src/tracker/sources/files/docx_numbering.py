"""The automatic numbers of Word's paragraphs, computed as Word shows them: （一）, 第三条, 1.2."""

import re
from typing import NamedTuple

from lxml import etree

from tracker.sources.files.docx_parts import child, children, is_on, number, said
from tracker.sources.files.number_formats import formatted

_PLACE = re.compile(r"%([1-9])")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_OWN_GAP = tuple("、）．。：】》〕，；")
_DEEPEST = 8
_LONGEST_CHAIN = 20


class Level(NamedTuple):
    """One level of a list: where it starts, how it prints, after which level it starts anew."""

    start: int
    format: str
    text: str
    gap: str
    restart: int | None
    decimal: bool
    style: str | None


class List(NamedTuple):
    """A numbering instance (w:num): whose counters it moves, its levels, where it starts anew."""

    counters: str
    levels: dict[int, Level]
    starts: dict[int, int]


class Style(NamedTuple):
    """What a paragraph style says about numbers."""

    base: str | None
    list: str | None
    level: int | None
    page_break: bool


class Numbering:
    """The labels of paragraphs; ask for each once, in the order of the document."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._styles, self._default = _styles(styles)
        self._lists = _lists(numbering, styles)
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()

    def label(self, properties: etree._Element | None) -> str:
        """What stands before the text of a paragraph with these w:pPr, with the gap after it."""
        found = self._place(properties)
        if not found:
            return ""
        key, depth = found
        listed = self._lists[key]
        level = listed.levels.get(depth)
        if level is None:
            return ""
        counts = self._count(key, depth)
        label = _PLACE.sub(
            lambda mark: _printed(listed, level, counts, int(mark[1]) - 1), level.text
        )
        label = _PRIVATE.sub("•" if level.format == "bullet" else "", label)
        gap = "" if label.endswith(_OWN_GAP) else level.gap
        return label + gap if label else ""

    def breaks_page(self, properties: etree._Element | None) -> bool:
        """Whether the paragraph begins a page, by itself or by its style."""
        own = child(properties, "w:pageBreakBefore")
        if own is not None:
            return is_on(own)
        return any(style.page_break for _key, style in self._chain(properties))

    def _place(self, properties: etree._Element | None) -> tuple[str, int] | None:
        """The list and level of a paragraph: its own, or those of its style."""
        own = child(properties, "w:numPr")
        key, depth = said(child(own, "w:numId")), number(child(own, "w:ilvl"))
        if key is None:
            for named, style in self._chain(properties):
                if style.list is not None:
                    key = style.list
                    if depth is None:
                        depth = self._linked(key, named, style.level)
                    break
        if key is None or key not in self._lists:
            return None
        return key, min(depth or 0, _DEEPEST)

    def _linked(self, key: str, style: str, otherwise: int | None) -> int | None:
        """The level that names the style, else the one the style names."""
        levels = self._lists[key].levels if key in self._lists else {}
        return next((at for at, level in levels.items() if level.style == style), otherwise)

    def _chain(self, properties: etree._Element | None) -> list[tuple[str, Style]]:
        named = said(child(properties, "w:pStyle")) or self._default
        chain: list[tuple[str, Style]] = []
        while named in self._styles and len(chain) < _LONGEST_CHAIN:
            chain.append((named, self._styles[named]))
            named = self._styles[named].base or ""
        return chain

    def _count(self, key: str, depth: int) -> dict[int, int]:
        """Move the counter of a level, let the deeper ones start anew; gives all of them."""
        listed = self._lists[key]
        counts = self._counts.setdefault(listed.counters, {})
        # A level that was passed over counts as used: after 1.1.1 without a 1.1 comes 1.2.
        for above in range(depth):
            if above in listed.levels and above not in counts:
                counts[above] = listed.starts.get(above, listed.levels[above].start)
        if depth in listed.starts and (key, depth) not in self._started:
            self._started.add((key, depth))
            counts[depth] = listed.starts[depth]
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else listed.levels[depth].start
        for deeper in [at for at in counts if at > depth]:
            level = listed.levels.get(deeper)
            restart = level.restart if level else None
            if restart is None or depth < restart:
                del counts[deeper]
        return counts


def _printed(listed: List, level: Level, counts: dict[int, int], at: int) -> str:
    shown = listed.levels.get(at)
    if shown is None:
        return ""
    style = shown.format
    if level.decimal and style not in ("none", "bullet"):
        style = "decimal"
    return formatted(counts.get(at, shown.start), style)


def _lists(numbering: etree._Element | None, styles: etree._Element | None) -> dict[str, List]:
    abstract: dict[str, dict[int, Level]] = {}
    linked: dict[str, str] = {}
    for one in children(numbering, "w:abstractNum"):
        key = said(one, "abstractNumId") or ""
        abstract[key] = _levels(one)
        style = said(child(one, "w:numStyleLink"))
        if style:
            linked[key] = style
    instances = {said(one, "numId") or "": one for one in children(numbering, "w:num")}
    shared = {key: said(child(one, "w:abstractNumId")) or "" for key, one in instances.items()}
    through = {
        said(s, "styleId"): said(child(s, "w:pPr", "w:numPr", "w:numId"))
        for s in children(styles, "w:style")
    }
    lists = {}
    for key, one in instances.items():
        of = shared[key]
        if of in linked:
            of = shared.get(through.get(linked[of]) or "", of)
        if key != "0" and of in abstract:
            lists[key] = _instance(one, of, abstract[of])
    return lists


def _instance(element: etree._Element, counters: str, levels: dict[int, Level]) -> List:
    own, starts = dict(levels), {}
    for change in children(element, "w:lvlOverride"):
        at = number(change, "ilvl")
        if at is None or at > _DEEPEST:
            continue
        instead = child(change, "w:lvl")
        if instead is not None:
            own[at] = _level(instead)
        start = number(child(change, "w:startOverride"))
        if start is not None:
            starts[at] = start
    return List(counters, own, starts)


def _levels(abstract: etree._Element) -> dict[int, Level]:
    return {
        at: _level(level)
        for level in children(abstract, "w:lvl")
        if (at := number(level, "ilvl")) is not None and at <= _DEEPEST
    }


def _level(element: etree._Element) -> Level:
    # A format newer than the standard stands in mc:Choice, with a known one to fall back to.
    form = child(element, "w:numFmt")
    if form is None:
        form = child(element, "mc:AlternateContent", "mc:Fallback", "w:numFmt")
    start = number(child(element, "w:start"))
    return Level(
        start=0 if start is None else start,
        format=said(form) or "decimal",
        text=said(child(element, "w:lvlText")) or "",
        gap="" if said(child(element, "w:suff")) == "nothing" else " ",
        restart=number(child(element, "w:lvlRestart")),
        decimal=is_on(child(element, "w:isLgl")),
        style=said(child(element, "w:pStyle")),
    )


def _styles(root: etree._Element | None) -> tuple[dict[str, Style], str]:
    """The paragraph styles by their id, and the id of the one that holds where none is named."""
    styles, default = {}, ""
    for one in children(root, "w:style"):
        key = said(one, "styleId") or ""
        properties = child(one, "w:pPr")
        numbers = child(properties, "w:numPr")
        styles[key] = Style(
            base=said(child(one, "w:basedOn")),
            list=said(child(numbers, "w:numId")),
            level=number(child(numbers, "w:ilvl")),
            page_break=is_on(child(properties, "w:pageBreakBefore")),
        )
        if said(one, "type") == "paragraph" and said(one, "default") in ("1", "true", "on"):
            default = key
    return styles, default
