"""A form read from the file that an office sends back, whatever kind it is."""

from pathlib import Path

from tracker import userfile
from tracker.errors import BadFile, Problem
from tracker.forms import Returned, package, plain_files, rows
from tracker.forms.rows import Grid
from tracker.i18n import _

# Whatever is in them.
_FOR_MACROS = (".xlsm", ".xltm", ".xlam")


def read(file: Path) -> Returned:
    """The form in a workbook, CSV or JSON file. BadFile or another refusal where there is none."""
    data = _content(file)
    if package.is_workbook(data):
        return rows.returned(str(file), _grids(file, data))
    text = plain_files.text(file, data)
    if plain_files.is_json(text):
        return plain_files.returned(file, text)
    return rows.returned(str(file), [plain_files.grid(file, text)])


def grids(file: Path) -> list[Grid]:
    """The sheets of a workbook. BadFile or another refusal where it is none, or should not be opened."""
    data = _content(file)
    if not package.is_workbook(data):
        raise BadFile([Problem(str(file), _("is no Excel workbook: save it as .xlsx"))])
    return _grids(file, data)


def _content(file: Path) -> bytes:
    data = userfile.content(file, plain_files.LIMIT_BYTES)
    limit = package.LIMIT_BYTES if package.is_workbook(data) else plain_files.LIMIT_BYTES
    if len(data) > limit:
        message = _("larger than {limit} MB").format(limit=limit // 10**6)
        raise BadFile([Problem(str(file), message)])
    return data


def _grids(file: Path, data: bytes) -> list[Grid]:
    from tracker.forms import workbook_file  # noqa: PLC0415 - the reader of workbooks is loaded for them only

    try:
        if file.suffix.casefold() in _FOR_MACROS:
            raise package.with_macros()
        return workbook_file.grids(str(file), data)
    except package.Refused as reason:
        raise BadFile([Problem(str(file), str(reason))]) from reason
