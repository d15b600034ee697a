"""Expressions as Rego: what must hold together are lines of a rule, what may hold instead is a rule more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tagward.globs import matcher, split
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
from tagward_generators.regexes import quoted as literally
from tagward_generators.regexes import whole
from tagward_generators.rego_lines import (
    Body,
    Constants,
    among,
    fails,
    identifier,
    is_text,
    matches,
    member,
    rule,
)

SPACE = r"[\t-\r\x1c-\x1f\x{85}\pZ]*"
"""White space as Python's `str.strip` sees it."""


class Rego:
    """Writes expressions about one thing as bodies of rules, and keeps the helpers that they call.

    `subject` is the variable that stands for the thing, which helpers are given. `maps` names, for each
    layer, an object of tags, `fields` the text of each field that `Placed` asks for, which is "" where the
    thing has none; `platform_keys` is the RE2 of keys that the platform sets by itself, "" for none.
    """

    def __init__(
        self,
        subject: str,
        maps: Mapping[str, str],
        fields: Mapping[str, str] | None = None,
        platform_keys: str = "",
    ) -> None:
        self.subject = subject
        self.maps = maps
        self.fields = fields or {}
        self.platform_keys = platform_keys
        self.constants = Constants()
        self._helpers: dict[Expression, str] = {}
        self._rules: list[str] = []

    def bodies(self, expression: Expression, stem: str) -> tuple[Body, ...]:
        """Write an expression, each alternative as a body; `stem` names the helpers that it needs."""
        parts = expression.parts if isinstance(expression, Some) else (expression,)
        return tuple(self.body(part, stem) for part in parts)

    def definitions(self) -> tuple[str, ...]:
        """Return the helpers and the constants that the bodies need."""
        return (*self._rules, *self.constants.definitions())

    def body(self, expression: Expression, stem: str) -> Body:
        """Write an expression as lines that must all hold."""
        match expression:
            case Every(parts):
                return tuple(dict.fromkeys(self._together(parts, stem)))
            case Some():
                return (self._helper(expression, stem),)
            case Not(fact):
                return (*self.settled(fact), self._negated(fact, stem, sure=False))
            case Unsayable(why):
                raise ValueError(why)
            case fact:
                return self.fact(fact)

    def _together(self, parts: tuple[Expression, ...], stem: str) -> Iterator[str]:
        """Write parts; where a tag's value is asked for, it need not be asked whether the tag is there."""
        there = {part.slot for part in parts if isinstance(part, Has)}
        asked = {slot for part in parts for slot in _valued(part)} & there
        for part in parts:
            if isinstance(part, Has) and part.slot in asked:
                yield self.value(part.slot)
            elif isinstance(part, Not) and not asked.isdisjoint(_valued(part)):
                yield self._negated(part.fact, stem, sure=True)
            else:
                yield from self.body(part, stem)

    def _negated(self, fact: Fact, stem: str, *, sure: bool) -> str:
        """Write that a fact does not hold; `sure` says that the value which it asks for is there.

        Rego looks up what a negated call is given before the call: without a value nothing holds, unless the
        call is of a helper that looks for itself.
        """
        if isinstance(fact, Has):
            return self.lacks(fact.slot)
        lines = self.fact(fact)
        plain = len(lines) == 1 and (sure or not _valued(fact))
        return fails(lines[0] if plain else self._helper(fact, stem))

    def _helper(self, expression: Expression, stem: str) -> str:
        """Return the call of a rule that holds when the expression does, written when first asked for."""
        if expression not in self._helpers:
            number = sum(name.startswith(f"when_{stem}_") for name in self._helpers.values()) + 1
            name = self._helpers[expression] = f"when_{stem}_{number}"
            head = f"{name}({self.subject})"
            self._rules += [rule(head, body) for body in self.bodies(expression, stem)]
        return f"{self._helpers[expression]}({self.subject})"

    def has(self, slot: Slot) -> str:
        """Ask whether a tag is there."""
        return self.value(slot)

    def lacks(self, slot: Slot) -> str:
        """Ask whether a tag is not there."""
        return fails(self.value(slot))

    def value(self, slot: Slot) -> str:
        """Name the value of a tag, which is undefined where the tag is not there."""
        return member(self.maps[slot.layer], slot.key)

    def settled(self, fact: Fact) -> Body:  # noqa: ARG002  (platforms with unknown values look at it)
        """Ask, before a fact is negated, whether what it is about is known."""
        return ()

    def fact(self, fact: Fact) -> Body:
        """Write one fact."""
        match fact:
            case Has(slot):
                return (self.has(slot),)
            case OneOf(slot, (only,)):
                return (is_text(self.value(slot), only),)
            case OneOf(slot, values):
                return (f"{self.value(slot)} in {self.constants.set(f'{slot.key}_values', values)}",)
            case Fits(slot, pattern):
                return (matches(self.value(slot), whole(pattern)),)
            case Blank(slot, placeholders):
                return (f"regex.match({self._blank(placeholders)}, {self.value(slot)})",)
            case Placed(field, globs):
                return tuple(self._placed(field, globs))
            case OfType():
                raise ValueError("types are decided before")
            case _:
                return self.on_all(fact)

    def _blank(self, placeholders: tuple[str, ...]) -> str:
        words = "|".join(map(literally, ("", *placeholders)))
        return self.constants.text("blank", f"^{SPACE}(?i:{words}){SPACE}$")

    def _placed(self, field: str, globs: tuple[str, ...]) -> Iterator[str]:
        """Compare a field; one that is "" is in a list without an including glob only, as in evaluation."""
        value, (including, excluding) = self.fields[field], split(globs)
        if including:
            if matcher(including)(""):
                yield f'{value} != ""'
            yield among(value, including, f"listed_{field}", self.constants)
        if excluding and not including and matcher(excluding)(""):
            yield is_text(value, "")
        elif excluding:
            yield fails(among(value, excluding, f"listed_{field}", self.constants))

    def on_all(self, fact: Fact) -> Body:
        """Ask something of the tags that the thing itself carries."""
        tags = self.maps[""]
        match fact:
            case KeyLike(globs):
                return (f"some key, _ in {tags}", *self._key_in(globs))
            case KeyOutside(keys):
                known = self.constants.set("known_keys", keys) if keys else "set()"
                return (f"some key, _ in {tags}", f"not key in {known}", *self._not_platform())
            case ValueLike(patterns):
                regex = "|".join(map(whole, patterns))
                return (f"some value in {tags}", matches("value", regex))
            case MoreThan(most):
                own = "; ".join(("some key, _ in " + tags, *self._not_platform()))
                return (f"count([key | {own}]) > {most}",)
            case _:
                raise AssertionError(fact)

    def _key_in(self, globs: tuple[str, ...]) -> Iterator[str]:
        including, excluding = split(globs)
        if including:
            yield among("key", including, "listed_keys", self.constants)
        if excluding:
            yield fails(among("key", excluding, "listed_keys", self.constants))

    def _not_platform(self) -> Body:
        return (fails(matches("key", self.platform_keys)),) if self.platform_keys else ()


def stem(*words: str) -> str:
    """Make the stem of helpers' names."""
    return "_".join(map(identifier, words))


def _valued(part: Expression) -> tuple[Slot, ...]:
    """Return the tag whose value a part asks for."""
    fact = part.fact if isinstance(part, Not) else part
    return (fact.slot,) if isinstance(fact, OneOf | Fits | Blank) else ()
