"""A term as the Condition block of a statement, or nothing where it can never hold."""

import re
from functools import cache

from tagward_generators.aws_scp.logic import TAG_KEYS, Term, Test

Lists = dict[str, tuple[str, ...]]
Block = dict[str, Lists]
"""Operator to key to values."""

OPERATORS = {"equals": "StringEquals", "like": "StringLike", "ignore-case": "StringEqualsIgnoreCase"}
KEY_OPERATORS = {
    "equals": (
        "ForAnyValue:StringEquals",
        "ForAllValues:StringNotEquals",
        "ForAnyValue:StringEqualsIfExists",
    ),
    "like": ("ForAnyValue:StringLike", "ForAllValues:StringNotLike", "ForAnyValue:StringLikeIfExists"),
    "other": ("ForAnyValue:StringNotEquals", "", ""),
    "unlike": ("ForAnyValue:StringNotLike", "", ""),
}
"""Some key is in the list, no key is, and the same as the first where it is needed twice."""


class Unplaceable(Exception):  # noqa: N818  (caught, never shown)
    """A term tests one key more often than a block has operators for."""


def block(term: Term) -> Block | None:
    """Write a term; None when it contradicts itself. Raises Unplaceable."""
    by_key: dict[str, list[Test]] = {}
    for test in term:
        by_key.setdefault(test.key, []).append(test)
    placed: Block = {}
    for key, tests in sorted(by_key.items()):
        lists = _tag_keys(tests) if key == TAG_KEYS else _one_value(tests)
        if lists is None:
            return None
        for operator, values in lists.items():
            placed.setdefault(operator, {})[key] = values
    return {operator: placed[operator] for operator in sorted(placed)}


def _one_value(tests: list[Test]) -> Lists | None:
    """Place the tests of a key that has one value, or none."""
    present = [test for test in tests if not test.negated and test.form != "null"]
    if any(test.form == "null" for test in tests):
        return None if present else {"Null": ("true",)}
    for test in present:
        if test.form == "equals":
            values = tuple(value for value in test.values if all(admits(other, value) for other in tests))
            return {"StringEquals": values} if values else None
    lists: Lists = {}
    for form, operator in OPERATORS.items():
        wanted = [test.values for test in present if test.form == form]
        refused = _refused(tests, form)
        if any(set(values) <= set(refused) for values in wanted):
            return None
        lists |= _slots(tests[0].key, wanted, (operator, f"{operator}IfExists"))
        lists |= {operator.replace("String", "StringNot"): refused} if refused else {}
    return lists


def _tag_keys(tests: list[Test]) -> Lists | None:
    """Place the tests of the set of tag keys; each list that a key must be in takes an operator."""
    if any(test.form == "null" for test in tests):
        return {"Null": ("true",)} if len(tests) == 1 else None
    refusing = [test for test in tests if test.negated]
    lists: Lists = {}
    for form, (operator, negated, operator_if_any) in KEY_OPERATORS.items():
        wanted = [_left(test, refusing) for test in tests if test.form == form and not test.negated]
        if not all(wanted):
            return None
        lists |= _slots(TAG_KEYS, _least(wanted), (operator, operator_if_any))
        refused = _refused(tests, form)
        lists |= {negated: refused} if refused else {}
    return lists


def _left(test: Test, refusing: list[Test]) -> tuple[str, ...]:
    """Leave out the keys that other tests refuse."""
    if test.form != "equals":
        return test.values
    return tuple(value for value in test.values if all(admits(other, value) for other in refusing))


def _refused(tests: list[Test], form: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(value for test in tests if test.form == form and test.negated for value in test.values)
    )


def admits(test: Test, value: str) -> bool:
    """Say whether a test holds for a value that is there."""
    if test.form == "null":
        return False
    found = any(_compares(test.form, each, value) for each in test.values)
    return found is not test.negated


def _compares(form: str, listed: str, value: str) -> bool:
    if form == "like":
        return glob_expression(listed).fullmatch(value) is not None
    return listed.casefold() == value.casefold() if form == "ignore-case" else listed == value


@cache
def glob_expression(glob: str) -> re.Pattern[str]:
    """Compile an IAM glob: `*` any run, `?` one character, `${*}` `${?}` `${$}` the characters."""
    runs = [""]
    for part in re.findall(r"\$\{[*?$]\}|.", glob, re.DOTALL):
        if part == "*":
            runs.append("")
        else:
            runs[-1] += "." if part == "?" else re.escape(part[2] if len(part) > 1 else part)
    first, *middle = runs
    if not middle:
        return re.compile(first, re.DOTALL)
    # The first place where a run fits is as good as any later one: no way back keeps the time linear.
    found = "".join(f"(?>.*?{run})" for run in middle[:-1])
    return re.compile(f"{first}{found}.*{middle[-1]}", re.DOTALL)


def _slots(key: str, wanted: list[tuple[str, ...]], operators: tuple[str, str]) -> Lists:
    """Give each list an operator of its own; the first refuses an absent key for both."""
    unique = list(dict.fromkeys(wanted))
    free = tuple(filter(None, operators))
    if len(unique) > len(free):
        raise Unplaceable(key)
    return dict(zip(free, unique, strict=False))


def _least(lists: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leave out each list that holds whenever a shorter one does."""
    sets = [frozenset(each) for each in lists]
    return [
        each for each, values in zip(lists, sets, strict=True) if not any(other < values for other in sets)
    ]
