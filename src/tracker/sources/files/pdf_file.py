"""The text of a PDF, read in a process of its own: a page can be made to take for ever."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tracker.errors import Problem, Refusal
from tracker.i18n import _
from tracker.sources.files import kinds

LIMIT_SECONDS = 60
_LIMIT_PAGES = 2000
_CHILD = Path(__file__).with_name("pdf_lines.py")


def read(file: Path, data: bytes) -> tuple[str, list[Problem]]:
    """The text, every page but the first begins with a form feed; and which pages have none. Refusal where the file is protected, damaged, too long, or all of it is pictures."""
    answer = _asked(file, data)
    if answer.get("error") == "password":
        raise Refusal(_("{file} is protected by a password; save it without one").format(file=file))
    if answer.get("error") == "pages":
        raise Refusal(
            _("{file} has more than {n} pages; give the part of it that is needed").format(
                file=file, n=_LIMIT_PAGES
            )
        )
    pages = answer.get("pages")
    if not pages or (None in pages and not any(pages)):
        raise kinds.damaged(file)
    if not any(page and page.strip() for page in pages):
        raise Refusal(
            _(
                "{file} is made of pictures: it holds no text; have its text recognised (OCR) and"
                " save that as .docx, .pdf or .txt"
            ).format(file=file)
        )
    return "\f".join(page or "" for page in pages), _problems(file, pages)


def _problems(file: Path, pages: list[str | None]) -> list[Problem]:
    empty = [at for at, page in enumerate(pages, 1) if page is not None and not page.strip()]
    broken = [at for at, page in enumerate(pages, 1) if page is None]
    told = []
    if empty:
        said = _("no text on pages {pages}: empty, or pictures that need text recognition")
        told.append(Problem(str(file), said.format(pages=_ranges(empty))))
    if broken:
        said = _("pages {pages} are damaged and left out")
        told.append(Problem(str(file), said.format(pages=_ranges(broken))))
    return told


def _ranges(numbers: list[int]) -> str:
    """`1–3, 7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def _asked(file: Path, data: bytes) -> dict[str, Any]:
    """What the child process answers. It may be stopped, run out of memory or crash."""
    try:
        ran = subprocess.run(  # noqa: S603 - it runs this Python with a module of ours; the document goes in as bytes
            [sys.executable, "-P", str(_CHILD)],
            input=data,
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        answer = json.loads(ran.stdout)
    except subprocess.TimeoutExpired as reason:
        raise Refusal(
            _("{file} takes longer than {n} seconds to read; print it to a new PDF").format(
                file=file, n=LIMIT_SECONDS
            )
        ) from reason
    except (OSError, ValueError) as reason:
        raise kinds.damaged(file) from reason
    return answer if isinstance(answer, dict) else {}
