"""The questions of `update` on a terminal: what to record, asked step by step and agreed to."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from typing import TypeVar

import typer

from tracker.cli import context
from tracker.cli.options import Said, reported, word
from tracker.domain.words import Status, plain, spellings
from tracker.errors import NotFound, Refusal, UsageRefusal
from tracker.i18n import _, either
from tracker.report import listing
from tracker.report.model import shown_cell
from tracker.store import evidence, lookup, queries, record
from tracker.store.rows import CommitmentRow, Filters

try:
    # With it what is typed can be edited and completed, and a line can be long.
    import readline
except ImportError:
    # Windows does without.
    readline = None  # type: ignore[assignment] # Windows has no such module, and the name is asked for before it is used

T = TypeVar("T")

# More of them are no choice: who sees so many types more of the title.
_MOST = 20


def asked() -> Said:
    """A report that somebody at the terminal was asked for, has seen whole and agreed to."""
    chosen = _commitment()
    owner = _owner(chosen.key)
    _show_state(chosen.key, owner)
    said = Said([chosen.key], owner, _status())
    if said.status not in (Status.DONE, Status.NOT_STARTED):
        said = _ask(
            _("Percent done, 0-100 (Enter: none)"), _tried(lambda a: said._replace(percent=a))
        )
    said = _ask(
        _("What has been achieved (Enter: nothing to say)"), _tried(lambda a: said._replace(note=a))
    )
    said = _ask(
        _("What stands in the way (Enter: nothing)"), _tried(lambda a: said._replace(problem=a))
    )
    said = _ask(
        _("What comes next (Enter: nothing to say)"), _tried(lambda a: said._replace(next_step=a))
    )
    said = _shown(said)
    today = context.today().isoformat()
    said = _ask(
        _("The date from which it is true"), _tried(lambda a: said._replace(on=a)), default=today
    )
    _summary(chosen, said)
    if not context.confirmed(_("Record this? (y/n)")):
        raise typer.Abort
    return said


def _ask(question: str, read: Callable[[str], T], *, default: str = "") -> T:
    """Ask until there is an answer that can be read."""
    while True:
        said = typer.prompt(question, default=default, show_default=bool(default), err=True)
        try:
            context.refuse_what_is_no_text(said)
            return read(said.strip())
        except Refusal as reason:
            context.note(str(reason))


def _tried(filled: Callable[[str | None], Said]) -> Callable[[str], Said]:
    """Reads the answer to one question, refused where the report so far does not go with it."""

    def read(answer: str) -> Said:
        more = filled(answer or None)
        today = context.today()
        record.refuse_contradiction(reported(more, today), today, without_evidence=True)
        return more

    return read


def _commitment() -> CommitmentRow:
    while True:
        with _completing(_titled):
            found = _ask(_("Which commitment? Type part of its title, or its key"), _found)
        if len(found) == 1:
            return found[0]
        _list([f"{row.key} {either(row.title, row.title_en)}" for row in found[:_MOST]])
        if len(found) > _MOST:
            context.note(_("… and {count} more").format(count=len(found) - _MOST))
        read = partial(_number, upto=min(len(found), _MOST))
        number = _ask(_("Its number (Enter: look for another)"), read)
        if number:
            return found[number - 1]


def _found(said: str) -> list[CommitmentRow]:
    """The commitment of that key, or those with the words; first those that have them in the title."""
    if not said:
        raise UsageRefusal(_("type part of a title, or a key"))
    of = context.asked(None, None)
    with context.reading() as db:
        with suppress(NotFound):
            key = lookup.key(db, said)
            if not lookup.is_measure(key):
                lookup.meant(db, [key], None)
                return queries.commitment_rows(db, of, Filters.of(key))
        filters = listing.filters(db, search=said)
        rows = queries.commitment_rows(db, of, filters)
    if not rows:
        raise NotFound(_("no commitment has {said} in it").format(said=said))
    return sorted(rows, key=lambda row: not _is_titled(row, filters.search))


def _is_titled(row: CommitmentRow, words: Sequence[str]) -> bool:
    text = f"{row.key} {row.title} {row.title_en}".casefold()
    return all(any(s.casefold() in text for s in spellings(word)) for word in words)


@contextmanager
def _completing(known: Callable[[str], list[str]]) -> Iterator[None]:
    """While this holds, the Tab key completes what is typed from what is known of it."""
    if readline is None:
        yield
        return
    completed = cache(known)

    def complete(typed: str, number: int) -> str | None:
        options = completed(typed)
        return options[number] if number < len(options) else None

    delimiters = readline.get_completer_delims()
    readline.parse_and_bind("tab: complete")
    readline.set_completer_delims("")
    readline.set_completer(complete)
    try:
        yield
    finally:
        readline.set_completer(None)
        readline.set_completer_delims(delimiters)


def _titled(typed: str) -> list[str]:
    """The keys that begin so, else the commitments with these words in the title."""
    words = typed.split()
    with context.reading() as db:
        rows = queries.commitment_rows(db, context.asked(None, None))
    if keys := [row.key for row in rows if words and row.key.startswith(typed)]:
        return keys
    titled = [row for row in rows if words and _is_titled(row, words)]
    lines = [f"{row.key} {either(row.title, row.title_en)}" for row in titled]
    # What several have in common replaces what was typed: with a blank among them nothing does.
    return [" ", *lines] if len(lines) > 1 else lines


def _number(said: str, upto: int) -> int | None:
    """The number of one of those shown; None where nothing was said."""
    if not said:
        return None
    if plain(said) not in map(str, range(1, upto + 1)):
        raise UsageRefusal(_("type a number from 1 to {count}").format(count=upto))
    return int(plain(said))


def _one_of(options: Sequence[T], said: str, read: Callable[[str], T]) -> T:
    """The option whose number was said, or what else was said as it is read."""
    if said and not plain(said).isdecimal():
        return read(said)
    number = _number(said or "0", len(options))
    assert number is not None
    return options[number - 1]


def _owner(key: str) -> str:
    with context.reading() as db:
        having = list(dict.fromkeys(each.owner for each in lookup.meant(db, [key], None)))
        names = {each.code: either(each.name, each.name_en) for each in lookup.all_owners(db)}
    if len(having) == 1:
        return having[0]
    _list([f"{code} {names[code]}" for code in having])

    def read(said: str) -> str:
        with context.reading() as db:
            return lookup.meant(db, [key], lookup.owner(db, said))[0].owner

    question = _("Whose report is it? A number, a code or a name")
    return _ask(question, lambda said: _one_of(having, said, read))


def _status() -> Status:
    statuses = list(Status)
    _list([f"{status.value} {either(status.zh, status.en)}" for status in statuses])
    question = _("Its status now: a number or a word")
    read = partial(word, Status, option=_("Status"))
    return _ask(question, lambda said: _one_of(statuses, said, read))


def _shown(said: Said) -> Said:
    """The report with its evidence, piece by piece; a done without any has to be meant."""

    def read(piece: str) -> str:
        with context.reading() as db:
            evidence.gather(db, [piece], context.evidence())
        return piece

    question = _("What shows it: a link, a file or a place in a document (Enter: no more)")
    pieces: list[str] = []
    while piece := _ask(question, read):
        pieces.append(piece)
    if said.status != Status.DONE or pieces:
        return said._replace(evidence=pieces)
    if context.confirmed(_("Nothing shows that it is done. Record it all the same? (y/n)")):
        return said._replace(without_evidence=True)
    return _shown(said)


def _show_state(key: str, owner: str) -> None:
    """What was reported last, before anything else is asked."""
    with context.reading() as db:
        filters = Filters.of(key)._replace(owners=(owner,))
        rows = queries.assignment_rows(db, context.asked(None, None), filters)
    for row in rows:
        status = shown_cell(Status(row.status))
        percent = "" if row.percent is None else f" {row.percent}%"
        since = f" ({row.effective_on})" if row.effective_on else ""
        note = listing.shown_note(row)
        title = f"{key} {owner} {either(row.title, row.title_en)}"
        context.note(f"{title}: {status}{percent}{since}{f': {note}' if note else ''}")


def _summary(chosen: CommitmentRow, said: Said) -> None:
    with context.reading() as db:
        actor = context.actor(db)
    lines = (
        (_("Commitment"), f"{chosen.key} {either(chosen.title, chosen.title_en)}"),
        (_("Owner"), said.owner),
        (_("Status"), shown_cell(Status(said.status))),
        ("%", said.percent),
        (_("Note"), said.note),
        (_("Problem"), said.problem),
        (_("Next step"), said.next_step),
        *((_("Evidence"), piece) for piece in said.evidence),
        (_("On"), said.on),
        (_("Actor"), actor),
    )
    context.note("\n".join(f"  {name}: {text}" for name, text in lines if text))


def _list(lines: Sequence[str]) -> None:
    context.note("\n".join(f"{number:>3} {line}" for number, line in enumerate(lines, 1)))
