"""The paper that a Word file is written on: page, type and headings by GB/T 9704-2012, and the bytes."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import NamedTuple

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import Section
from docx.shared import Mm
from lxml import etree

from tracker.render import contents, unfinished

# One type area in two positions, in millimetres; 22 lines of 28 characters stand in the upright one.
_TWIPS = 1440 / 25.4
_LINE = 579
_LONGEST = 255  # of a property, for the library
_NEVER = datetime(1980, 1, 1)  # noqa: DTZ001 - properties of a file have no zone; the day that zip counts from

_FANGSONG, _KAI, _HEI, _SONG, _TITLE = (
    "仿宋_GB2312",
    "楷体_GB2312",
    "黑体",
    "宋体",
    "方正小标宋简体",
)
# What a computer without the faces of the standard has in their place.
_INSTEAD = {_FANGSONG: "仿宋", _KAI: "楷体", _HEI: "SimHei", _SONG: "SimSun", _TITLE: "宋体"}
_LATIN = "Times New Roman"


class Sheet(NamedTuple):
    """A page: its size, its margins and how far from its lower edge the number stands, in mm."""

    width: int
    height: int
    top: int
    right: int
    bottom: int
    left: int
    number: int

    @property
    def room(self) -> int:
        """How wide the type area is, in twentieths of a point."""
        return int((self.width - self.left - self.right) * _TWIPS)


UPRIGHT = Sheet(210, 297, 37, 26, 35, 28, 25)
# The same page, turned.
ACROSS = Sheet(297, 210, 28, 37, 26, 35, 16)


class _Style(NamedTuple):
    """A paragraph style, and what its type has in one of the languages only."""

    name: str
    face: str
    size: float
    paragraph: str
    english: str = ""
    chinese: str = ""


_FULL = f'<w:spacing w:line="{_LINE}" w:lineRule="exact"/>'
_INDENT = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
_HEADING = '<w:keepNext/><w:spacing w:after="80"/>' + _INDENT
# 28 characters of 16 points are a little wider than 156 mm.
_CLOSER = '<w:spacing w:val="-5"/>'
_CENTRED = '<w:jc w:val="center"/>'
_CELL = '<w:spacing w:before="40" w:after="40" w:line="{}" w:lineRule="exact"/>'
# Paragraphs of a kind stand together, apart from others.
_APART = "<w:contextualSpacing/>"
_BEFORE = '<w:spacing w:before="{}" w:line="{}" w:lineRule="exact"/>'
_AT_TOP = '<w:keepNext/><w:spacing w:after="290" w:line="700" w:lineRule="exact"/>' + _CENTRED
_STYLES = (
    _Style("Normal", _FANGSONG, 16, '<w:widowControl w:val="0"/>' + _FULL),
    _Style("Body Text", _FANGSONG, 16, _INDENT + '<w:jc w:val="both"/>', "", _CLOSER),
    _Style("Fact", _FANGSONG, 16, _INDENT),
    _Style("Title", _TITLE, 22, _AT_TOP, "<w:b/>"),
    _Style("Subtitle", _KAI, 16, '<w:spacing w:after="290"/>' + _CENTRED),
    _Style("heading 1", _HEI, 16, _HEADING + '<w:outlineLvl w:val="0"/>', "<w:b/>"),
    _Style("heading 2", _KAI, 16, _HEADING + '<w:outlineLvl w:val="1"/>', "<w:i/>"),
    _Style("Annex", _HEI, 16, f'<w:keepNext/><w:spacing w:after="{_LINE}"/>', "<w:b/>"),
    _Style("Annex Title", _TITLE, 22, _AT_TOP + '<w:outlineLvl w:val="0"/>', "<w:b/>"),
    _Style(
        "Annex List",
        _FANGSONG,
        16,
        '<w:tabs><w:tab w:val="left" w:pos="1780"/></w:tabs>'
        + _BEFORE.format(_LINE, _LINE)
        + '<w:ind w:left="2160" w:hanging="1520"/>'
        + _APART,
    ),
    _Style("Note", _FANGSONG, 12, _BEFORE.format(290, 400) + _APART),
    _Style(
        "Imprint",
        _SONG,
        10.5,
        '<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="auto"/></w:pBdr>'
        + _BEFORE.format(290, 320)
        + _APART,
    ),
    _Style("Table Head", _HEI, 10.5, "<w:keepNext/>" + _CELL.format(300) + _CENTRED, "<w:b/>"),
    _Style("Table Text", _SONG, 10.5, _CELL.format(300)),
    _Style("Small Head", _HEI, 9, "<w:keepNext/>" + _CELL.format(250) + _CENTRED, "<w:b/>"),
    _Style("Small Text", _SONG, 9, _CELL.format(250)),
    # What Word wants between two tables, and at the end of a section.
    _Style("Gap", _FANGSONG, 1, '<w:spacing w:after="160" w:line="20" w:lineRule="exact"/>'),
    _Style("footer", _SONG, 14, '<w:spacing w:line="360" w:lineRule="exact"/>'),
)  # fmt: skip
# Word knows some of them by name.
_OF_WORD = {
    "Normal": ' w:default="1"',
    **dict.fromkeys(("Body Text", "Title", "Subtitle", "heading 1", "heading 2", "footer"), ""),
}
_OURS = ' w:customStyle="1"'
_DEFAULTS = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>'
    "</w:rPrDefault><w:pPrDefault/></w:docDefaults>"
)
_GRID = (
    '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + '</w:tblBorders><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>"
)
_SETTINGS = (
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
    '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:useFELayout/>'
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
    ' w:val="15"/></w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
)


class Paper:
    """A document that is written from its beginning to its end."""

    def __init__(self, language: str) -> None:
        self._chinese = language == "zh"
        self._document = Document()
        self._sheet = UPRIGHT
        self._streams: list[Iterable[str]] = []
        self._strip()
        self._dress()
        (first,) = self._document.sections
        self._lay(first)
        self._number(first)

    @property
    def run(self) -> str:
        """What a run begins with: in Chinese, marks that both scripts have are Chinese ones."""
        return '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>' if self._chinese else ""

    def add(self, text: str, style: str) -> None:
        """A paragraph; the text holds nothing that XML cannot."""
        run = self._document.add_paragraph(style=style).add_run(text)
        if self._chinese:
            run.element.insert(0, _element(self.run))

    def turn(self, sheet: Sheet, *, fresh: bool = False) -> None:
        """Go on with that position of the page; where it is another one, or `fresh`, on a new page."""
        written = len(self._document.element.body) > 1
        if written and (fresh or sheet != self._sheet):
            self._document.add_section()
            self._document.paragraphs[-1].style = "Gap"
        self._sheet = sheet
        self._lay(self._document.sections[-1])

    def table(self, xml: Iterable[str]) -> None:
        """A table, whose XML is taken when the file is written: it may be long."""
        mark = etree.ProcessingInstruction("table", str(len(self._streams)))
        self._streams.append(xml)
        self._document.element.body.sectPr.addprevious(mark)
        self._document.add_paragraph(style="Gap")

    def saved(self, title: str, on: date | None) -> Iterator[bytes]:
        """The file, the same bytes for the same content, of the date given."""
        about = self._document.core_properties
        about.title = title[:_LONGEST]
        about.language = "zh-CN" if self._chinese else "en-US"
        about.author = about.comments = about.last_modified_by = ""
        about.created = about.modified = datetime.combine(on, time()) if on else _NEVER
        with unfinished() as file:
            draft = io.BytesIO()
            self._document.save(draft)
            with zipfile.ZipFile(draft) as made, zipfile.ZipFile(file, "w") as out:
                for name in made.namelist():
                    entry = zipfile.ZipInfo(name)
                    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
                    with out.open(entry, "w") as to:
                        for piece in self._filled(made.read(name)):
                            to.write(piece)
            yield from contents(file)

    def _filled(self, part: bytes) -> Iterable[bytes]:
        """The text of a part, with the tables where their marks stand."""
        between = re.split(rb"<\?table (\d+)\?>", part)
        for i, piece in enumerate(between):
            if i % 2:
                yield from (xml.encode() for xml in self._streams[int(piece)])
            else:
                yield piece

    def _strip(self) -> None:
        """Take out what the library's template has beyond text, styles and settings."""
        kinds, part = RELATIONSHIP_TYPE, self._document.part
        for rels, kept in (
            (part.rels, {kinds.STYLES, kinds.SETTINGS}),
            (part.package.rels, {kinds.OFFICE_DOCUMENT, kinds.CORE_PROPERTIES}),
        ):
            for name in [name for name, rel in rels.items() if rel.reltype not in kept]:
                del rels[name]

    def _dress(self) -> None:
        styles = [_style(style, chinese=self._chinese) for style in _STYLES]
        _refill(self._document.styles.element, _DEFAULTS + "".join(styles) + _GRID)
        _refill(self._document.settings.element, _SETTINGS)
        fonts = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
            for name, other in _INSTEAD.items()
        )
        part = Part(
            PackURI("/word/fontTable.xml"),
            CONTENT_TYPE.WML_FONT_TABLE,
            f"<w:fonts {nsdecls('w')}>{fonts}</w:fonts>".encode(),
            self._document.part.package,
        )
        self._document.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)

    def _lay(self, section: Section) -> None:
        sheet = self._sheet
        section.orientation = WD_ORIENT.LANDSCAPE if sheet == ACROSS else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(sheet.width), Mm(sheet.height)
        section.top_margin, section.bottom_margin = Mm(sheet.top), Mm(sheet.bottom)
        section.left_margin, section.right_margin = Mm(sheet.left), Mm(sheet.right)
        section.footer_distance = Mm(sheet.number)

    def _number(self, section: Section) -> None:
        """Page numbers at the outer side, one character in; later sections have the same."""
        for footer, side, place in (
            (section.footer, "right", "right"),
            (section.even_page_footer, "left", "left"),
        ):
            paragraph = footer.paragraphs[0]
            properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - an indent in characters has no name there
            properties.append(_element(f'<w:ind w:{side}Chars="100" w:{side}="280"/>'))
            properties.append(_element(f'<w:jc w:val="{place}"/>'))
            paragraph.add_run("— ")
            paragraph._p.append(  # noqa: SLF001 - nor has a field
                _element('<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
            )
            paragraph.add_run(" —")


def _style(style: _Style, *, chinese: bool) -> str:
    based = "" if style.name == "Normal" else '<w:basedOn w:val="Normal"/>'
    more = style.chinese if chinese else style.english
    # Figures in a heading are of its face; in text they are roman.
    latin = style.face if chinese and style.face in (_HEI, _SONG) else _LATIN
    size = round(style.size * 2)
    return (
        f'<w:style w:type="paragraph" w:styleId="{style.name.title().replace(" ", "")}"'
        f'{_OF_WORD.get(style.name, _OURS)}><w:name w:val="{style.name}"/>{based}<w:qFormat/>'
        f"<w:pPr>{style.paragraph}</w:pPr><w:rPr>"
        f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{style.face}" w:cs="{_LATIN}"/>'
        f'{more}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _element(xml: str) -> etree._Element:
    (element,) = parse_xml(f"<w:some {nsdecls('w')}>{xml}</w:some>")
    return element


def _refill(element: etree._Element, xml: str) -> None:
    for child in list(element):
        element.remove(child)
    element.extend(list(parse_xml(f"<w:some {nsdecls('w')}>{xml}</w:some>")))
