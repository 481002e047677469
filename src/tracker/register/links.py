"""Links between commitments of several documents, as a file of links says them."""

from typing import NamedTuple

from tracker.domain.words import LinkKind
from tracker.yamlfile import Fields


class Link(NamedTuple):
    """That a later commitment takes up an earlier one; both are keys. `where` is its place in the file."""

    earlier: str
    later: str
    kind: LinkKind
    note: str | None
    note_en: str | None
    where: str


class Links(NamedTuple):
    """All links that there are among some documents, by their codes."""

    documents: tuple[str, ...]
    links: tuple[Link, ...]
    where: str


def links(top: Fields) -> Links:
    """What the file says under `documents` and `links`."""
    return Links(
        tuple(top.texts("documents")),
        # None at all is an answer, too: then those of these documents go.
        top.each("links", _link, mark=lambda link: f"{link.earlier} {link.later}", required=False),
        top.where,
    )


def _link(fields: Fields) -> Link:
    return Link(
        earlier=fields.text("from"),
        later=fields.text("to"),
        kind=fields.word("kind", LinkKind) or LinkKind.CONTINUES,
        note=fields.maybe("note"),
        note_en=fields.maybe("note_en"),
        where=fields.where,
    )
