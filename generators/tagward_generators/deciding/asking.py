"""Places that decide alike, asked once for all: what two guardrails say of tags there."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from tagward_generators.deciding.rulings import Place, Rule, Tags, Verdict
from tagward_generators.deciding.tagging import frozen

Verdicts = tuple[Verdict, Verdict]
"""What was said, and what is said now."""


class Side:
    """The rules of one guardrail at a place, with their answers so far."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._answers: dict[tuple[tuple[str, str], ...], tuple[Rule, ...]] = {}

    def objecting(self, tags: Tags) -> tuple[Rule, ...]:
        """List the rules that object to tags."""
        asked = frozen(tags)
        if asked not in self._answers:
            self._answers[asked] = tuple(rule for rule in self.rules if rule.objects(tags))
        return self._answers[asked]

    def verdict(self, tags: Tags) -> Verdict:
        """Return the strictest of what the rules say."""
        return max((rule.verdict for rule in self.objecting(tags)), default=Verdict.ALLOWED)


class Case(Struct, frozen=True):
    """Places at which both guardrails say the same of all tags, and what they say there."""

    places: tuple[Place, ...]
    was: Side
    now: Side

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules of both."""
        return (*self.was.rules, *self.now.rules)

    @property
    def tagged(self) -> bool:
        """Say whether requests here can carry tags."""
        return self.places[0].tagged

    @property
    def alike(self) -> bool:
        """Say whether both hold rules of the same meaning, so that no request can tell them apart."""
        return meanings(self.was.rules) == meanings(self.now.rules)

    def verdicts(self, tags: Tags) -> Verdicts:
        """Ask both."""
        return self.was.verdict(tags), self.now.verdict(tags)


def meanings(rules: Iterable[Rule]) -> frozenset[object]:
    """Return what rules say, whatever they are called and however often they say it."""
    return frozenset((rule.meaning, rule.verdict) for rule in rules)
