"""Deny statements: what they say, which of them can be one, and how they are written."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tagward_generators.aws_scp.actions import ANY, Creation
from tagward_generators.aws_scp.blocks import Block
from tagward_generators.aws_scp.sids import service_name

LATIN_1 = "\u00ff"
"""The last character that the IAM grammar names for a policy document; others are written as escapes."""


class Statement(Struct, frozen=True):
    """One Deny; `stem` is its Sid without the service, `subject` what to name when there is no room."""

    stem: str
    subject: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Block
    sid: str = ""

    @property
    def services(self) -> frozenset[str]:
        """Return the services of its actions."""
        return frozenset(action.partition(":")[0] for action in self.actions)

    def named(self) -> str:
        """Return the Sid that it would have if it were the only one of its kind."""
        return self.stem.replace("{service}", service_name(self.services))

    def as_json(self) -> dict[str, Any]:
        """Return the statement as IAM reads it; lists of one are written as strings."""
        condition = {
            operator: {key: _short(values) for key, values in keys.items()}
            for operator, keys in self.condition.items()
        }
        return {
            "Sid": self.sid or self.named(),
            "Effect": "Deny",
            "Action": _short(self.actions),
            "Resource": _short(self.resources),
            "Condition": condition,
        }


class Reach(Struct, frozen=True):
    """One action with all that it makes under one condition."""

    action: str
    kinds: frozenset[str]
    resources: tuple[str, ...]
    seen: frozenset[str]


def reaches(creations: Iterable[Creation]) -> tuple[Reach, ...]:
    """Collect what each action makes."""
    by_action: dict[str, list[Creation]] = {}
    for creation in creations:
        by_action.setdefault(creation.action, []).append(creation)
    return tuple(
        Reach(
            action,
            frozenset().union(*(each.kinds for each in made)),
            tuple(sorted({arn for each in made for arn in each.resources})),
            made[0].seen,
        )
        for action, made in sorted(by_action.items())
    )


def grouped(every: Iterable[Reach]) -> list[list[Reach]]:
    """Put together actions that one statement can name without reaching further than each alone.

    A statement denies every one of its actions on every one of its resources: RunInstances, which asks
    for the image and the subnet too, must never meet an ARN of theirs.
    """
    groups: list[list[Reach]] = []
    for reach in every:
        for group in groups:
            if _together([*group, reach]):
                group.append(reach)
                break
        else:
            groups.append([reach])
    return groups


def _together(group: Sequence[Reach]) -> bool:
    if any((reach.resources == (ANY,)) != (group[0].resources == (ANY,)) for reach in group):
        return False
    if group[0].resources == (ANY,):
        return True
    kinds = frozenset().union(*(reach.kinds for reach in group))
    return all(kinds & reach.seen <= reach.kinds for reach in group)


def statements(stem: str, subject: str, creations: Iterable[Creation], condition: Block) -> list[Statement]:
    """Write the statements that deny what actions make under a condition."""
    return [
        Statement(
            stem,
            subject,
            tuple(sorted(reach.action for reach in group)),
            tuple(sorted({arn for reach in group for arn in reach.resources})),
            condition,
        )
        for group in grouped(reaches(creations))
    ]


def halves(statement: Statement) -> tuple[Statement, ...]:
    """Cut a statement in two by its actions, or by its resources; one that has one of each stays whole."""
    for field in ("actions", "resources"):
        values: tuple[str, ...] = getattr(statement, field)
        if len(values) > 1:
            middle = len(values) // 2
            return tuple(replace(statement, **{field: part}) for part in (values[:middle], values[middle:]))
    return (statement,)


def minified(document: object) -> str:
    """Write JSON without a character too many: white space counts against the limit."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return "".join(char if char <= LATIN_1 else json.dumps(char)[1:-1] for char in text)


def _short(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
