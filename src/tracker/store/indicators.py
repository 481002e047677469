"""What is asked of indicators: which there are, their targets, and the figures observed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker.domain.indicators import NATION, REGION
from tracker.domain.words import plain
from tracker.errors import NotFound
from tracker.i18n import _
from tracker.store import lookup
from tracker.store.connection import Connection
from tracker.store.models import batches, indicator_targets, indicators, observations
from tracker.store.rows import GoalRow, IndicatorRow, ObservationRow

# No key is as long: what is longer was not typed as one.
_LONGEST = 60

# Whom figures are of beside owners, by what people call them.
_TOGETHER = {
    REGION: ("region", "中部", "中部地区", "中部六省"),
    NATION: ("nation", "全国"),
}

# The columns of an observation that say what it says; the others say who recorded it when.
CONTENT = ("indicator", "owner", "period", *ObservationRow._fields[3:13])


def indicator_rows(db: Connection) -> list[IndicatorRow]:
    """The indicators, in the order in which they came."""
    columns = [indicators.c[name] for name in IndicatorRow._fields]
    return [
        IndicatorRow._make(row) for row in db.execute(select(*columns).order_by(indicators.c.id))
    ]


def target_rows(db: Connection) -> list[GoalRow]:
    """The targets of all indicators, in the order in which they came."""
    columns = [indicator_targets.c[name] for name in GoalRow._fields]
    statement = select(*columns).order_by(indicator_targets.c.id)
    return [GoalRow._make(row) for row in db.execute(statement)]


def observation_rows(
    db: Connection, *, known_on: datetime | None = None, batch: int | None = None
) -> list[ObservationRow]:
    """The figures recorded by a time, or all, oldest first; or those that one batch brought."""
    content = [observations.c[name] for name in CONTENT]
    statement = (
        select(
            *content,
            batches.c.command,
            batches.c.actor,
            batches.c.recorded_at,
            observations.c.batch,
        )
        .join(batches, batches.c.id == observations.c.batch)
        .order_by(observations.c.id)
    )
    if known_on is not None:
        statement = statement.where(batches.c.recorded_at <= known_on)
    found = list(db.execute(statement))
    last = {(row.indicator, row.owner, row.period): place for place, row in enumerate(found)}
    standing = set(last.values())
    return [
        ObservationRow._make((*row[:-1], place in standing))
        for place, row in enumerate(found)
        if batch in (None, row.batch)
    ]


def key(db: Connection, said: str) -> str:
    """The key of the indicator that `said` names: by key, or by name in either language."""
    known = indicator_rows(db)
    wanted = plain(said)[:_LONGEST]
    for each in known:
        if wanted in (plain(each.key), plain(each.name), plain(each.name_en)):
            return each.key
    from difflib import get_close_matches  # noqa: PLC0415 - only where an indicator is not found

    keys = [each.key for each in known]
    nearest = get_close_matches(said[:_LONGEST], keys, n=3, cutoff=0.5)
    nearest += [
        each.key for each in known if said and said in each.name and each.key not in nearest
    ]
    raise NotFound(
        _("unknown indicator: {said} (nearest: {nearest}; all: tracker indicator list)").format(
            said=said[:_LONGEST], nearest=", ".join(nearest[:5]) or "-"
        )
    )


def all_keys(db: Connection) -> list[str]:
    """The keys of all indicators."""
    return list(db.execute(select(indicators.c.key).order_by(indicators.c.key)).scalars())


def whose(db: Connection, said: str) -> str:
    """Whom a figure is of: an owner by code or name, the region or the nation."""
    for code, names in _TOGETHER.items():
        if plain(said) in names:
            return code
    try:
        return lookup.owner(db, said)
    except NotFound as reason:
        raise NotFound(
            _("{reason}; for figures also REGION 中部地区, NATION 全国").format(reason=reason)
        ) from reason


def places(db: Connection) -> dict[str, tuple[str, str]]:
    """Everybody a figure can be of, in the order of tables, with the names in both languages."""
    together = {NATION: ("全国", "Nation"), REGION: ("中部地区", "Region")}
    return together | {o.code: (o.name, o.name_en) for o in lookup.all_owners(db)}


def content(row: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a row, or a mapping of its columns
    """What an observation says, without who recorded it when."""
    values = row if isinstance(row, dict) else row._asdict()
    return tuple(values[name] for name in CONTENT)


def slots(rows: Iterable[ObservationRow]) -> dict[tuple[str, str, str | None], ObservationRow]:
    """The last of some observations for each indicator, owner and period."""
    return {(row.indicator, row.owner, row.period): row for row in rows}
