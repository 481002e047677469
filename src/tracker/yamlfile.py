"""YAML as people edit it: read without guessing types, with the line of every field kept."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple, TypeVar

import yaml

from tracker.domain.words import Word
from tracker.errors import Problem
from tracker.i18n import _
from tracker.userfile import LIMIT_BYTES

# The C parser reads a register in a tenth of the time; it is not built everywhere.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LIMIT_PROBLEMS = 100
_LIMIT_DEPTH = 30
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

W = TypeVar("W", bound=Word)
T = TypeVar("T")


class Problems(dict[Problem, None]):
    """The findings in a file, in order and each once; beyond a hundred nobody reads on."""

    def append(self, found: Problem) -> None:
        """Note a finding."""
        if len(self) < _LIMIT_PROBLEMS:
            self[found] = None


class Tree(NamedTuple):
    """A node: its value (text, list or mapping), the file and line where it stands."""

    value: str | list["Tree"] | dict[str, "Tree"]
    file: str
    line: int


def read(file: str, data: bytes, problems: Problems) -> Tree | None:
    """The one document of a YAML file, or None with the problems that keep it from being read."""
    if len(data) > LIMIT_BYTES:
        problems.append(
            Problem(file, _("larger than {limit} MB").format(limit=LIMIT_BYTES // 10**6))
        )
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data[: reason.start].count(b"\n") + 1
        problems.append(Problem(f"{file}:{line}", _("not UTF-8 text")))
        return None
    try:
        events = yaml.parse(text, Loader=_Loader)
        return _Builder(file, problems).document(events)
    except yaml.MarkedYAMLError as reason:
        at = reason.problem_mark or reason.context_mark
        where = f"{file}:{at.line + 1}" if at else file
        problems.append(
            Problem(where, _("not YAML: {reason}").format(reason=reason.problem or reason.context))
        )
    except yaml.YAMLError as reason:
        problems.append(
            Problem(file, _("not YAML: {reason}").format(reason=" ".join(str(reason).split())))
        )
    return None


class _Builder:
    def __init__(self, file: str, problems: Problems) -> None:
        self.file = file
        self.problems = problems

    def document(self, events: Iterator[yaml.Event]) -> Tree | None:
        tree = None
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                if tree is not None:
                    self.problem(event, _("a second document in one file"))
                    return None
                tree = self.node(event, events, 0)
        if tree is None:
            self.problems.append(Problem(self.file, _("the file is empty")))
        return tree

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Tree:
        line = _line(event)
        if depth > _LIMIT_DEPTH:
            raise yaml.YAMLError(_("nested too deeply"))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.problem(event, _("anchors and aliases are not used in register files"))
        if getattr(event, "tag", None):
            self.problem(event, _("tags are not used in register files"))
        if isinstance(event, yaml.ScalarEvent):
            null = event.style is None and event.value in ("", "~", "null")
            return Tree("" if null else event.value, self.file, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Tree(
                [
                    self.node(e, events, depth + 1)
                    for e in self.until(events, yaml.SequenceEndEvent)
                ],
                self.file,
                line,
            )
        fields: dict[str, Tree] = {}
        if isinstance(event, yaml.MappingStartEvent):
            for name_event in self.until(events, yaml.MappingEndEvent):
                name = self.node(name_event, events, depth + 1)
                value = self.node(next(events), events, depth + 1)
                if not isinstance(name.value, str):
                    self.problem(name_event, _("the name of a field is one word"))
                elif name.value in fields:
                    self.problem(
                        name_event, _("the field {name} stands here twice").format(name=name.value)
                    )
                else:
                    fields[name.value] = value._replace(line=name.line)
        return Tree(fields, self.file, line)

    @staticmethod
    def until(events: Iterator[yaml.Event], end: type[yaml.Event]) -> Iterator[yaml.Event]:
        for event in events:
            if isinstance(event, end):
                return
            yield event

    def problem(self, event: yaml.Event, message: str) -> None:
        self.problems.append(Problem(f"{self.file}:{_line(event)}", message))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


class Fields:
    """The fields of one mapping, read by name; what is wrong goes to `problems`, nothing is raised."""

    def __init__(self, tree: Tree, problems: Problems) -> None:
        self._tree = tree
        self._problems = problems
        self._read: set[str] = set()
        self._fields: dict[str, Tree] = tree.value if isinstance(tree.value, dict) else {}
        if not isinstance(tree.value, dict):
            self.problem(_("expected fields here (name: value)"))

    def problem(self, message: str, field: str | None = None) -> None:
        """Note a problem at a field of this mapping, or at the mapping itself."""
        at = self._fields.get(field, self._tree) if field else self._tree
        where = f"{at.file}:{at.line}" + (f": {field}" if field else "")
        self._problems.append(Problem(where, message))

    @property
    def where(self) -> str:
        """The file and line where the mapping stands."""
        return f"{self._tree.file}:{self._tree.line}"

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self._fields

    def finish(self) -> None:
        """Note every field that nobody asked for: a misspelt name is not ignored."""
        for name in [name for name in self._fields if name not in self._read]:
            known = ", ".join(sorted(self._read))
            self.problem(_("unknown field (known here: {known})").format(known=known), name)

    def maybe(self, name: str, *, limit: int | None = None) -> str | None:
        """A text that may be missing."""
        tree = self._get(name, required=False)
        return None if tree is None else self._text(tree, name, limit) or None

    def text(self, name: str, *, limit: int | None = None) -> str:
        """A text that must be there; empty where it is not, with a problem."""
        tree = self._get(name, required=True)
        said = "" if tree is None else self._text(tree, name, limit)
        if tree is not None and not said:
            self.problem(_("is empty"), name)
        return said

    def texts(self, name: str) -> list[str]:
        """One text, or a list of them."""
        tree = self._get(name, required=True)
        if tree is None:
            return []
        each = tree.value if isinstance(tree.value, list) else [tree]
        if not each:
            self.problem(_("is empty"), name)
        return [self._text(one, name, None) for one in each]

    def number(self, name: str, *, required: bool = True, limit: int = 32767) -> int | None:
        """A whole number from 1, no larger than a database keeps it."""
        tree = self._get(name, required=required)
        if tree is None:
            return None
        said = self._text(tree, name, None)
        if not (
            said.isascii()
            and said.isdecimal()
            and len(said) <= len(str(limit))
            and 1 <= int(said) <= limit
        ):
            self.problem(
                _("not a whole number from 1 to {limit}: {said}").format(limit=limit, said=said),
                name,
            )
            return None
        return int(said)

    def day(self, name: str, *, required: bool = True) -> date | None:
        """A date YYYY-MM-DD."""
        tree = self._get(name, required=required)
        if tree is None:
            return None
        said = self._text(tree, name, None)
        try:
            return date.fromisoformat(said)
        except ValueError:
            self.problem(_("not a date: {said} (2024-03-31)").format(said=said), name)
            return None

    def word(self, name: str, words: type[W]) -> W | None:
        """A word of a closed vocabulary."""
        tree = self._get(name, required=True)
        if tree is None:
            return None
        said = self._text(tree, name, None)
        word = words.read(said)
        if word is None:
            self.problem(
                _("unknown word: {said} (known: {known})").format(said=said, known=words.named()),
                name,
            )
        return word

    def item(self, name: str) -> "Fields":
        """The fields of an inner mapping."""
        tree = self._get(name, required=True)
        return Fields(tree or Tree({}, self._tree.file, self._tree.line), self._problems)

    def each(
        self,
        name: str,
        parse: Callable[["Fields"], T],
        *,
        mark: Callable[[T], object],
        required: bool = True,
    ) -> tuple[T, ...]:
        """What `parse` makes of each mapping of a list; two with the same mark are a problem."""
        tree = self._get(name, required=required)
        if tree is None:
            return ()
        if not isinstance(tree.value, list):
            self.problem(_("expected a list here (- …)"), name)
            return ()
        if required and not tree.value:
            self.problem(_("is empty"), name)
        parsed: list[T] = []
        marks: set[object] = set()
        for one in tree.value:
            fields = Fields(one, self._problems)
            made = parse(fields)
            fields.finish()
            if mark(made) in marks:
                fields.problem(_("{mark} stands here twice").format(mark=mark(made)))
            marks.add(mark(made))
            parsed.append(made)
        return tuple(parsed)

    def _get(self, name: str, *, required: bool) -> Tree | None:
        self._read.add(name)
        tree = self._fields.get(name)
        if tree is None and required and isinstance(self._tree.value, dict):
            self.problem(_("the field {name} is missing").format(name=name))
        return tree

    def _text(self, tree: Tree, name: str, limit: int | None) -> str:
        if not isinstance(tree.value, str):
            self.problem(_("expected text here"), name)
            return ""
        if _CONTROL.search(tree.value):
            self.problem(_("has control characters"), name)
        if limit and len(tree.value) > limit:
            self.problem(
                _("longer than {limit} characters ({length})").format(
                    limit=limit, length=len(tree.value)
                ),
                name,
            )
        return tree.value.strip()
