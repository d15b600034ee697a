"""Where a condition is enforced: a constraint cannot see the project of a resource, its policies can."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tagward_generators.facts import Placed
from tagward_generators.logic import TRUE, Every, Expression, Not, Some, every, some


class Home(Struct, frozen=True):
    """Projects: those in `only`, all when it is None, and never those in `never`."""

    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()

    def within(self, other: Home) -> Home:
        """Return the projects that are in both."""
        never = self.never | other.never
        if self.only is None and other.only is None:
            return Home(None, never)
        both = self.only & other.only if self.only is not None and other.only is not None else None
        only = both if both is not None else self.only or other.only or frozenset()
        return Home(only - never)

    @property
    def is_empty(self) -> bool:
        """Say whether no project is in it."""
        return self.only == frozenset()


EVERYWHERE = Home()

Housed = dict[Home, Expression]
"""What is broken, by the projects where that counts."""


def housed(expression: Expression) -> Housed:
    """Part an expression into expressions without projects, each with the projects for which it counts."""
    if not _names_projects(expression):
        return {EVERYWHERE: expression}
    match expression:
        case Placed(_, globs):
            return {Home(frozenset(globs)): TRUE}
        case Not(Placed(_, globs)):
            return {Home(None, frozenset(globs)): TRUE}
        case Some(parts):
            return _gathered(pair for part in parts for pair in housed(part).items())
        case Every(parts):
            found: Housed = {EVERYWHERE: TRUE}
            for part in parts:
                found = _both(found, housed(part))
            return found
        case _:
            raise AssertionError(expression)


def _both(one: Housed, other: Housed) -> Housed:
    return _gathered(
        (home.within(there), every(broken, too))
        for home, broken in one.items()
        for there, too in other.items()
    )


def _gathered(pairs: Iterable[tuple[Home, Expression]]) -> Housed:
    found: Housed = {}
    for home, broken in pairs:
        if not home.is_empty:
            found[home] = some(found[home], broken) if home in found else broken
    return found


def _names_projects(expression: Expression) -> bool:
    match expression:
        case Every(parts) | Some(parts):
            return any(map(_names_projects, parts))
        case Placed() | Not(Placed()):
            return True
        case _:
            return False
