"""What looks wrong in a text and cannot be mended safely: it is reported and left as it stands."""

import re
from collections.abc import Iterator
from functools import cache

from tracker.i18n import _

_FOREIGN = re.compile(r"(?<![A-Za-z0-9./@_-])[a-z]{2,}(?:[ ][a-z]{2,})*(?![A-Za-z0-9./@_-])")
_MEASURES = frozenset(
    "km kg mg ml mm cm nm kw kwh mw gw kv kwp ppm pm hz khz mhz ghz db www com cn http https".split()  # noqa: SIM905 - a list to read
)
_DOUBLED = re.compile(r"([\u4e00-\u9fff])\1(?!\1)|([，。；：、])\2")
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f\U000f0000-\U0010ffff]+")
_BRACKETS = {"（": "）", "《": "》", "〔": "〕", "【": "】", "“": "”", "「": "」"}
# What Chinese doubles by itself, or across two words, so often that it says nothing.
_USUAL = frozenset(
    "天人年处渐常仅刚稳层步家源欣大多久个件样条点种频纷循实方扎高好星往默熊漫村户组双代时事一重生区明强环息心历各"
)
# Before the first of two: 六省省际.
_COUNTING = frozenset("一二三四五六七八九十两几各全本每")
_AROUND = 6
# Misread characters: at least so many, and one in so many characters.
_FEWEST, _SPARSEST = 6, 1500


def faults(text: str) -> tuple[Iterator[tuple[int, str]], ...]:
    """Kind by kind, each oddity with its place in `text`."""
    return _unreadable(text), _foreign(text), _doubled(text), _unpaired(text), _misread(text)


def _unreadable(text: str) -> Iterator[tuple[int, str]]:
    for match in _UNREADABLE.finditer(text):
        yield (
            match.start(),
            _("unreadable characters: {around}").format(around=_around(text, match)),
        )


def _foreign(text: str) -> Iterator[tuple[int, str]]:
    for match in _FOREIGN.finditer(text):
        words = match[0].split()
        if not _MEASURES.issuperset(words) and _chinese_around(text, match):
            yield (
                match.start(),
                _("a foreign word in the text: {around}").format(around=_around(text, match)),
            )


def _doubled(text: str) -> Iterator[tuple[int, str]]:
    for match in _DOUBLED.finditer(text):
        if match[2] or _stray(text, match):
            yield (
                match.start(),
                _("a character stands here twice: {around}").format(around=_around(text, match)),
            )


def _misread(text: str) -> Iterator[tuple[int, str]]:
    """Rare characters that belong to no word, where they stand so close together as they do in a
    text that was recognised from a picture: 高质量堀起.
    """
    found = [match for match in _rare().finditer(text) if _is_word_alone(text, match)]
    if len(found) < _FEWEST or len(found) * _SPARSEST < len(text):
        return
    for match in found:
        yield (
            match.start(),
            _("perhaps misread, as from a scan: {around}").format(around=_around(text, match)),
        )


@cache
def _rare() -> re.Pattern[str]:
    """The characters of the second level of GB 2312, seldom used, in its rows 56 to 87."""
    rows = (bytes((row, cell)) for row in range(0xD8, 0xF8) for cell in range(0xA1, 0xFF))
    return re.compile(f"[{''.join(code.decode('gb2312', 'ignore') for code in rows)}]")


def _is_word_alone(text: str, match: re.Match[str]) -> bool:
    import rjieba  # noqa: PLC0415 - a dictionary of many megabytes, only for texts with rare characters

    at = max(0, match.start() - _AROUND)
    for word in rjieba.cut(text[at : match.end() + _AROUND], False):
        if at <= match.start() < at + len(word):
            return len(word) == 1
        at += len(word)
    return False


def _around(text: str, match: re.Match[str]) -> str:
    start = max(0, match.start() - _AROUND)
    return re.sub(r"\s+", " ", text[start : match.end() + _AROUND])


def _chinese_around(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 2) : match.start()].strip()
    after = text[match.end() : match.end() + 2].strip()
    return (
        bool(before and after)
        and "\u4e00" <= before[-1] <= "\u9fff"
        and "\u4e00" <= after[0] <= "\u9fff"
    )


def _stray(text: str, match: re.Match[str]) -> bool:
    """Whether one of two like characters belongs to no word: in 城城市, not in 全市市场 or 六省省际."""
    if match[1] in _USUAL:
        return False
    import rjieba  # noqa: PLC0415 - a dictionary of many megabytes, for few places

    start = max(0, match.start() - _AROUND)
    at = start
    middle = match.start() + 1
    for word in rjieba.cut(text[start : match.end() + _AROUND], False):
        if at < middle < at + len(word):
            return False
        counted = at == match.start() > 0 and text[at - 1] in _COUNTING
        if len(word) == 1 and at in (match.start(), middle) and not counted:
            return True
        at += len(word)
    return False


def _unpaired(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs that close another number of brackets or quotes than they open, each with the
    place of the first sign that has no partner.
    """
    at = 0
    for line in text.split("\n"):
        for left, right in _BRACKETS.items():
            if (opened := line.count(left)) != (closed := line.count(right)):
                yield (
                    at + _alone(line, left, right),
                    _("{opened} {left} and {closed} {right} in one paragraph").format(
                        opened=opened, left=left, closed=closed, right=right
                    ),
                )
        at += len(line) + 1


def _alone(line: str, left: str, right: str) -> int:
    """Where the first sign stands that has no partner, of which there is one."""
    opened: list[int] = []
    for sign in re.finditer(f"[{left}{right}]", line):
        if sign[0] == left:
            opened.append(sign.start())
        elif opened:
            opened.pop()
        else:
            return sign.start()
    return opened[0]
