"""What is wrong with the numbers of sections and items: gaps, doubles, restarts."""

from collections.abc import Iterator, Sequence

from tracker.domain.numerals import chinese
from tracker.i18n import _
from tracker.sources.outline import Item, Outline, Section


def faults(outline: Outline) -> Iterator[tuple[int, str]]:
    """Each fault with the place in the mended text where it shows."""
    yield from _sections(outline.sections)
    yield from _items(outline.items)


def _sections(sections: Sequence[Section]) -> Iterator[tuple[int, str]]:
    before: Section | None = None
    for section in sections:
        expected = before.number + 1 if before else 1
        if section.number != expected and not (before and section.number == 1):
            yield section.start, _fault(section.label, before and before.number, section.number)
        elif before and section.number == 1:
            yield section.start, _("sections are numbered from one again here")
        before = section


def _items(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """Items count on through the sections, or from one in each; a table counts by itself."""
    before: Item | None = None
    for item in items:
        alike = before is not None and before.level == item.level
        expected = before.number + 1 if before and alike else 1
        if item.number == 1:
            if before and alike and before.under == item.under and item.level >= 0:
                yield (
                    item.start,
                    _("{label}: items are numbered from one again here").format(label=item.label),
                )
        elif item.number != expected:
            yield (
                item.start,
                _fault(item.label, before.number if before and alike else None, item.number),
            )
        before = item


def _fault(label: str, before: int | None, number: int) -> str:
    if before == number:
        return _("{label} stands here twice").format(label=label)
    if before is not None and number < before:
        return _("{label} is out of order: {number} comes after {before}").format(
            label=label, number=number, before=before
        )
    missing = range((before or 0) + 1, number)
    if len(missing) == 1:
        return _("{label}: number {missing} is missing before it").format(
            label=label, missing=_both(missing[0], label)
        )
    return _("{label}: numbers {first} to {last} are missing before it").format(
        label=label, first=_both(missing[0], label), last=_both(missing[-1], label)
    )


def _both(number: int, label: str) -> str:
    """The number as labels of this kind print it."""
    return str(number) if any(c.isdecimal() for c in label) else f"{chinese(number)} ({number})"
