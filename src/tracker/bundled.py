"""Where the files that come with the program are: migrations and seeds."""

from pathlib import Path

_INSTALLED = Path(__file__).with_name("bundled")
_CHECKOUT = Path(__file__).resolve().parents[2]


def folder(name: str) -> Path:
    """`migrations` or `seeds`: inside the package when installed from a wheel, beside `src` in a checkout."""
    installed = _INSTALLED / name
    return installed if installed.is_dir() else _CHECKOUT / name
