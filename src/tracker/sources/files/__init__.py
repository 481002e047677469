"""Files of documents to their text: plain text, Markdown, web pages, Word and PDF."""

import stat
from pathlib import Path
from typing import NamedTuple

from tracker.errors import NotFound, Problem, Refusal
from tracker.i18n import _
from tracker.sources.files import encoding, kinds

LIMIT_BYTES = 64_000_000
LIMIT_CHARACTERS = 8_000_000
# Each line is looked at many times over; a document of a thousand pages has fifty thousand.
LIMIT_LINES = 200_000


class Original(NamedTuple):
    """What stands in a file, decoded: offsets everywhere else count its characters.

    `format` is txt, md, html, docx or pdf. The text of txt and md is that of the file, character
    for character, without a byte order mark. Of the others every line ends in a line feed, and
    a page (of PDF; of Word where a break is set) begins with a form feed, save the first. `problems` say what was left out.
    """

    format: str
    text: str
    problems: tuple[Problem, ...]


def read(path: Path) -> Original:
    """What `path` holds, whatever it is called.

    NotFound where it cannot be opened; Refusal, saying what to do, where it is too large, empty,
    damaged, protected, or no text of a format that is read.
    """
    data = _bytes(path)
    form = kinds.of_bytes(path, data)
    problems: list[Problem] = []
    if form is None:
        text = encoding.decode(path, data)
        form = kinds.of_text(path, text)
        if form == "html":
            from tracker.sources.files import html_file  # noqa: PLC0415 - lxml is for this format only

            text = html_file.text(path, text)
    elif form == "docx":
        from tracker.sources.files import docx_file  # noqa: PLC0415 - lxml is for these formats only

        text, problems = docx_file.read(path, data)
    else:
        from tracker.sources.files import pdf_file  # noqa: PLC0415 - it starts a process

        text, problems = pdf_file.read(path, data)
    if not text.strip("\ufeff \t\r\n\f\v\u00a0\u3000"):
        raise Refusal(_("{file} holds no text").format(file=path))
    if len(text) > LIMIT_CHARACTERS:
        raise _too_large(path, _("{n} million characters").format(n=LIMIT_CHARACTERS // 10**6))
    if text.count("\n") > LIMIT_LINES:
        raise _too_large(path, _("{n} lines").format(n=LIMIT_LINES))
    return Original(form, text, (*_misnamed(path, form), *problems))


def _bytes(path: Path) -> bytes:
    """The bytes of a regular file of a size that can be read; nothing else is opened at all."""
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise Refusal(_("{file} is a folder; name a file in it").format(file=path))
        if not stat.S_ISREG(facts.st_mode):
            raise Refusal(_("{file} is a device or a pipe, not a file").format(file=path))
        if facts.st_size == 0:
            raise Refusal(_("{file} is empty").format(file=path))
        if facts.st_size <= LIMIT_BYTES:
            with path.open("rb") as opened:
                data = opened.read(LIMIT_BYTES + 1)
            if len(data) <= LIMIT_BYTES:
                return data
    except FileNotFoundError as reason:
        raise NotFound(_("no file {file}").format(file=path)) from reason
    except (OSError, ValueError) as reason:
        said = getattr(reason, "strerror", None) or reason
        raise NotFound(_("cannot read {file}: {reason}").format(file=path, reason=said)) from reason
    raise _too_large(path, _("{n} MB").format(n=LIMIT_BYTES // 10**6))


def _too_large(path: Path, limit: str) -> Refusal:
    return Refusal(
        _("{file} is larger than {limit}; give the part of it that is needed").format(
            file=path, limit=limit
        )
    )


def _misnamed(path: Path, form: str) -> list[Problem]:
    suffix = path.suffix.casefold()
    if suffix in kinds.SUFFIXES[form]:
        return []
    return [
        Problem(
            str(path),
            _("the name ends in {suffix}, but it holds {form}; it was read as {form}").format(
                suffix=suffix or _("nothing"), form=form
            ),
        )
    ]
