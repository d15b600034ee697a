"""Differences told in sentences: the same thing at many places, or with many values, is said once."""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tagward_generators.deciding.comparing import Difference
from tagward_generators.deciding.narrowing import Situation
from tagward_generators.deciding.offences import with_conditions
from tagward_generators.deciding.phrases import doing, phrase
from tagward_generators.deciding.rulings import Place, Verdict
from tagward_generators.deciding.words import listed

NAMED = 3
"""So many places are named behind a sentence."""

JUDGED = {
    Verdict.ALLOWED: "allowed",
    Verdict.RECORDED: "only recorded",
    Verdict.WARNED: "warned about",
    Verdict.DENIED: "denied",
}


class Telling(Struct, frozen=True):
    """Difference of one kind; `values` are those of the one tag that has several, here or in the context."""

    difference: Difference
    values: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def direction(self) -> Literal["stricter", "looser"]:
        """Say which way it goes."""
        was, now = self.difference.finding.verdicts
        return "stricter" if now > was else "looser"

    def sentence(self, now: str = "is {} now", was: str = "was {}") -> str:
        """Tell it."""
        before, after = (JUDGED[verdict] for verdict in self.difference.finding.verdicts)
        about = phrase(doing(self.difference.places), self.difference, self.values, self.conditions)
        return f"{about} {now.format(after)} ({was.format(before)})"

    @property
    def names(self) -> tuple[str, ...]:
        """Name the places, each once."""
        return tuple(dict.fromkeys(place.name for place in self.difference.places))

    @property
    def where(self) -> str:
        """Name a few of the places."""
        return listed(self.names, most=NAMED)


def tellings(differences: Iterable[Difference]) -> tuple[Telling, ...]:
    """Put together what can be said in one sentence; what gets stricter comes first."""
    merged = _with_values_merged(_with_places_merged(with_conditions(tuple(differences))))
    merged = _with_conditions_merged(merged)
    return tuple(sorted(merged, key=lambda each: (each.direction == "looser", -len(each.names))))


def _with_places_merged(differences: Iterable[Difference]) -> list[Difference]:
    by_finding: dict[object, list[Difference]] = {}
    for each in differences:
        finding = each.finding
        told = (finding.verdicts, finding.deviation, finding.context, finding.always)
        by_finding.setdefault(told, []).append(each)
    return [part for group in by_finding.values() for part in _by_variant(_joined(group))]


def _joined(group: Sequence[Difference]) -> Difference:
    return replace(
        group[0],
        places=tuple(dict.fromkeys(place for each in group for place in each.places)),
    )


def _by_variant(difference: Difference) -> list[Difference]:
    """Tell unusual requests apart, unless the usual one is judged in the same way."""
    usual = {place.name for place in difference.places if not place.variant}
    kinds: dict[tuple[str, str, bool], list[Place]] = {}
    for place in difference.places:
        if not place.variant or place.name not in usual:
            kinds.setdefault((place.variant, place.doing.partition(" ")[0], place.tagged), []).append(place)
    return [replace(difference, places=tuple(places)) for places in kinds.values()]


def _with_values_merged(differences: Iterable[Difference]) -> list[Telling]:
    groups: dict[object, list[Difference]] = {}
    for each in differences:
        groups.setdefault(_but_for_value(each), []).append(each)
    return [_told(group) for group in groups.values()]


def _told(group: Sequence[Difference]) -> Telling:
    valued = _valued(group[0])
    if valued is None:
        return Telling(group[0])
    values = (
        each.value
        for difference in group
        for each in difference.finding.deviation
        if each.key == valued.key and each.value is not None
    )
    return Telling(_joined(group), tuple(dict.fromkeys(values)))


def _but_for_value(difference: Difference, *, context: bool = True) -> object:
    """Return all that is told but the value of the one tag that has one, and the context if so."""
    finding, valued = difference.finding, _valued(difference)
    rest = tuple(replace(each, value="") if each == valued else each for each in finding.deviation)
    names = frozenset((place.name, place.variant) for place in difference.places)
    return finding.verdicts, rest, finding.context if context else (), finding.always, names


def _valued(difference: Difference) -> Situation | None:
    """Return the one situation that is about a value."""
    deviation = difference.finding.deviation
    valued = [each for each in deviation if each.value is not None and not each.any_value]
    return valued[0] if len(valued) == 1 else None


def _with_conditions_merged(tellings: Iterable[Telling]) -> list[Telling]:
    """Put together what differs in the value of the one tag of the context only."""
    groups: dict[object, list[Telling]] = {}
    for each in tellings:
        finding = each.difference.finding
        valued = len(finding.context) == 1 and bool(finding.context[0].value)
        rest = finding.context[0].key if valued else finding.context
        told = (finding.verdicts, _but_for_value(each.difference, context=False), each.values, rest)
        groups.setdefault(told, []).append(each)
    return [_conditional(group) for group in groups.values()]


def _conditional(group: Sequence[Telling]) -> Telling:
    if len(group) == 1:
        return group[0]
    found = dict.fromkeys(each.difference.finding.context[0].value or "" for each in group)
    return replace(group[0], difference=_joined([each.difference for each in group]), conditions=tuple(found))
