"""Places that decide alike, asked once for all: what two guardrails say of tags there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct

from tagward_generators.deciding.rulings import Expecting, Place, Rule, Tags, Verdict
from tagward_generators.deciding.tagging import frozen

Verdicts = tuple[Verdict, Verdict]
"""What was said, and what is said now."""


class Side:
    """The rules of one guardrail at a place, strictest first, with their answers so far."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = sorted(rules, key=lambda rule: -rule.verdict)
        self._objecting: dict[tuple[tuple[str, str], ...], tuple[Rule, ...]] = {}
        self._verdicts: dict[tuple[tuple[str, str], ...], Verdict] = {}

    def expect(self, every: Sequence[Tags]) -> None:
        """Tell rules what will be asked, where that helps them; those of a guardrail know of each other."""
        for rule in self.rules[:1]:
            if isinstance(rule, Expecting):
                rule.expect(every)

    def objecting(self, tags: Tags) -> tuple[Rule, ...]:
        """List the rules that object to tags."""
        asked = frozen(tags)
        if asked not in self._objecting:
            self._objecting[asked] = tuple(rule for rule in self.rules if rule.objects(tags))
        return self._objecting[asked]

    def verdict(self, tags: Tags) -> Verdict:
        """Return the strictest of what the rules say."""
        asked = frozen(tags)
        if asked not in self._verdicts:
            objecting = (rule.verdict for rule in self.rules if rule.objects(tags))
            self._verdicts[asked] = next(objecting, Verdict.ALLOWED)
        return self._verdicts[asked]


class Case(Struct, frozen=True, dict=True):
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

    def expect(self, every: Sequence[Tags]) -> None:
        """Tell both what will be asked."""
        self.was.expect(every)
        self.now.expect(every)

    def differs(self, tags: Tags) -> bool:
        """Say whether both judge tags differently; what both hold is asked only where that matters."""
        was, now = (side.verdict(tags) for side in self.own)
        return was != now and len(set(self.verdicts(tags))) > 1

    @property
    def own_rules(self) -> tuple[Rule, ...]:
        """Return the rules that only one side has."""
        return tuple(rule for side in self.own for rule in side.rules)

    @cached_property
    def own(self) -> tuple[Side, Side]:
        """Return what each side says and the other does not."""
        shared = meanings(self.was.rules) & meanings(self.now.rules)
        was, now = (
            Side(rule for rule in side.rules if (rule.meaning, rule.verdict) not in shared)
            for side in (self.was, self.now)
        )
        return was, now


def meanings(rules: Iterable[Rule]) -> frozenset[object]:
    """Return what rules say, whatever they are called and however often they say it."""
    return frozenset((rule.meaning, rule.verdict) for rule in rules)
