"""The tags of a create request as tests: which key counts, what its value is, when it says nothing."""

from collections.abc import Callable, Iterable
from datetime import date

from tagward.judging.values import folded, is_blank
from tagward.patterns.charsets import SEPARATORS
from tagward.patterns.iam import escape
from tagward.policy import AllOf, AnyOf, Condition, Not, Policy, Tag, TagIn
from tagward_generators.aws_scp.logic import FALSE, TAG_KEYS, Expression, Test, every, negate, some

NOT_EMPTY = ("?*",)

PADDED = tuple(glob for space in sorted(SEPARATORS) for glob in (f"{space}*", f"*{space}"))
"""Globs of the values that begin or end with white space that AWS takes."""


def has(*keys: str) -> Expression:
    """Say that the request carries one of the keys, letter by letter."""
    return _literal(TAG_KEYS, keys)


def value_in(key: str, values: Iterable[str]) -> Test:
    """Say that a key has one of the values; AWS finds the key without regard to case, so guard with `has`."""
    return _literal(f"aws:RequestTag/{key}", tuple(values))


def value_like(key: str, globs: Iterable[str], form: str = "like") -> Test:
    """Say that the value of a key is like one of the IAM globs, or one of the words in any case."""
    return Test(f"aws:RequestTag/{key}", tuple(globs), form)


def _literal(key: str, values: tuple[str, ...]) -> Test:
    """Compare letter by letter, through globs where a value could be read as a policy variable."""
    if any("${" in value for value in values):
        return Test(key, tuple(map(escape, values)), "like")
    return Test(key, values)


class TagRequest:
    """One tag in a request: its keys that count on a day, its key first."""

    def __init__(self, tag: Tag, policy: Policy, day: date) -> None:
        self.tag = tag
        self.placeholders = tuple(sorted(folded(policy.placeholders)))
        aliases = (alias.key for alias in tag.aliases if alias.accepted(day))
        self.keys = tuple(dict.fromkeys((tag.keys["aws"], *aliases)))

    def missing(self) -> Expression:
        """Say that none of the keys is there."""
        return negate(has(*self.keys))

    def missing_without_case(self) -> Expression:
        """Say that none of the keys is there in any spelling of case: the plain Null test."""
        return every(*(Test(f"aws:RequestTag/{key}", ("true",), "null") for key in self.keys))

    def chosen(self, key: str) -> Expression:
        """Say that this key is the one that counts: it is there, and none before it is."""
        before = self.keys[: self.keys.index(key)]
        return every(has(key), negate(has(*before))) if before else has(key)

    def each(self, said: Callable[[str], Expression]) -> Expression:
        """Say something of the key that counts, whichever it is."""
        return some(*(every(self.chosen(key), said(key)) for key in self.keys))

    def has_value(self, values: Iterable[str]) -> Expression:
        """Say that the tag has one of the values; blank ones never count."""
        real = self.real(values)
        return self.each(lambda key: value_in(key, real)) if real else FALSE

    def real(self, values: Iterable[str]) -> tuple[str, ...]:
        """Keep the values that say something."""
        placeholders = frozenset(self.placeholders)
        return tuple(value for value in values if not is_blank(value, placeholders))

    def says_something(self, key: str) -> Expression:
        """Say that a value is not blank; one with white space at an end is taken for blank."""
        return every(
            value_like(key, NOT_EMPTY), negate(value_like(key, PADDED)), *map(negate, self._placeholder(key))
        )

    def _placeholder(self, key: str) -> tuple[Test, ...]:
        return (value_like(key, self.placeholders, "ignore-case"),) if self.placeholders else ()


class Tags:
    """All tags of a policy that AWS resources may carry, on a day."""

    def __init__(self, policy: Policy, day: date) -> None:
        self.by_id = {tag.id: TagRequest(tag, policy, day) for tag in policy.tags if "aws" in tag.keys}

    def holds(self, condition: Condition) -> Expression:
        """Say when a condition on tags holds; a tag that is not there has no value."""
        match condition:
            case TagIn(tag, values):
                request = self.by_id.get(tag)
                return request.has_value(sorted(values)) if request else FALSE
            case AllOf(conditions):
                return every(*map(self.holds, conditions))
            case AnyOf(conditions):
                return some(*map(self.holds, conditions))
            case Not(inner):
                return negate(self.holds(inner))
