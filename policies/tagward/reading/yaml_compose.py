"""Plain data and the positions of its parts, built from YAML parse events without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Generic, NoReturn, Protocol, TypeVar

import msgspec
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from tagward.diagnostics import quoted
from tagward.reading.yaml_scalars import Scalar

P = TypeVar("P")
YamlMark = Any
"""A mark of the C parser or of the pure one; the parsers give every event its marks."""

Entry = tuple[P, P, "Marks[P] | None"]
"""Positions of a key (a list item: of the item) and of its value, and the marks inside the value."""
Marks = dict[str | int, Entry[P]]
"""The entries of one mapping by key, or of one list by index."""

_NO_WRAPPERS: Mapping[str, str] = MappingProxyType({})
CORE_TAG = "tag:yaml.org,2002:"
MERGE = "<<"
_TYPED: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "null": (type(None),),
}


class Limits(msgspec.Struct, frozen=True):
    """How much a document may hold before it is refused."""

    depth: int
    expanded: int
    """Nodes that aliases may add."""
    written: int | None = None
    """Nodes in all, written out or added by aliases."""
    scalar: int | None = None
    """Characters of one text."""


class Opened(Generic[P]):
    """A mapping or list whose end has not been read yet."""

    __slots__ = (
        "anchor",
        "before",
        "height",
        "key",
        "key_position",
        "marks",
        "merged",
        "merging",
        "start",
        "value",
        "wrapper",
    )

    def __init__(
        self, value: Any, start: YamlMark, anchor: str | None, before: int, wrapper: str | None = None
    ) -> None:
        self.value = value
        self.marks: Marks[P] = {}
        self.start = start
        self.anchor = anchor
        self.before = before
        self.height = 1
        self.key: str | None = None
        self.key_position: P | None = None
        self.merging = False
        self.merged: set[str] | None = None
        self.wrapper = wrapper


class Rules(Protocol[P]):
    """What a kind of file allows, and how its problems are reported."""

    limits: Limits

    def position(self, start: YamlMark, end: YamlMark, /) -> P:
        """Give the position that is kept for a stretch of text."""

    def resolve(self, text: str) -> Scalar:
        """Give the value of an unquoted text."""

    def key(self, value: Any, event: Event) -> str:
        """Give the key that a value in key place stands for."""

    def put(self, opened: Opened[P], key: str, value: Any, entry: Entry[P]) -> None:
        """Put a value into its mapping, which may have the key already."""

    def merge(self, opened: Opened[P], value: Any, inner: Marks[P] | None, at: Event, /) -> None:
        """Take in the value of a merge key."""

    def problem(self, message: str, at: Event, hint: str | None = None) -> None:
        """Report something that does not stop the reading."""

    def refuse(self, message: str, at: Event, hint: str | None = None) -> NoReturn:
        """Report something that does."""


class Composer(Generic[P]):
    """Composes the documents of a stream of parse events, one at a time.

    `wrappers` maps tags of a language of its own (`!Ref`) to the key of the mapping that a value with that
    tag stands for (`{"Ref": ...}`).
    """

    def __init__(
        self, next_event: Callable[[], Event], rules: Rules[P], wrappers: Mapping[str, str] = _NO_WRAPPERS
    ) -> None:
        self._next = next_event
        self._rules = rules
        self._wrappers = wrappers
        self._steps: dict[type[Event], Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            AliasEvent: self._alias,
            MappingStartEvent: self._open_mapping,
            SequenceStartEvent: self._open_list,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
        }

    def document(self) -> tuple[Any, Entry[P]]:
        """Read to the end of a document whose start has been read; give its data and its marks."""
        self._opened: list[Opened[P]] = []
        self._anchors: dict[str, tuple[Any, Marks[P] | None, int, int] | None] = {}
        self._nodes = self._expanded = 0
        event = self._next()
        while type(event) is not DocumentEndEvent:
            self._steps[type(event)](event)
            event = self._next()
        return self._root

    def _count(self, event: Event, added: int = 0) -> None:
        self._nodes += added or 1
        self._expanded += added
        limits = self._rules.limits
        if self._expanded > limits.expanded:
            self._rules.refuse(f"the aliases expand to more than {limits.expanded:,} values", event)
        if limits.written is not None and self._nodes > limits.written:
            self._rules.refuse(f"the document holds more than {limits.written:,} values", event)

    def _scalar(self, event: ScalarEvent) -> None:
        self._count(event)
        text: str = event.value
        limit = self._rules.limits.scalar
        if limit is not None and len(text) > limit:
            self._rules.problem(f"the text is longer than {limit:,} characters", event)
        value: Scalar = text
        if event.tag in self._wrappers:
            self._wrapped_scalar(event)
            return
        if event.tag is not None:
            value = self._tagged(event)
        elif event.implicit[0]:
            if text == MERGE and self._awaits_key():
                self._opened[-1].merging = True
            value = self._rules.resolve(text)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, None, 0, 1)
        self._place(value, None, 0, event, event.start_mark)

    def _wrapped_scalar(self, event: ScalarEvent) -> None:
        wrapper = self._wrappers[str(event.tag)]
        position = self._rules.position(event.start_mark, event.end_mark)
        marks: Marks[P] = {wrapper: (position, position, None)}
        self._check_depth(len(self._opened) + 1, event)
        if event.anchor is not None:
            self._anchors[event.anchor] = ({wrapper: event.value}, marks, 1, 1)
        self._place({wrapper: event.value}, marks, 1, event, event.start_mark)

    def _awaits_key(self) -> bool:
        return bool(self._opened) and type(self._opened[-1].value) is dict and self._opened[-1].key is None

    def _tagged(self, event: ScalarEvent) -> Scalar:
        name = str(event.tag).removeprefix(CORE_TAG)
        text: str = event.value
        if name in ("!", "str"):
            return text
        if name not in _TYPED:
            self._refuse_tag(event, text)
            return text
        value = self._rules.resolve(text)
        if type(value) not in _TYPED[name]:
            self._rules.problem(f"{quoted(text)} is not what its tag `!!{name}` says", event)
            return text
        return float(value) if name == "float" and value is not None else value

    def _refuse_tag(self, event: ScalarEvent | CollectionStartEvent, text: str) -> None:
        tag = str(event.tag)
        if tag.startswith(CORE_TAG):
            tag = f"!!{tag.removeprefix(CORE_TAG)}"
        written = f"{tag} {text}".rstrip()
        hint = (
            f"put text that begins with `!` in quotes: {_in_quotes(written)}" if written[1] != "!" else None
        )
        self._rules.problem(f"the tag {quoted(tag)} is not allowed", event, hint)

    def _alias(self, event: AliasEvent) -> None:
        name = str(event.anchor)
        if name not in self._anchors:
            hint = f"put text that begins with `*` in quotes: {_in_quotes('*' + name)}"
            self._rules.refuse(
                f"{quoted('*' + name)} refers to an anchor that is not defined above", event, hint
            )
        anchored = self._anchors[name]
        if anchored is None:
            self._rules.refuse(f"{quoted('*' + name)} contains itself", event)
        value, inner, height, size = anchored
        self._count(event, size)
        self._check_depth(len(self._opened) + height, event)
        self._place(value, inner, height, event, event.start_mark)

    def _check_depth(self, depth: int, event: Event) -> None:
        limit = self._rules.limits.depth
        if depth > limit:
            self._rules.refuse(f"the nesting is deeper than {limit} levels", event)

    def _open_mapping(self, event: MappingStartEvent) -> None:
        self._open({}, "map", event)

    def _open_list(self, event: SequenceStartEvent) -> None:
        self._open([], "seq", event)

    def _open(self, value: Any, name: str, event: CollectionStartEvent) -> None:
        self._count(event)
        self._check_depth(len(self._opened) + 1, event)
        if self._awaits_key():
            self._rules.refuse("a key must be text, not a list or a mapping", event, "put the key in quotes")
        wrapper = self._wrappers.get(event.tag) if event.tag is not None else None
        if wrapper is None and event.tag is not None and event.tag not in ("!", CORE_TAG + name):
            self._refuse_tag(event, "")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._opened.append(Opened(value, event.start_mark, event.anchor, self._nodes, wrapper))

    def _close(self, event: MappingEndEvent | SequenceEndEvent) -> None:
        done = self._opened.pop()
        if done.wrapper is not None:
            self._wrap(done, done.wrapper, event)
        if done.anchor is not None:
            size = self._nodes - done.before + 1
            self._anchors[done.anchor] = (done.value, done.marks, done.height, size)
        self._place(done.value, done.marks, done.height, event, done.start)

    def _wrap(self, done: Opened[P], wrapper: str, event: Event) -> None:
        position = self._rules.position(done.start, event.end_mark)
        done.value = {wrapper: done.value}
        done.marks = {wrapper: (position, position, done.marks)}
        done.height += 1
        self._check_depth(len(self._opened) + done.height, event)

    def _place(self, value: Any, inner: Marks[P] | None, height: int, event: Event, start: YamlMark) -> None:
        position = self._rules.position(start, event.end_mark)
        if not self._opened:
            self._root = value, (position, position, inner)
            return
        parent = self._opened[-1]
        parent.height = max(parent.height, height + 1)
        if type(parent.value) is list:
            parent.marks[len(parent.value)] = (position, position, inner)
            parent.value.append(value)
        elif parent.key is None:
            parent.key = self._rules.key(value, event)
            parent.key_position = position
        else:
            self._put(parent, value, inner, position, event)

    def _put(self, parent: Opened[P], value: Any, inner: Marks[P] | None, position: P, event: Event) -> None:
        key, key_position = parent.key, parent.key_position
        assert key is not None
        assert key_position is not None
        if parent.merging:
            self._rules.merge(parent, value, inner, event)
        else:
            self._rules.put(parent, key, value, (key_position, position, inner))
        parent.key, parent.merging = None, False


def _in_quotes(text: str) -> str:
    return quoted(f'"{text}"')
