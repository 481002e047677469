"""What goes up: report, the lists that prepare it, due and audit, and next, an owner's own."""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tracker.cli import context
from tracker.cli.options import (
    AsOf,
    Document,
    Form,
    Format,
    KnownOn,
    Out,
    Owner,
    Whose,
    complete_periods,
    day,
    maybe,
    moment,
    period,
)
from tracker.domain.period import Period
from tracker.errors import DatabaseRefusal, Overtaken, UsageRefusal
from tracker.i18n import LANGUAGES, _, speaking, spoken
from tracker.report.model import Report, Table, without_annexes

if TYPE_CHECKING:
    from tracker.report.progress import Asked

app = typer.Typer(add_completion=False)

# Formats in which each owner's assignments come with the report unasked.
_WITH_ANNEXES = (Form.HTML, Form.DOCX, Form.XLSX)


class Grouping(StrEnum):
    """What the lines of a report's grouped tables are about."""

    OWNER = "owner"
    DOCUMENT = "document"
    SECTION = "section"
    MEASURE = "measure"
    LINE = "line"


@app.command()
def report(
    said_period: Annotated[
        str | None,
        typer.Option(
            "--period",
            metavar="PERIOD",
            autocompletion=complete_periods,
            help="The state at its end and what moved in it: 2024Q1, 2024H1, 2024, 2024Q1..2024Q3.",
        ),
    ] = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    by: Annotated[
        list[Grouping] | None,
        typer.Option("--by", help="Only these groupings; may be said several times."),
    ] = None,
    document: Document = None,
    annexes: Annotated[
        bool | None,
        typer.Option(
            "--annexes/--no-annexes",
            help="With each owner's assignments, or without; html, docx and xlsx have them else.",
        ),
    ] = None,
    issue: Annotated[bool, typer.Option("--issue", help="Keep the report as it is sent.")] = False,
    issued: Annotated[
        int | None,
        typer.Option(
            "--issued",
            metavar="NUMBER",
            min=1,
            max=999_999_999,
            help="Print a report again as it was sent.",
        ),
    ] = None,
    issues: Annotated[
        bool, typer.Option("--issues", help="List the reports that were issued.")
    ] = False,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Print the progress report of a date or a period, and keep it as sent.

    Example: tracker report --period 2024Q1; tracker report --period 2024Q1 --issue -f docx -o q1.docx; tracker report --issued 1 -f html -o q1.html
    """
    asking = _Asking(said_period, as_of, known_on, tuple(by or ()), document, issue)
    full = form in _WITH_ANNEXES if annexes is None else annexes
    if issues or issued is not None:
        asking.refuse(issued if issues else None)
        made, asked = (_all_issues() if issued is None else _sent(issued)), None
    else:
        made, asked = _made(asking, annexes=full or issue, both=issue or form is Form.HTML)
    context.output(made if full or isinstance(made, Table) else without_annexes(made), form, out)
    if issue and asked is not None and isinstance(made, Report):
        try:
            _keep(made, asked)
        except Overtaken as reason:
            # It is printed already: not once more by itself.
            raise DatabaseRefusal(str(reason)) from reason


class _Asking(NamedTuple):
    """What a report was asked for with, as it was typed."""

    period: str | None
    as_of: str | None
    known_on: str | None
    by: tuple[Grouping, ...]
    document: str | None
    issue: bool

    def refuse(self, issued: int | None) -> None:
        """Refuse all of it beside --issues or --issued, and a number beside --issues."""
        if any(self) or issued is not None:
            raise UsageRefusal(
                _("--issues and --issued N each stand alone: they show what was sent")
            )


def _made(asking: _Asking, *, annexes: bool, both: bool) -> "tuple[Report, Asked]":
    from tracker.report import progress  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import log  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    said = maybe(period, asking.period, "--period")
    with context.settled() as db:
        asked = progress.Asked(
            _date(said, maybe(day, asking.as_of, "--as-of")),
            log.known(db, maybe(moment, asking.known_on, "--known-on")),
            said,
            asking.document,
            asking.by or progress.GROUPS,
            annexes,
        )
        with context.steps(progress.READING + progress.MAKING * (1 + both)) as step:
            known = progress.read(db, asked, step)
            made = progress.made(db, known, step)
            if both:
                with speaking(*(language for language in LANGUAGES if language != spoken())):
                    other = progress.made(db, known, step)
                made = made._replace(translation=other)
    return made, asked


def _date(said: Period | None, as_of: date | None) -> date:
    """The date of a report: the one typed, else the end of the period, else of what there is of it."""
    today = context.today()
    if as_of is not None and as_of > today:
        raise UsageRefusal(_("--as-of: {date} is still to come").format(date=as_of))
    if said is None:
        return as_of or today
    if said.first > today:
        raise UsageRefusal(_("--period: {period} has not begun").format(period=said))
    if as_of is not None and not said.first <= as_of <= said.last:
        raise UsageRefusal(
            _("--as-of: {date} does not lie in {period}").format(date=as_of, period=said)
        )
    if as_of is None and said.last > today:
        context.note(
            _("{period} is not over: this is how things stand on {date}").format(
                period=said, date=today
            )
        )
    return as_of or min(said.last, today)


def _keep(made: Report, asked: "Asked") -> None:
    """Keep what has been printed or written: what could not be is not issued."""
    from tracker.report.kept import packed  # noqa: PLC0415 - only where a report is issued
    from tracker.store import issues  # noqa: PLC0415 - only where a report is issued

    facts = {fact.name: fact.value for fact in made.facts}
    with context.writing() as db:
        before = [
            issue.number
            for issue in issues.issued(db)
            if (issue.period, issue.as_of, issue.document)
            == (facts["period"], asked.as_of, asked.document)
        ]
        number = issues.keep(
            db,
            period=facts["period"],
            document=asked.document,
            as_of=asked.as_of,
            known_on=facts["known_on"],
            digest=facts["digest"],
            model=packed(made, spoken()),
            by=context.acting(db),
        )
    if before:
        context.note(
            _("the same was issued before, as report {numbers}").format(
                numbers=", ".join(map(str, before))
            )
        )
    context.note(
        _(
            "kept as issued report {number}: tracker report --issued {number} prints it again"
        ).format(number=number)
    )


def _sent(number: int) -> Report:
    from tracker.report.kept import unpacked  # noqa: PLC0415 - only where a report was issued
    from tracker.store import issues  # noqa: PLC0415 - only where a report was issued

    with context.reading() as db:
        return unpacked(issues.model(db, number), spoken())


def _all_issues() -> Table:
    from tracker.report import issued  # noqa: PLC0415 - only where it is asked for

    with context.reading() as db:
        return issued.listed(db)


Within = Annotated[
    int,
    typer.Option(
        "--within", metavar="DAYS", min=0, max=3660, help="What falls due in so many days."
    ),
]
Silent = Annotated[
    int,
    typer.Option(
        "--silent", metavar="N", min=1, max=400, help="What had no report for so many quarters."
    ),
]


@app.command()
def due(
    owner: Owner = None,
    document: Document = None,
    within: Within = 90,
    silent: Silent = 1,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Remind the owners: overdue, falling due, silent, returned.

    Example: tracker due --within 30; tracker due --owner HB -f md -o hubei.md
    """
    from tracker.report import listing, reminders  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import log  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    on, known = maybe(day, as_of, "--as-of"), maybe(moment, known_on, "--known-on")
    with context.settled() as db:
        filters = listing.filters(db, document=document, owner=owner)
        of = context.asked(on, known)
        made = reminders.reminders(
            db, of, filters, known_on=log.known(db, known), within=within, silent=silent
        )
    context.output(made, form, out)


@app.command("next")
def next_(
    owner: Whose,
    within: Within = 90,
    silent: Silent = 1,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """List what an owner has to see to today: returned, overdue, due, silent.

    Example: tracker next --owner HB
    """
    from tracker.report import listing, reminders  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    of = context.asked(None, None)
    with context.reading() as db:
        filters = listing.filters(db, owner=owner)
        table = reminders.next_up(db, of, filters, within=within, silent=silent)
    context.output(table, form, out)


@app.command()
def audit(
    owner: Owner = None,
    document: Document = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """List the signs of gaming in the log.

    Targets moved after they had passed, done without evidence, the same note twice, reopened, hard items dropped.

    Example: tracker audit --owner HB
    """
    from tracker.report import audit as made  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.report import listing  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import log  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    on = maybe(day, as_of, "--as-of") or context.today()
    with context.settled() as db, context.steps() as step:
        known = log.known(db, maybe(moment, known_on, "--known-on"))
        filters = listing.filters(db, document=document, owner=owner)
        signs = made.signs(db, on, known, filters, step)
    context.output(signs, form, out)
