"""Text of a source as it is compared: folded, split into sentences, and fingerprinted."""

import hashlib
import unicodedata
from pathlib import Path

from tracker.errors import NotFound, Refusal
from tracker.i18n import _


def read(file: Path) -> str:
    """The text of a source file in UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as reason:
        raise NotFound(_("no file {file}").format(file=file)) from reason
    except OSError as reason:
        raise NotFound(
            _("cannot read {file}: {reason}").format(file=file, reason=reason.strerror)
        ) from reason
    except UnicodeDecodeError as reason:
        raise Refusal(_("{file} is not UTF-8 text").format(file=file)) from reason


def fold(text: str) -> str:
    """`text` without white space, the width of brackets and digits made alike."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def sentences(body: str) -> list[str]:
    """The sentences of a paragraph or of several: each ends with 。, a last one need not."""
    joined = "".join(line.strip() for line in body.splitlines())
    parts = [part.strip() + "。" for part in joined.split("。")]
    if joined.rstrip().endswith("。"):
        return parts[:-1]
    return [*parts[:-1], *([parts[-1].removesuffix("。")] if parts[-1] != "。" else [])]


def fingerprint(sentence: str) -> str:
    """16 hexadecimal digits that know a sentence again, whatever its line breaks and brackets."""
    return hashlib.sha256(fold(sentence).encode()).hexdigest()[:16]
