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

    def judge(self, resource: Resource, hidden: frozenset[str]) -> list[Finding]:
        """Return what is wrong with the tags of a resource, tag by tag."""
        if hidden or not self._can_recall(resource):
            return self._judge_afresh(resource, hidden)
        look = self._look(resource.tags, resource.place, resource.open, resource.origins)
        if resource.parts:
            look = (look, resource.own_billed, *map(self._look_at_part, resource.parts))
        known = self._memory.get(look)
        if known is not None and self._is_dull(resource):
            return [_about(resource, finding) for finding in known] if known else known
        findings = self._judge_afresh(resource, hidden)
        self._remember(look, resource, findings)
        return findings

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

    def _is_dull(self, resource: Resource) -> bool:
        dull = self._dull
        if not resource.tags.keys() <= dull:
            return False
        return not resource.parts or all(part.tags.keys() <= dull for part in resource.parts)

    def _remember(self, look: Look, resource: Resource, findings: list[Finding]) -> None:
        if len(self._dull) > MOST or len(self._memory) > MOST:
            self._dull.clear()
            self._memory.clear()
        keys = set(resource.tags).union(*(part.tags for part in resource.parts)) - self._dull
        interesting = {key for key in keys if self._is_interesting(key)}
        self._dull |= keys - interesting
        if not interesting:
            self._memory[look] = findings

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
    )
