"""Writing figures: files of indicators loaded, observations recorded; none is ever overwritten."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, insert, select, update

from tracker.domain.indicators import NATION, REGION
from tracker.domain.log import PROGRAM
from tracker.domain.words import Better, Flag, Rule
from tracker.errors import BadFile, NotFound, Problem
from tracker.i18n import _
from tracker.register.indicators import Figures, Indicator, Observation, Target
from tracker.store import indicators as asked
from tracker.store import log
from tracker.store.assigning import differing
from tracker.store.connection import Connection
from tracker.store.log import SEED, Acting
from tracker.store.models import commitments, indicator_targets, indicators, observations, owners
from tracker.store.rows import Change, IndicatorRow, ObservationRow


class Deed(NamedTuple):
    """What became of a figure that was given: added, superseded (the one `before` stood there) or
    unchanged.
    """

    deed: str
    row: ObservationRow
    before: ObservationRow | None


class Recorded(NamedTuple):
    """What recording did: the batch (none where nothing was new), and what became of each figure."""

    batch: int | None
    deeds: list[Deed]


def load(db: Connection, given: Iterable[Figures], *, by: Acting) -> list[Change]:
    """Bring indicators and targets to what the files say, and append the figures that are new.

    Where somebody has recorded another figure himself, that one stays.
    """
    changes: list[Change] = []
    fresh: list[dict[str, Any]] = []
    for figures in given:
        changes += _indicators(db, figures.indicators)
        changes += _targets(db, figures)
        rows = _checked(db, figures.observations, by)
        known = asked.observation_rows(db) if rows else []
        loaded = asked.slots(row for row in known if row.command == SEED)
        own = {slot for slot, row in asked.slots(known).items() if row.command != SEED}
        fresh += [
            row for row in rows if _slot(row) not in own and not _says(loaded.get(_slot(row)), row)
        ]
    if fresh:
        _append(db, fresh, command=SEED, by=by._replace(actor=PROGRAM))
    return changes + [Change("added", "observation", *_named(row)) for row in fresh]


def record_one(db: Connection, given: Observation, *, command: str, by: Acting) -> Recorded:
    """Append one figure, whose indicator and owner may be named as people name them."""
    key, owner = asked.key(db, given.indicator), asked.whose(db, given.owner)
    named = given._replace(indicator=key, owner=owner, where=command)
    return record(db, [named], command=command, by=by)


def record(db: Connection, given: Sequence[Observation], *, command: str, by: Acting) -> Recorded:
    """Append the figures that are not there already; a later one supersedes, nothing is deleted."""
    rows = _checked(db, given, by)
    standing = asked.slots(asked.observation_rows(db))
    fresh = [row for row in rows if not _says(standing.get(_slot(row)), row)]
    batch = _append(db, fresh, command=command, by=by) if fresh else None
    written = asked.slots(asked.observation_rows(db))
    changed = {_slot(row) for row in fresh}
    deeds = []
    for slot in map(_slot, rows):
        before = standing.get(slot)
        deed = "superseded" if before else "added"
        deeds.append(Deed(deed if slot in changed else "unchanged", written[slot], before))
    return Recorded(batch, deeds)


def _append(db: Connection, rows: Sequence[dict[str, Any]], *, command: str, by: Acting) -> int:
    recorded = log.append(db, [], command=command, by=by)
    db.execute(insert(observations), [row | {"batch": recorded.batch} for row in rows])
    return recorded.batch


def _slot(row: Mapping[str, Any]) -> tuple[str, str, str | None]:
    return row["indicator"], row["owner"], row["period"]


def _says(there: ObservationRow | None, row: dict[str, Any]) -> bool:
    """Whether what is there says just that; 65.470 says what 65.47 says."""
    return (
        there is not None
        and Decimal(there.value) == Decimal(row["value"])
        and asked.content(there._replace(value=row["value"])) == asked.content(row)
    )


def _named(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["indicator"], " ".join(filter(None, (row["owner"], row["period"], row["value"])))


def _checked(db: Connection, given: Sequence[Observation], by: Acting) -> list[dict[str, Any]]:
    """The rows of these observations; BadFile where some name what is not there or not yet."""
    known = {
        name: row for row in asked.indicator_rows(db) for name in (row.name_en, row.name, row.key)
    }
    codes: dict[str, str | NotFound] = {}
    for said in {one.owner for one in given}:
        try:
            codes[said] = asked.whose(db, said)
        except NotFound as reason:
            codes[said] = reason
    problems: list[Problem] = []
    rows: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    for one in given:
        found = list(_problems(one, known.get(one.indicator), codes[one.owner], by))
        problems += found
        if not found:
            row = _row(one, known[one.indicator], str(codes[one.owner]))
            if _slot(row) in rows:
                mark = " ".join(filter(None, _slot(row)))
                message = _("{mark} stands here twice").format(mark=mark)
                problems.append(Problem(one.where, message))
            rows[_slot(row)] = row
    if problems:
        raise BadFile(problems)
    return list(rows.values())


def _problems(
    given: Observation, indicator: IndicatorRow | None, code: str | NotFound, by: Acting
) -> Iterator[Problem]:
    if indicator is None:
        message = _("unknown indicator: {said}").format(said=given.indicator)
        yield Problem(f"{given.where}: indicator", message)
    elif given.unit not in (None, indicator.unit) and given.flag is None:
        message = _(
            "{key} is measured in {unit}, not in {said}: convert the figure, or flag it"
        ).format(key=indicator.key, unit=indicator.unit, said=given.unit)
        yield Problem(f"{given.where}: unit", message)
    if isinstance(code, NotFound):
        yield Problem(f"{given.where}: owner", str(code))
    if given.period and given.period.last > by.today.year:
        yield Problem(f"{given.where}: year", _("lies in the future"))


def _row(given: Observation, indicator: IndicatorRow, code: str) -> dict[str, Any]:
    row = {name: log.stored(value) for name, value in given._asdict().items() if name != "where"}
    row |= {"indicator": indicator.key, "owner": code}
    row |= {"period": None if given.period is None else str(given.period)}
    if given.unit is None and given.flag is not Flag.MISSING_PERCENT:
        row["unit"] = indicator.unit
    return row


def _indicators(db: Connection, given: Sequence[Indicator]) -> list[Change]:
    known = set(db.execute(select(commitments.c.key)).scalars())
    problems = [
        Problem(f"{one.where}: commitment", _("unknown key: {said}").format(said=one.commitment))
        for one in given
        if one.commitment and one.commitment not in known
    ]
    if problems:
        raise BadFile(problems)
    wanted = {
        (one.key,): {
            name: log.stored(value) for name, value in one._asdict().items() if name != "where"
        }
        for one in given
    }
    return _bring(db, indicators, "indicator", wanted, ("key",))


def _targets(db: Connection, given: Figures) -> list[Change]:
    """Bring the targets; those of the file's own indicators that it no longer has go."""
    _refuse_targets(db, given.targets)
    marks = ("indicator", "owner", "year")
    wanted = {
        (one.indicator, one.owner, one.year): {
            name: log.stored(value) for name, value in one._asdict().items() if name != "where"
        }
        for one in given.targets
    }
    changes = _bring(db, indicator_targets, "target", wanted, marks)
    own = {one.key for one in given.indicators}
    for row in db.execute(select(indicator_targets)).all():
        mark = (row.indicator, row.owner, row.year)
        if row.indicator in own and mark not in wanted:
            db.execute(delete(indicator_targets).where(indicator_targets.c.id == row.id))
            changes.append(Change("retired", "target", row.indicator, f"{row.owner} {row.year}"))
    return changes


def _refuse_targets(db: Connection, given: Sequence[Target]) -> None:
    known = {row.key: row for row in asked.indicator_rows(db)}
    codes = {*db.execute(select(owners.c.code)).scalars(), REGION, NATION}
    problems = []
    for one in given:
        for field, said in (("indicator", one.indicator), ("against", one.against)):
            if said is not None and said not in known:
                message = _("unknown indicator: {said}").format(said=said)
                problems.append(Problem(f"{one.where}: {field}", message))
        if one.owner not in codes:
            message = _("unknown owner: {said} (known: {known})").format(
                said=one.owner, known=", ".join(sorted(codes))
            )
            problems.append(Problem(f"{one.where}: owner", message))
        measured = known.get(one.indicator)
        if measured and measured.better == Better.NONE and one.rule is not Rule.WITH_GROWTH_OF:
            message = _("the indicator has no better direction: say better: up or down there")
            problems.append(Problem(f"{one.where}: rule", message))
    if problems:
        raise BadFile(problems)


def _bring(
    db: Connection,
    table: Table,
    what: str,
    wanted: Mapping[tuple[Any, ...], Mapping[str, Any]],
    marks: Sequence[str],
) -> list[Change]:
    """Make the rows of `table` with these marks as wanted."""
    rows = {tuple(row._mapping[m] for m in marks): row for row in db.execute(select(table))}  # noqa: SLF001 - named with an underscore against clashes with columns, but documented
    changes = []
    for mark, values in wanted.items():
        key, detail = str(mark[0]), " ".join(map(str, mark[1:]))
        row = rows.get(mark)
        if row is None:
            db.execute(insert(table).values(**values))
            changes.append(Change("added", what, key, detail))
        elif other := differing(row, values):
            db.execute(update(table).where(table.c.id == row.id).values(**values))
            changes.append(Change("changed", what, key, f"{detail} {', '.join(other)}".strip()))
    return changes
