"""Two guardrails compared by what they decide."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from tagward_generators.deciding.asking import Case, Side, Verdicts, meanings
from tagward_generators.deciding.candidates import OTHER, Choices, choices
from tagward_generators.deciding.narrowing import Finding, narrowed, stricter
from tagward_generators.deciding.probing import around, probes, references
from tagward_generators.deciding.rulings import Family, Guardrail, Place, Rule, Tags, Undecided, Verdict
from tagward_generators.deciding.tagging import MISSING

Hints = Mapping[str, Sequence[str]]
"""Values worth trying, by tag key."""

When = Literal["was", "now"]

MOST = 1_000
"""So many differences are looked for at places that decide alike."""


class Difference(Struct, frozen=True):
    """What is judged differently, and at which places; who objected is said of the first of them."""

    finding: Finding
    places: tuple[Place, ...]
    was_by: tuple[str, ...]
    now_by: tuple[str, ...]


class Solved(Struct, frozen=True):
    """Places that were looked into; `sample` are tags that others which decide alike are known by."""

    case: Case
    sample: tuple[Tags, ...]
    found: tuple[Difference, ...]
    asked: int

    @property
    def blind(self) -> bool:
        """Say whether nothing was found that would tell the sides apart, nor anything that one accepts."""
        place, accepted = self.case.places[0], Verdict.ALLOWED
        said = {verdict for tags in self.sample for verdict in self.case.verdicts(tags)}
        return place.tagged and not place.aside and not self.found and accepted not in said

    def resembles(self, case: Case) -> bool:
        """Say whether both guardrails say the same of the sample elsewhere."""
        here = self.case
        alike = (case.tagged, case.places[0].act) == (here.tagged, here.places[0].act)
        return alike and all(case.verdicts(tags) == here.verdicts(tags) for tags in self.sample)


class Comparison(Struct, frozen=True):
    """How two guardrails compare.

    `undecided` differ in text and cannot be evaluated; `requests` were asked of both, `places` were told
    apart; `cut` says that there are more differences than were looked for. `blind` are places at which
    nothing was found that either side accepts, nor any difference, so that hardly anything was compared.
    """

    differences: tuple[Difference, ...]
    undecided: tuple[tuple[When, Undecided], ...]
    requests: int
    places: int
    cut: bool = False
    blind: tuple[str, ...] = ()


def compare(family: Family, was: Guardrail, now: Guardrail, hints: Hints) -> Comparison:
    """Ask two guardrails the same questions; the same ones every time."""
    places = family.places((was, now))
    differences: list[Difference] = []
    requests, cut = 0, False
    blind: list[str] = []
    solved: list[Solved] = []
    untagged: dict[str, Verdicts] = {}
    for case in _cases(places, was, now):
        if case.alike:
            requests += len(case.places)
            continue
        if not case.places[0].variant:
            untagged |= {place.name: case.verdicts({}) for place in case.places}
        like = next((each for each in solved if each.resembles(case)), None) if family.costly else None
        if like is None:
            like = _solved(case, _choices(case, hints, family), spells=family.spells)
            solved.append(like)
            requests += like.asked * len(case.places)
        else:
            requests += len(like.sample) * len(case.places)
        if not _is_as_untagged(case, like, untagged):
            differences += (_elsewhere(each, case) for each in like.found)
        cut = cut or len(like.found) >= MOST
        blind += [place.name for place in case.places] if like.blind else []
    undecided = tuple(_undecided(was, now))
    seen = tuple(dict.fromkeys(blind))
    return Comparison(tuple(differences), undecided, requests, len(places), cut, seen)


def _cases(places: Iterable[Place], was: Guardrail, now: Guardrail) -> Iterator[Case]:
    """Put places together at which both guardrails say the same."""
    grouped: dict[object, list[tuple[Place, Sequence[Rule], Sequence[Rule]]]] = {}
    for place in places:
        before, after = was.rules(place), now.rules(place)
        alike = (meanings(before), meanings(after), place.tagged, place.act)
        grouped.setdefault(alike, []).append((place, before, after))
    for group in grouped.values():
        _, before, after = group[0]
        yield Case(tuple(place for place, _, _ in group), Side(before), Side(after))


def _solved(case: Case, choices: Choices, *, spells: bool) -> Solved:
    """Find what makes a difference; what a difference that is known explains is not looked into again."""
    starts = references(case, choices) if case.tagged else ()
    found: dict[Finding, Difference] = {}
    asked = 0
    every = list(probes(case, choices, starts, spells=spells))
    case.expect(every)
    for tags in every:
        asked += 1
        if len(found) >= MOST or not case.differs(tags):
            continue
        verdicts = case.verdicts(tags)
        if any(_explains(finding, tags, verdicts) for finding in found):
            continue
        reference = _accepted_by_stricter(case, starts, verdicts)
        finding = narrowed(case, choices, tags, reference)
        if finding in found:  # under other conditions, then
            finding = narrowed(case, choices, tags, reference, [each.key for each in finding.context])
        found.setdefault(finding, _difference(case, finding))
        if finding.always:
            break
    telling = (*starts, {}, *(dict(finding.tags) for finding in found))
    return Solved(case, (*telling, *around(case, choices, starts)), tuple(found.values()), asked)


def _is_as_untagged(case: Case, solved: Solved, untagged: Mapping[str, Verdicts]) -> bool:
    """Say whether tags do not count for either side, so that it is told already what both say of none."""
    place = case.places[0]
    told = {each.finding.verdicts for each in solved.found if each.finding.always}
    return place.aside and told == {untagged.get(place.name)}


def _elsewhere(difference: Difference, case: Case) -> Difference:
    return difference if difference.places == case.places else _difference(case, difference.finding)


def _choices(case: Case, hints: Hints, family: Family) -> Choices:
    """List what to try; where tags are taken away, their values do not matter."""
    every = choices(case.rules, hints, family.possible)
    if case.places[0].act == "remove":
        return dict.fromkeys(every, (OTHER, MISSING))
    return every


def _accepted_by_stricter(case: Case, starts: Iterable[Tags], verdicts: Verdicts) -> Tags | None:
    side = stricter(case, verdicts)
    accepted = (each for each in starts if side.verdict(each) <= min(verdicts))
    return next(accepted, None)


def _explains(finding: Finding, tags: Tags, verdicts: Verdicts) -> bool:
    """Say whether a finding tells of tags too; something else may make the milder side less mild there."""
    (was, now), (before, after) = finding.verdicts, verdicts
    same_way = (now > was) is (after > before)
    as_strict = max(was, now) == max(before, after) and min(was, now) <= min(before, after)
    told = (*finding.deviation, *finding.context)
    return same_way and as_strict and all(each.holds(tags) for each in told)


def _difference(case: Case, finding: Finding) -> Difference:
    tags = dict(finding.tags)
    by = [tuple(sorted({rule.by for rule in side.objecting(tags)})) for side in (case.was, case.now)]
    return Difference(finding, case.places, by[0], by[1])


def _undecided(was: Guardrail, now: Guardrail) -> Iterator[tuple[When, Undecided]]:
    """List what cannot be evaluated and is not the same on both sides: `was` or `now`, and what it is."""
    before, after = {each.text for each in was.undecided}, {each.text for each in now.undecided}
    yield from (("was", each) for each in was.undecided if each.text not in after)
    yield from (("now", each) for each in now.undecided if each.text not in before)
