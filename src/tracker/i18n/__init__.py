"""The two languages of the interface: which one is spoken, and the one catalogue of both."""

import gettext
import locale
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LANGUAGES = ("en", "zh")
_DOMAIN = "tracker"
_FOLDER = Path(__file__).parent / "locale"
_spoken = "en"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def spoken() -> str:
    """`en` or `zh`."""
    return _spoken


def speak(language: str) -> None:
    """Use `en` or `zh` from here on, in our own messages and in those of the command line library."""
    global _spoken, _catalogue  # noqa: PLW0603 - one process speaks one language
    _spoken = language
    _catalogue = gettext.translation(_DOMAIN, _FOLDER, [language], fallback=True)
    # The library looks its own messages up in the default domain, by the environment.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(_DOMAIN, str(_FOLDER))
    gettext.textdomain(_DOMAIN)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `en` or `zh` for a while: what is made in both languages is made twice."""
    before = _spoken
    speak(language)
    try:
        yield
    finally:
        speak(before)


def spoken_by(said: str) -> str | None:
    """The language that `zh`, `zh_CN` or `en-GB` means, or None."""
    language = said.replace("-", "_").partition("_")[0].casefold()
    return language if language in LANGUAGES else None


def by_locale() -> str:
    """Chinese where the locale is, else English."""
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not said and os.name == "nt":
        said = locale.getlocale()[0] or ""
    return "zh" if said.casefold().startswith(("zh", "chinese")) else "en"


def _(message: str | None) -> str:
    """`message` in the language spoken; nothing stays nothing."""
    return _catalogue.gettext(message) if message else ""


def either(zh: str | None, en: str | None) -> str:
    """Of a text that the data holds in both languages, the one spoken; the other where it lacks."""
    return (zh or en if _spoken == "zh" else en or zh) or ""
