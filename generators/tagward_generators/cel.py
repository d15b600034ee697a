"""Expressions as CEL text over maps of tags: only operators, macros and `matches`, which every CEL has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from tagward.globs import is_literal, split
from tagward_generators.facts import (
    Blank,
    Fact,
    Fits,
    Has,
    KeyLike,
    KeyOutside,
    MoreThan,
    OfType,
    OneOf,
    Placed,
    Slot,
    ValueLike,
)
from tagward_generators.logic import Every, Expression, Not, Some, Unsayable
from tagward_generators.regexes import of_globs, of_words, whole

TRUE = "true"
FALSE = "false"

NOBODYS: frozenset[Slot] = frozenset()


class Cel:
    """Writes expressions over maps of labels.

    `maps` names, for each layer, a CEL expression that is always a map; `fields` names the text of each
    field that `Placed` asks for, which is "" where the resource has no such thing; `platform_keys` is the
    RE2 of keys that the platform sets by itself, "" for none.
    """

    def __init__(
        self, maps: Mapping[str, str], fields: Mapping[str, str] | None = None, platform_keys: str = ""
    ) -> None:
        self.maps = maps
        self.fields = fields or {}
        self.platform_keys = platform_keys

    def text(self, expression: Expression, there: frozenset[Slot] = NOBODYS) -> str:
        """Write an expression; `there` are slots that are known to be there where it is asked."""
        match expression:
            case Every(parts):
                return self._joined(" && ", parts, there, certain=_present) or TRUE
            case Some(parts):
                return self._joined(" || ", parts, there, certain=_missing) or FALSE
            case Not(fact):
                return negated(self.fact(fact, there))
            case Unsayable(why):
                raise ValueError(why)
            case fact:
                return self.fact(fact, there)

    def _joined(
        self,
        operator: str,
        parts: tuple[Expression, ...],
        there: frozenset[Slot],
        certain: Callable[[Expression], Slot | None],
    ) -> str:
        """Join parts; where one settles that a slot is there, the others need not ask again.

        CEL takes an OR for true when one side is, and an AND for false, even when the other side fails.
        """
        settled = {slot for slot in map(certain, parts) if slot is not None}
        return operator.join(
            _grouped(part, self.text(part, there | (settled - {certain(part)}))) for part in parts
        )

    def fact(self, fact: Fact, there: frozenset[Slot] = NOBODYS) -> str:
        """Write one fact."""
        match fact:
            case Has(slot):
                return f"{quoted(slot.key)} in {self.maps[slot.layer]}"
            case OneOf(slot) | Fits(slot) | Blank(slot):
                asked = self._value(fact, self._at(slot))
                return asked if slot in there else f"{self.fact(Has(slot))} && {asked}"
            case Placed(field, globs):
                return self._placed(self.fields[field], globs)
            case OfType():
                raise ValueError("types are decided before")
            case _:
                return self._on_all(fact, self.maps[""])

    def _at(self, slot: Slot) -> str:
        return f"{self.maps[slot.layer]}[{quoted(slot.key)}]"

    def one_of(self, value: str, values: tuple[str, ...]) -> str:
        """Ask whether a value is one of some."""
        return f"{value} == {quoted(values[0])}" if len(values) == 1 else f"{value} in {listed(values)}"

    def _value(self, fact: Fact, value: str) -> str:
        match fact:
            case OneOf(_, values):
                return self.one_of(value, values)
            case Fits(_, pattern):
                return matches(value, whole(pattern))
            case Blank(_, placeholders):
                # Labels hold no white space, so that a blank one is empty.
                return matches(value, of_words(("", *placeholders)))
            case _:
                raise AssertionError(fact)

    @staticmethod
    def _placed(value: str, globs: tuple[str, ...]) -> str:
        """Compare a field; one that is "" is in a list without an including glob only, as in evaluation."""
        including, excluding = split(globs)
        if not including:
            return f'({value} == "" || {negated(among(value, excluding))})'
        outside = [negated(among(value, excluding))] if excluding else []
        return " && ".join((f'{value} != ""', among(value, including), *outside))

    def _on_all(self, fact: Fact, tags: str) -> str:
        match fact:
            case KeyLike(globs):
                return f"{tags}.exists(k, {self._glob_list(globs)})"
            case KeyOutside(keys):
                return f"{tags}.exists(k, !(k in {listed(keys)}){self._not_platform()})"
            case ValueLike(patterns):
                each = " || ".join(matches(f"{tags}[k]", whole(pattern)) for pattern in patterns)
                return f"{tags}.exists(k, {each})"
            case MoreThan(most):
                return f"size({self._own(tags)}) > {most}"
            case _:
                raise AssertionError(fact)

    @staticmethod
    def _glob_list(globs: tuple[str, ...]) -> str:
        including, excluding = split(globs)
        inside = [among("k", including)] if including else []
        outside = [negated(among("k", excluding))] if excluding else []
        return " && ".join((*inside, *outside))

    def _own(self, tags: str) -> str:
        """Leave out the keys that the platform sets."""
        return (
            f"{tags}.filter(k, {negated(matches('k', self.platform_keys))})" if self.platform_keys else tags
        )

    def _not_platform(self) -> str:
        return f" && {negated(matches('k', self.platform_keys))}" if self.platform_keys else ""


def quoted(text: str) -> str:
    """Write a text as a CEL string."""
    return json.dumps(text, ensure_ascii=False)


def listed(texts: Iterable[str]) -> str:
    """Write texts as a CEL list."""
    return f"[{', '.join(map(quoted, texts))}]"


def matches(value: str, regex: str) -> str:
    """Ask whether a value is matched by RE2, which looks for a part unless anchored."""
    return f"{value}.matches({quoted(regex)})"


def among(value: str, globs: tuple[str, ...]) -> str:
    """Ask whether a value is matched by one of the shell globs."""
    if all(map(is_literal, globs)):
        return f"{value} == {quoted(globs[0])}" if len(globs) == 1 else f"{value} in {listed(globs)}"
    return matches(value, of_globs(globs))


def negated(text: str) -> str:
    """Write a NOT."""
    return f"!({text})"


def _present(part: Expression) -> Slot | None:
    return part.slot if isinstance(part, Has) else None


def _missing(part: Expression) -> Slot | None:
    return part.fact.slot if isinstance(part, Not) and isinstance(part.fact, Has) else None


def _grouped(part: Expression, text: str) -> str:
    """Bracket an OR inside an AND, and the other way round for those who read it."""
    return f"({text})" if isinstance(part, Every | Some) and part.parts else text
