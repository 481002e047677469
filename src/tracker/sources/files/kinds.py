"""What kind of file some bytes are: by what they hold first, by the name only where that is open."""

import io
import re
import zipfile
from pathlib import Path

from tracker.errors import Refusal
from tracker.i18n import _

SUFFIXES = {
    "txt": (".txt", ".text", ".tsv", ""),
    "md": (".md", ".markdown"),
    "html": (".html", ".htm", ".xhtml", ".shtml"),
    "docx": (".docx", ".docm", ".dotx"),
    "pdf": (".pdf",),
}
# Beyond these no document of an office goes, and a list of members alone costs seconds.
_LIMIT_MEMBERS = 10_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PDF_HEADER_WITHIN = 1024
_IMAGES = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"\0\0\1\0"),
    *(b"AT&TFORM", b"8BPS"),
)
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_MEDIA = (b"WEBP", b"AVI ", b"WAVE")
_CAJ = (b"CAJ\0", b"HN\0", b"\xc8\0", b"KDH ")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe")
_MARKUP = re.compile(
    r"\s*(?:<\?xml[^>]{0,500}\?>\s*)?(?><!--.{0,5000}?-->\s*)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_ANY_TAG = re.compile(r"<[a-z!/][^<>]{0,2000}>", re.IGNORECASE)
_MAIL = re.compile(r"(?:From:.*\n|MIME-Version:|Content-Type: multipart/)", re.IGNORECASE)


def of_bytes(file: Path, data: bytes) -> str | None:
    """`pdf` or `docx`, or None for what may be text. Refusal naming any other kind of file."""
    head = data[:_PDF_HEADER_WITHIN]
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-") or (
        file.suffix.casefold() == ".pdf" and b"%PDF-" in head
    ):
        return "pdf"
    if head.startswith(_ZIP):
        return _of_zip(file, data)
    foreign = _foreign(data)
    if foreign:
        raise refused(file, foreign)
    return None


def of_text(file: Path, text: str) -> str:
    """`html`, `md` or `txt`. Refusal for the formats that are text with another use."""
    suffix = file.suffix.casefold()
    if _MARKUP.match(text) or (suffix in SUFFIXES["html"] and _ANY_TAG.search(text)):
        return "html"
    start = text[:200].lstrip()
    if start.startswith("{\\rtf"):
        raise refused(file, _("an RTF document"))
    if start.startswith("%!PS"):
        raise refused(file, _("a PostScript file"))
    if start.startswith("<?xml"):
        raise refused(file, _("an XML file"))
    if suffix in (".mht", ".mhtml", ".eml") and _MAIL.match(start):
        raise refused(file, _("a web page or mail saved with its attachments"))
    return "md" if suffix in SUFFIXES["md"] else "txt"


def refused(file: Path, what: str) -> Refusal:
    """The answer to a file of a kind that is not read."""
    return Refusal(
        _("{file} is {what}, which is not read; save it as .docx, .pdf or .txt").format(
            file=file, what=what
        )
    )


def _foreign(data: bytes) -> str | None:
    if data.startswith(_OLE) and _ENCRYPTED in data:
        return _("an Office document protected by a password")
    named = (
        (data.startswith(_OLE), _("an old Office or WPS file (.doc, .wps, .xls, .ppt)")),
        (data.startswith(_IMAGES) and _binary(data), _("an image")),
        (data[:4] == b"RIFF" and data[8:12] in _MEDIA, _("an image, sound or film")),
        (data.startswith(_ARCHIVES) or data[257:262] == b"ustar", _("an archive")),
        (data.startswith(_PROGRAMS) and _binary(data), _("a program")),
        (data.startswith(b"SQLite format 3\0"), _("a database")),
        (data.startswith(_CAJ), _("a CAJ document")),
    )
    return next((what for holds, what in named if holds), None)


def _binary(data: bytes) -> bool:
    """Short marks as MZ and BM may begin a text; a text has no NUL."""
    return b"\0" in data[:4096]


def _of_zip(file: Path, data: bytes) -> str:
    if data.count(b"PK\x01\x02") > _LIMIT_MEMBERS:
        raise refused(file, _("an archive"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lstrip("/") for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as reason:
        raise damaged(file) from reason
    if {"word/document.xml", "word/document2.xml"} & names:
        return "docx"
    raise refused(file, _zipped(names))


def _zipped(names: set[str]) -> str:
    folders = {name.partition("/")[0] for name in names}
    if "OFD.xml" in names:
        return _("an OFD document")
    if "xl" in folders:
        return _("an Excel workbook")
    if "ppt" in folders:
        return _("a PowerPoint presentation")
    if "content.xml" in names:
        return _("an OpenDocument file")
    if "mimetype" in names:
        return _("an electronic book")
    return _("an archive")


def damaged(file: Path) -> Refusal:
    """The answer to a file that ends too early, or holds what its format does not allow."""
    return Refusal(
        _("{file} is damaged and cannot be read; get it anew, or save it again").format(file=file)
    )
