"""Which values of a tag are worth trying: what the guardrails name, and what lies beside it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from tagward_generators.deciding.rulings import Rule
from tagward_generators.deciding.tagging import MISSING

OTHER = "zz-other"
"""A value, and a tag, that nobody names."""

BLANKS = ("", " ", "tbd")
"""Tried for every key, whether a guardrail names them or not."""

MOST = 250
"""So many values that guardrails name are tried for one key."""

RECASED = 3
"""So many of them are also tried in another case."""

Choices = Mapping[str, tuple[str | None, ...]]
Possible = Callable[[str, str], bool]


def choices(rules: Iterable[Rule], hints: Mapping[str, Sequence[str]], possible: Possible) -> Choices:
    """List the values to try for each key that the rules look at; those they name come first."""
    named: dict[str, dict[str, None]] = {}
    for rule in rules:
        for key, values in rule.vocabulary.items():
            named.setdefault(key, {}).update(dict.fromkeys(values))
    for key, values_of in named.items():
        values_of.update(dict.fromkeys(hints.get(key, ())))
    tried = {key: _choices(key, tuple(values), possible) for key, values in sorted(named.items())}
    return tried | {OTHER: (MISSING, OTHER)}


def few(values: Sequence[str | None], most: int) -> tuple[str | None, ...]:
    """Keep so many values: the missing one, another one, and the first that are named."""
    first = [value for value in (MISSING, OTHER) if value in values]
    rest = [value for value in values if value not in first]
    return tuple((first + rest)[: max(most, 2)])


def _choices(key: str, named: tuple[str, ...], possible: Possible) -> tuple[str | None, ...]:
    kept = named[:MOST]
    recased = [case(value) for value in kept[:RECASED] for case in (str.upper, str.capitalize, str.lower)]
    tried = dict.fromkeys((*kept, OTHER, *BLANKS, *recased))
    return (MISSING, *(value for value in tried if possible(key, value)))
