"""The text of a Word document, as it is read on paper: with its automatic numbers."""

import re
from collections import Counter
from pathlib import Path

from lxml import etree

from tracker.errors import Problem
from tracker.i18n import _
from tracker.sources.files.docx_numbering import Numbering
from tracker.sources.files.docx_parts import Parts, child, is_on, name, number, said
from tracker.sources.files.gathered import WIDEST_CELL, Lines

_AROUND_PAGE = re.compile(r"\n*\f\n*")
_NOT_TEXT = frozenset(
    {"w:pPr", "w:rPr", "w:tblPr", "w:tblGrid", "w:tcPr", "w:trPr", "w:sectPr", "w:sdtPr", "w:rt"}
)
_SIGNS = {"w:tab": "\t", "w:ptab": "\t", "w:cr": "\n", "w:noBreakHyphen": "-"}
_TEXT = frozenset({"w:t", "m:t"})
_LEFT_OUT = {
    "w:del": "deleted",
    "w:moveFrom": "deleted",
    "w:ins": "inserted",
    "w:moveTo": "inserted",
    "w:footnoteReference": "notes",
    "w:endnoteReference": "notes",
    "w:altChunk": "embedded",
    "pic:pic": "pictures",
    "v:imagedata": "pictures",
    "w:sym": "symbols",
}
_SKIPPED = frozenset({"w:del", "w:moveFrom", "w:altChunk", "pic:pic"})


def read(file: Path, data: bytes) -> tuple[str, list[Problem]]:
    """The text, a line for each paragraph, a page that is set begins with a form feed; and what of
    the document does not stand in it. Refusal where the file is damaged, protected or an attack.
    """
    parts = Parts(file, data)
    root = parts.document()
    numbering = Numbering(parts.part("word/numbering.xml"), parts.part("word/styles.xml"))
    body = _Body(numbering)
    body.walk(root)
    text = _AROUND_PAGE.sub("\n\f", "\n".join(body.lines()) + "\n")
    return text.lstrip("\n"), [Problem(str(file), message) for message in _told(body.seen)]


def _told(seen: Counter[str]) -> list[str]:
    messages = {
        "deleted": _("tracked changes: {n} deletions are left out"),
        "inserted": _("tracked changes: {n} insertions are taken as accepted"),
        "hidden": _("{n} passages of hidden text are left out"),
        "notes": _("{n} footnotes and endnotes are left out"),
        "pictures": _("{n} pictures are left out; text in them is not read"),
        "symbols": _("{n} signs of symbol fonts are left out"),
        "embedded": _("{n} embedded documents are left out"),
    }
    return [message.format(n=seen[what]) for what, message in messages.items() if seen[what]]


class _Paragraph:
    """A paragraph being read, and the lines of the text boxes that hang on it."""

    def __init__(self, label: str) -> None:
        self.parts = [label]
        self.boxes: list[str] = []


class _Table:
    """Rows of cells of lines."""

    def __init__(self) -> None:
        self.rows: list[list[list[str]]] = []


class _Body:
    """Goes through the document once, part by part, without recursion: it may nest deeply."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.seen: Counter[str] = Counter()
        self.flows = [Lines()]
        self.paragraphs: list[_Paragraph] = []
        self.tables: list[_Table] = []
        self.joined = ""

    def lines(self) -> list[str]:
        return self.flows[0].done

    def walk(self, root: etree._Element) -> None:
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            called = name(element)
            if event == "end":
                self._end(called, element)
            elif not self._start(called, element):
                walker.skip_subtree()
        self._end_joined()

    def _start(self, called: str, element: etree._Element) -> bool:
        """Take what begins here; False where what is in it does not count."""
        if called in _LEFT_OUT:
            self.seen[_LEFT_OUT[called]] += 1
        if called in _NOT_TEXT or called in _SKIPPED:
            return False
        if called in _TEXT or called in _SIGNS or called == "w:br":
            self._sign(called, element)
        elif called == "w:r":
            return self._shown(element)
        elif called == "w:sdt":
            return child(element, "w:sdtPr", "w:showingPlcHdr") is None
        elif called in ("mc:Choice", "mc:Fallback"):
            return element.getprevious() is None
        elif called == "w:p":
            self.paragraphs.append(self._paragraph(element))
        elif called == "w:txbxContent":
            self.flows.append(Lines())
        elif called.startswith("w:t"):
            return self._table_start(called, element)
        return True

    def _sign(self, called: str, element: etree._Element) -> None:
        if not self.paragraphs:
            return
        if called == "w:br":
            sign = "\f" if said(element, "type") == "page" else "\n"
        elif called in _TEXT:
            sign = str(element.text or "").replace("\r", " ").replace("\n", " ")
        else:
            sign = _SIGNS[called]
        self.paragraphs[-1].parts.append(sign)

    def _shown(self, run: etree._Element) -> bool:
        hidden = is_on(child(run, "w:rPr", "w:vanish"))
        self.seen["hidden"] += hidden
        return not hidden

    def _paragraph(self, element: etree._Element) -> _Paragraph:
        properties = child(element, "w:pPr")
        if _mark_deleted(properties) and not _kept_text(element):
            return _Paragraph("")
        started = self.joined
        self.joined = ""
        if started:
            # Its own mark was deleted: the text before runs on into this paragraph.
            return _Paragraph(started)
        page = "\f" if self.numbering.breaks_page(properties) else ""
        return _Paragraph(page + self.numbering.label(properties))

    def _table_start(self, called: str, element: etree._Element) -> bool:
        if called == "w:tbl":
            self.tables.append(_Table())
        elif called == "w:tr" and self.tables:
            if child(element, "w:trPr", "w:del") is not None:
                self.seen["deleted"] += 1
                return False
            before = number(child(element, "w:trPr", "w:gridBefore")) or 0
            self.tables[-1].rows.append([[] for _cell in range(min(before, 1))])
        elif called == "w:tc":
            self.flows.append(Lines())
        return True

    def _end(self, called: str, element: etree._Element) -> None:
        if called == "w:p":
            self._end_paragraph(child(element, "w:pPr"))
        elif called == "w:txbxContent":
            boxed = self.flows.pop().done
            if self.paragraphs:
                self.paragraphs[-1].boxes.extend(boxed)
        elif called == "w:tc":
            self._end_joined()
            self._end_cell(element, self.flows.pop().done)
        elif called == "w:tbl":
            self.flows[-1].table(self.tables.pop().rows)

    def _end_cell(self, element: etree._Element, lines: list[str]) -> None:
        merged = child(element, "w:tcPr", "w:vMerge")
        goes_on = merged is not None and said(merged) in (None, "continue")
        if self.tables and self.tables[-1].rows:
            flat = [line.replace("\f", " ") for line in lines]
            wide = min(number(child(element, "w:tcPr", "w:gridSpan")) or 1, WIDEST_CELL)
            beside: list[list[str]] = [[] for _column in range(1, wide)]
            self.tables[-1].rows[-1] += [[] if goes_on else flat, *beside]

    def _end_joined(self) -> None:
        """The last paragraph of all has nothing to run on into, even if its mark was deleted."""
        if self.joined:
            self.flows[-1].add(self.joined)
            self.joined = ""

    def _end_paragraph(self, properties: etree._Element | None) -> None:
        ended = self.paragraphs.pop()
        text = "".join(ended.parts)
        if _mark_deleted(properties):
            self.joined += text
            return
        for line in [*text.split("\n"), *ended.boxes]:
            self.flows[-1].add(line)
        if _ends_page(properties):
            self.flows[-1].add("\f")


def _mark_deleted(properties: etree._Element | None) -> bool:
    return child(properties, "w:rPr", "w:del") is not None


def _kept_text(paragraph: etree._Element) -> bool:
    """Whether anything but deletions stands directly in it."""
    return any(name(one) not in ("w:pPr", "w:del", "w:moveFrom", "") for one in paragraph)


def _ends_page(properties: etree._Element | None) -> bool:
    """Whether a section ends with the paragraph, and the next begins on a new page."""
    section = child(properties, "w:sectPr")
    kind = said(child(section, "w:type")) or "nextPage"
    return section is not None and kind in ("nextPage", "oddPage", "evenPage")
