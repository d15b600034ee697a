"""Requests to a cluster that admission policies tell apart."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast

from tagward.catalog import kubernetes_kinds
from tagward_generators.deciding.kubernetes.workloads import (
    Where,
    has_template,
    known_kind,
    request,
    workload,
)
from tagward_generators.deciding.regex_examples import examples
from tagward_generators.deciding.rulings import Place, Tags
from tagward_generators.deciding.words import with_article

NAMESPACE = "somewhere"
"""A namespace that nobody names."""

THOROUGHLY = (("", "pods"), ("apps", "deployments"))
"""Of these, unusual requests are made too; of all others, policies are not known to tell them apart."""

ONE_PLACE: tuple[Where, ...] = ("on its pods", "on itself")

Change = Literal["made", "changed", "left"]

_NEAR = re.compile(r"""namespace\b[^"']{0,40}((?:["'][^"']*["'][\s,]*)+)""")
_TEXT = re.compile(r"""["']([^"']*)["']""")


def named_by(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """List the resources of a rule by group; those that are known in another group of it are there only."""
    pairs = [(group, name) for name in rule.get("resources") or () for group in rule.get("apiGroups") or ()]
    known = {name for group, name in pairs if known_kind(group, name)}
    yield from (each for each in pairs if known_kind(*each) or each[1] not in known)


def places(resources: Iterable[tuple[str, str]], namespaces: Sequence[str]) -> Iterator[Place]:
    """List requests about resources (group and plural, `*` for all that are known)."""
    known = {each for resource in resources for each in _known(*resource)}
    ordered = sorted(known, key=lambda each: (each not in THOROUGHLY, each))
    for group, resource in ordered:
        yield _place(group, resource)
    for group, resource in (each for each in THOROUGHLY if each in known):
        for namespace in namespaces:
            yield _place(group, resource, namespace=namespace, variant=f"in namespace `{namespace}`")
        yield _place(group, resource, change="changed", variant="by a change of its labels")
        yield _place(group, resource, change="left", variant="by a change that leaves its labels")
        if has_template(known_kind(group, resource)):
            for where in ONE_PLACE:
                yield _place(group, resource, where=where, variant=f"labelled {where} only")


def at(place: Place, tags: Tags) -> dict[str, Any]:
    """Return what the API server gives to expressions at a place."""
    facts = dict(place.facts)
    group, resource, namespace = facts["group"], facts["resource"], facts["namespace"]
    where = cast("Where", facts["labels"])
    built = workload(group, resource, namespace, tags, where)
    before = {"made": None, "changed": {}, "left": tags}[facts["change"]]
    return {
        "object": built,
        "oldObject": None if before is None else workload(group, resource, namespace, before, where),
        "request": request(built, resource, "CREATE" if before is None else "UPDATE"),
        "namespaceObject": {
            "metadata": {"name": namespace, "labels": {"kubernetes.io/metadata.name": namespace}}
        },
    }


def namespaces_named(expressions: Iterable[str]) -> Iterator[str]:
    """List the names that stand behind the word namespace; of a pattern, a name that it matches."""
    for expression in expressions:
        for found in _NEAR.findall(expression):
            for text in _TEXT.findall(found):
                for name in examples(text)[:1] if re.search(r"[\^$*+?(\[]", text) else [text]:
                    if re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name):
                        yield name


def _known(group: str, resource: str) -> Iterator[tuple[str, str]]:
    """List what a rule names; a `*` is every kind that runs something."""
    if "*" not in (group, resource) and "/" not in resource:
        yield group, resource
    for kind in kubernetes_kinds() if "*" in (group, resource) or resource == "*/*" else ():
        if kind.runs and group in ("*", kind.group) and resource in ("*", "*/*", kind.plural):
            yield kind.group, kind.plural


def _place(
    group: str,
    resource: str,
    *,
    namespace: str = NAMESPACE,
    change: Change = "made",
    where: Where = "everywhere",
    variant: str = "",
) -> Place:
    kind = known_kind(group, resource)
    name = kind.kind if kind else resource
    verb = "creating" if change == "made" else "updating"
    facts = {
        "group": group,
        "resource": resource,
        "namespace": namespace,
        "change": change,
        "labels": where,
    }
    return Place(
        f"{group}/{name}" if group else name,
        f"{verb} {with_article(name)}",
        tuple(facts.items()),
        variant,
    )
