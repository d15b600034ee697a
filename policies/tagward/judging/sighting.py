"""How all tags stand on many resources: what is alike is found out once, and values are picked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import getitem, itemgetter
from typing import Any

from msgspec import Struct

from tagward.judging.carriers import Found
from tagward.judging.recall import watched
from tagward.judging.standing import HIDDEN, Effective, Standing, effective, standing
from tagward.judging.tag_rule import PlacedRule, TagRule
from tagward.resource import Layer, Part, Resource, Tags, TagValue

MOST = 65_536
"""So many shapes, and so many values of one key, are remembered."""

NOTHING, SECRET = "", HIDDEN
"""The last two of the values to pick from: for a tag without a value, and one whose value is not shown."""

_NOTHING_AT = -2

Values = tuple[str, ...]
_Raw = tuple[TagValue | None, ...]


class Outline:
    """How the tags stand on all resources of one shape: everything but their values."""

    __slots__ = ("marks", "valued", "values")

    def __init__(self, marks: tuple[tuple[str, bool, bool], ...], picks: Sequence[int] = ()) -> None:
        self.marks = marks
        """Tag, asked and present, in the order of the policy."""
        self.valued = tuple(index != _NOTHING_AT for index in picks) or tuple(mark[2] for mark in marks)
        """Which of the tags have a value."""
        self.values: Callable[[Any], Values] = itemgetter(*picks) if len(picks) > 1 else _picker(picks)
        """Picks the effective values, "" for none, out of what is seen of a resource."""


def _picker(picks: Sequence[int]) -> Callable[[Any], Values]:
    """Do what `itemgetter` does for two and more."""
    return lambda raw: tuple(raw[index] for index in picks)


class Source(Struct, frozen=True):
    """What standings are made from; all of it belongs to the evaluator that judges.

    `rules` gives the rules of the place where a resource lives, `place_of` what they know of it, `hidden`
    the keys whose values must not be shown, and `hides` says whether a value is of a forbidden form.
    """

    rules: Callable[[Resource], Sequence[PlacedRule]]
    place_of: Callable[[Resource], object]
    hidden: Callable[[Resource], frozenset[str]]
    hides: Callable[[str], bool]


class Standings:
    """The standings under one policy, on one day."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._views: dict[str, _View] = {}
        self._outlines: dict[tuple[object, ...], Outline] = {}

    def of(self, resource: Resource) -> tuple[Standing, ...]:
        """Say how the tags of the policy stand on a resource, in their order in the policy."""
        hidden = self._source.hidden(resource)
        return tuple(standing(placed, resource, hidden) for placed in self._source.rules(resource))

    def seen(self, resource: Resource) -> tuple[Outline, Values]:
        """Say the same as an outline, which resources of one shape share, and the values ("" for none)."""
        view = self._views.get(resource.cloud) or self._view(resource)
        raw = None if view.is_blurred(resource) else view.of(resource)
        if raw is None:
            return self._seen_afresh(resource)
        shape = (self._source.place_of(resource), *map(getitem, view.glances, raw))
        if resource.inherited or resource.parts:
            shape += tuple(view.frame(resource, raw))
        outline = self._outlines.get(shape) or self._outline(shape, view, resource)
        return outline, outline.values(raw)

    def _seen_afresh(self, resource: Resource) -> tuple[Outline, Values]:
        standings = self.of(resource)
        marks = tuple((each.tag, each.asked, each.present) for each in standings)
        outline = self._remember((marks,), Outline(marks))
        return outline, tuple(each.value or NOTHING for each in standings)

    def _outline(self, shape: tuple[object, ...], view: _View, resource: Resource) -> Outline:
        hidden = self._source.hidden(resource)
        rules = self._source.rules(resource)
        found = [(placed.rule, effective(placed, resource)) for placed in rules]
        marks = tuple((rule.tag.id, it.asked, it.present) for rule, it in found)
        return self._remember(shape, Outline(marks, [view.index(it, resource, hidden) for _, it in found]))

    def _remember(self, shape: tuple[object, ...], outline: Outline) -> Outline:
        if len(self._outlines) >= MOST:
            self._outlines.clear()
        return self._outlines.setdefault(shape, outline)

    def _view(self, resource: Resource) -> _View:
        rules = [placed.rule for placed in self._source.rules(resource)]
        return self._views.setdefault(resource.cloud, _View(resource.cloud, rules, self._source.hides))


class _View:
    """What the rules of one cloud see of a resource: the values under their keys and aliases.

    They come in blocks of one length: the resource's own, one for each layer, one for each part.
    """

    def __init__(self, cloud: str, rules: Sequence[TagRule], hides: Callable[[str], bool]) -> None:
        self._ignores_case = cloud == "azure"
        own = [rule.key for rule in rules]
        keys = dict.fromkeys(map(self._spelled, chain(own, *(rule.aliases for rule in rules))))
        self._keys = tuple(keys)
        self._looks_at_names = any(rule.looks_at_names for rule in rules)
        watched_tags = frozenset(watched([rule.tag for rule in rules]))
        self.glances = tuple(self._glance(key, rules, watched_tags, hides) for key in keys)

    def _spelled(self, key: str) -> str:
        return key.lower() if self._ignores_case else key

    def _glance(
        self, key: str, rules: Sequence[TagRule], watched_tags: frozenset[str], hides: Callable[[str], bool]
    ) -> _Glance:
        using = [rule for rule in rules if key in map(self._spelled, (rule.key, *rule.aliases))]
        return _Glance(using, any(rule.tag.id in watched_tags for rule in using), hides)

    def is_blurred(self, resource: Resource) -> bool:
        """Say whether more decides than is seen here."""
        return bool(self._looks_at_names or resource.origins or resource.sensitive or resource.open)

    def of(self, resource: Resource) -> _Raw | None:
        """Return the values block by block, and the last two; None where keys differ by case alone."""
        if not (self._ignores_case or resource.inherited or resource.parts):
            return (*map(resource.tags.get, self._keys), NOTHING, SECRET)
        blocks = [self._folded(tags) for tags in _blocks(resource)]
        if None in blocks:
            return None
        values = chain.from_iterable(map(tags.get, self._keys) for tags in blocks if tags is not None)
        return (*values, NOTHING, SECRET)

    def _folded(self, tags: Tags) -> Tags | None:
        if not self._ignores_case:
            return tags
        folded = {key.lower(): value for key, value in tags.items()}
        return folded if len(folded) == len(tags) else None

    def frame(self, resource: Resource, raw: _Raw) -> Iterator[object]:
        """Yield what layers and parts add to a shape."""
        yield resource.own_billed
        yield tuple([(layer.origin, layer.open) for layer in resource.inherited])
        yield tuple([(part.type, part.carries, part.open) for part in resource.parts])
        width = len(self._keys) or 1
        for start in range(width, len(raw) - 2, width):
            yield from map(getitem, self.glances, raw[start : start + width])

    def index(self, it: Effective, resource: Resource, hidden: frozenset[str]) -> int:
        """Say where the effective value of a tag is among the values."""
        if it.found is None:
            return _NOTHING_AT
        if it.found.key in hidden:
            return -1
        block = _block_of(it.found, it.part, resource)
        return block * len(self._keys) + self._keys.index(self._spelled(it.found.key))


class _Glance(dict[TagValue | None, object]):
    """What a shape holds of each value under one key: how the tags that use the key take it, as a number.

    Every value of a tag that conditions look at makes a shape of its own.
    """

    def __init__(self, rules: Sequence[TagRule], is_watched: bool, hides: Callable[[str], bool]) -> None:
        super().__init__()
        self._rules = rules
        self._is_watched = is_watched
        self._hides = hides
        self._numbers: dict[object, int] = {}

    def __missing__(self, value: TagValue | None) -> object:
        if len(self) >= MOST:
            self.clear()
        glance = self[value] = self._glance(value)
        return glance

    def _glance(self, value: TagValue | None) -> object:
        if self._is_watched or not isinstance(value, str):
            return value
        taken = (*[rule.judge_value.is_blank(value) for rule in self._rules], self._hides(value))
        return self._numbers.setdefault(taken, len(self._numbers))


def _blocks(resource: Resource) -> Iterator[Tags]:
    holders: tuple[Resource | Layer | Part, ...] = (resource, *resource.inherited, *resource.parts)
    return (holder.tags for holder in holders)


def _block_of(found: Found, part: int | None, resource: Resource) -> int:
    """Say in which block a value is; a layer is known by its origin and name, the nearest one first."""
    if found.origin != "resource":
        layers = enumerate(resource.inherited, 1)
        return next(
            number
            for number, layer in layers
            if f"{layer.origin} {layer.name}" == found.origin and found.key in layer.tags
        )
    return 0 if part is None else 1 + len(resource.inherited) + part
