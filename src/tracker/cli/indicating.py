"""Figures: list and show indicators, record an observation, import a sheet of them."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import context
from tracker.cli.options import (
    AsOf,
    Form,
    Format,
    KnownOn,
    Out,
    complete_indicators,
    complete_owners,
    day,
    maybe,
    moment,
)
from tracker.domain.indicators import Period, value
from tracker.domain.words import Flag, Precision
from tracker.errors import UsageRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from tracker.register.indicators import Observation

app = typer.Typer(no_args_is_help=True, add_completion=False)

Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        autocompletion=complete_indicators,
        help="An indicator: rd-intensity, 研发经费投入强度 ….",
    ),
]


@app.callback()
def indicator() -> None:
    """Follow figures: their targets, what was observed, and the verdicts.

    Example: tracker indicator show rd-intensity
    """


@app.command(name="list")
def list_(
    as_of: AsOf = None, known_on: KnownOn = None, form: Format = Form.TABLE, out: Out = None
) -> None:
    """List the indicators with their latest figures and how many targets are met.

    Example: tracker indicator list; tracker indicator list -f xlsx -o figures.xlsx
    """
    from tracker.report import indicators  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    on, by = _when(as_of, known_on)
    with context.reading() as db:
        table = indicators.listed(db, on, by)
    context.output(table, form, out)


@app.command()
def show(
    key: Key,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Show one indicator: targets with verdicts, and every figure with its source.

    Example: tracker indicator show rd-intensity; tracker indicator show 常住人口城镇化率
    """
    from tracker.report import indicators  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    on, by = _when(as_of, known_on)
    with context.reading() as db:
        report = indicators.shown(db, key, on, by)
    context.output(report, form, out)


def _when(as_of: str | None, known_on: str | None) -> tuple[date, datetime | None]:
    return maybe(day, as_of, "--as-of") or context.today(), maybe(moment, known_on, "--known-on")


@app.command()
def record(
    key: Key,
    owner: Annotated[
        str,
        typer.Option(
            "--owner",
            metavar="OWNER",
            autocompletion=complete_owners,
            help="Whose figure it is: AH, 湖北, REGION 中部地区, NATION 全国 ….",
        ),
    ],
    year: Annotated[
        str, typer.Option("--year", metavar="YEAR", help="The year, or several: 2016-2020.")
    ],
    said: Annotated[
        str, typer.Option("--value", metavar="NUMBER", help="The figure, in the indicator's unit.")
    ],
    source: Annotated[
        str, typer.Option("--source", metavar="TEXT", help="Where it stands: a document, a URL.")
    ],
    place: Annotated[
        str | None, typer.Option("--place", metavar="TEXT", help="The place in the source.")
    ] = None,
    precision: Annotated[
        Precision, typer.Option("--precision", help="How exact the source says it is.")
    ] = Precision.EXACT,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="What has to be known with it.")
    ] = None,
    flag: Annotated[
        str | None,
        typer.Option(
            "--flag", metavar="REASON", help="Do not trust it, for this reason: no verdict uses it."
        ),
    ] = None,
    form: Format = Form.TABLE,
) -> None:
    """Record a figure; one of the same year that is there already stays, superseded.

    Example: tracker indicator record urbanisation --owner HB --year 2023 --value 65.47 --source "…"
    """
    given = _read(key, owner, year, said, source)
    given = given._replace(precision=precision, place=place or None, note=note or None)
    if flag is not None:
        if not flag.strip():
            raise UsageRefusal(_("--flag wants a reason"))
        given = given._replace(flag=Flag.DOUBTFUL, reason=flag.strip())
    from tracker.report import indicators  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import observing  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    with context.writing() as db:
        done = observing.record_one(db, given, command="indicator record", by=context.acting(db))
        table = indicators.recorded(db, done.deeds)
    context.output(table, form)


def _read(key: str, owner: str, year: str, said: str, source: str) -> "Observation":
    from tracker.register.indicators import Observation  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    period, number = Period.read(year), value(said)
    if period is None:
        raise UsageRefusal(
            _("--year: {said} is no year or span of years (write 2022 or 2016-2020)").format(
                said=year
            )
        )
    if number is None:
        raise UsageRefusal(
            _("--value: {said} is no number (write 60.67, without unit or thousands)").format(
                said=said
            )
        )
    if not source.strip():
        raise UsageRefusal(_("--source is empty: say where the figure stands"))
    return Observation(
        key, owner, period, str(number), None, Precision.EXACT, source.strip(),
        None, None, None, None, None, None,
    )  # fmt: skip


@app.command(name="import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A workbook, a CSV sheet or a YAML file of observations."
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change and change nothing.")
    ] = False,
    form: Format = Form.TABLE,
) -> None:
    """Record the figures of a file, all of them or none.

    The columns: indicator, owner, year, value, source; and unit, precision, place, note, flag, reason.

    Example: tracker indicator import figures.csv --dry-run
    """
    from tracker.report import indicators  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import observing  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    given = _given(file)
    with context.writing() as db:
        done = observing.record(db, given, command="indicator import", by=context.acting(db))
        table = indicators.recorded(db, done.deeds)
        if dry_run:
            db.rollback()
    context.output(table, form)
    if dry_run:
        context.note(_("nothing was changed: a dry run"))


def _given(file: Path) -> "tuple[Observation, ...]":
    from tracker import userfile  # noqa: PLC0415 - only where a file is read
    from tracker.forms import package, sheets  # noqa: PLC0415 - only where a file is read
    from tracker.register import indicators as files  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    data = userfile.content(file, userfile.LIMIT_BYTES)
    if package.is_workbook(data):
        return files.in_tables(file, sheets.tables(file, files.names_columns))
    return files.observations(file, data)
