"""Word and PDF files for the tests, made as the programs of an office make them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

W = nsdecls("w")


def word(make: Callable[[Document], object]) -> bytes:
    """A Word file with what `make` puts into an empty one."""
    document = docx.Document()
    make(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def word_xml(*paragraphs: str, numbering: str | None = None, styles: str | None = None) -> bytes:
    """A Word file whose body is `paragraphs`, in WordprocessingML without namespaces declared."""
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {_SPACES}><w:body>{''.join(paragraphs)}</w:body>"
        "</w:document>",
    }
    if numbering is not None:
        parts["word/numbering.xml"] = f"<w:numbering {_SPACES}>{numbering}</w:numbering>"
    if styles is not None:
        parts["word/styles.xml"] = f"<w:styles {_SPACES}>{styles}</w:styles>"
    return zipped({name: text.encode() for name, text in parts.items()})


_SPACES = (
    f'{W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def paragraph(text: str, *, list_: int | None = None, level: int = 0, style: str = "") -> str:
    """A paragraph, on a level of a list, in a style."""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    numbers = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_}"/></w:numPr>'
    properties = styled + (numbers if list_ is not None else "")
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def abstract(key: int, *levels: tuple[str, str], more: str = "") -> str:
    """A list definition: the format and text of each level; `more` stands in every level."""
    each = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{key}">{each}</w:abstractNum>'


def instance(key: int, of: int, more: str = "") -> str:
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


def raw(document: Document, xml: str) -> None:
    """Put `xml` at the end of the body, before the properties of the section."""
    document.element.body.insert(-1, parse_xml(xml))


def pdf(*pages: list[str], password: str | None = None) -> bytes:
    """A PDF in the font that every reader has; `password` "" asks for none but encrypts."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    locked = None
    if password is not None:
        locked = StandardEncryption(password, ownerPassword="owner", strength=128)
    canvas = Canvas(stream, encrypt=locked, invariant=1)
    for lines in pages:
        canvas.setFont("STSong-Light", 14)
        for at, line in enumerate(lines):
            canvas.drawString(72, 780 - 20 * at, line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def written(folder: Path, name: str, data: bytes) -> Path:
    file = folder / name
    file.write_bytes(data)
    return file
