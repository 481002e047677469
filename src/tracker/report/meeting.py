"""What became of a document in the ledger: wording attached, sentences that differ, drafts compared."""

from collections import Counter
from collections.abc import Sequence

from tracker.i18n import _
from tracker.register.comparison import Comparison
from tracker.register.revision import Fate, words_apart
from tracker.report.model import Fact, Field, Report, Share, tabulated

# Of what two wordings share, the characters shown around a difference.
_STAYS = 24


def attached(code: str, file: str, sentences: int, total: int) -> Report:
    """What attaching a copy did."""
    return Report(
        _("Wording attached"),
        (
            Fact("document", _("Document"), code),
            Fact("file", _("File"), file),
            Fact("attached", _("Sentences with their wording"), sentences),
            Fact("sentences", _("Sentences of the register"), total),
        ),
        (),
    )


def revised(fates: Sequence[Fate]) -> Report:
    """What became of the sentences of a known document in another text of it."""
    counts = Counter(fate.deed for fate in fates)
    names = {
        "same": _("as registered"),
        "moved": _("moved"),
        "changed": _("changed"),
        "new": _("new"),
        "gone": _("gone"),
    }
    return Report(
        _("Against the register"),
        tuple(Fact(deed, name, counts[deed]) for deed, name in names.items()),
        (
            tabulated(
                "sentences",
                _("Sentences that differ"),
                [fate for fate in fates if fate.deed != "same"],
                [
                    Field("deed", None, "deed"),
                    Field(None, _("Now"), lambda fate: names[fate.deed]),
                    Field("place", _("Sentence"), "place"),
                    Field("commitment", _("Commitment"), _commitment),
                    Field("item", _("Stands in"), lambda f: f.item and f.item.label),
                    Field("n", None, lambda f: f.new and f.new.number),
                    Field("start", None, lambda f: f.new and f.new.start),
                    Field("end", None, lambda f: f.new and f.new.end),
                    Field("before", None, "before"),
                    Field("after", None, lambda f: f.new and f.new.text),
                    Field(None, _("Wording"), _apart, flexible=True),
                    Field("effect", _("What it would do"), _effect, flexible=True),
                ],
            ),
        ),
    )


def _commitment(fate: Fate) -> str | None:
    return fate.old.commitment.key if fate.old and fate.old.commitment else None


def _effect(fate: Fate) -> str:
    tracked = _commitment(fate) is not None
    match fate.deed:
        case "new":
            return _("becomes a commitment with a key of its own")
        case "gone":
            return _("is retired; its log stays") if tracked else _("leaves the register")
        case "moved":
            return _("keeps its key") if tracked else _("stays untracked")
    return _("keeps its key; check what it says") if tracked else _("check why it is untracked")


def _apart(fate: Fate) -> str:
    """The wording; of a changed one what was left out in [-…-] and what was put in in {+…+}."""
    if fate.new is None:
        return fate.before or ""
    if fate.deed != "changed" or fate.before is None:
        return fate.new.text
    signs = {"-": "[-{}-]", "+": "{{+{}+}}"}
    return "".join(
        _shortened(said) if deed == "=" else signs[deed].format(said)
        for deed, said in words_apart(fate.before, fate.new.text)
    )


def _shortened(said: str) -> str:
    """What stays, without its middle where that is long."""
    return said if len(said) <= _STAYS else f"{said[: _STAYS // 2]}…{said[-_STAYS // 2 :]}"


def _share(part: int, whole: int) -> Share | None:
    """A share of nothing is none."""
    return Share(part, whole) if whole else None


def compared(comparison: Comparison) -> Report:
    """How well the draft of a known document does, against what people made of it."""
    names = {
        "owners_stated": _("owners that the text names"),
        "years_stated": _("years that the text names"),
        "owners": _("all owners"),
        "years": _("all years"),
    }
    return Report(
        _("The draft against the register"),
        (
            Fact("sentences", _("Sentences compared"), comparison.sentences),
            Fact("unmatched", _("Sentences of the register not found"), comparison.unmatched),
        ),
        (
            tabulated(
                "scores",
                _("Precision and recall"),
                comparison.scores,
                [
                    Field("what", None, "what"),
                    Field(None, _("What"), lambda score: names[score.what]),
                    Field("registered", _("Registered"), "curated"),
                    Field("drafted", _("Drafted"), "drafted"),
                    Field("both", _("In both"), "both"),
                    Field("recall", _("Recall"), lambda s: _share(s.both, s.curated)),
                    Field("precision", _("Precision"), lambda s: _share(s.both, s.drafted)),
                ],
            ),
            tabulated(
                "differences",
                _("Differences"),
                comparison.differences,
                [
                    Field("key", _("Sentence"), "key"),
                    Field("what", None, "what"),
                    Field(None, _("What"), lambda difference: names[difference.what]),
                    Field("missed", _("Not drafted"), lambda d: list(d.missed), flexible=True),
                    Field(
                        "invented", _("Not registered"), lambda d: list(d.invented), flexible=True
                    ),
                ],
            ),
        ),
    )
