"""Remembering judgements: most resources of an estate look alike, and judging is dearer than recalling."""

from collections.abc import Mapping, Sequence
from operator import attrgetter, getitem

from msgspec.structs import replace

from tagward.conditions import tags_of
from tagward.findings import Finding
from tagward.judging.carriers import NO_ORIGINS
from tagward.judging.tag_rule import PlacedRule
from tagward.judging.values import Verdicts
from tagward.policy import Tag
from tagward.resource import Layer, Part, Resource, Tags, TagValue

MOST = 65_536
"""So many judgements, and so many keys, are remembered for one place."""

MOST_PARTS = 100
"""A resource with more parts is judged afresh: hardly another is like it, and to remember it takes room."""

GOOD = object()
"""Stands for any value that its tag accepts, where no condition looks at it."""


Look = tuple[object, ...]

_PART = attrgetter("what", "type", "carries", "place", "open")


class _Glance(dict[TagValue | None, object]):
    """What a look holds of each value of one tag; without verdicts, every value makes a difference."""

    def __init__(self, verdicts: Verdicts | None = None) -> None:
        super().__init__()
        self._verdicts = verdicts

    def __missing__(self, value: TagValue | None) -> object:
        if len(self) >= MOST:
            self.clear()
        is_good = self._verdicts is not None and self._verdicts[value] is None
        glance = self[value] = GOOD if is_good else value
        return glance


class Recall:
    """The rules of one place, with what they said before.

    What they say of a resource that hides nothing depends on the values under their keys and aliases, on
    the resource and on its parts; on where tags are written and what may still turn up; and on keys that
    come near theirs. It depends on nothing else, unless a rule tells single resources apart or counts
    inherited tags and there are some: then nothing is recalled.
    """

    def __init__(self, rules: Sequence[PlacedRule]) -> None:
        self.rules = rules
        tags = [placed.rule.tag for placed in rules]
        looked_at = frozenset(watched(tags))
        aliases = dict.fromkeys(alias.key for tag in tags for alias in tag.aliases)
        self._keys = (*(placed.key for placed in rules), *aliases)
        self._glances = (
            *(
                _Glance(None if each.rule.tag.id in looked_at else each.rule.judge_value.verdicts)
                for each in rules
            ),
            *(_Glance() for _ in aliases),
        )
        self._names = frozenset(self._keys)
        self._lowered = frozenset(name.lower() for name in self._names)
        self._is_able = not any(each.looks_at_names for placed in rules for each in placed.placed)
        self._is_able_with_parts = not any(placed.rule.looks_at_names for placed in rules)
        self._inherits = frozenset(origin for tag in tags for origin in tag.inherit)
        self._memory: dict[Look, list[Finding]] = {}
        self._dull: set[str] = set()
        self._ignores_case = any(placed.rule.cloud == "azure" for placed in rules)

    def judge(self, resource: Resource, hidden: frozenset[str]) -> list[Finding]:
        """Return what is wrong with the tags of a resource, tag by tag."""
        look = None if hidden else self._look(resource)
        if look is None:
            return self._judge_afresh(resource, hidden)
        known = self._memory.get(look)
        if known is not None:
            return [replace(finding, resource=resource) for finding in known] if known else known
        findings = self._judge_afresh(resource, hidden)
        self._remember(look, findings)
        return findings

    def _look(self, resource: Resource) -> Look | None:
        """Take in everything that a judgement depends on; None where that is more than can be taken in."""
        tags, parts, glances, keys = resource.tags, resource.parts, self._glances, self._keys
        if not (self._is_able_with_parts if parts else self._is_able):
            return None
        if len(parts) > MOST_PARTS or (resource.inherited and self._counts_any(resource.inherited)):
            return None
        look: Look = (resource.place, resource.open, *map(getitem, glances, map(tags.get, keys)))
        if resource.origins:
            look += (*map(resource.origins.get, keys),)
        if parts:
            look += (resource.own_billed,)
            for part in parts:
                look += (*_PART(part), *map(getitem, glances, map(part.tags.get, keys)))
        if self._dull.issuperset(tags) and (not parts or self._are_dull(parts)):
            return look
        odd = self._odd_keys(tags, resource.origins)
        return (*look, odd, *(self._odd_keys(part.tags, NO_ORIGINS) for part in parts))

    def _counts_any(self, layers: Sequence[Layer]) -> bool:
        return not self._inherits.isdisjoint(layer.origin for layer in layers)

    def _are_dull(self, parts: Sequence[Part]) -> bool:
        return all(self._dull.issuperset(part.tags) for part in parts)

    def _odd_keys(self, tags: Tags, origins: Mapping[str, str]) -> Look:
        """Return the keys that come near a tag's, in their order.

        Where case is ignored such a key may be the tag's own, so that its value and origin count too.
        """
        self._dull.update(key for key in tags if key not in self._dull and not self._is_interesting(key))
        odd = [key for key in tags if key not in self._dull]
        return tuple((key, tags[key], origins.get(key)) for key in odd) if self._ignores_case else tuple(odd)

    def _remember(self, look: Look, findings: list[Finding]) -> None:
        if len(self._memory) > MOST or len(self._dull) > MOST:
            self._memory.clear()
            self._dull.clear()
        else:
            self._memory[look] = findings

    def _judge_afresh(self, resource: Resource, hidden: frozenset[str]) -> list[Finding]:
        return [finding for rule in self.rules for finding in rule.judge(resource, hidden)]

    def _is_interesting(self, key: str) -> bool:
        """Say whether a key that belongs to no tag may still change what is said of one."""
        if key in self._names:
            return False
        return key.lower() in self._lowered or any(placed.rule.is_near(key) for placed in self.rules)


def watched(tags: Sequence[Tag]) -> list[str]:
    """List the tags that conditions look at; a part may meet requirements that its resource does not."""
    conditions = [each.when for tag in tags for each in tag.requirements if each.when is not None]
    return [comparison.tag for condition in conditions for comparison in tags_of(condition)]
