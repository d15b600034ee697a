"""What there is to tell of each tag: its values, and what is nearly right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from tagward.findings import Code
from tagward.policy import Allowed, Policy, Tag
from tagward_service.store.interface import OTHER, Alike, Life, TagTally
from tagward_service.web.board import Nearly, TagBoard, Value

MOST_VALUES = 100
"""So many values of a tag are listed, those that are wrong on most resources first."""

_NEARLY = (Code.MISSPELT, Code.DEPRECATED)
_SHOWN_VALUES = 12


def tag_boards(
    policy: Policy, day: date, tallies: Sequence[TagTally], alike: Sequence[Alike]
) -> tuple[TagBoard, ...]:
    """Describe every tag of the policy, in its order."""
    return tuple(
        TagBoard(
            tag.id,
            tag.title,
            tag.description,
            _rule(tag, day),
            tag.example,
            _values([each for each in tallies if each.tag == tag.id]),
            _nearly(tag, alike),
        )
        for tag in policy.tags
    )


def _rule(tag: Tag, day: date) -> str:
    """Say which values a tag takes."""
    if tag.constraint is None:
        return "any value"
    if not isinstance(tag.constraint, Allowed):
        return f"matches {tag.constraint.pattern}"
    values = sorted(tag.constraint.on(day))
    shown = ", ".join(values[:_SHOWN_VALUES])
    more = f" and {len(values) - _SHOWN_VALUES} more" if len(values) > _SHOWN_VALUES else ""
    listed = f" (registry {tag.constraint.registry})" if tag.constraint.registry else ""
    return f"one of {shown}{more}{listed}"


def _values(tallies: Sequence[TagTally]) -> tuple[Value, ...]:
    """Sum up by value; `present` and `valid` count only where the policy asks for the tag."""
    resources: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for each in tallies:
        if each.value and each.value != OTHER:
            resources[each.value] += each.resources
            wrong[each.value] += each.present - each.valid
    found = [Value(value, count, wrong[value]) for value, count in resources.items()]
    return tuple(sorted(found, key=lambda each: (-each.wrong, -each.resources, each.value))[:MOST_VALUES])


def _nearly(tag: Tag, alike: Sequence[Alike]) -> tuple[Nearly, ...]:
    """Count what is misspelt or outdated, by what is said of it."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in alike:
        for wrong in each.wrong:
            if wrong.tag == tag.id and wrong.code in _NEARLY and wrong.life is Life.OPEN:
                counts[wrong.code, wrong.message] += each.resources
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Nearly(code, message, count) for (code, message), count in ordered[:MOST_VALUES])
