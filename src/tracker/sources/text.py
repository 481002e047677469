"""Text of a source as it is compared: folded, split into sentences, and fingerprinted."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

_STOP = re.compile(r"[。！？](?:[。！？]*)[”’」』》）)】〕\"]*|[（(]|[）)]")
_AFTER_QUOTE = re.compile(r"[！？][！？]*[”’」』》]+(?=[的地、，；：,;和与及等这那一问])")


def fold(text: str) -> str:
    """`text` without white space, the width of brackets and digits made alike."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def fingerprint(sentence: str) -> str:
    """16 hexadecimal digits that know a sentence again, whatever its line breaks and brackets."""
    return hashlib.sha256(fold(sentence).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of a paragraph, [start, end) of `text`, one behind the other without a gap.

    Each ends with 。！ or ？ and what closes behind it; the last one need not. Inside brackets no
    sentence ends, unless the paragraph leaves one open.
    """
    balanced = _balanced(text, start, end)
    depth, at = 0, start
    for match in _STOP.finditer(text, start, end):
        if match[0] in "（(":
            depth += balanced
        elif match[0] in "）)":
            depth -= balanced
        elif depth == 0 and not _AFTER_QUOTE.match(text, match.start(), end):
            yield at, match.end()
            at = match.end()
        else:
            depth -= balanced * (match[0].count("）") + match[0].count(")"))
    if at < end:
        yield at, end


def _balanced(text: str, start: int, end: int) -> bool:
    depth = 0
    for match in _BRACKET.finditer(text, start, end):
        depth += 1 if match[0] in "（(" else -1
        if depth < 0:
            return False
    return depth == 0


_BRACKET = re.compile(r"[（()）]")
