"""The lines of a PDF, page by page; run as a program of its own, it answers in JSON.

It is started by its path (see `pdf_file`) and therefore imports nothing of the tracker.
"""

import contextlib
import json
import sys
from ctypes import byref, c_double
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

LIMIT_PAGES = 2000
LIMIT_MEMORY = 4_000_000_000
# Shares of the size of a character: what still is one line, what is a gap between words.
_SAME_LINE = 0.5
_UPRIGHT = 0.1  # radians
_GAP = 0.25
_GAP_CHINESE = 0.6
_CHINESE_FROM = "\u2e80"
_SPACES = " \u00a0\t"


class Sign(NamedTuple):
    """A character where it is printed: left and right edge, base line, size (in points),
    and whether it does not stand upright.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    turned: bool


def main() -> None:
    """Read a PDF from standard input, write what `read` answers to standard output."""
    _limit_memory()
    with contextlib.redirect_stdout(sys.stderr):
        answer = read(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(answer).encode())


def read(data: bytes) -> dict[str, Any]:
    """`{"pages": [text or None where a page cannot be read, …]}`, or `{"error": word}` with
    `password`, `pages` (too many) or `damaged`.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as reason:
        locked = getattr(reason, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        return {"error": "password" if locked or "assword" in str(reason) else "damaged"}
    with contextlib.closing(document):
        if len(document) > LIMIT_PAGES:
            return {"error": "pages"}
        return {"pages": [_page(document, at) for at in range(len(document))]}


def _page(document: pypdfium2.PdfDocument, at: int) -> str | None:
    try:
        with (
            contextlib.closing(document[at]) as page,
            contextlib.closing(page.get_textpage()) as text,
        ):
            whole = "".join(line + "\n" for line in lines(_signs(text)))
    except pypdfium2.PdfiumError:
        return None
    # Windows gives a rare character in two halves.
    return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _signs(text: pypdfium2.PdfTextPage) -> list[list[Sign]]:
    """The characters in the order of the file, a list for each line that the library sees."""
    found: list[list[Sign]] = [[]]
    box, x, y = pdfium.FS_RECTF(), c_double(), c_double()
    for at in range(text.count_chars()):
        sign = _character(pdfium.FPDFText_GetUnicode(text, at))
        if sign in ("\r", "\n") and found[-1]:
            found.append([])
        # Spaces that the library made up depend on the order of the file: see `_joined`.
        made_up = sign in _SPACES and pdfium.FPDFText_IsGenerated(text, at) == 1
        if sign in ("", "\r", "\n") or made_up:
            continue
        turned = abs(pdfium.FPDFText_GetCharAngle(text, at)) > _UPRIGHT
        pdfium.FPDFText_GetLooseCharBox(text, at, byref(box))
        pdfium.FPDFText_GetCharOrigin(text, at, byref(x), byref(y))
        found[-1].append(Sign(sign, box.left, box.right, y.value, box.top - box.bottom, turned))
    return [line for line in found if line]


def _character(code: int) -> str:
    """Without the control characters, but for those that stand for a hyphen."""
    if code in (0x2, 0xFFFE):
        return "-"
    sign = chr(code) if code <= sys.maxunicode else ""
    return "" if sign < " " and sign not in ("\t", "\r", "\n") else sign


def lines(pieces: list[list[Sign]]) -> list[str]:
    """The lines as printed: a PDF may hold the parts of one line in any order, the quotation
    marks of another font after the words they enclose.
    """
    rows: list[list[Sign]] = []
    for piece in pieces:
        fresh = piece[0].turned
        for sign in piece:
            if rows and not fresh and _on_line(rows[-1], sign):
                rows[-1].append(sign)
            else:
                rows.append([sign])
            fresh = False
    return [joined for row in rows if (joined := _joined(row))]


def _on_line(row: list[Sign], sign: Sign) -> bool:
    """Whether a character is printed on the base line of a row; turned ones follow each other."""
    if row[0].turned or sign.turned:
        return row[0].turned and sign.turned
    return abs(row[0].base - sign.base) <= _SAME_LINE * max(row[0].size, sign.size)


def _joined(row: list[Sign]) -> str:
    if row[0].turned:
        return "".join(sign.text for sign in row).strip(_SPACES)
    joined, edge = "", row[0].left
    for sign in sorted(row, key=lambda sign: sign.left):
        apart = sign.left - edge > sign.size * _gap(joined[-1:], sign.text)
        if apart and joined and not joined.endswith(" ") and sign.text not in _SPACES:
            joined += " "
        joined += sign.text
        edge = max(sign.right, edge)
    return joined.strip(_SPACES)


def _gap(before: str, after: str) -> float:
    return _GAP_CHINESE if max(before, after) >= _CHINESE_FROM else _GAP


def _limit_memory() -> None:
    """Where the system can: a page may unpack without end."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has no such module

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (LIMIT_MEMORY, LIMIT_MEMORY))


if __name__ == "__main__":
    main()
