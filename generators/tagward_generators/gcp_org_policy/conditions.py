"""Conditions in CEL: what breaks the rules, joined by OR, in as few texts of 1,000 characters as may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from tagward_generators.cel import Cel
from tagward_generators.gcp_org_policy.shapes import first_key, of_any, shape
from tagward_generators.gcp_org_policy.simplifying import simplified
from tagward_generators.logic import Every, Expression, Not, Some, some
from tagward_generators.rules import Rule

LIMIT = 1_000
"""Characters that Google takes in a condition."""

PLATFORM_KEYS = "^goog-"

Broken = tuple[Rule, Expression]
"""A rule and what breaks it."""


class Breach(Struct, frozen=True):
    """One or more rules of a tag and what breaks them, in CEL; `bare`: a resource without labels does."""

    rules: tuple[Rule, ...]
    text: str
    bare: bool


class Condition(Struct, frozen=True):
    """What a constraint denies: it holds where one of the breaches does.

    Whether labels are there at all is asked first, once: without them every look at one would fail.
    """

    labels: str
    breaches: tuple[Breach, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the condition with one breach a line; one blank joins them."""
        bare = any(each.bare for each in self.breaches)
        texts = [each.text for each in self.breaches]
        if bare:
            return (f"!has({self.labels})", *(f"|| {text}" for text in texts))
        more = [f"|| {text}" for text in texts[1:]]
        return (f"has({self.labels})", *_in_brackets([texts[0], *more]))

    @property
    def text(self) -> str:
        """Return the condition."""
        return " ".join(self.lines)

    @property
    def sizes(self) -> dict[str, int]:
        """Say how many characters each tag takes; what several share counts for the first."""
        sizes: Counter[str] = Counter()
        for each in self.breaches:
            sizes[each.rules[0].tag] += len(each.text)
        return dict(sizes)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """List the rules that it looks at."""
        return tuple(dict.fromkeys(rule for each in self.breaches for rule in each.rules))


class TooLong(Struct, frozen=True):
    """A part of a rule that no condition can hold."""

    rule: Rule
    characters: int

    @property
    def why(self) -> str:
        """Say why it is not there."""
        return f"a part of it takes {self.characters:,} characters, and a condition may have {LIMIT:,}"


def conditions(broken: Sequence[Broken], labels: str) -> tuple[tuple[Condition, ...], tuple[TooLong, ...]]:
    """Write what breaks rules as conditions, tag by tag; say what is too long for any."""
    writer = Writer(labels)
    breaches = [breach for alike in _alike(broken) for breach in writer.breaches(alike)]
    return tuple(_packed(breaches, labels)), tuple(writer.too_long)


class Asked(Struct, frozen=True):
    """The rules of one tag and what breaks them; `key` is set where one label alone decides it."""

    broken: tuple[Broken, ...]
    expression: Expression
    key: str = ""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """List the rules."""
        return tuple(rule for rule, _ in self.broken)


def _alike(broken: Sequence[Broken]) -> list[list[Asked]]:
    """Put the tags together that are asked the same, where the first of them stands."""
    by_tag: dict[str, list[Broken]] = {}
    for rule, expression in broken:
        by_tag.setdefault(rule.tag, []).append((rule, expression))
    found: dict[object, list[Asked]] = {}
    for tag, of_tag in by_tag.items():
        asked = _asked(of_tag)
        found.setdefault(shape(asked.expression, asked.key) or tag, []).append(asked)
    return list(found.values())


def _asked(broken: Sequence[Broken]) -> Asked:
    expression = simplified(some(*(each for _, each in broken)))
    return Asked(tuple(broken), expression, first_key(expression))


class Writer:
    """Writes breaches that fit a condition: alike tags at once, else by tag, by rule, by part."""

    def __init__(self, labels: str) -> None:
        self.labels = labels
        self.cel = Cel({"": labels}, platform_keys=PLATFORM_KEYS)
        self.too_long: list[TooLong] = []

    def breaches(self, alike: Sequence[Asked]) -> Iterator[Breach]:
        """Write what breaks the rules of tags that are asked the same."""
        whole = self._breach(alike)
        if self._fits(whole):
            yield whole
        elif len(alike) > 1:
            middle = len(alike) // 2
            yield from self.breaches(alike[:middle])
            yield from self.breaches(alike[middle:])
        elif len(alike[0].broken) > 1:
            for each in alike[0].broken:
                yield from self.breaches([_asked([each])])
        else:
            yield from self._parts(*alike[0].broken[0])

    def _parts(self, rule: Rule, expression: Expression) -> Iterator[Breach]:
        for part in expression.parts if isinstance(expression, Some) else (expression,):
            breach = self._breach([_asked([(rule, part)])])
            if self._fits(breach):
                yield breach
            else:
                self.too_long.append(TooLong(rule, len(breach.text)))

    def _breach(self, alike: Sequence[Asked]) -> Breach:
        expression = alike[0].expression
        rules = tuple(rule for each in alike for rule in each.rules)
        return Breach(rules, self._text(alike), holds_bare(expression))

    def _text(self, alike: Sequence[Asked]) -> str:
        expression = alike[0].expression
        if len(alike) > 1:
            return of_any([each.key for each in alike], expression, self.cel)
        text = self.cel.text(expression)
        return f"({text})" if isinstance(expression, Every) and expression.parts else text

    def _fits(self, breach: Breach) -> bool:
        return len(Condition(self.labels, (breach,)).text) <= LIMIT


def holds_bare(expression: Expression) -> bool:
    """Say whether an expression holds for a resource that has no labels at all."""
    match expression:
        case Every(parts):
            return all(map(holds_bare, parts))
        case Some(parts):
            return any(map(holds_bare, parts))
        case _:
            return isinstance(expression, Not)


def _packed(breaches: Iterable[Breach], labels: str) -> Iterator[Condition]:
    """Fill one condition after the other, which keeps the order of the policy."""
    found: tuple[Breach, ...] = ()
    for breach in breaches:
        if found and len(Condition(labels, (*found, breach)).text) > LIMIT:
            yield Condition(labels, found)
            found = ()
        found = (*found, breach)
    if found:
        yield Condition(labels, found)


def _in_brackets(lines: list[str]) -> list[str]:
    inside = [f"&& ({lines[0]}", *lines[1:]]
    return [*inside[:-1], f"{inside[-1]})"]
