"""Remembering judgements: most resources of an estate look alike, and judging is dearer than recalling."""

from collections.abc import Iterator, Mapping

from tagward.carriers import NO_ORIGINS
from tagward.conditions import tags_of
from tagward.findings import Code, Finding
from tagward.resource import Part, Resource, Tags, Unknown
from tagward.tag_rule import PlacedRule
from tagward.values import Fault

MOST = 65_536
"""So many judgements, and so many keys, are remembered for one rule."""

UNSEEN = Fault(Code.MISSING, "", "")
"""Stands for no verdict yet, as None is a good one."""

NOBODY_HIDDEN: frozenset[str] = frozenset()


class Recall:
    """One rule in one place, with what it said before.

    What a rule says of a resource that hides nothing depends on the tag's own value and on the tags that
    its conditions look at, on the resource and on its parts; on where tags are written and what may still
    turn up; and on keys that come near the tag's key. It depends on nothing else, unless the rule tells
    single resources apart or counts inherited tags and there are some: then it is not recalled.
    """

    def __init__(self, rule: PlacedRule) -> None:
        self.rule = rule
        self.key = rule.key
        self._verdicts = rule.verdicts
        self._is_able = not any(each.looks_at_names for each in rule.placed)
        self._is_able_with_parts = not any(map(rule.rule.looks_at_names, rule.rule.tag.requirements))
        self._trusts_provider = "provider" in rule.rule.tag.inherit
        self._inherits = frozenset(self._inheriting())
        self._watched = tuple(dict.fromkeys(self._names_in_conditions()))
        self._memory: dict[tuple[object, ...], list[Finding]] = {}
        self._dull: set[str] = set()

    def _inheriting(self) -> Iterator[str]:
        yield from self.rule.rule.tag.inherit
        for sibling in self.rule.rule.siblings.values():
            yield from sibling.tag.inherit

    def _names_in_conditions(self) -> list[str]:
        rule = self.rule.rule  # a part may be of a type for which other requirements hold
        conditions = [each.when for each in rule.tag.requirements if each.when is not None]
        siblings = rule.siblings
        watched = (siblings.get(comparison.tag) for when in conditions for comparison in tags_of(when))
        return [name for sibling in watched if sibling is not None for name, _ in sibling.find.names]

    def plainly_holds(self, resource: Resource) -> bool:
        """Say, quickly, whether the tag is plainly there with a value that is known to be good."""
        value = resource.tags.get(self.key)
        return (
            isinstance(value, str)
            and self._verdicts.get(value, UNSEEN) is None
            and not resource.parts
            and (self._trusts_provider or not resource.origins)
        )

    def judge(self, resource: Resource) -> list[Finding]:
        """Judge a resource that hides nothing."""
        if not self._can_recall(resource):
            return self.rule.judge(resource, NOBODY_HIDDEN)
        look = self._look(resource.tags, resource.place, resource.open, resource.origins)
        if resource.parts:
            look = (look, resource.own_billed, *map(self._look_at_part, resource.parts))
        if self._is_dull(resource):
            known = self._memory.get(look)
            if known is not None:
                return [_about(resource, finding) for finding in known]
        findings = self.rule.judge(resource, NOBODY_HIDDEN)
        self._remember(look, resource, findings)
        return findings

    def _can_recall(self, resource: Resource) -> bool:
        if not self._is_able or (resource.parts and not self._is_able_with_parts):
            return False
        return not any(layer.origin in self._inherits for layer in resource.inherited)

    def _look(
        self, tags: Tags, place: str, open_: Unknown | None, origins: Mapping[str, str]
    ) -> tuple[object, ...]:
        get = tags.get
        look = (get(self.key), place, open_, *map(get, self._watched))
        if not origins:
            return look
        return (*look, origins.get(self.key), *map(origins.get, self._watched))

    def _look_at_part(self, part: Part) -> tuple[object, ...]:
        return (part.what, part.type, part.carries, *self._look(part.tags, part.place, part.open, NO_ORIGINS))

    def _is_dull(self, resource: Resource) -> bool:
        dull = self._dull
        if not resource.tags.keys() <= dull:
            return False
        return not resource.parts or all(part.tags.keys() <= dull for part in resource.parts)

    def _remember(self, look: tuple[object, ...], resource: Resource, findings: list[Finding]) -> None:
        if len(self._dull) > MOST or len(self._memory) > MOST:
            self._dull.clear()
            self._memory.clear()
        keys = set(resource.tags).union(*(part.tags for part in resource.parts)) - self._dull
        interesting = {key for key in keys if self._is_interesting(key)}
        self._dull |= keys - interesting
        if not interesting:
            self._memory[look] = findings

    def _is_interesting(self, key: str) -> bool:
        """Say whether a key that is not the tag's own may still change what is said of the tag."""
        if key == self.key or key in self._watched:
            return False
        rule = self.rule.rule
        if rule.is_near(key) or key in rule.aliases:
            return True
        if rule.cloud != "azure":
            return False
        lowered = key.lower()
        return lowered in rule.known_keys or any(lowered == name.lower() for name in self._watched)


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
