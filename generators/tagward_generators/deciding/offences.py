"""Which of several tags is the offence, and which are only the condition that it is one under."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from tagward_generators.deciding.comparing import Difference
from tagward_generators.deciding.narrowing import Situation


def with_conditions(differences: Sequence[Difference]) -> list[Difference]:
    """Move values into the context: all beside a missing tag, else all but those of the tag with the most."""
    values: dict[object, dict[str, set[str | None]]] = {}
    for each in differences:
        of_kind = values.setdefault(_kind(each), {})
        for situation in _valued(each):
            of_kind.setdefault(situation.key, set()).add(situation.value)
    return [_with_condition(each, values[_kind(each)]) for each in differences]


def _with_condition(difference: Difference, values: dict[str, set[str | None]]) -> Difference:
    finding = difference.finding
    valued = list(_valued(difference))
    offences = [each for each in finding.deviation if each not in valued]
    if not offences and valued:
        offences = [max(valued, key=lambda each: len(values[each.key]))]
    moved = [each for each in valued if each not in offences]
    if not moved:
        return difference
    context = (*finding.context, *moved)
    return replace(difference, finding=replace(finding, deviation=tuple(offences), context=context))


def _valued(difference: Difference) -> Iterator[Situation]:
    """List the tags that have a value of their own; one that is there in another spelling is none."""
    deviation = difference.finding.deviation
    missing = {each.key.casefold() for each in deviation if each.value is None}
    for each in deviation:
        if each.value is not None and not each.any_value and each.key.casefold() not in missing:
            yield each


def _kind(difference: Difference) -> object:
    finding = difference.finding
    return finding.verdicts, tuple((each.key, each.value is None) for each in finding.deviation)
