"""Conditions of IAM statements, as the IAM user guide describes their operators.

Of a negated operator, and of `...IfExists`, an absent key makes a condition hold; keys are found without
regard to case; several values are alternatives, after a negated operator none of them may match.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from tagward_generators.deciding.iam_globs import VARIABLE, arn_matches, matches

Context = Mapping[str, str | tuple[str, ...]]
"""Context keys in lower case, each with a value or, where it has many, with all of them."""

Compare = Callable[[str, str], bool]

REQUEST_TAG = "aws:requesttag/"
TAG_KEYS = "aws:tagkeys"

_QUANTIFIERS = ("ForAllValues", "ForAnyValue")


class UndecidableError(ValueError):
    """Something in a statement that no evaluator here understands."""


class Test(Struct, frozen=True):
    """One operator on one context key; `kind` is its name without quantifier, `Not` and `IfExists`."""

    __test__ = False

    key: str
    kind: str
    values: frozenset[str]
    quantifier: str = ""
    negated: bool = False
    if_exists: bool = False

    @property
    def tag(self) -> str | None:
        """Return the tag whose value it looks at, None where it looks at something else."""
        return self.key[len(REQUEST_TAG) :] if self.key.lower().startswith(REQUEST_TAG) else None

    @property
    def of_tags(self) -> bool:
        """Say whether it looks at tags in the request."""
        return self.tag is not None or self.key.lower() == TAG_KEYS

    def holds(self, context: Context) -> bool:
        """Decide it."""
        value = context.get(self.key.lower())
        if self.kind == "Null":
            return (value is None) is (self.values == {"true"})
        if value is None:
            return self.if_exists or self._of_nothing()
        given = (value,) if isinstance(value, str) else value
        answers = [self._matches(each) is not self.negated for each in given]
        return any(answers) if self.quantifier == "ForAnyValue" else all(answers)

    def _of_nothing(self) -> bool:
        if self.quantifier:
            return self.quantifier == "ForAllValues"
        return self.negated

    def _matches(self, value: str) -> bool:
        compare = COMPARISONS[self.kind]
        return any(compare(wanted, value) for wanted in self.values)


def tests(condition: Mapping[str, Any]) -> Iterator[Test]:
    """Read the Condition of a statement; raises UndecidableError."""
    for operator, keys in condition.items():
        if not isinstance(keys, dict):
            raise UndecidableError(f"its condition `{operator}` is not a mapping")
        for key, values in keys.items():
            yield _test(operator, key, texts(values))


def texts(value: Any) -> tuple[str, ...]:
    """Read one value or a list of them; raises UndecidableError for anything but scalars."""
    listed: Sequence[Any] = value if isinstance(value, list) else [value]
    found = []
    for each in listed:
        if not isinstance(each, str | int):
            raise UndecidableError("it has a value that is not text")
        found.append(str(each).lower() if isinstance(each, bool) else str(each))
    return tuple(found)


def _test(operator: str, key: str, values: tuple[str, ...]) -> Test:
    quantifier, _, plain = operator.rpartition(":")
    kind = plain.removesuffix("IfExists")
    if_exists = kind != plain
    positive = kind.replace("Not", "", 1)
    if quantifier not in ("", *_QUANTIFIERS) or (positive not in COMPARISONS and kind != "Null"):
        raise UndecidableError(f"it uses the operator `{operator}`")
    if any(VARIABLE.search(value) for value in values):
        raise UndecidableError("it uses a policy variable")
    if kind == "Null" or positive == "Bool":
        values = tuple(value.lower() for value in values)
    if kind == "Null" and values not in (("true",), ("false",)):
        raise UndecidableError("its `Null` says neither `true` nor `false`")
    many = key.lower() == TAG_KEYS
    if kind != "Null" and many is not bool(quantifier) and (many or key.lower().startswith(REQUEST_TAG)):
        raise UndecidableError(f"it compares `{key}` with `{operator}`, which IAM does not define")
    return Test(key, positive, frozenset(values), quantifier, positive != kind, if_exists)


def _ignoring_case(wanted: str, value: str) -> bool:
    return wanted.casefold() == value.casefold()


COMPARISONS: Mapping[str, Compare] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": _ignoring_case,
    "StringLike": matches,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Bool": _ignoring_case,
}
"""By the name of an operator without `Not`: a listed value and that of the request."""
