"""The parts of a Word file, taken out of its archive with care."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from tracker.errors import Refusal
from tracker.i18n import _
from tracker.sources.files import kinds

LIMIT_UNPACKED = 200_000_000
LIMIT_PART = 64_000_000
LIMIT_RATIO = 200
_LARGE = 10_000_000
# Of a number in a document; a longer one is no number of anything.
_DIGITS = 9
_NAMES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w:",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w:",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m:",
    "http://schemas.openxmlformats.org/drawingml/2006/picture": "pic:",
    "http://purl.oclc.org/ooxml/drawingml/picture": "pic:",
    "urn:schemas-microsoft-com:vml": "v:",
}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Parts:
    """The XML parts of the Word file `data`, each as its root element.

    Refusal for a bomb, a protected or damaged archive, and for a part with a document type:
    Word writes none, and entities are what attacks are made of.
    """

    def __init__(self, file: Path, data: bytes) -> None:
        self.file = file
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as reason:
            raise kinds.damaged(file) from reason
        self._members = {info.filename.lstrip("/"): info for info in self._archive.infolist()}
        self._check()

    def _check(self) -> None:
        infos = self._archive.infolist()
        bomb = sum(info.file_size for info in infos) > LIMIT_UNPACKED or any(
            info.file_size > _LARGE and info.file_size > LIMIT_RATIO * info.compress_size
            for info in infos
        )
        if bomb:
            raise self._too_large()

    def _too_large(self) -> Refusal:
        return Refusal(
            _(
                "{file} unpacks to far more than a document needs (over {limit} MB, or packed"
                " over {ratio} times); save it again without pictures, or as .pdf"
            ).format(file=self.file, limit=LIMIT_UNPACKED // 10**6, ratio=LIMIT_RATIO)
        )

    def document(self) -> etree._Element:
        """The main part."""
        root = self.part("word/document.xml")
        if root is None:
            root = self.part("word/document2.xml")
        if root is None or name(root) != "w:document":
            raise kinds.damaged(self.file)
        return root

    def part(self, member: str) -> etree._Element | None:
        """The root of a part, or None where it is not there."""
        info = self._members.get(member)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise kinds.refused(self.file, _("an archive protected by a password"))
        if info.file_size > LIMIT_PART:
            raise self._too_large()
        return self._parsed(self._unpacked(info))

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        if info.compress_type not in _METHODS:
            raise kinds.damaged(self.file)
        try:
            return self._archive.read(info)
        except Exception as reason:
            # A damaged archive makes zipfile raise whatever its fields lead to: BadZipFile,
            # zlib.error, struct.error, EOFError, RuntimeError, NotImplementedError.
            raise kinds.damaged(self.file) from reason

    def _parsed(self, data: bytes) -> etree._Element:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.LxmlError, ValueError, LookupError) as reason:
            raise kinds.damaged(self.file) from reason
        if root.getroottree().docinfo.internalDTD is not None:
            raise Refusal(
                _("{file} declares entities, as no Word document does; it is not read").format(
                    file=self.file
                )
            )
        return root


def name(element: etree._Element) -> str:
    """`w:p` for a paragraph, `m:t` for the text of a formula; `` for what has no part here."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    space, _brace, local = tag[1:].partition("}")
    prefix = _NAMES.get(space)
    return prefix + local if prefix else ""


def children(element: etree._Element | None, called: str) -> Iterator[etree._Element]:
    """The direct children of that name."""
    return (child for child in (() if element is None else element) if name(child) == called)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first child of that name, of that the first of the next."""
    for called in path:
        element = next(children(element, called), None)
    return element


def said(element: etree._Element | None, attribute: str = "val") -> str | None:
    """An attribute of WordprocessingML."""
    if element is None:
        return None
    for space, prefix in _NAMES.items():
        if prefix == "w:" and (value := element.get(f"{{{space}}}{attribute}")) is not None:
            return str(value)
    return None


def number(element: etree._Element | None, attribute: str = "val") -> int | None:
    """The same as a whole number that fits a list."""
    value = said(element, attribute) or ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= _DIGITS else None


def is_on(element: etree._Element | None) -> bool:
    """Whether a switch is there and not off."""
    return element is not None and said(element) not in ("0", "false", "off")
