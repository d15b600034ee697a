"""Remembering judgements: most resources of an estate look alike, and judging is dearer than recalling."""

from collections.abc import Mapping, Sequence

from tagward.conditions import tags_of
from tagward.findings import Finding
from tagward.judging.carriers import NO_ORIGINS
from tagward.judging.tag_rule import PlacedRule
from tagward.judging.values import NO_VALUE, Fault
from tagward.policy import Tag
from tagward.resource import Part, Resource, Tags, TagValue, Unknown

MOST = 65_536
"""So many judgements, and so many keys, are remembered for one place."""

GOOD = object()
"""Stands for any value that its tag accepts, where no condition looks at it."""


class _Telling(dict[TagValue | None, Fault | None]):
    def __missing__(self, value: TagValue | None) -> Fault:
        return NO_VALUE


TELLING = _Telling()
"""Stands in for verdicts where every value makes a difference."""

NOBODY_HIDDEN: frozenset[str] = frozenset()

Look = tuple[object, ...]


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
        watched = frozenset(_watched(tags))
        aliases = dict.fromkeys(alias.key for tag in tags for alias in tag.aliases)
        self._keys = (*(placed.key for placed in rules), *aliases)
        self._verdicts: tuple[dict[TagValue | None, Fault | None], ...] = (
            *(TELLING if each.rule.tag.id in watched else each.rule.judge_value.verdicts for each in rules),
            *(TELLING for _ in aliases),
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
        if hidden or not self._can_recall(resource):
            return self._judge_afresh(resource, hidden)
        look = self._look(resource.tags, resource.place, resource.open, resource.origins)
        if resource.parts:
            look = (look, resource.own_billed, *map(self._look_at_part, resource.parts))
        if not (resource.tags.keys() <= self._dull and self._are_dull(resource.parts)):
            odd = self._odd_keys(resource)
            if odd is None:
                return self._judge_afresh(resource, hidden)
            look = (look, odd)
        known = self._memory.get(look)
        if known is not None:
            return [_about(resource, finding) for finding in known] if known else known
        findings = self._judge_afresh(resource, hidden)
        self._remember(look, findings)
        return findings

    def _are_dull(self, parts: Sequence[Part]) -> bool:
        return not parts or all(part.tags.keys() <= self._dull for part in parts)

    def _odd_keys(self, resource: Resource) -> tuple[str, ...] | None:
        """Return the keys that come near a tag's, in their order; None where a look cannot hold them.

        Where case is ignored such a key may be the tag's own, so that its value counts too.
        """
        self._learn(resource.tags)
        for part in resource.parts:
            self._learn(part.tags)
        if not self._are_dull(resource.parts):
            return None
        odd = tuple(key for key in resource.tags if key not in self._dull)
        return None if odd and self._ignores_case else odd

    def _learn(self, tags: Tags) -> None:
        self._dull.update(key for key in tags if key not in self._dull and not self._is_interesting(key))

    def _remember(self, look: Look, findings: list[Finding]) -> None:
        if len(self._memory) > MOST or len(self._dull) > MOST:
            self._memory.clear()
            self._dull.clear()
        else:
            self._memory[look] = findings

    def _judge_afresh(self, resource: Resource, hidden: frozenset[str]) -> list[Finding]:
        return [finding for rule in self.rules for finding in rule.judge(resource, hidden)]

    def _can_recall(self, resource: Resource) -> bool:
        if not (self._is_able_with_parts if resource.parts else self._is_able):
            return False
        return not resource.inherited or not any(
            layer.origin in self._inherits for layer in resource.inherited
        )

    def _look(self, tags: Tags, place: str, open_: Unknown | None, origins: Mapping[str, str]) -> Look:
        values = map(tags.get, self._keys)
        general = [
            GOOD if verdicts[value] is None else value
            for value, verdicts in zip(values, self._verdicts, strict=True)
        ]
        if origins:
            general += map(origins.get, self._keys)
        return (place, open_, *general)

    def _look_at_part(self, part: Part) -> Look:
        return (part.what, part.type, part.carries, self._look(part.tags, part.place, part.open, NO_ORIGINS))

    def _is_interesting(self, key: str) -> bool:
        """Say whether a key that belongs to no tag may still change what is said of one."""
        if key in self._names:
            return False
        return key.lower() in self._lowered or any(placed.rule.is_near(key) for placed in self.rules)


def _watched(tags: Sequence[Tag]) -> list[str]:
    """List the tags that conditions look at; a part may meet requirements that its resource does not."""
    conditions = [each.when for tag in tags for each in tag.requirements if each.when is not None]
    return [comparison.tag for condition in conditions for comparison in tags_of(condition)]


def _about(resource: Resource, said: Finding) -> Finding:
    """Say of a resource what was said of another that looks the same."""
    return Finding(
        said.code,
        said.rule,
        said.tag,
        said.key,
        said.severity,
        said.mode,
        said.status,
        said.message,
        said.fix,
        resource,
        said.value,
        said.source,
        said.places,
    )
