"""Text that spreadsheets would run as a formula: how it goes out in CSV, and comes back as it was."""

import re

# Behind blanks, too: some programs pass over them. Full-width signs are formulas to Chinese ones.
# Behind apostrophes, for else what has one of its own would come back without it.
_RUN = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r])")
_RUN_IN_LINES = re.compile(f"\n(?:{_RUN.pattern})")


def guarded(text: str) -> str:
    """The text behind an apostrophe where a spreadsheet would run it."""
    return f"'{text}" if _RUN.match(text) else text


def runs(lines: str) -> bool:
    """Whether a spreadsheet would run one of these lines."""
    return _RUN_IN_LINES.search(f"\n{lines}") is not None


def unguarded(text: str) -> str:
    """What was `guarded`, as it was."""
    return text[1:] if text.startswith("'") and _RUN.match(text) else text
