"""Repairs applied again, by the record that was kept of them."""

from collections.abc import Iterable

from tracker.sources.repair import Repair


def mended(original: str, changes: Iterable[Repair], start: int = 0, end: int | None = None) -> str:
    """[start, end) of `original` with the `changes`, as far as they lie in it; one that does not
    say truly what stood there is an error.
    """
    end = len(original) if end is None else end
    pieces = []
    at = start
    for change in changes:
        assert original[change.start : change.end] == change.before
        first, last = max(change.start, start), min(change.end, end)
        if first < last:
            after = change.after[first - change.start : last - change.start]
            pieces += [original[at:first], after]
            at = last
    return "".join([*pieces, original[at:end]])
