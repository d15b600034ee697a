"""Tags that guardrails accept, found by greedy repair: whatever objects names the keys to change."""

from collections.abc import Container, Iterator, Sequence

from tagward_generators.deciding.asking import Side
from tagward_generators.deciding.candidates import OTHER, Choices
from tagward_generators.deciding.rulings import Rule, Tags
from tagward_generators.deciding.tagging import changed, frozen

STEPS = 200
"""So many changes are made before the search gives up."""


def accepted(sides: Sequence[Side], choices: Choices) -> dict[str, str] | None:
    """Find tags that none of the sides objects to; None when the search finds none."""
    full = {key: _named(values) for key, values in choices.items() if key != OTHER}
    for start in (changed({}, full), {}):
        found = _repaired(start, sides, choices)
        if found is not None:
            return found
    return None


def _named(values: Sequence[str | None]) -> str | None:
    return next(value for value in values if value is not None)


def _repaired(tags: dict[str, str], sides: Sequence[Side], choices: Choices) -> dict[str, str] | None:
    seen = {frozen(tags)}
    for _ in range(STEPS):
        objecting = _objecting(tags, sides)
        if not objecting:
            return tags
        better = _better(tags, objecting, sides, choices, seen)
        if better is None:
            return None
        tags = better
        seen.add(frozen(tags))
    return None


def _better(
    tags: Tags, objecting: Sequence[Rule], sides: Sequence[Side], choices: Choices, seen: Container[object]
) -> dict[str, str] | None:
    """Return the first change that silences an objection, else the least bad that is new."""
    least: tuple[int, dict[str, str]] | None = None
    for trial in _changes(tags, objecting, choices):
        if frozen(trial) in seen:
            continue
        count = len(_objecting(trial, sides))
        if count < len(objecting):
            return trial
        if least is None or count < least[0]:
            least = count, trial
    return None if least is None else least[1]


def _changes(tags: Tags, objecting: Sequence[Rule], choices: Choices) -> Iterator[dict[str, str]]:
    for key in dict.fromkeys((*(key for rule in objecting for key in rule.vocabulary), OTHER)):
        for value in choices[key]:
            if tags.get(key) != value:
                yield changed(tags, {key: value})


def _objecting(tags: Tags, sides: Sequence[Side]) -> tuple[Rule, ...]:
    return tuple(rule for side in sides for rule in side.objecting(tags))
