"""The functions of Kubernetes' own CEL libraries (regex, lists, sets) that an admission policy may call.

After k8s.io/apiserver v0.36 pkg/cel/library/{regex,lists}.go and cel-go's ext/sets.go.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import re2


def functions(cel: Any) -> list[Any]:
    """Declare the functions for an environment of the engine."""
    text, number, whole = cel.Type.STRING, cel.Type.INT, cel.Type.BOOL
    texts, several, anything = cel.Type.List(text), cel.Type.LIST, cel.Type.DYN
    member, plain = partial(_overload, cel, is_member=True), partial(_overload, cel, is_member=False)
    declared = {
        "find": [member(find, text, text, gives=text)],
        "findAll": [
            member(find_all, text, text, gives=texts),
            member(find_all, text, text, number, gives=texts),
        ],
        "isSorted": [member(is_sorted, several, gives=whole)],
        "sum": [member(sum, several, gives=anything)],
        "min": [member(min, several, gives=anything)],
        "max": [member(max, several, gives=anything)],
        "sets.contains": [plain(contains, several, several, gives=whole)],
        "sets.equivalent": [plain(equivalent, several, several, gives=whole)],
        "sets.intersects": [plain(intersects, several, several, gives=whole)],
    }
    return [cel.FunctionDecl(name, overloads) for name, overloads in declared.items()]


def _overload(cel: Any, does: Callable[..., Any], *takes: Any, gives: Any, is_member: bool) -> Any:
    return cel.Overload(
        f"kubernetes_{does.__name__}_{len(takes)}",
        return_type=gives,
        parameters=list(takes),
        is_member=is_member,
        impl=does,
    )


def find(text: str, pattern: str) -> str:
    """Return the first match of an RE2 pattern, "" when there is none."""
    found = re2.search(pattern, text)
    return str(found.group(0)) if found else ""


def find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    """Return the matches of an RE2 pattern, at most `limit` of them when it is not negative."""
    found = [str(each.group(0)) for each in re2.finditer(pattern, text)]
    return found if limit < 0 else found[:limit]


def is_sorted(values: Sequence[Any]) -> bool:
    """Say whether no value is greater than the one after it."""
    return all(before <= after for before, after in pairwise(values))


def contains(values: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Say whether every wanted value is there."""
    return all(any(equal(value, each) for value in values) for each in wanted)


def equivalent(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """Say whether two lists hold the same values."""
    return contains(left, right) and contains(right, left)


def intersects(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """Say whether two lists share a value."""
    return any(equal(value, each) for value in left for each in right)


def equal(left: Any, right: Any) -> bool:
    """Compare as CEL does: 1 equals 1.0, and no bool equals a number."""
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)
