"""Tags in a CloudFormation template: lists of Key and Value, or maps, with conditions among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tagward.resource import NO_TAGS, Tags, TagValue, Unknown
from tagward_service.sources.cloudformation.values import (
    Values,
    branches_of,
    condition_of,
    intrinsic,
    is_no_value,
    unknown,
)


class Found(NamedTuple):
    """Tags, and why more keys may turn up at the deployment."""

    tags: Tags = NO_TAGS
    open: Unknown | None = None


NOTHING = Found()
Read = Callable[[Any], Found]


class TagReader:
    """Reads the tags of one resource, and keeps what is wrong with how they are written."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.faults: list[str] = []

    def read(self, value: Any, place: str, kind: str | None = None) -> Found:
        """Read a tag property; `place` is where it is written, `kind` whether it must be a list or a map."""
        written = "list" if isinstance(value, list) else "map"
        is_written_out = isinstance(value, (list, dict)) and intrinsic(value) is None
        if is_written_out and kind not in (written, None):
            self.faults.append(f"`{place}` is a {written}, and CloudFormation takes a {kind} there")
        return self._property(value, place, self._pair)

    def launched(self, value: Any, place: str) -> Found:
        """Read the tags of a group that its instances get at launch."""
        return self._property(value, place, self._launched_pair)

    def specified(self, value: Any, place: str, kind: str) -> Found:
        """Read the tags that a list of tag specifications has for one type of resource."""
        if value is None:
            return NOTHING
        if not isinstance(value, list):
            return self._expression(value, lambda branch: self.specified(branch, place, kind))
        return _merged(self._specification(each, place, kind) for each in value)

    def _specification(self, value: Any, place: str, kind: str) -> Found:
        if intrinsic(value) is not None:
            return self._expression(value, lambda branch: self._specification(branch, place, kind))
        if not isinstance(value, dict):
            return self._fault(f"an item of `{place}` is not a mapping")
        told = self.values.text(value.get("ResourceType"))
        if isinstance(told, Unknown):
            return Found(open=told)
        return self.read(value.get("Tags"), f"{place}[{kind}].Tags") if told == kind else NOTHING

    def _property(self, value: Any, place: str, pair: Read) -> Found:
        if value is None:
            return NOTHING
        if intrinsic(value) is not None:
            return self._expression(value, lambda branch: self._property(branch, place, pair))
        if isinstance(value, list):
            return _merged(self._item(each, place, pair) for each in value)
        if isinstance(value, dict):
            return self._map(value)
        return self._fault(f"`{place}` is neither a list nor a map of tags")

    def _item(self, value: Any, place: str, pair: Read) -> Found:
        if intrinsic(value) is not None:
            return self._expression(value, lambda branch: self._item(branch, place, pair))
        if isinstance(value, dict) and ("Key" in value or "TagKey" in value):
            return pair(value)
        return self._fault(f"an item of `{place}` has no `Key`")

    def _fault(self, said: str) -> Found:
        self.faults.append(said)
        return NOTHING

    def _map(self, value: dict[str, Any]) -> Found:
        tags: dict[str, TagValue] = {}
        opened = None
        for key, each in value.items():
            if key.startswith("Fn::"):
                opened = opened or unknown({key: each})
                continue
            resolved = self.values.text(each)
            if resolved is not None:
                tags[key] = resolved
        return Found(tags, opened)

    def _pair(self, item: dict[str, Any]) -> Found:
        key = self.values.text(item.get("Key", item.get("TagKey")))
        if not isinstance(key, str):
            return Found(open=key)
        value = self.values.text(item.get("Value", item.get("TagValue")))
        return Found({key: "" if value is None else value})

    def _launched_pair(self, item: dict[str, Any]) -> Found:
        decided = self.values.text(item.get("PropagateAtLaunch"))
        found = self._pair(item)
        if isinstance(decided, Unknown):
            return Found(dict.fromkeys(found.tags, decided), found.open)
        return found if decided is not None and decided.lower() == "true" else NOTHING

    def _expression(self, value: Any, read: Read) -> Found:
        if is_no_value(value):
            return NOTHING
        name, argument = intrinsic(value) or ("", None)
        branches = branches_of(argument) if name == "Fn::If" else None
        if branches is None:
            return Found(open=unknown(value))
        return _either(read(branches[1]), read(branches[2]), condition_of(branches))


def under(own: Found, given: Found) -> Found:
    """Put tags over those that are given from elsewhere."""
    if not own.tags:
        return Found(given.tags, own.open or given.open)
    return Found({**given.tags, **own.tags}, own.open or given.open)


def _either(first: Found, second: Found, condition: Unknown) -> Found:
    """Join what two branches hold: what is the same in both is certain, everything else hangs on which."""
    tags: dict[str, TagValue] = dict.fromkeys({**first.tags, **second.tags}, condition)
    tags |= {key: value for key, value in first.tags.items() if second.tags.get(key) == value}
    return Found(tags, first.open or second.open)


def _merged(every: Iterable[Found]) -> Found:
    tags: dict[str, TagValue] = {}
    opened = None
    for found in every:
        tags.update(found.tags)
        opened = opened or found.open
    return Found(tags, opened)
