"""Register files as they are written: for people to read and edit, and to be read again without loss."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from types import MappingProxyType

from tracker.register import Commitment, Measure, Owner, Register, Section, Sentence, Share

# Text that YAML takes for nothing else; what is not like this goes into quotes.
_PLAIN = re.compile(
    r"[A-Za-z\u4e00-\u9fff（《“][\w\u4e00-\u9fff（）《》“”、，。；；〔〕—·+/.\- ]*", re.ASCII
)
# What no register may hold, and what YAML takes only as an escape, or for the end of a line.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_ESCAPED = re.compile(r"[\u2028\u2029\ufeff\ufffe\uffff]")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def written(
    register: Register,
    remarks: Mapping[str, Iterable[str]] = MappingProxyType({}),
    owners: Iterable[Owner] = (),
) -> str:
    """The register as a file of YAML, with `owners` that it brings. `remarks` stand as comments above
    what they are about: the key of a commitment or a measure, or the code of the document.
    """
    lines = [*_comments(remarks.get(register.code, ()), ""), *_owners(owners)]
    lines += [
        "document:",
        *_fields(
            "  ",
            code=register.code,
            title=register.title,
            title_en=_other(register.title_en, register.title),
            number=register.document_number,
            issuer=register.issuer,
            issued_on=register.issued_on.isoformat() if register.issued_on else None,
            horizon=register.horizon,
        ),
        "",
        "sections:",
        *map(_section, register.sections),
        "",
        "measures:",
    ]
    for measure in register.measures:
        lines += _measure(measure, remarks)
    return "\n".join(lines) + "\n"


def _owners(owners: Iterable[Owner]) -> list[str]:
    lines = [
        f"  - {{code: {owner.code}, name: {_text(owner.name)}, name_en: {_text(owner.name_en)}}}"
        for owner in owners
    ]
    return ["owners:", *lines, ""] if lines else []


def _section(section: Section) -> str:
    english = _other(section.title_en, section.title)
    translated = f", title_en: {_text(english)}" if english else ""
    return f"  - {{number: {section.number}, title: {_text(section.title)}{translated}}}"


def _measure(measure: Measure, remarks: Mapping[str, Iterable[str]]) -> Iterator[str]:
    yield from _comments(remarks.get(measure.key, ()), "  ")
    yield f"  - number: {measure.number}"
    yield from _fields(
        "    ",
        label=measure.label,
        section=measure.section,
        title=measure.title,
        title_en=_other(measure.title_en, measure.title),
    )
    yield "    sentences:"
    for sentence in measure.sentences:
        yield from _comments(
            remarks.get(sentence.commitment.key, ()) if sentence.commitment else (), "      "
        )
        yield from _sentence(sentence, measure.key)


def _sentence(sentence: Sentence, measure: str) -> Iterator[str]:
    yield f"      - n: {sentence.number}"
    commitment = sentence.commitment
    if commitment is None:
        yield from _fields(
            "        ",
            fingerprint=sentence.fingerprint,
            untracked=sentence.untracked,
            untracked_en=_other(sentence.untracked_en, sentence.untracked),
        )
        return
    if commitment.key != f"{measure}.{sentence.number}":
        own, _, number = commitment.key.rpartition(".")
        yield f"        key: {number if own == measure else commitment.key}"
    yield from _fields(
        "        ",
        fingerprint=sentence.fingerprint,
        title=commitment.title,
        title_en=_other(commitment.title_en, commitment.title),
        kind=commitment.kind.value,
        weight=commitment.weight if commitment.weight > 1 else None,
    )
    yield "        owners:"
    for _, alike in groupby(commitment.shares, lambda share: share._replace(owner="")):
        yield _shares(list(alike))
    yield from _target(commitment)
    yield from _fields("        ", note=commitment.note, note_en=commitment.note_en)


def _shares(alike: list[Share]) -> str:
    """One line for the owners that have the same role, basis and scope one after the other."""
    first = alike[0]
    owners = [_text(share.owner) for share in alike]
    said = f"[{', '.join(owners)}]" if len(owners) > 1 else owners[0]
    fields = [f"owner: {said}", f"role: {first.role.value}", f"basis: {first.basis.value}"]
    if first.scope:
        fields.append(f"scope: {_text(first.scope)}")
    if first.scope_en:
        fields.append(f"scope_en: {_text(first.scope_en)}")
    return f"          - {{{', '.join(fields)}}}"


def _target(commitment: Commitment) -> Iterator[str]:
    if commitment.target and commitment.target_basis:
        year, basis = commitment.target, commitment.target_basis.value
        yield f"        target: {{year: {_text(str(year))}, basis: {basis}}}"


def _fields(indent: str, **values: str | int | None) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            said = str(value) if isinstance(value, int) else _text(value)
            yield f"{indent}{name}: {said}"


def _other(translated: str | None, original: str | None) -> str | None:
    """A translation, unless it is only the original again."""
    return None if translated == original else translated


def _text(text: str) -> str:
    """A text as YAML has it: plain where that is safe, else in double quotes as in JSON."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS and not text.endswith(" "):
        return text
    said = json.dumps(_CONTROL.sub("", text), ensure_ascii=False)
    return _ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", said)


def _comments(remarks: Iterable[str], indent: str) -> Iterator[str]:
    for remark in remarks:
        for line in remark.splitlines():
            yield f"{indent}# {_ESCAPED.sub('', _CONTROL.sub('', line))}"
