"""Finding the one resource that somebody means by an address, a part of it, or a glob."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from tagward.diagnostics import did_you_mean, printable, quoted
from tagward.errors import UsageError
from tagward.resource import Resource

MOST = 10
"""So many candidates are listed."""


def find(wanted: str | None, resources: Iterable[Resource]) -> Resource:
    """Find the one resource that is meant: exactly, else by a glob, else by a part of its address.

    The address of a Kubernetes object may begin with its namespace, its API group, or both. None means the
    only resource there is. Raises UsageError when it is not one.
    """
    every = list(resources)
    if wanted is None:
        return _only(every)
    for fits in (_fully_is, _is, _matches, _holds):
        found = [each for each in every if fits(wanted, each)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(_listed(f"{quoted(wanted)} fits {len(found)} resources; name one:", found))
    raise UsageError(_none(wanted, every))


def _only(every: list[Resource]) -> Resource:
    if len(every) == 1:
        return every[0]
    if not every:
        raise UsageError("the input holds no resource")
    raise UsageError(_listed(f"the input holds {len(every)} resources; name one:", every))


def names(resource: Resource) -> Iterator[str]:
    """Yield what a resource may be called, the shortest first: its address, then what tells it apart."""
    yield resource.address
    group = resource.type.removeprefix("kubernetes:").rpartition("/")[0]
    if resource.cloud != "kubernetes" or not resource.address:
        return
    if resource.namespace:
        yield f"{resource.namespace}/{resource.address}"
    if group:
        yield f"{group}/{resource.address}"
    if group and resource.namespace:
        yield f"{resource.namespace}/{group}/{resource.address}"


def _fully_is(wanted: str, resource: Resource) -> bool:
    return wanted == resource.id or wanted == list(names(resource))[-1]


def _is(wanted: str, resource: Resource) -> bool:
    return wanted == resource.id or wanted in names(resource)


def _matches(wanted: str, resource: Resource) -> bool:
    return any(fnmatchcase(name, wanted) for name in names(resource))


def _holds(wanted: str, resource: Resource) -> bool:
    return any(wanted.casefold() in name.casefold() for name in names(resource))


def _none(wanted: str, every: list[Resource]) -> str:
    if not every:
        return "the input holds no resource"
    guess = did_you_mean(wanted, {each.address for each in every})
    if guess:
        return f"no resource is called {quoted(wanted)}; did you mean {quoted(guess)}?"
    return _listed(f"no resource is called {quoted(wanted)}; there are:", every)


def _listed(heading: str, resources: list[Resource]) -> str:
    """List resources, each by the shortest name that it shares with no other."""
    shared = Counter(name for each in resources for name in dict.fromkeys(names(each)))
    shown = [f"  {printable(_name(each, shared))}{_line(each)}" for each in resources[:MOST]]
    more = [f"  ... and {len(resources) - MOST} more"] if len(resources) > MOST else []
    return "\n".join([heading, *shown, *more])


def _name(resource: Resource, shared: Counter[str]) -> str:
    every = list(names(resource))
    return next((name for name in every if shared[name] == 1), every[-1])


def _line(resource: Resource) -> str:
    return "" if resource.line is None else f"  {printable(resource.file)}:{resource.line}"
