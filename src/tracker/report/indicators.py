"""Indicators: the figures, where each owner stands to his targets, and one indicator in full."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal

from tracker.domain.indicators import Period
from tracker.domain.words import Basis, Better, Flag, Precision, Rule, Verdict
from tracker.i18n import _, either
from tracker.report import indicator_charts
from tracker.report.model import Chart, Fact, Field, Report, Table, tabulated
from tracker.report.verdicts import Judged, Known, Names, judged, known
from tracker.store import indicators as asked
from tracker.store.ledger import Connection
from tracker.store.observing import Deed
from tracker.store.rows import Filters, IndicatorRow, ObservationRow


def listed(db: Connection, as_of: date, known_on: datetime | None = None) -> Table:
    """All indicators with the latest figure of each owner and how many targets have which verdict."""
    of = known(db, as_of, known_on)
    verdicts = Counter((one.indicator.key, one.verdict) for one in judged(of))

    def counted(word: Verdict) -> Callable[[IndicatorRow], int]:
        return lambda row: verdicts[row.key, word]

    return tabulated(
        "indicators",
        _("Indicators"),
        of.indicators.values(),
        [
            Field("key", _("Key"), "key"),
            Field("name", None, "name"),
            Field("name_en", None, "name_en"),
            Field(None, _("Indicator"), lambda row: either(row.name, row.name_en), flexible=True),
            Field("unit", _("Unit"), "unit"),
            Field("commitment", _("Commitment"), "commitment", optional=True),
            Field("latest", None, lambda row: [_latest(one) for one in _newest(of, row.key)]),
            Field(None, _("Latest"), lambda row: _said(of, row.key), flexible=True),
            *(Field(word.value, either(word.zh, word.en), counted(word)) for word in Verdict),
            Field(
                "flagged",
                _("Flagged"),
                lambda row: sum(o.indicator == row.key and o.flag is not None for o in of.standing),
            ),
        ],
    )


def _newest(of: Known, key: str) -> list[ObservationRow]:
    """The latest figure of each owner that is not flagged; one without a year where there is no other."""
    newest: dict[str, ObservationRow] = {}
    for row in of.standing:
        if row.indicator == key and not row.flag:
            before = newest.get(row.owner)
            if before is None or _last_year(row) > _last_year(before):
                newest[row.owner] = row
    return [newest[code] for code in of.names if code in newest]


def _last_year(row: ObservationRow) -> int:
    read = Period.read(row.period or "")
    return read.last if read else 0


def _latest(row: ObservationRow) -> dict[str, object]:
    return {
        "owner": row.owner,
        "year": row.period,
        "value": number(row.value),
        "precision": row.precision,
    }


def _said(of: Known, key: str) -> str:
    return ", ".join(
        f"{row.owner} {_rough(row)}{row.value}" + (f" ({row.period})" if row.period else "")
        for row in _newest(of, key)
    )


def _rough(row: ObservationRow) -> str:
    """A sign before a figure that its source does not give exactly."""
    return {Precision.ABOUT: "≈", Precision.AT_LEAST: "≥", Precision.AT_MOST: "≤"}.get(
        Precision(row.precision), ""
    )


def number(value: str) -> int | float:
    """A decimal number as a cell has it."""
    exact = Decimal(value)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def shown(db: Connection, said: str, as_of: date, known_on: datetime | None = None) -> Report:
    """One indicator: its targets with verdicts, and all its figures, superseded ones too."""
    key = asked.key(db, said)
    of = known(db, as_of, known_on)
    row = of.indicators[key]
    rows = [each for each in asked.observation_rows(db, known_on=known_on) if each.indicator == key]
    order = list(of.names)
    rows.sort(key=lambda each: (order.index(each.owner), _last_year(each)))
    judgements = [each for each in judged(of) if each.indicator.key == key]
    return Report(
        f"{row.key} {either(row.name, row.name_en)}",
        (
            Fact("key", None, row.key),
            Fact("name", _("Name"), row.name),
            Fact("name_en", _("English name"), row.name_en),
            Fact("unit", _("Unit"), row.unit),
            Fact("better", _("Better"), Better(row.better)),
            Fact("commitment", _("Commitment") if row.commitment else None, row.commitment),
        ),
        (
            _targets(judgements, of.names)._replace(name="targets"),
            observations(rows, of.names, title=_("Observations")),
        ),
        charts=indicator_charts.latest(judgements, of.names, _("Charts")),
    )


def everything(db: Connection, as_of: date, filters: Filters) -> tuple[Table, Table, Table]:
    """Indicators, targets with their verdicts, and all figures ever recorded; of the documents and
    owners asked for.
    """
    of = known(db, as_of)
    rows = [
        row
        for row in of.indicators.values()
        if filters.document in (None, (row.commitment or "").rpartition("-")[0])
    ]
    keys, whose = {row.key for row in rows}, filters.owners or of.names
    targets = [one for one in judged(of) if one.indicator.key in keys and one.goal.owner in whose]
    figures = [
        row for row in asked.observation_rows(db) if row.indicator in keys and row.owner in whose
    ]
    return (
        _described(rows),
        _targets(targets, of.names, whole=True)._replace(name="targets"),
        observations(figures, of.names, title=_("Observations")),
    )


def _described(rows: Iterable[IndicatorRow]) -> Table:
    return tabulated(
        "indicators",
        _("Indicators"),
        rows,
        [
            Field("key", _("Key"), "key"),
            Field("name", None, "name"),
            Field("name_en", None, "name_en"),
            Field(None, _("Indicator"), lambda row: either(row.name, row.name_en), flexible=True),
            Field("unit", _("Unit"), "unit"),
            Field("better", _("Better"), lambda row: Better(row.better)),
            Field("commitment", _("Commitment"), "commitment", optional=True),
        ],
    )


def part(of: Known, document: str | None, heading: str) -> tuple[Table, tuple[Chart, ...]]:
    """The targets of indicators as a part of a report, how many of each have which verdict, and the
    figures that these rest on.
    """
    judgements = judged(of, document)
    table = _targets(judgements, of.names, whole=True)._replace(part=heading)
    charts = indicator_charts.latest(judgements, of.names, heading)
    return table, (indicator_charts.verdicts(judgements, heading), *charts)


def _targets(rows: Iterable[Judged], names: Names, *, whole: bool = False) -> Table:
    indicator = [
        Field("indicator", None, lambda j: j.indicator.key),
        Field("name", None, lambda j: j.indicator.name),
        Field("name_en", None, lambda j: j.indicator.name_en),
        Field(
            None,
            _("Indicator") if whole else None,
            lambda j: either(j.indicator.name, j.indicator.name_en),
            flexible=True,
        ),
    ]
    return tabulated(
        "indicators",
        _("Goals of indicators") if whole else _("Goals"),
        rows,
        [
            *indicator,
            *_owner_fields(lambda j: j.goal.owner, names),
            Field("year", _("Year due"), lambda j: j.goal.year),
            Field("rule", None, lambda j: Rule(j.goal.rule)),
            Field("target", None, lambda j: j.goal.value and number(j.goal.value)),
            Field("against", None, lambda j: j.goal.against),
            Field("since", None, lambda j: j.goal.since),
            Field("basis", None if whole else _("Basis"), lambda j: Basis(j.goal.basis)),
            Field("text", None, lambda j: j.goal.text),
            Field("text_en", None, lambda j: j.goal.text_en),
            Field(None, _("Goal"), lambda j: either(j.goal.text, j.goal.text_en), flexible=True),
            Field("latest", _("Latest"), lambda j: j.last and number(str(j.last.value))),
            Field("unit", _("Unit"), lambda j: j.indicator.unit),
            Field("latest_year", _("Year"), lambda j: j.last and j.last.year),
            Field(
                "held_against",
                _("Held against"),
                lambda j: j.against and number(str(j.against.value)),
            ),
            Field("held_against_year", _("Its year"), lambda j: j.against and j.against.year),
            Field("verdict", _("Verdict"), lambda j: j.verdict),
            Field("flagged", _("Flagged"), lambda j: j.flagged),
        ],
    )


def _owner_fields(get: Callable[..., str], names: Names) -> list[Field]:
    return [
        Field("owner", None, get),
        Field(None, _("Owner"), lambda row: either(*names[get(row)])),
    ]


def recorded(db: Connection, deeds: list[Deed]) -> Table:
    """What recording figures did, or would do."""
    table = observations([one.row for one in deeds], asked.places(db), title=_("Observations"))
    deed = tabulated(
        "",
        "",
        deeds,
        [
            Field("deed", None, "deed"),
            Field(None, _("Change"), _said_of),
            Field("before", None, lambda one: one.before and number(one.before.value)),
            Field("before_flag", None, lambda one: one.before and one.before.flag),
        ],
    )
    return table._replace(
        columns=deed.columns + table.columns,
        rows=[mine + theirs for mine, theirs in zip(deed.rows, table.rows, strict=True)],
    )


def _said_of(one: Deed) -> str:
    """What was done, and what stood there before: a slip is seen where both stand side by side."""
    if one.before is None:
        return _("added")
    if one.deed == "unchanged":
        return _("unchanged")
    before = f"{_rough(one.before)}{one.before.value}"
    if one.before.flag is None:
        return _("supersedes {value}").format(value=before)
    return _("supersedes {value}, which was flagged: {flag}").format(
        value=before, flag=either(Flag(one.before.flag).zh, Flag(one.before.flag).en)
    )


def observations(rows: list[ObservationRow], names: Names, *, title: str) -> Table:
    """Figures with where they come from, and why some are not trusted."""
    several = len({row.indicator for row in rows}) > 1
    return tabulated(
        "observations",
        title,
        rows,
        [
            Field("indicator", _("Key") if several else None, "indicator"),
            *_owner_fields(lambda row: row.owner, names),
            Field("year", _("Year"), "period"),
            Field("value", _("Value"), lambda row: number(row.value)),
            Field("unit", _("Unit"), "unit"),
            Field("precision", None, lambda row: Precision(row.precision)),
            Field(
                None,
                _("Stated as"),
                lambda row: None if row.precision == Precision.EXACT else Precision(row.precision),
                optional=True,
            ),
            Field("source", _("Source"), "source", flexible=True),
            Field("place", _("Place"), "place", flexible=True),
            Field("flag", _("Flag"), lambda row: row.flag and Flag(row.flag), optional=True),
            Field("reason", None, "reason"),
            Field("reason_en", None, "reason_en"),
            Field(None, _("Reason"), lambda row: either(row.reason, row.reason_en), flexible=True),
            Field("note", None, "note"),
            Field("note_en", None, "note_en"),
            Field(None, _("Note"), lambda row: either(row.note, row.note_en), flexible=True),
            Field("standing", None, "standing"),
            Field(
                None,
                _("Superseded"),
                lambda row: None if row.standing else _("superseded"),
                optional=True,
            ),
            Field("actor", _("Actor"), "actor", optional=True),
            Field("recorded_at", None, "recorded_at"),
        ],
    )
