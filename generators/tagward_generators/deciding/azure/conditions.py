"""Conditions of a policy rule as a tree that can be asked, and worked out as far as the place decides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from tagward_generators.deciding.azure.functions import check_field
from tagward_generators.deciding.azure.operators import OPERATORS
from tagward_generators.deciding.azure.scene import Scene
from tagward_generators.deciding.azure.templates import (
    Call,
    Expression,
    Literal,
    Parameters,
    Property,
    parts,
    written,
)
from tagward_generators.deciding.rulings import RefusedError

_SUBJECTS = ("field", "value", "count")
_TAGGED = ("resourcegroup", "subscription")
_DEEPEST = 60


class Constant(Struct, frozen=True):
    """True or false, whatever is asked."""

    holds: bool


class Joined(Struct, frozen=True):
    """All of some conditions, or any of them."""

    all: bool
    conditions: tuple[Condition, ...]


class Negated(Struct, frozen=True):
    """The opposite of a condition."""

    condition: Condition


class Count(Struct, frozen=True):
    """How many of some values meet a condition, in which each is `current`."""

    name: str
    values: tuple[Any, ...]
    where: Condition

    def __call__(self, scene: Scene) -> int:
        """Count them."""
        return sum(holds(self.where, _within(scene, self.name, each)) for each in self.values)


class Test(Struct, frozen=True):
    """What an operator says of something."""

    subject: Expression | Count
    operator: str
    wanted: Expression


Condition = Constant | Joined | Negated | Test


def condition(rule: Mapping[str, Any], parameters: Parameters, depth: int = 0) -> Condition:
    """Read a condition. Raises RefusedError."""
    if depth > _DEEPEST:
        raise RefusedError("its conditions stand in each other too deep")
    for name in ("allOf", "anyOf"):
        if name in rule:
            joined = tuple(condition(each, parameters, depth + 1) for each in rule[name])
            return Joined(name == "allOf", joined)
    if "not" in rule:
        return Negated(condition(rule["not"], parameters, depth + 1))
    return _test(rule, parameters, depth)


def holds(asked: Condition, scene: Scene) -> bool:
    """Decide a condition; every part is looked at, as Azure does not say in which order. Raises Failed."""
    match asked:
        case Constant(answer):
            return answer
        case Joined(every, conditions):
            said = [holds(each, scene) for each in conditions]
            return all(said) if every else any(said)
        case Negated(inner):
            return not holds(inner, scene)
        case Test(subject, operator, wanted):
            return OPERATORS[operator](subject(scene), wanted(scene))


def at(asked: Condition, scene: Scene) -> Condition:
    """Work out what does not depend on tags; what is left is asked again for each set of tags."""
    match asked:
        case Joined(every, conditions):
            return _joined(every, [at(each, scene) for each in conditions])
        case Negated(inner):
            found = at(inner, scene)
            return Constant(not found.holds) if isinstance(found, Constant) else Negated(found)
        case Test():
            return asked if is_of_tags(asked) else Constant(holds(asked, scene))
    return asked


def tests(asked: Condition) -> Iterator[Test]:
    """List all tests in a condition, also those in counts."""
    match asked:
        case Joined(_, conditions):
            for each in conditions:
                yield from tests(each)
        case Negated(inner):
            yield from tests(inner)
        case Test(subject):
            yield asked
            if isinstance(subject, Count):
                yield from tests(subject.where)


def expressions(test: Test) -> Iterator[Expression]:
    """List all that stands in a test, but for what it counts."""
    for each in (test.subject, test.wanted):
        if not isinstance(each, Count):
            yield from parts(each)


def is_of_tags(asked: Condition) -> bool:
    """Say whether a condition looks at tags, of the resource or of what it lives in."""
    return any(_is_of_tags(each) for test in tests(asked) for each in expressions(test))


def _is_of_tags(expression: Expression) -> bool:
    match expression:
        case Call("field", (Literal(name),)):
            return str(name).lower().startswith("tags")
        case Call("field" | "current"):
            return True
        case Property(Call(name), Literal(property)) if name in _TAGGED:
            return str(property).lower() == "tags"
        case Property(Call(name)) if name in _TAGGED:
            return True
    return False


def _joined(every: bool, conditions: Iterable[Condition]) -> Condition:
    """Join conditions; one that settles the rest is all there is, unless another may fail."""
    left = [each for each in conditions if each != Constant(every)]
    if Constant(not every) in left:
        return Constant(not every)
    if len(left) < 2:
        return left[0] if left else Constant(every)
    return Joined(every, tuple(left))


def _test(rule: Mapping[str, Any], parameters: Parameters, depth: int) -> Test:
    subjects = [name for name in rule if name in _SUBJECTS]
    operators = [name for name in rule if name not in _SUBJECTS]
    if len(subjects) != 1 or len(operators) != 1:
        raise RefusedError(f"it has a condition of {', '.join(map(str, rule)) or 'nothing'}")
    (subject,), (operator,) = subjects, operators
    if operator not in OPERATORS:
        raise RefusedError(f"it has the operator `{operator}`")
    wanted = written(rule[operator], parameters)
    if isinstance(wanted, Literal):
        _check(operator, wanted.value)
    return Test(_subject(subject, rule[subject], parameters, depth), operator, wanted)


def _check(operator: str, wanted: Any) -> None:
    """Raise RefusedError where an operator is given what it does not take."""
    low = operator.lower().removeprefix("not")
    takes = list if low == "in" else int if low.startswith(("less", "greater")) else str
    if low not in ("equals", "exists") and not isinstance(wanted, takes):
        raise RefusedError(f"it has `{operator}` with {json.dumps(wanted)}")
    if low == "like" and wanted.count("*") > 1:
        raise RefusedError(f"it has `{operator}` with more than one `*`")


def _subject(kind: str, asked: Any, parameters: Parameters, depth: int) -> Expression | Count:
    if kind == "field":
        name = written(asked, parameters)
        check_field(name.value if isinstance(name, Literal) else None)
        return Call("field", (name,))
    if kind == "value":
        return written(asked, parameters)
    if set(asked) != {"value", "name", "where"}:
        raise RefusedError("it counts what is not a list of values")
    values = written(asked["value"], parameters)
    if not isinstance(values, Literal) or not isinstance(values.value, list):
        raise RefusedError("it counts what is not a list of values")
    return Count(asked["name"], tuple(values.value), condition(asked["where"], parameters, depth + 1))


def _within(scene: Scene, name: str, value: Any) -> Scene:
    return Scene(scene.resource, scene.group, scene.subscription, {**scene.current, name: value})
