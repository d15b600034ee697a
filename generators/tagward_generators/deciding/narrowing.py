"""From tags that two guardrails judge differently to the least that makes the difference."""

from collections.abc import Callable, Collection, Iterator

from msgspec import Struct

from tagward_generators.deciding.asking import Case, Side, Verdicts
from tagward_generators.deciding.candidates import Choices, few
from tagward_generators.deciding.rulings import Tags
from tagward_generators.deciding.tagging import changed, differing

AROUND = 8
"""So many values of a neighbouring tag are tried to see whether it matters."""


class Situation(Struct, frozen=True, order=True):
    """One tag as it is in a request; a value of None is a tag that is not there, `any_value` one that is."""

    key: str
    value: str | None
    any_value: bool = False

    def holds(self, tags: Tags) -> bool:
        """Say whether tags are in this situation."""
        return self.key in tags if self.any_value else tags.get(self.key) == self.value


class Finding(Struct, frozen=True):
    """The least that makes a difference: `deviation` from tags that are accepted, only while `context` holds.

    `always`: the stricter side accepts nothing that was tried.
    """

    verdicts: Verdicts
    deviation: tuple[Situation, ...]
    context: tuple[Situation, ...]
    tags: tuple[tuple[str, str], ...]
    always: bool = False


def narrowed(
    case: Case, choices: Choices, tags: Tags, reference: Tags | None, keep: Collection[str] = ()
) -> Finding:
    """Narrow a difference down, but for the keys to keep.

    `reference` are tags that the stricter side accepts.
    """
    verdicts = case.verdicts(tags)
    least = _least(tags, reference or {}, keep, lambda trial: case.verdicts(trial) == verdicts)
    if reference is None:
        return _without_reference(case, choices, least)
    keys = differing(least, reference)
    context = tuple(
        Situation(key, least.get(key))
        for key in _neighbours(case, least, keys)
        if _matters(case, choices, least, reference, key)
    )
    deviation = tuple(_situation(case, choices, least, reference, key) for key in keys)
    return Finding(verdicts, deviation, context, tuple(sorted(least.items())))


def _without_reference(case: Case, choices: Choices, least: Tags) -> Finding:
    """Tell what the stricter side refuses like everything else: it takes tags, or none, to be let through."""
    deviation = tuple(_situation(case, choices, least, {}, key) for key in sorted(least))
    return Finding(case.verdicts(least), deviation, (), tuple(sorted(least.items())), always=not least)


def stricter(case: Case, verdicts: Verdicts) -> Side:
    """Return the side that says the stricter thing."""
    return case.now if verdicts[1] > verdicts[0] else case.was


def _least(tags: Tags, reference: Tags, keep: Collection[str], still: Callable[[Tags], bool]) -> Tags:
    """Put back whatever is not needed for the difference."""
    for key in differing(tags, reference):
        trial = changed(tags, {key: reference.get(key)})
        if key not in keep and still(trial):
            tags = trial
    return tags


def _neighbours(case: Case, tags: Tags, keys: tuple[str, ...]) -> Iterator[str]:
    """List the keys that the rules behind a difference look at beside those that deviate."""
    behind = stricter(case, case.verdicts(tags)).objecting(tags)
    yield from sorted({key for rule in behind for key in rule.vocabulary} - {*keys})


def _matters(case: Case, choices: Choices, tags: Tags, reference: Tags, key: str) -> bool:
    """Say whether another value of a tag, that is accepted too, would end the difference."""
    verdicts = case.verdicts(tags)
    side = stricter(case, verdicts)
    for value in few(choices[key], AROUND):
        aside = changed(reference, {key: value})
        if side.verdict(aside) <= min(verdicts) and case.verdicts(changed(tags, {key: value})) != verdicts:
            return True
    return False


def _situation(case: Case, choices: Choices, tags: Tags, reference: Tags, key: str) -> Situation:
    """Say how a tag is; of one that should not be there at all, every value is as bad as the other."""
    verdicts = case.verdicts(tags)
    given = [value for value in choices.get(key, ()) if value is not None]
    any_value = (
        key in tags
        and key not in reference
        and all(case.verdicts(changed(tags, {key: value})) == verdicts for value in given)
    )
    return Situation(key, tags.get(key), any_value)
