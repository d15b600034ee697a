"""Tags that guardrails accept, found by greedy repair: whatever objects names the keys to change."""

from collections.abc import Container, Iterator, Sequence

from tagward_generators.deciding.asking import Side
from tagward_generators.deciding.candidates import OTHER, Choices
from tagward_generators.deciding.rulings import Rule, Tags
from tagward_generators.deciding.tagging import changed, frozen

STEPS, PATIENCE = 200, 8
"""So many changes are made before the search gives up, so many in a row that silence nobody."""


def accepted(sides: Sequence[Side], choices: Choices) -> dict[str, str] | None:
    """Find tags that none of the sides objects to; None when the search finds none."""
    full = {key: _named(values) for key, values in choices.items() if key != OTHER}
    for start in (changed({}, full), {}):
        found = _repaired(start, sides, choices)
        if found is not None:
            return found
    return None


def _named(values: Sequence[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)


def _repaired(tags: dict[str, str], sides: Sequence[Side], choices: Choices) -> dict[str, str] | None:
    seen = {frozen(tags)}
    fewest, patience = len(_objecting(tags, sides)), PATIENCE
    for _ in range(STEPS):
        objecting = _objecting(tags, sides)
        if not objecting:
            return tags
        patience = PATIENCE if len(objecting) < fewest else patience - 1
        fewest = min(fewest, len(objecting))
        better = _better(tags, objecting, sides, choices, seen) if patience else None
        if better is None:
            return None
        tags = better
        seen.add(frozen(tags))
    return None


def _better(
    tags: Tags, objecting: Sequence[Rule], sides: Sequence[Side], choices: Choices, seen: Container[object]
) -> dict[str, str] | None:
    """Return the first change that silences an objection, else the least bad that is new.

    Where no change makes any difference there is no way to go.
    """
    least: tuple[int, dict[str, str]] | None = None
    matters = False
    trials = list(_changes(tags, objecting, choices))
    for side in sides:
        side.expect(trials)
    for trial in trials:
        found = _objecting(trial, sides)
        matters = matters or found != objecting
        if frozen(trial) in seen:
            continue
        if len(found) < len(objecting):
            return trial
        if least is None or len(found) < least[0]:
            least = len(found), trial
    return least[1] if least and matters else None


def _changes(tags: Tags, objecting: Sequence[Rule], choices: Choices) -> Iterator[dict[str, str]]:
    for key in dict.fromkeys((*(key for rule in objecting for key in rule.vocabulary), OTHER)):
        for value in choices[key]:
            if tags.get(key) != value:
                yield changed(tags, {key: value})


def _objecting(tags: Tags, sides: Sequence[Side]) -> tuple[Rule, ...]:
    return tuple(rule for side in sides for rule in side.objecting(tags))
