"""The strict reader of policy files: YAML in, plain data and the position of every part out."""

from __future__ import annotations

from typing import Any, NoReturn

import msgspec
import yaml
from yaml.events import Event

from tagward.diagnostics import Diagnostic, Steps, in_order, quoted
from tagward.errors import PolicyError
from tagward.language import MAX_POLICY_BYTES
from tagward.reading.manifest_reader import MAX_MANIFEST_BYTES, Manifest, read_manifests
from tagward.reading.source_text import NotTextError, SourceText, read_text
from tagward.reading.yaml_compose import MERGE, Composer, Entry, Limits, Marks, Opened, YamlMark
from tagward.reading.yaml_faults import explain
from tagward.reading.yaml_scalars import Scalar, core_scalar
from tagward.reading.yaml_stream import event_reader, has_too_many_directives

__all__ = [
    "MAX_MANIFEST_BYTES",
    "MAX_POLICY_BYTES",
    "Document",
    "Manifest",
    "Mark",
    "read_manifests",
    "read_mapping",
    "read_policy",
]

_LIMITS = Limits(depth=64, expanded=20_000, written=20_000, scalar=64 * 1024)
_MOST_PROBLEMS = 100
_STARTER = "begin with `apiVersion: tagward/v1`; `tagward init` writes a starter policy"

Path = Steps


class Mark(msgspec.Struct, frozen=True):
    """A stretch of text on one line: line and column from 1, length in characters."""

    line: int
    column: int
    length: int


class Document:
    """A policy file as plain data that knows where each part is written."""

    def __init__(self, source: SourceText, data: dict[str, Any], root: Entry[Mark]) -> None:
        self.file = source.file
        self.data = data
        self._source = source
        self._root = root

    def mark(self, path: Path) -> Mark:
        """Give the position of the value at a path, or of the nearest part around it that exists."""
        return self._entry(path)[1]

    def key_mark(self, path: Path) -> Mark:
        """Give the position of the key at a path, or of the nearest one around it that exists."""
        return self._entry(path)[0]

    def line_text(self, number: int) -> str | None:
        """Give a line of the file by its number."""
        return self._source.line(number)

    def diagnostic(
        self,
        path: Path,
        message: str,
        *,
        at_key: bool = False,
        hint: str | None = None,
        accepted: tuple[str, ...] = (),
    ) -> Diagnostic:
        """Build a diagnostic about the part at a path."""
        mark = self.key_mark(path) if at_key else self.mark(path)
        return self._source.diagnostic(
            mark.line, mark.column, message, length=mark.length, hint=hint, accepted=accepted
        )

    def _entry(self, path: Path) -> Entry[Mark]:
        entry = self._root
        for step in path:
            inner = entry[2]
            if inner is None or step not in inner:
                break
            entry = inner[step]
        return entry


def read_policy(data: bytes, file: str) -> Document:
    """Read a policy file; raise PolicyError with everything that is wrong with it."""
    return read_mapping(data, file, "a policy", _STARTER)


def read_mapping(data: bytes, file: str, noun: str, starter: str) -> Document:
    """Read one YAML document that is a mapping; raise PolicyError with everything that is wrong with it.

    `noun` says what such a file is, and `starter` how to begin one.
    """
    rules = _PolicyRules(_checked(data, file), noun, starter)
    try:
        value, root = _compose(data, rules)
    except yaml.YAMLError as error:
        raise PolicyError(in_order([*rules.problems, explain(error, rules.source)])) from None
    if rules.problems:
        raise PolicyError(in_order(rules.problems))
    return Document(rules.source, value, root)


def _checked(data: bytes, file: str) -> SourceText:
    if len(data) > MAX_POLICY_BYTES:
        message = f"the file is larger than {MAX_POLICY_BYTES // 1024 // 1024} MiB"
        raise PolicyError([Diagnostic(file, 1, 1, message, hint="is this the right file?")])
    try:
        source = read_text(data, file)
    except NotTextError as error:
        raise PolicyError([error.diagnostic]) from None
    if has_too_many_directives(data):
        raise PolicyError([source.diagnostic(1, 1, "the file has too many `%TAG` lines", hint="remove them")])
    return source


def _compose(data: bytes, rules: _PolicyRules) -> tuple[Any, Entry[Mark]]:
    next_event = event_reader(data)
    next_event()
    start = next_event()
    if isinstance(start, yaml.StreamEndEvent):
        raise PolicyError([rules.source.diagnostic(1, 1, "the file is empty", hint=rules.starter)])
    value, root = Composer(next_event, rules).document()
    if not isinstance(value, dict):
        rules.add(root[1], f"{rules.noun} is a mapping of keys to values, not {_kind(value)}", rules.starter)
    after = next_event()
    if not isinstance(after, yaml.StreamEndEvent):
        rules.problem("a second document begins here", after, f"{rules.noun} is one document: split the file")
    return value, root


def _kind(value: Any) -> str:
    if value is None:
        return "an empty document"
    return "a list" if isinstance(value, list) else "a single value"


class _PolicyRules:
    limits = _LIMITS

    def __init__(self, source: SourceText, noun: str, starter: str) -> None:
        self.source = source
        self.noun = noun
        self.starter = starter
        self.problems: list[Diagnostic] = []

    def position(self, start: YamlMark, end: YamlMark) -> Mark:
        length = end.column - start.column if end.line == start.line else 1
        return Mark(start.line + 1, start.column + 1, max(length, 1))

    def resolve(self, text: str) -> Scalar:
        return core_scalar(text)

    def key(self, value: Any, event: Event) -> str:
        if isinstance(value, str):
            return value
        written = getattr(event, "value", None)
        in_quotes = quoted(f'"{written}"')
        hint = f"put it in quotes: {in_quotes}" if written else "write the key as text"
        self.problem(f"a key must be text, not {_named(value)}", event, hint)
        return str(written)

    def put(self, opened: Opened[Mark], key: str, value: Any, entry: Entry[Mark]) -> None:
        if key in opened.marks:
            first = opened.marks[key][0].line
            self.add(
                entry[0], f"the key {quoted(key)} is here twice: it is first on line {first}", "keep one"
            )
            return
        opened.value[key] = value
        opened.marks[key] = entry

    def merge(self, opened: Opened[Mark], _value: Any, _inner: Marks[Mark] | None, _at: Event) -> None:
        assert opened.key_position is not None
        self.add(opened.key_position, f"merge keys `{MERGE}` are not allowed", "write the keys out")

    def problem(self, message: str, at: Event, hint: str | None = None) -> None:
        self.add(self.position(at.start_mark, at.end_mark), message, hint)

    def refuse(self, message: str, at: Event, hint: str | None = None) -> NoReturn:
        self.problem(message, at, hint)
        raise PolicyError(in_order(self.problems))

    def add(self, mark: Mark, message: str, hint: str | None) -> None:
        self.problems.append(
            self.source.diagnostic(mark.line, mark.column, message, length=mark.length, hint=hint)
        )
        if len(self.problems) >= _MOST_PROBLEMS:
            raise PolicyError(in_order(self.problems))


def _named(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, (int, float)) else "a list or a mapping"
