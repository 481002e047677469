"""The pages of docs/ that hold figures: each program writes its own part of one."""

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def write(part: str, text: str, *, to: str = "performance.md") -> None:
    """Put `text` where the page has the part, and print it."""
    begin, end = f"<!-- {part}: begin -->\n", f"<!-- {part}: end -->\n"
    file = DOCS / to
    page = file.read_text(encoding="utf-8")
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    file.write_text(f"{before}{begin}{text}{end}{after}", encoding="utf-8")
    print(text)
