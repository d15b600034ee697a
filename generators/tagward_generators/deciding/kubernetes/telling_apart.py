"""Which requests two sets of admission policies tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product

from tagward_generators.deciding.kubernetes.kinds import known_kinds
from tagward_generators.deciding.kubernetes.policies import Bound
from tagward_generators.deciding.kubernetes.requests import USUAL, at, place
from tagward_generators.deciding.kubernetes.resources import Resource, resources_of
from tagward_generators.deciding.kubernetes.surroundings import (
    Surroundings,
    named,
    names_in,
    namespaces_in,
    owned,
    parted,
    selected,
)
from tagward_generators.deciding.kubernetes.workloads import Where, has_template
from tagward_generators.deciding.representing import Few
from tagward_generators.deciding.rulings import Place

MODELS = (("", "pods"), ("apps", "deployments"))
"""Of these, or else of the first kind there is, unusual requests are made too."""

ONE_PLACE: tuple[Where, ...] = ("on its pods", "on itself", "on its namespace")

_OWNER = re.compile(r"[\"']([a-z0-9.-]+/[A-Z]\w+)[\"']")

Sides = tuple[Sequence[Bound], Sequence[Bound]]


def places(sides: Sides) -> Iterator[Place]:
    """List requests: of each kind as usual, where selectors look, then what expressions look at."""
    every = [bound for side in sides for bound in side]
    resources = sorted(set(resources_of(every)), key=lambda each: (_is_no_model(each), each))
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
    for model in _models(resources):
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


def _models(resources: Sequence[Resource]) -> Sequence[Resource]:
    """Choose the resources of which unusual requests are made."""
    return [each for each in resources if not _is_no_model(each)] or resources[:1]


def _is_no_model(resource: Resource) -> bool:
    return (resource.group, resource.plural) not in MODELS


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
    kinds = Few(_kinds_in, *own)
    namespaces, names = Few(namespaces_in, *own), Few(names_in, *own)
    for texts in chain(*own):
        around = list(named(namespaces.of(texts), names.of(texts)))[1:]
        wanted = kinds.of(texts)
        found = [each for each in resources if (each.group, each.plural) in wanted]
        yield from product(found or _models(resources), around)


def _kinds_in(expressions: Iterable[str]) -> list[tuple[str, str]]:
    texts = {text for each in expressions for text in re.findall(r"""["']([^"']*)["']""", each)}
    return [
        (kind.group, kind.plural) for kind in known_kinds() if kind.name.replace("kubernetes:", "") in texts
    ]


def _owners(sides: Sides) -> list[str]:
    """Name controllers that the conditions of one side only are about, and one that all know."""
    was, now = (
        set(_OWNER.findall(" ".join(text for bound in side for text in bound.validator.conditions)))
        for side in sides
    )
    return sorted({"apps/ReplicaSet", *(was ^ now)})
