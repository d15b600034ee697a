"""The reader of Kubernetes manifests: YAML or JSON streams, read as the Kubernetes API server reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NoReturn

import yaml
from yaml.events import Event

from tagward.diagnostics import Diagnostic
from tagward.errors import InputError
from tagward.reading.manifest_json import decode_json, locate_json
from tagward.reading.source_text import NotTextError, is_wide, read_text
from tagward.reading.yaml_compose import MERGE, Composer, Entry, Limits, Marks, Opened, YamlMark
from tagward.reading.yaml_faults import explain
from tagward.reading.yaml_scalars import Scalar, kubernetes_scalar
from tagward.reading.yaml_stream import event_reader, has_too_many_directives

MAX_MANIFEST_BYTES = 512 * 1024 * 1024
_LIMITS = Limits(depth=256, expanded=2_000_000)
_HELM = re.compile(
    rb"\{\{-?\s*(?:[.$]|/\*|(?:include|template|if|else|range|with|define|block|end|tpl|toYaml|default|quote"
    rb"|printf|required|lookup)\b)"
)
_JINJA = re.compile(rb"\{\{|\{%|\{#")

_NO_WRAPPERS: Mapping[str, str] = MappingProxyType({})

Repeats = tuple[tuple[int, str], ...]
Locate = Callable[[], tuple[Marks[int], Repeats]]
Resolve = Callable[[str], Scalar]


class Manifest:
    """One document of a stream, as plain data that knows its lines."""

    def __init__(self, data: Any, line: int, locate: Locate) -> None:
        self.data = data
        self.line = line
        self._locate = locate
        self._located: tuple[Marks[int], Repeats] | None = None

    @property
    def duplicates(self) -> Repeats:
        """Line and name of every key that its mapping had already; the last one written counts."""
        return self._positions[1]

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """Give the line of the key or item at a path, or of the nearest one around it that exists."""
        line, inner = self.line, self._positions[0]
        for step in path:
            if step not in inner:
                break
            line, _, within = inner[step]
            inner = within or {}
        return line

    @property
    def _positions(self) -> tuple[Marks[int], Repeats]:
        if self._located is None:
            self._located = self._locate()
        return self._located


def read_manifests(
    data: bytes, file: str, resolve: Resolve = kubernetes_scalar, wrappers: Mapping[str, str] = _NO_WRAPPERS
) -> Iterator[Manifest]:
    """Yield the documents that hold anything; raise InputError at the first that cannot be read.

    `resolve` says what an unquoted text of YAML means; `wrappers` maps the tags of a language of its own to
    the keys of the mappings that they stand for (`!Ref` to `Ref`).
    """
    if len(data) > MAX_MANIFEST_BYTES:
        limit = MAX_MANIFEST_BYTES // 1024 // 1024
        raise InputError(file, f"the file is larger than {limit} MiB", "split it")
    if is_wide(data):
        raise InputError(file, "the file is UTF-16, not UTF-8", "save the file as UTF-8")
    documents = decode_json(data, _LIMITS.depth)
    if documents is None:
        yield from _read_yaml(data, file, resolve, wrappers)
        return
    for document in documents:
        if document.data is not None:
            yield Manifest(document.data, document.line, partial(locate_json, document))


def _read_yaml(data: bytes, file: str, resolve: Resolve, wrappers: Mapping[str, str]) -> Iterator[Manifest]:
    if has_too_many_directives(data):
        raise InputError(file, "the file has too many `%TAG` lines", "remove them")
    rules = _ManifestRules(data, file, resolve)
    try:
        yield from _compose(data, rules, wrappers)
    except yaml.YAMLError as error:
        raise _unreadable(error, data, file) from None


def _compose(data: bytes, rules: _ManifestRules, wrappers: Mapping[str, str]) -> Iterator[Manifest]:
    next_event = event_reader(data)
    composer = Composer(next_event, rules, wrappers)
    next_event()
    while not isinstance(next_event(), yaml.StreamEndEvent):
        rules.repeats = []
        value, (line, _, inner) = composer.document()
        if value is not None:
            yield Manifest(value, line, partial(_located, inner or {}, tuple(rules.repeats)))


def _located(marks: Marks[int], repeats: Repeats) -> tuple[Marks[int], Repeats]:
    return marks, repeats


def _unreadable(error: yaml.YAMLError, data: bytes, file: str) -> InputError:
    try:
        found = explain(error, read_text(data, file))
    except NotTextError as not_text:
        found = not_text.diagnostic
    return _refusal(found, data)


def _refusal(found: Diagnostic, data: bytes) -> InputError:
    return InputError(found.file, found.message, _template(data) or found.hint, line=found.line)


def _template(data: bytes) -> str | None:
    if _HELM.search(data):
        return "this looks like a Helm template: render it first with `helm template`"
    if _JINJA.search(data):
        return "this looks like a template (Jinja or similar): render it first"
    return None


class _ManifestRules:
    limits = _LIMITS

    def __init__(self, data: bytes, file: str, resolve: Resolve) -> None:
        self.repeats: list[tuple[int, str]] = []
        self.resolve = resolve
        self._data = data
        self._file = file

    def position(self, start: YamlMark, _end: YamlMark) -> int:
        line: int = start.line + 1
        return line

    def key(self, value: Any, event: Event) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return f"{value:.7g}"
        if isinstance(value, int):
            return str(value)
        return self.refuse(
            "a key must be text, not a list, a mapping or nothing", event, "put the key in quotes"
        )

    def put(self, opened: Opened[int], key: str, value: Any, entry: Entry[int]) -> None:
        if opened.merged and key in opened.merged:
            opened.merged.discard(key)
        elif key in opened.marks:
            self.repeats.append((entry[0], key))
        opened.value[key] = value
        opened.marks[key] = entry

    def merge(self, opened: Opened[int], value: Any, inner: Marks[int] | None, at: Event) -> None:
        sources = [(value, inner)]
        if isinstance(value, list):
            marks = inner or {}
            sources = [(item, marks[index][2]) for index, item in reversed(list(enumerate(value)))]
        for source, within in sources:
            if not isinstance(source, dict):
                self.refuse(f"the merge key `{MERGE}` takes a mapping or a list of mappings", at)
            # In the order they are written, as goyaml.v2 does: a merge overrides the keys above it.
            opened.value.update(source)
            opened.marks.update(within or {})
            opened.merged = opened.merged or set()
            opened.merged.update(source)

    def problem(self, message: str, at: Event, hint: str | None = None) -> None:
        self.refuse(message, at, hint)

    def refuse(self, message: str, at: Event, hint: str | None = None) -> NoReturn:
        line = self.position(at.start_mark, at.end_mark)
        raise _refusal(Diagnostic(self._file, line, 1, message, hint=hint), self._data)
