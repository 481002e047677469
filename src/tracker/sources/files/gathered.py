"""Lines that are being gathered from a formatted document, and what becomes of its tables."""

# Lines of a cell. Web pages put a text beside its navigation by means of a table.
_LONGEST_CELL = 10
# Columns over which one cell may go.
WIDEST_CELL = 20


class Lines:
    """The lines so far; tables stand one blank line apart from what is around them."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._apart = False

    def add(self, line: str) -> None:
        """One more line, without its end."""
        if self._apart and line and self.done and self.done[-1]:
            self.done.append("")
        self._apart = False
        self.done.append(line)

    def table(self, rows: list[list[list[str]]]) -> None:
        """A table, apart: rows of cells of lines. Nothing of an empty one."""
        laid = _laid_out([[_filled(cell) for cell in row] for row in rows])
        if laid:
            self._apart = True
            for line in laid:
                self.add(line)
            self._apart = True


def _filled(cell: list[str]) -> list[str]:
    return [line for line in cell if line.strip()]


def _laid_out(rows: list[list[list[str]]]) -> list[str]:
    """Each row as one line, cells apart by a tab.

    A table with one filled cell in a row, or with a cell as long as a text, is a frame around
    that text: its lines stay lines.
    """
    frame = all(sum(map(bool, row)) <= 1 for row in rows)
    lines: list[str] = []
    for row in rows:
        if frame or max(map(len, row), default=0) > _LONGEST_CELL:
            lines.extend(line for cell in row for line in cell)
        elif any(row):
            lines.append("\t".join(" ".join(" ".join(cell).split("\t")) for cell in row))
    return lines
