"""Policies that name kinds of their own, and objects of these, also of shapes that nobody meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from msgspec.structs import replace

from tagward.policy import Policy, Workload
from tests.generators.admission_laws import Asked, asked
from tests.generators.kubernetes_objects import Data

FLAT = (
    Workload("example.com/Run", ("spec.template",)),
    Workload("example.com/Fleet", ("spec.workers.[].template", "spec.launcher")),
    Workload("example.com/Ring", ("spec.byRole.{}.pod", "spec.podTemplates.[]")),
    Workload("example.com/Own", propagates=True, namespaced=False),
    Workload("example.com/Thing", ("spec.parts.{}",), propagates=True),
)
NESTED = Workload("example.com/Grid", ("spec.rows.[].cells.[].template", "spec.head.template"))

ODD: tuple[Any, ...] = (None, 5, "text", True, [], {}, ["x"], [5, None, {}], {"a": 5}, {"a": None, "b": {}})


def naming(drawn: Policy, *more: Workload) -> Policy:
    """Let a policy name kinds."""
    return replace(drawn, workloads=(*FLAT, *more))


def requests(rng: Random, policy: Policy, number: int) -> Iterator[Asked]:
    """Make requests about objects of the kinds that a policy names, and of others."""
    template = asked(rng, policy).kinds
    for _ in range(number):
        kind = rng.choice(template.further) if rng.random() < 0.8 else None
        one = asked(rng, policy, kind)
        yield spoiled(rng, one) if kind and rng.random() < 0.3 else one


def spoiled(rng: Random, one: Asked) -> Asked:
    """Put something odd in the place of a part of the object; labels and their values stay what they are."""
    places = list(_places(one.object.get("spec"), lambda odd: one.object.update(spec=odd)))
    rng.choice(places)(rng.choice(ODD))
    return replace(one, operation="CREATE", old=None)


def _places(node: Any, put: Callable[[Any], None]) -> Iterator[Callable[[Any], None]]:
    yield put
    if isinstance(node, dict):
        for key in [key for key in node if key != "labels"]:
            yield from _places(node[key], partial(node.__setitem__, key))
    elif isinstance(node, list):
        for at, each in enumerate(node):
            yield from _places(each, partial(node.__setitem__, at))


def grid(rows: int, cells: int, labels: Data) -> Data:
    """Make an object with templates in lists inside lists."""
    template = {"metadata": {"labels": labels}}
    row = {"name": "r", "cells": [{"name": "c", "template": template}] * cells}
    return {
        "apiVersion": "example.com/v1",
        "kind": "Grid",
        "metadata": {"name": "g", "namespace": "dev"},
        "spec": {"rows": [row] * rows},
    }
