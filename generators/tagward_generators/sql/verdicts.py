"""What the policy says of every line, as columns: the one expression that all engines run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import reduce
from operator import or_

from msgspec import Struct

from tagward.policy import Policy
from tagward_generators.facts import Blank, Fact, Fits, KeyLike, KeyOutside, MoreThan, OfType, ValueLike
from tagward_generators.logic import FALSE, Expression
from tagward_generators.sql.columns import tag_columns
from tagward_generators.sql.judging import CLOUDS, LineAnswers, Place, TagAnswers, answers, places
from tagward_generators.sql.types import type_of
from tagward_generators.sql.writing import Asked, Column, Writer, combined, facts_in

CLOUDY = (OfType, KeyLike, KeyOutside, MoreThan)
"""Facts that are asked differently on different clouds."""

COSTLY = (Blank, Fits, ValueLike, *CLOUDY)
"""Facts that get a column of their own, so that no engine works them out twice."""

NOTHING = TagAnswers(FALSE, FALSE, FALSE, FALSE)

WORDS = ("needed", "present", "valid", "exempt")
"""What is said of each tag."""


class Verdicts(Struct, frozen=True):
    """Lines with what is said of them: `compliant`, `exempt`, and three columns for each tag.

    `needed`, `present` and `valid` name those columns by the id of the tag.
    """

    lines: Column
    needed: Mapping[str, str]
    present: Mapping[str, str]
    valid: Mapping[str, str]


def verdicts(lines: Column, policy: Policy, day: date) -> Verdicts:
    """Judge staged lines by a policy as it stands on a day.

    `lines` has the columns of `columns.LINE`, one for each tag as `tag_columns` names them, and all keys and
    values where the policy asks for any. A line of no known cloud is never compliant.
    """
    return _Judging(policy, day).of(lines)


class _Judging:
    def __init__(self, policy: Policy, day: date) -> None:
        self.policy = policy
        self.columns = tag_columns(tag.id for tag in policy.tags)
        self.said = {place: answers(policy, place, day) for place in places(policy)}
        self.facts: dict[Asked, Column] = {}
        self.scratch: frozenset[str] = frozenset()

    def of(self, lines: Column) -> Verdicts:
        typed = lines.mutate(type_of(lines)) if self._asks_types() else lines
        return self._decided(self._with_facts(typed))

    def _asks_types(self) -> bool:
        return any(isinstance(each.fact, OfType) for each in self._asked())

    def _asked(self) -> dict[Asked, None]:
        """List what is asked of lines, each fact once."""
        return dict.fromkeys(
            _asked(fact, place.cloud)
            for place, said in self.said.items()
            for expression in _expressions(said)
            for fact in facts_in(expression)
        )

    def _with_facts(self, lines: Column) -> Column:
        """Add a column for every costly fact."""
        writer = Writer(lines, self.columns)
        costly = [each for each in self._asked() if isinstance(each.fact, COSTLY)]
        names = {each: self._named(each.fact, number) for number, each in enumerate(costly, 1)}
        self.scratch = frozenset(names.values())
        found = lines.mutate(**{name: writer.fact(each) for each, name in names.items()}) if names else lines
        self.facts = {each: found[name] for each, name in names.items()}
        cheap = Writer(found, self.columns)
        self.facts |= {each: cheap.fact(each) for each in self._asked() if each not in names}
        return found

    def _named(self, fact: Fact, number: int) -> str:
        """Name the column of a fact."""
        match fact:
            case Blank(slot):
                return self._about("blank", slot.key)
            case Fits(slot):
                return self._about("fits", slot.key)
            case _:
                return f"fact_{number}"

    def _about(self, word: str, tag: str) -> str:
        return f"{word}_{self.columns[tag].removeprefix('tag_')}"

    def _decided(self, lines: Column) -> Verdicts:
        """Answer everything, then put together what the answers come to."""
        kept = [name for name in lines.columns if name not in self.scratch]
        names = {word: {tag: self._about(word, tag) for tag in self.columns} for word in WORDS}
        said = {
            name: self._column(lines, _of_tag(word, tag))
            for word, named in names.items()
            for tag, name in named.items()
        }
        said["breached"] = self._column(lines, lambda said: said.breached)
        said["broken"] = self._column(lines, lambda said: said.broken)
        answered = lines.select(*kept, **said)
        breached, broken = self._broken(answered)
        known = answered.cloud.isin(CLOUDS)
        shown = [name for word in ("needed", "present", "valid") for name in names[word].values()]
        decided = answered.select(
            *kept, *shown, compliant=known & ~breached, exempt=known & breached & ~broken
        )
        return Verdicts(decided, names["needed"], names["present"], names["valid"])

    def _broken(self, answered: Column) -> tuple[Column, Column]:
        """Say that a rule is broken, as if there were no exemptions, and as things are."""
        breached, broken = answered.breached, answered.broken
        for tag in self.columns:
            needed, present, valid, exempt = (answered[self._about(word, tag)] for word in WORDS)
            wrong = (needed & ~present) | (present & ~valid)
            breached |= wrong
            broken |= wrong & ~exempt
        return breached, broken

    def _column(self, lines: Column, about: Callable[[LineAnswers], Expression]) -> Column:
        """Write an answer that may differ from place to place; what is alike is written once."""
        import ibis

        alike: dict[tuple[Expression, str], list[Place]] = {}
        for place, said in self.said.items():
            expression = about(said)
            alike.setdefault((expression, _cloudy(expression, place.cloud)), []).append(place)
        parts = [
            _at(lines, where, tuple(self.said)) & self._combined(expression, where[0].cloud)
            for (expression, _), where in alike.items()
            if expression != FALSE
        ]
        return reduce(or_, parts).fill_null(False) if parts else ibis.literal(False)

    def _combined(self, expression: Expression, cloud: str) -> Column:
        said: dict[Fact, Column] = {fact: self.facts[_asked(fact, cloud)] for fact in facts_in(expression)}
        return combined(expression, said)


def _of_tag(word: str, tag: str) -> Callable[[LineAnswers], Expression]:
    def about(said: LineAnswers) -> Expression:
        found: Expression = getattr(said.tags.get(tag, NOTHING), word)
        return found

    return about


def _expressions(said: LineAnswers) -> Iterable[Expression]:
    tags = (getattr(each, word) for each in said.tags.values() for word in WORDS)
    return (said.broken, said.breached, *tags)


def _asked(fact: Fact, cloud: str) -> Asked:
    return Asked(fact, cloud if isinstance(fact, CLOUDY) else "")


def _cloudy(expression: Expression, cloud: str) -> str:
    """Return the cloud where it makes a difference to an expression."""
    return cloud if any(isinstance(fact, CLOUDY) for fact in facts_in(expression)) else ""


def _at(lines: Column, where: list[Place], every: tuple[Place, ...]) -> Column:
    """Say that a line is in one of some places."""
    if len(where) == len(every):
        return lines.cloud.isin(CLOUDS)
    fields = sorted(frozenset().union(*(place.lacks for place in every)))
    by_lacks: dict[frozenset[str], list[str]] = {}
    for place in where:
        by_lacks.setdefault(place.lacks, []).append(place.cloud)
    parts = []
    for lacks, clouds in by_lacks.items():
        part = lines.cloud.isin(clouds)
        for field in fields:
            part &= lines[field].isnull() if field in lacks else lines[field].notnull()
        parts.append(part)
    return reduce(or_, parts)


def asks_all(policy: Policy) -> bool:
    """Say whether the policy has rules on all the keys or values of a resource."""
    return bool(
        policy.forbidden_keys or policy.forbidden_values or policy.closed or policy.max_tags is not None
    )
