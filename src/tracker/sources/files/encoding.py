"""Bytes to text: which of the encodings of Chinese documents a file is written in."""

import codecs
import re
from collections import Counter
from pathlib import Path

from tracker.errors import Refusal
from tracker.i18n import _

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A text is judged by its beginning: enough to tell, and as fast for a large file.
_SAMPLE = 100_000
_LEAST_COMMON = 0.5
_MOST_CONTROL = 0.01
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")


def decode(file: Path, data: bytes) -> str:
    """The text that `data` holds, without its byte order mark and otherwise character for
    character. Refusal where it is no text, or in none of UTF-8, UTF-16 and GB18030.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return _checked(file, data[len(bom) :].decode(encoding))
            except UnicodeDecodeError as reason:
                raise _not_text(file, len(bom) + reason.start) from reason
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as reason:
        guessed = _guessed(data)
        if guessed is None:
            raise _not_text(file, reason.start) from reason
        return _checked(file, guessed)
    if "\0" in text:
        text = _guessed(data) or text
    return _checked(file, text)


def _guessed(data: bytes) -> str | None:
    """The most plausible of the readings without a mark, or None."""
    readings = [
        (share, text)
        for encoding in ("gb18030", "utf-16-le", "utf-16-be")
        if (text := _strictly(data, encoding)) and (share := _common(text)) >= _LEAST_COMMON
    ]
    return max(readings, key=lambda reading: reading[0])[1] if readings else None


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _common(text: str) -> float:
    """The share of the characters outside ASCII that are common in Chinese: the first level of
    GB 2312 (3755 characters of daily use) and its punctuation. Bytes of another encoding make
    rare characters. Nothing but ASCII counts as half: bytes in pairs can hide in it.
    """
    counts = Counter(text[:_SAMPLE])
    others = {sign: count for sign, count in counts.items() if not sign.isascii()}
    if not others:
        return _LEAST_COMMON
    common = sum(count for sign, count in others.items() if _is_common(sign))
    return common / sum(others.values())


def _is_common(sign: str) -> bool:
    try:
        lead = sign.encode("gb2312")[0]
    except UnicodeEncodeError:
        return sign in "—·\u00a0\u2002\u2003"
    return lead in (0xA1, 0xA2, 0xA3) or 0xB0 <= lead <= 0xD7  # noqa: PLR2004 - rows of GB 2312


def _checked(file: Path, text: str) -> str:
    controls = len(_CONTROL.findall(text[:_SAMPLE]))
    if "\0" in text or controls > _MOST_CONTROL * len(text[:_SAMPLE]):
        raise Refusal(
            _("{file} holds binary data, not text; save it as .docx, .pdf or .txt").format(
                file=file
            )
        )
    return text


def _not_text(file: Path, offset: int) -> Refusal:
    return Refusal(
        _(
            "{file} is not text in UTF-8, UTF-16 or GB18030: byte {offset} cannot be read;"
            " save it in UTF-8"
        ).format(file=file, offset=offset)
    )
