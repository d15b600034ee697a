"""How each tag stands on a resource: whether the policy asks for it there, and its effective value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from tagward.judging.carriers import Carrier, own_carrier, part_carriers
from tagward.judging.tag_rule import PlacedRule
from tagward.resource import Resource, Tags, TagValue

HIDDEN = "(hidden)"
"""Stands for a value that must not be shown."""

Look = tuple[object, ...]


class Standing(Struct, frozen=True):
    """One tag on one resource.

    `asked` says that the policy requires it there, or that nobody can tell whether it does. `value` is the
    effective value, None where it is missing, blank or not known. `present` says that everything billed
    which must have the tag has it: a value that does not reach the volumes of an instance is not enough.
    """

    tag: str
    asked: bool
    value: str | None
    present: bool


class Standings:
    """The standings under one policy, on one day.

    They come from the rules that judge: `rules` gives those of the place where a resource lives, `place_of`
    what they know of it, and `hidden` the keys whose values must not be shown.
    """

    def __init__(
        self,
        rules: Callable[[Resource], Sequence[PlacedRule]],
        place_of: Callable[[Resource], object],
        hidden: Callable[[Resource], frozenset[str]],
    ) -> None:
        self._rules = rules
        self._place_of = place_of
        self._hidden = hidden
        self._views: dict[str, _View] = {}

    def of(self, resource: Resource) -> tuple[Standing, ...]:
        """Say how the tags of the policy stand on a resource, in their order in the policy."""
        hidden = self._hidden(resource)
        return tuple(_standing(placed, resource, hidden) for placed in self._rules(resource))

    def look(self, resource: Resource) -> Look:
        """Take in all that the standings depend on: resources that look alike have the same ones."""
        view = self._views.get(resource.cloud) or self._view(resource)
        look: Look = (self._place_of(resource), *view.of(resource.tags))
        if view.looks_at_names:
            look += (resource.address, resource.name)
        if resource.inherited or resource.parts or resource.origins or resource.sensitive or resource.open:
            look += tuple(view.of_more(resource))
        return look

    def _view(self, resource: Resource) -> _View:
        view = _View(resource.cloud, self._rules(resource))
        return self._views.setdefault(resource.cloud, view)


class _View:
    """What the rules of one cloud see of the tags of a resource."""

    def __init__(self, cloud: str, rules: Sequence[PlacedRule]) -> None:
        tags = [placed.rule.tag for placed in rules]
        own = [tag.keys[cloud] for tag in tags]
        self.keys = tuple(dict.fromkeys([*own, *(alias.key for tag in tags for alias in tag.aliases)]))
        self._lowered = frozenset(map(str.lower, self.keys))
        self._ignores_case = cloud == "azure"
        self.looks_at_names = any(placed.rule.looks_at_names for placed in rules)

    def of(self, tags: Tags) -> Look:
        """Return what is seen of some tags."""
        if self._ignores_case:
            return tuple([each for each in tags.items() if each[0].lower() in self._lowered])
        return tuple(map(tags.get, self.keys))

    def of_more(self, resource: Resource) -> Iterator[object]:
        """Yield what is seen of everything that is seldom there."""
        yield resource.open
        yield resource.own_billed
        yield resource.sensitive
        yield tuple(sorted(resource.origins.items()))
        for layer in resource.inherited:
            yield layer.origin, self.of(layer.tags)
        for part in resource.parts:
            yield part.type, part.carries, part.open, self.of(part.tags)


def _standing(placed: PlacedRule, resource: Resource, hidden: frozenset[str]) -> Standing:
    billed = list(_billed(placed, resource))
    values = [_shown(placed, carrier, hidden) for carrier, _ in billed]
    asking = [value for value, (_, asks) in zip(values, billed, strict=True) if asks]
    value = next((each for each in (*asking, *values) if each is not None), None)
    present = None not in asking if asking else value is not None
    return Standing(placed.rule.tag.id, bool(asking), value, present)


def _billed(placed: PlacedRule, resource: Resource) -> Iterator[tuple[Carrier, bool]]:
    """List everything billed with whether the tag is required there, as `PlacedRule.judge` goes about it."""
    own, parts = own_carrier(resource), tuple(part_carriers(resource))
    if resource.own_billed or not parts:
        yield own, _asks(placed, own, resource)
        for part in parts:
            there, placed_there = placed.at_part(part, resource)
            yield part, _asks(placed_there, own, there)
    else:
        for part in parts:
            yield part, _asks(placed, part, resource)


def _asks(placed: PlacedRule, context: Carrier, resource: Resource) -> bool:
    wanted = placed.need_of(context, resource)
    return wanted is not None and wanted.level == "required"


def _shown(placed: PlacedRule, carrier: Carrier, hidden: frozenset[str]) -> str | None:
    value: TagValue | None = placed.rule.value_on(carrier)
    if not isinstance(value, str):
        return None
    found = placed.rule.find(carrier) if hidden else None
    return HIDDEN if found is not None and found.key in hidden else value
