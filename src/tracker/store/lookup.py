"""From what a user typed to what the ledger holds: keys, owners, documents, the assignments meant."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tracker.domain.numerals import number
from tracker.domain.words import plain
from tracker.errors import NotFound, UsageRefusal
from tracker.i18n import _, either
from tracker.store.connection import Connection
from tracker.store.rows import Filters, OwnerRow

# No key is as long: what is longer was not typed as one.
_LONGEST = 60
# Of so many keys those that are like another one are found at once.
_ALIKE = 1000
# Behind all others, byte by byte.
_LAST_SIGN = "\U0010ffff"


class Meant(NamedTuple):
    """An assignment that a key and an owner mean."""

    id: int
    key: str
    title: str
    title_en: str
    owner: str


def all_owners(db: Connection) -> list[OwnerRow]:
    """The owners in the order of their table."""
    return [OwnerRow._make(row) for row in db.ask("lookup.all_owners")]


def owner(db: Connection, said: str) -> str:
    """The code of the owner that `said` names: by code, or by name in either language."""
    known = all_owners(db)
    wanted = plain(said)
    found = [each.code for each in known if plain(each.code) == wanted] or [
        each.code for each in known if _is_named(each, said)
    ]
    if len(found) > 1:
        raise UsageRefusal(
            _("{said} is the name of several: say which one by its code: {codes}").format(
                said=said, codes=", ".join(found)
            )
        )
    if found:
        return found[0]
    raise NotFound(
        _("unknown owner: {said} (known: {known})").format(
            said=said, known=", ".join(f"{o.code} {either(o.name, o.name_en)}" for o in known)
        )
    )


def _is_named(each: OwnerRow, said: str) -> bool:
    names, wanted = {plain(each.name), plain(each.name_en)}, plain(said)
    return wanted in names or (len(said) > 2 and wanted.rstrip("省") in names)  # noqa: PLR2004 - 湖北省 is 湖北


def and_below(db: Connection, code: str) -> tuple[str, ...]:
    """An owner and all units below."""
    known = all_owners(db)
    found = [code]
    for each in found:
        found += [o.code for o in known if o.parent == each and o.code not in found]
    return tuple(found)


def all_documents(db: Connection) -> list[str]:
    """The codes of the documents."""
    return _firsts(db, "lookup.all_documents")


def document(db: Connection, said: str) -> str:
    """The code of a document."""
    codes = all_documents(db)
    if said in codes:
        return said
    raise NotFound(
        _("unknown document: {said} (known: {known})").format(said=said, known=", ".join(codes))
    )


def section(db: Connection, said: str, document: str | None) -> int:
    """The number of a section that some document has: 5 or 五."""
    known = sorted({row[0] for row in db.ask("lookup.section_numbers", document=document)})
    wanted = number(said.strip())
    if wanted is not None and wanted in known:
        return wanted
    raise NotFound(
        _("no section {said} (known: {known})").format(said=said, known=", ".join(map(str, known)))
    )


def key(db: Connection, said: str) -> str:
    """The key of a measure or a commitment, as registered; `2021-3.1` finds `2021-03.1`."""
    typed = plain(said).replace("_", "-")[:_LONGEST]
    measure, dot, rest = typed.partition(".")
    head, dash, ordinal = measure.rpartition("-")
    if dash and ordinal.isdecimal():
        typed = f"{head}-{int(ordinal):02}{dot}{rest}"
    wanted = typed.upper()
    # As nearly everybody types it: what else there is need not be read.
    tried = [each for each in (said, wanted, typed) if each.isprintable()]
    registered = set(_firsts(db, "lookup.registered", keys=tried)) if tried else set()
    if found := next((each for each in tried if each in registered), None):
        return found
    known = {
        each.upper(): each
        for question in ("lookup.commitment_keys", "lookup.measure_keys")
        for each in _firsts(db, question)
    }
    if wanted in known:
        return known[wanted]
    raise _unknown(said, wanted, set(known.values()))


def _unknown(said: str, wanted: str, known: set[str]) -> NotFound:
    from difflib import get_close_matches  # noqa: PLC0415 - only where a key is not found
    from heapq import nlargest  # noqa: PLC0415 - only where a key is not found
    from os.path import commonprefix  # noqa: PLC0415 - only where a key is not found

    # Of very many only those that begin most alike are compared letter by letter.
    alike = nlargest(_ALIKE, known, lambda each: len(commonprefix((each.upper(), wanted))))  # noqa: RUF071 - no paths: letters are what is compared
    nearest = get_close_matches(wanted, sorted(alike), n=3, cutoff=0.6)
    return NotFound(
        _("unknown key: {said} (nearest: {nearest}; all: tracker list)").format(
            said=said, nearest=", ".join(nearest)
        )
        if nearest
        else _("unknown key: {said} (tracker list shows all)").format(said=said[:_LONGEST])
    )


def keys_beginning(db: Connection, start: str) -> list[str]:
    """The keys of measures and commitments that begin so."""
    if not start.isprintable():
        return []
    end = start + _LAST_SIGN if start else None
    given = {"start": start or None, "end": end, "on_server": db.on_server}
    return sorted(_firsts(db, "lookup.keys_beginning", **given))


def meant(db: Connection, keys: Iterable[str], code: str | None) -> list[Meant]:
    """The standing assignments of an owner, or of all, in commitments, or in all of a measure's, once
    each.
    """
    found: dict[int, Meant] = {}
    for said in keys:
        wanted, there = said, _standing(db, said) if said.isprintable() else []
        if not there:
            # It was typed in another way, or nobody has it any more.
            wanted = key(db, said)
            there = _standing(db, wanted)
        rows = [row for row in there if code in (None, row.owner)]
        if not rows and code is None:
            raise NotFound(_("nobody has an assignment in {key} any more").format(key=wanted))
        if not rows:
            having = ", ".join(dict.fromkeys(row.owner for row in there))
            raise NotFound(
                _("{owner} has no assignment in {key}; those who have: {having}").format(
                    owner=code, key=wanted, having=having or "-"
                )
            )
        found |= {row.id: row for row in rows}
    return list(found.values())


def is_measure(said: str) -> bool:
    """Whether a key names a measure, so that an update of it means several assignments."""
    return "." not in plain(said)


def _standing(db: Connection, keyed: str) -> Sequence[Meant]:
    named = Filters.of(keyed)
    rows = db.ask("lookup.standing", measure=named.measure, commitment=named.commitment)
    return [Meant._make(row) for row in rows]


def _firsts(db: Connection, question: str, **given: Any) -> list[str]:  # noqa: ANN401 - values, or lists of them
    return [row[0] for row in db.ask(question, **given)]
