"""What Azure Policy decides about tags."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal

from tagward.patterns import charsets
from tagward_generators.deciding.azure.assigned import Applied, applied
from tagward_generators.deciding.azure.bodies import name_of, plain
from tagward_generators.deciding.azure.conditions import Condition, Constant, Joined, at, holds
from tagward_generators.deciding.azure.exemptions import is_within
from tagward_generators.deciding.azure.requests import GROUP, SUBSCRIPTION, scene, scope
from tagward_generators.deciding.azure.scene import Failed
from tagward_generators.deciding.azure.telling_apart import places
from tagward_generators.deciding.azure.vocabulary import vocabulary
from tagward_generators.deciding.rulings import Guardrail, Place, Rule, Tags, Undecided, Verdict
from tagward_generators.deciding.tagging import frozen
from tagward_generators.deciding.words import stem


class Asked:
    """A condition at a place, and what was said of tags so far: that it holds or not, None where it fails."""

    def __init__(self, condition: Condition, place: Place) -> None:
        self.condition = condition
        self.meaning = (repr(condition), place.fact("tags of"))
        self._place = place
        self._said: dict[object, bool | None] = {}

    @cached_property
    def vocabulary(self) -> Mapping[str, Sequence[str]]:
        """Return the tags that the condition looks at, with values."""
        return vocabulary(self.condition)

    def holds(self, tags: Tags) -> bool | None:
        """Ask about tags."""
        asked = frozen(tags)
        if asked not in self._said:
            try:
                self._said[asked] = holds(self.condition, scene(self._place, tags))
            except Failed:
                self._said[asked] = None
        return self._said[asked]


class DefinitionRule:
    """What a definition says of tags when it holds (`when` is True), or when a function fails (None)."""

    def __init__(self, by: str, asked: Asked, verdict: Verdict, when: Literal[True] | None) -> None:
        self.by = by
        self.verdict = verdict
        self.meaning: Hashable = (asked.meaning, when)
        self._asked, self._when = asked, when

    @property
    def vocabulary(self) -> Mapping[str, Sequence[str]]:
        """Return the tags that it looks at, with values."""
        return self._asked.vocabulary

    def objects(self, tags: Tags) -> bool:
        """Say whether it applies, or fails."""
        return self._asked.holds(tags) is self._when


class AzureGuardrail:
    """Definitions as they are assigned."""

    def __init__(self, applied: tuple[Applied, ...], undecided: tuple[Undecided, ...]) -> None:
        self.applied = applied
        self.undecided = undecided

    def rules(self, place: Place) -> Sequence[Rule]:
        """Return what applies at a place."""
        return [rule for each in self.applied if _is_about(each, place) for rule in _rules(each, place)]


class AzurePolicy:
    """The family `azure-policy`."""

    name = "azure-policy"
    costly = False
    spells = False

    def objects(self, path: str, content: str) -> Mapping[str, str]:
        """Return the one body that an artifact is, without what Azure adds and where it lives."""
        try:
            body = json.loads(content)
            return {name_of(body): json.dumps(plain(body))}
        except (ValueError, LookupError, TypeError, AttributeError):
            return {stem(path): content}

    def read(self, artifacts: Mapping[str, str]) -> AzureGuardrail:
        """Assign definitions; those that cannot be evaluated are undecided."""
        return AzureGuardrail(*applied(artifacts))

    def places(self, guardrails: Iterable[Guardrail]) -> Sequence[Place]:
        """List the requests that definitions tell apart."""
        was, now = (each.applied for each in guardrails if isinstance(each, AzureGuardrail))
        return tuple(dict.fromkeys(places((was, now))))

    def possible(self, key: str, value: str) -> bool:
        """Say whether Azure takes such a tag."""
        return charsets.legal_value("azure", value) is None and charsets.legal_key("azure", key) is None


def _is_about(each: Applied, place: Place) -> bool:
    facts = dict(place.facts)
    where = scope(facts)
    return (
        (each.mode == "All" or place.name not in (GROUP, SUBSCRIPTION))
        and (not each.within or is_within(where, each.within))
        and not any(is_within(where, outer) for outer in each.not_scopes)
        and not any(exemption.spares(where, facts.get("after", "")) for exemption in each.exemptions)
    )


def _rules(each: Applied, place: Place) -> Iterable[Rule]:
    """Return what is left of a definition at a place, part by part, and that each may fail."""
    try:
        left = at(each.condition, scene(place, {}))
    except Failed:
        left = each.condition
    for part in left.conditions if isinstance(left, Joined) and not left.all else (left,):
        if part != Constant(False):
            asked = Asked(part, place)
            yield DefinitionRule(each.name, asked, each.verdict, True)
            yield DefinitionRule(each.name, asked, each.failing, None)
