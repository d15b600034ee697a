"""Which tags to ask about: what is accepted, with one tag at a time or tags that rules join varied."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from tagward_generators.deciding.asking import Case
from tagward_generators.deciding.baselines import accepted
from tagward_generators.deciding.candidates import OTHER, Choices, few
from tagward_generators.deciding.rulings import Tags
from tagward_generators.deciding.tagging import changed, frozen

TOGETHER = 400
"""So many combinations of the tags that one rule joins are tried."""

JOINED = 4
"""Of a rule that looks at more tags than this, pairs are tried: such a rule is made of several."""

PAIRS, OF_EACH = 60, 5
"""So many pairs, nearest first, with so many values of either tag."""

SOME = 4
"""So many values of each tag tell whether places decide alike."""


def references(case: Case, choices: Choices) -> tuple[dict[str, str], ...]:
    """Find tags that both accept, else tags that one of them accepts."""
    common = accepted((case.was, case.now), choices)
    if common is not None:
        return (common,)
    found = (accepted((side,), choices) for side in (case.was, case.now))
    return tuple(each for each in found if each is not None)


def probes(
    case: Case, choices: Choices, references: Iterable[Tags], *, spells: bool
) -> Iterator[dict[str, str]]:
    """Yield the tags to ask about, each once, plain ones first; keys in other spellings where that counts."""
    starts = [dict(each) for each in references] or [{}]
    seen = set()
    for tags in _probes(case, choices, starts, spells=spells):
        if frozen(tags) not in seen:
            seen.add(frozen(tags))
            yield tags


def around(case: Case, choices: Choices, references: Sequence[Tags]) -> Iterator[dict[str, str]]:
    """Yield tags that are accepted with one of them varied a little."""
    for start in references[:1]:
        for key in _keys(case):
            yield from (changed(start, {key: value}) for value in few(choices[key], SOME))


def _probes(
    case: Case, choices: Choices, starts: list[dict[str, str]], *, spells: bool
) -> Iterator[dict[str, str]]:
    if not case.tagged:
        yield {}
        return
    for start in starts:
        yield start
        for key in _keys(case):
            yield from (changed(start, {key: value}) for value in choices[key])
            yield from _respelled(start, key) if spells else ()
    yield {}
    for key in _keys(case):
        yield from (changed({}, {key: value}) for value in choices[key])
    for start in starts:
        yield from _joined(case, choices, start)


def _keys(case: Case) -> tuple[str, ...]:
    """List the tags that one side looks at in its own way; no others can make a difference."""
    return tuple(dict.fromkeys((*(key for rule in case.own_rules for key in rule.vocabulary), OTHER)))


def _respelled(start: Tags, key: str) -> Iterator[dict[str, str]]:
    for spelled in (key.upper(), key.title()):
        if spelled != key and key in start:
            yield changed(start, {key: None, spelled: start[key]})


def _joined(case: Case, choices: Choices, start: Tags) -> Iterator[dict[str, str]]:
    for group in dict.fromkeys(tuple(rule.vocabulary) for rule in case.own_rules):
        for keys in _together(group):
            most = OF_EACH if len(group) > JOINED else int(TOGETHER ** (1 / len(keys)))
            for values in product(*(few(choices[key], most) for key in keys)):
                yield changed(start, dict(zip(keys, values, strict=True)))


def _together(group: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
    if len(group) <= JOINED:
        return [group] if len(group) > 1 else []
    pairs = sorted(combinations(range(len(group)), 2), key=lambda pair: pair[1] - pair[0])
    return [(group[first], group[second]) for first, second in pairs[:PAIRS]]
