"""The functions of Kubernetes' own CEL libraries that admission policies call on texts, lists and sets.

After k8s.io/apiserver pkg/cel/library/{regex,lists}.go and cel-go's ext/sets.go. What is not here does not
compile, and is said to be undecided: authorizer, url, ip, cidr, quantity, semver, format.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import re2

from tagward_generators.deciding.cel.engine import cel, extension


@cache
def functions() -> tuple[Any, ...]:
    """Declare the functions."""
    types = cel().Type
    text, whole, number, some = types.STRING, types.BOOL, types.INT, types.LIST
    texts = types.List(text)
    members: list[tuple[str, Callable[..., Any], list[Any], Any]] = [
        ("find", _find, [text, text], text),
        ("findAll", _find_all, [text, text], texts),
        ("findAll", _find_all, [text, text, number], texts),
        ("isSorted", _is_sorted, [some], whole),
        ("sum", sum, [some], types.DYN),
        ("min", min, [some], types.DYN),
        ("max", max, [some], types.DYN),
    ]
    plain: list[tuple[str, Callable[..., Any], list[Any], Any]] = [
        ("sets.contains", _contains, [some, some], whole),
        ("sets.equivalent", _equivalent, [some, some], whole),
        ("sets.intersects", _intersects, [some, some], whole),
    ]
    overloads: dict[str, list[Any]] = {}
    for is_member, declared in ((True, members), (False, plain)):
        for name, does, takes, gives in declared:
            overload = cel().Overload(
                f"tagward_{name}_{len(takes)}",
                return_type=gives,
                parameters=takes,
                is_member=is_member,
                impl=does,
            )
            overloads.setdefault(name, []).append(overload)
    return tuple(cel().FunctionDecl(name, each) for name, each in overloads.items())


def extensions() -> tuple[Any, ...]:
    """Make the extensions of the engine that the API server has too: strings and optional values."""
    return extension("strings").ExtStrings(2), extension("optional").ExtOptional()


def _find(text: str, pattern: str) -> str:
    found = re2.search(pattern, text)
    return str(found.group(0)) if found else ""


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    found = [str(each.group(0)) for each in re2.finditer(pattern, text)]
    return found if limit < 0 else found[:limit]


def _is_sorted(values: Sequence[Any]) -> bool:
    return all(first <= second for first, second in pairwise(values))


def _same(left: Any, right: Any) -> bool:
    """Compare as CEL does: no truth value equals a number."""
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)


def _contains(values: Sequence[Any], wanted: Sequence[Any]) -> bool:
    return all(any(_same(value, each) for value in values) for each in wanted)


def _equivalent(left: Sequence[Any], right: Sequence[Any]) -> bool:
    return _contains(left, right) and _contains(right, left)


def _intersects(left: Sequence[Any], right: Sequence[Any]) -> bool:
    return any(_same(value, each) for value in left for each in right)
