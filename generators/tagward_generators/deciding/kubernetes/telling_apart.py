"""Which requests two sets of admission policies tell apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, product
from typing import Generic, TypeVar

from tagward.catalog import kubernetes_kinds
from tagward_generators.deciding.kubernetes.constraints import ResourceRule
from tagward_generators.deciding.kubernetes.policies import Bound
from tagward_generators.deciding.kubernetes.requests import USUAL, Resource, at, place, runs
from tagward_generators.deciding.kubernetes.surroundings import (
    Surroundings,
    named,
    names_in,
    namespaces_in,
    owned,
    parted,
    selected,
)
from tagward_generators.deciding.kubernetes.workloads import Where, has_template, known_kind
from tagward_generators.deciding.rulings import Place

MODELS = (("", "pods"), ("apps", "deployments"))
"""Of these, unusual requests are made; other kinds are not known to be told apart by what is unusual."""

ONE_PLACE: tuple[Where, ...] = ("on its pods", "on itself", "on its namespace")

REPRESENTATIVES = 2
"""Of kinds and names that one expression lists, so many stand for all that both sides list."""

_OWNER = re.compile(r"[\"']([a-z0-9.-]+/[A-Z]\w+)[\"']")

T = TypeVar("T")

Sides = tuple[Sequence[Bound], Sequence[Bound]]


def places(sides: Sides) -> Iterator[Place]:
    """List requests: of each kind as usual, where selectors look, then what expressions look at."""
    every = [bound for side in sides for bound in side]
    resources = sorted(set(_resources(every)), key=lambda each: (_is_no_model(each), each))
    yield from (place(each) for each in resources)
    yield from (
        place(each, around)
        for around in _selected(every)
        for each in resources
        if _matters(each, around, every)
    )
    yield from (place(each, around) for each, around in dict.fromkeys(_expressed(sides, resources)))
    keys = sorted({key for bound in every for key in bound.keys})
    owners = _owners(sides)
    for model in (each for each in resources if not _is_no_model(each)):
        yield from _unusual(model, keys, owners)
        if any("subResource" in text for bound in every for text in bound.validator.deciding):
            yield place(model, parted())


def _unusual(resource: Resource, keys: Sequence[str], owners: Sequence[str]) -> Iterator[Place]:
    if keys:
        yield place(resource, change="of labels", before=keys, words="by a change of its labels")
    yield place(resource, change="of something else", words="by a change that leaves its labels")
    for where in ONE_PLACE:
        if has_template(resource.kind) or where == "on its namespace":
            yield place(resource, where=where, words=f"labelled {where} only")
    yield from (place(resource, around) for around in owned(owners))


def _is_no_model(resource: Resource) -> bool:
    return (resource.group, resource.plural) not in MODELS


def _resources(bound: Iterable[Bound]) -> Iterator[Resource]:
    """List what policies are about; a version counts where one is named and not any will do."""
    for each in bound:
        for part in (each.constraints, each.also):
            rules = [(rule, list(_named_by(rule))) for rule in part.resource_rules]
            whatever = {pair for rule, pairs in rules if "*" in rule.api_versions for pair in pairs}
            yield from (Resource(group, "v1", plural) for group, plural in whatever)
            for rule, pairs in rules:
                for version in set(rule.api_versions) - {"*"}:
                    left = (pair for pair in pairs if pair not in whatever)
                    yield from (Resource(group, version, plural) for group, plural in left)


def _named_by(rule: ResourceRule) -> Iterator[tuple[str, str]]:
    """List the resources of a rule by group; those that are known in another group of it are there only.

    `*` is every kind that runs something.
    """
    pairs = [(group, plural) for group in rule.api_groups for plural in rule.resources]
    known = {plural for group, plural in pairs if known_kind(group, plural)}
    for each in pairs:
        if "*" in each:
            yield from ((kind.group, kind.plural) for kind in runs(*each))
        elif known_kind(*each) or each[1] not in known:
            yield each


def _selected(bound: Iterable[Bound]) -> Iterator[Surroundings]:
    selectors = (part.namespace_selector for each in bound for part in (each.constraints, each.also))
    yield from dict.fromkeys(around for around in selected(selectors) if around != USUAL)


def _matters(resource: Resource, around: Surroundings, bound: Iterable[Bound]) -> bool:
    """Say whether other policies are about a resource here than elsewhere."""
    here, elsewhere = at(place(resource, around), {}), at(place(resource), {})
    return any(each.takes_namespace(here) != each.takes_namespace(elsewhere) for each in bound)


def _expressed(sides: Sides, resources: Sequence[Resource]) -> Iterator[tuple[Resource, Surroundings]]:
    """List what those expressions look at that only one side has, kinds and names as they are joined."""
    was, now = ({said: texts for bound in side for said, texts in bound.said} for side in sides)
    own = (
        [texts for said, texts in was.items() if said not in now],
        [texts for said, texts in now.items() if said not in was],
    )
    kinds, namespaces, names = (_Few(find, own) for find in (_kinds_in, namespaces_in, names_in))
    for texts in chain(*own):
        around = list(named(namespaces.of(texts), names.of(texts)))[1:]
        wanted = kinds.of(texts) or MODELS
        yield from product((each for each in resources if (each.group, each.plural) in wanted), around)


class _Few(Generic[T]):
    """What expressions name: of what both sides name a few, and all that only one side does."""

    def __init__(self, find: Callable[[Iterable[str]], list[T]], own: tuple[list[list[str]], ...]) -> None:
        self._find = find
        was, now = ({each for texts in side for each in find(texts)} for side in own)
        self._differing = was ^ now

    def of(self, texts: Iterable[str]) -> list[T]:
        """Choose from what some expressions name."""
        found = self._find(texts)
        return list(
            dict.fromkeys((*found[:REPRESENTATIVES], *(each for each in found if each in self._differing)))
        )


def _kinds_in(expressions: Iterable[str]) -> list[tuple[str, str]]:
    texts = {text for each in expressions for text in re.findall(r"""["']([^"']*)["']""", each)}
    return [
        (kind.group, kind.plural)
        for kind in kubernetes_kinds()
        if kind.name.replace("kubernetes:", "") in texts
    ]


def _owners(sides: Sides) -> list[str]:
    """Name controllers that the conditions of one side only are about, and one that all know."""
    was, now = (
        set(_OWNER.findall(" ".join(text for bound in side for text in bound.validator.conditions)))
        for side in sides
    )
    return sorted({"apps/ReplicaSet", *(was ^ now)})
