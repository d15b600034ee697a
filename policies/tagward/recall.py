"""Remembering judgements: most resources of an estate look alike, and judging is dearer than recalling."""

from collections.abc import Mapping

from tagward.conditions import tags_of
from tagward.findings import Finding
from tagward.resource import Resource, TagValue
from tagward.tag_rule import PlacedRule

MOST = 65_536
"""So many judgements, and so many keys, are remembered for one rule."""

NOBODY_HIDDEN: frozenset[str] = frozenset()


def is_plain(resource: Resource) -> bool:
    """Say whether a resource's tags are all there is to it, so that equal tags mean equal findings."""
    return not resource.parts and not resource.inherited and resource.open is None and not resource.sensitive


class Recall:
    """One rule in one place, with what it said before.

    What a rule says of a plain resource depends on the tag's own value, on the tags that its conditions
    look at, on where tags are written, and on keys that come near the tag's key; on nothing else.
    """

    def __init__(self, rule: PlacedRule) -> None:
        self.rule = rule
        self.key = rule.key
        self.verdicts = rule.verdicts
        self.is_able = all(
            not (each.requirement.on.addresses or each.requirement.on.names) for each in rule.placed
        )
        self.trusts_provider = "provider" in rule.rule.tag.inherit
        self._watched = tuple(dict.fromkeys(self._names_in_conditions()))
        self._memory: dict[tuple[object, ...], list[Finding]] = {}
        self._dull: set[str] = set()

    def _names_in_conditions(self) -> list[str]:
        conditions = [each.requirement.when for each in self.rule.placed if each.requirement.when is not None]
        siblings = self.rule.rule.siblings
        watched = (siblings.get(comparison.tag) for when in conditions for comparison in tags_of(when))
        return [name for sibling in watched if sibling is not None for name, _ in sibling.find.names]

    def judge(self, resource: Resource) -> list[Finding]:
        """Judge a plain resource."""
        tags = resource.tags
        value = tags.get(self.key)
        look = (value, resource.place, resource.origins.get(self.key), *map(tags.get, self._watched))
        if tags.keys() <= self._dull:
            known = self._memory.get(look)
            if known is not None:
                return [_about(resource, finding) for finding in known]
        findings = self.rule.judge(resource, NOBODY_HIDDEN)
        self._remember(look, tags, findings)
        return findings

    def _remember(
        self, look: tuple[object, ...], tags: Mapping[str, TagValue], findings: list[Finding]
    ) -> None:
        if len(self._dull) > MOST or len(self._memory) > MOST:
            self._dull.clear()
            self._memory.clear()
        new = tags.keys() - self._dull
        interesting = {key for key in new if self._is_interesting(key)}
        self._dull |= new - interesting
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
