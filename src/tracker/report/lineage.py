"""Lineage: what a commitment takes up and what takes it up, the lines of policy, and what was dropped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from tracker.domain.rollup import Numbers
from tracker.domain.words import LinkKind
from tracker.i18n import _, either
from tracker.report.model import Column, Field, Plain, Progress, Table, tabulated
from tracker.store import lineage, queries, rollups
from tracker.store.ledger import Connection
from tracker.store.rows import CommitmentRow, Filters, LinkedRow, LinkRow
from tracker.store.states import States


class _Step(NamedTuple):
    """A commitment on the way, and the one nearer to the start that it is linked with."""

    other: LinkedRow
    via: str
    link: LinkRow


class _Line(NamedTuple):
    """A chain of linked commitments across documents, named by the newest measure in it."""

    newest: LinkedRow
    commitments: frozenset[str]


def both_ways(db: Connection, keys: Iterable[str]) -> tuple[Table, Table]:
    """What the commitments take up, back to the first document, and what takes them up, to the last."""
    start = list(keys)
    back, on = lineage.links_from(db, start)
    ends = sorted({key for link in (*back, *on) for key in (link.earlier, link.later)})
    known = lineage.linked_rows(db, ends) if ends else {}
    earlier = _steps(back, known, start, near="later", far="earlier")
    later = _steps(on, known, start, near="earlier", far="later")
    return (
        _steps_table("earlier", _("Takes up"), _("Taken up by"), earlier),
        _steps_table("later", _("Is taken up by"), _("Takes up"), later),
    )


def tables(db: Connection, of: States, filters: Filters, part: str) -> list[Table]:
    """The lines of policy by document, and what no later document takes up, as of the date of the states.

    What documents of a later date say is not yet.
    """
    begun = _begun(db, of.as_of)
    known = lineage.linked_rows(db)
    links = [link for link in lineage.link_rows(db) if known[link.later].document in begun]
    rows = queries.commitment_rows(db, of, filters)
    counted = rollups.by_commitment(db, of, filters)
    numbers = {row.key: counted[row.id] for row in rows if row.id in counted}
    return [
        _by_line(links, known, numbers, begun)._replace(part=part),
        _dropped(links, known, rows)._replace(part=part),
    ]


def _by_line(
    links: Sequence[LinkRow],
    known: Mapping[str, LinkedRow],
    numbers: Mapping[str, Numbers],
    begun: Iterable[str],
) -> Table:
    having = {known[key].document for key in numbers if key in known}
    order = [code for code in begun if code in having]
    rows = [
        (line, _counts(line, known, numbers, order))
        for line in _lines(links, known)
        if not line.commitments.isdisjoint(numbers)
    ]
    return _lines_table(rows, order)


def _dropped(
    links: Iterable[LinkRow], known: Mapping[str, LinkedRow], rows: Iterable[CommitmentRow]
) -> Table:
    """Of the documents that a later one takes anything up from, what none takes up."""
    taken_up = {link.earlier for link in links}
    continued = {known[key].document for key in taken_up}
    return tabulated(
        "dropped_lines",
        _("Taken up by no later document"),
        [row for row in rows if row.document in continued and row.key not in taken_up],
        [
            Field("key", _("Key"), "key"),
            Field("document", _("Document"), "document"),
            Field("measure", None, "measure"),
            Field("title", None, "title"),
            Field("title_en", None, "title_en"),
            Field(None, _("Commitment"), _title, flexible=True),
        ],
    )


def _title(row: CommitmentRow | LinkedRow) -> str:
    return either(row.title, row.title_en)


def _begun(db: Connection, as_of: date) -> dict[str, date]:
    """The documents that there were on a date, the oldest first, and since when."""
    found = {code: on for code, on in lineage.begun(db).items() if on is not None and on <= as_of}
    return dict(sorted(found.items(), key=lambda each: (each[1], each[0])))


def _steps(
    links: Iterable[LinkRow],
    known: Mapping[str, LinkedRow],
    start: Sequence[str],
    *,
    near: str,
    far: str,
) -> list[_Step]:
    """Every link on the way from `start`, the nearest first; links go forward in time, so it ends."""
    leading: dict[str, list[LinkRow]] = {}
    for link in links:
        leading.setdefault(getattr(link, near), []).append(link)
    found: list[_Step] = []
    seen, ahead = set(start), list(start)
    while ahead:
        steps = [
            _Step(known[getattr(link, far)], key, link)
            for key in ahead
            for link in leading.get(key, ())
        ]
        found += steps
        ahead = list(dict.fromkeys(step.other.key for step in steps if step.other.key not in seen))
        seen.update(ahead)
    return found


def _steps_table(name: str, title: str, via: str, steps: list[_Step]) -> Table:
    return tabulated(
        name,
        title if steps else "",
        steps,
        [
            Field("key", _("Key"), "other.key"),
            Field("kind", _("Link"), lambda step: LinkKind(step.link.kind)),
            Field("via", via, "via"),
            Field("document", _("Document"), "other.document"),
            Field("title", None, "other.title"),
            Field("title_en", None, "other.title_en"),
            Field(None, _("Commitment"), lambda step: _title(step.other), flexible=True),
            Field("note", None, "link.note"),
            Field("note_en", None, "link.note_en"),
            Field(None, _("Note"), lambda s: either(s.link.note, s.link.note_en), flexible=True),
        ],
    )


def _lines(links: Sequence[LinkRow], known: Mapping[str, LinkedRow]) -> Iterator[_Line]:
    """The lines, in the order of the measures that they end in, the newest document first.

    A commitment that is taken up in two measures stands in two lines.
    """
    earlier = {link.earlier for link in links}
    ends: dict[str, list[str]] = {}
    for key, row in known.items():
        if key not in earlier and any(link.later == key for link in links):
            ends.setdefault(row.measure, []).append(key)
    lines = []
    for keys in ends.values():
        steps = _steps(links, known, keys, near="later", far="earlier")
        members = frozenset([*keys, *(step.other.key for step in steps)])
        lines.append(_Line(known[keys[0]], members))
    yield from sorted(lines, key=lambda line: line.newest.document, reverse=True)


def _counts(
    line: _Line,
    known: Mapping[str, LinkedRow],
    numbers: Mapping[str, Numbers],
    order: Sequence[str],
) -> dict[str, Numbers]:
    """What the line amounts to in each document that it has something in, oldest first."""
    found = {}
    for code in order:
        own = [numbers[k] for k in line.commitments & numbers.keys() if known[k].document == code]
        if own:
            found[code] = sum(own, Numbers())
    return found


def _lines_table(rows: list[tuple[_Line, dict[str, Numbers]]], order: Sequence[str]) -> Table:
    columns = (
        Column("measure", _("Line (newest measure)")),
        Column("label", None),
        Column("title", None),
        Column("title_en", None),
        Column(None, _("Title"), flexible=True),
        Column("commitments", _("Commitments")),
        *(Column(None, code) for code in order),
        Column("documents", None),
    )
    return Table(
        "by_line",
        _("By line of policy: done of assignments (-/3: nothing reported)"),
        columns,
        [_line_row(line, counts, order) for line, counts in rows],
    )


def _line_row(
    line: _Line, counts: Mapping[str, Numbers], order: Sequence[str]
) -> tuple[object, ...]:
    new = line.newest
    progress = {
        code: Progress(n.done, n.assignments, n.assignments - n.unreported)
        for code, n in counts.items()
    }
    return (
        new.measure,
        new.label,
        new.measure_title,
        new.measure_title_en,
        either(new.measure_title, new.measure_title_en),
        sum(n.commitments for n in counts.values()),
        *map(progress.get, order),
        Plain(
            {
                "document": code,
                "commitments": n.commitments,
                "assignments": n.assignments,
                "done": n.done,
                "reported": n.assignments - n.unreported,
            }
            for code, n in counts.items()
        ),
    )
