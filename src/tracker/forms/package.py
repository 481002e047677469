"""What a workbook is before it is opened: no bomb, no macros, no password, no links to other files."""

import io
import re
import zipfile
from typing import NamedTuple

from tracker.i18n import _

# An office's form has some hundred rows. What is larger was not made by hand.
LIMIT_BYTES = 20_000_000
LIMIT_ROWS = 10_000
# Nobody moves a column of a form farther to the right.
LIMIT_COLUMNS = 200
_LIMIT_MEMBERS = 2_000
_LIMIT_UNPACKED = 100_000_000
_LIMIT_XML = 20_000_000
_LIMIT_CELLS = 200_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]{0,200}?ref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"
)
# Parsers take a time with the square of its length for a tag that does not end.
_ENDLESS = re.compile(rb"<[^<>]{100000}")
_MARKUP = (".xml", ".rels", ".vml")
_STRICT = b"http://purl.oclc.org/ooxml/"


class Refused(Exception):  # noqa: N818 - the answer to a file; whoever reads it names the file
    """Why a workbook is not opened, and what to do."""


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a packed or an old Office file: nothing that is text begins so."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE))


def inspect(data: bytes) -> None:
    """Refused where a workbook should not, or need not, be opened."""
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Refused(_("is protected by a password: take it off and save the file again"))
        raise Refused(_("is an old Excel or WPS workbook: save it as .xlsx"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _refuse_members(package.infolist())
            size = _Size()
            for member in package.infolist():
                if member.filename.casefold().endswith(_MARKUP):
                    size += _content(member.filename, package.read(member))
                    _refuse_size(size)
    except Refused:
        raise
    except Exception as reason:
        # A damaged archive makes zipfile raise whatever its fields lead to, zlib.error among it.
        raise damaged() from reason


def damaged() -> Refused:
    """The answer to a file that breaks its own format."""
    return Refused(_("is damaged and cannot be read: save it again as .xlsx"))


def with_macros() -> Refused:
    """The answer to a workbook that may run programs."""
    return Refused(_("is a workbook for macros: save it as .xlsx, without them"))


def _refuse_members(members: list[zipfile.ZipInfo]) -> None:
    names = {member.filename.lstrip("/").casefold() for member in members}
    markup = [m.file_size for m in members if m.filename.casefold().endswith(_MARKUP)]
    if (
        len(members) > _LIMIT_MEMBERS
        or sum(member.file_size for member in members) > _LIMIT_UNPACKED
        or sum(markup) > _LIMIT_XML
    ):
        raise Refused(
            _(
                "unpacks to more than a form can hold and was not opened: delete empty rows and pictures"
                " and save it again"
            )
        )
    if any(member.flag_bits & 1 for member in members):
        raise Refused(_("is protected by a password: take it off and save the file again"))
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise with_macros()
    if any(name.startswith("xl/externallinks/") for name in names):
        raise Refused(_("is linked to other workbooks: break the links and save it again"))
    if "xl/workbook.xml" not in names:
        raise Refused(_("is no Excel workbook: save it as .xlsx"))


class _Size(NamedTuple):
    """How many rows and cells there are, merged ones counted as the cells that they cover."""

    rows: int = 0
    cells: int = 0

    def __add__(self, other: tuple[int, ...]) -> "_Size":  # type: ignore[override] # sizes add up
        return _Size(self.rows + other[0], self.cells + other[1])


def _content(name: str, content: bytes) -> _Size:
    if _DECLARES.search(content.replace(b"\0", b"")) or _ENDLESS.search(content):
        raise damaged()
    if _STRICT in content and name.casefold().endswith("workbook.xml"):
        raise Refused(_("is a Strict Open XML workbook: save it as an ordinary .xlsx"))
    merged = sum(
        (int(bottom) - int(top) + 1) * (_place(right) - _place(left) + 1)
        for left, top, right, bottom in _MERGED.findall(content)
    )
    return _Size(len(_ROW.findall(content)), len(_CELL.findall(content)) + merged)


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - ord("A") + 1
    return place


def _refuse_size(size: _Size) -> None:
    if size.rows > LIMIT_ROWS or size.cells > _LIMIT_CELLS:
        raise too_large(max(size.rows, size.cells))


def too_large(found: int) -> Refused:
    """The answer to a workbook with rows without end."""
    return Refused(
        _(
            "has {found} rows or cells, more than a form has: delete the empty rows below it"
            " and save it again"
        ).format(found=found)
    )
