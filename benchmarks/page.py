"""docs/performance.md: each program writes its own part of it."""

from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def write(part: str, text: str) -> None:
    """Put `text` where the page has the part, and print it."""
    begin, end = f"<!-- {part}: begin -->\n", f"<!-- {part}: end -->\n"
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    PAGE.write_text(f"{before}{begin}{text}{end}{after}", encoding="utf-8")
    print(text)
