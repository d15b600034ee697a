"""The laws of compilation hold for random policies on Google Cloud, and a broken compiler is found out."""

import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from tagward_generators.targets import Artifact, Compilation
from tests.generators.gcp_laws import count, drawn_policy, found, of_seed
from tests.generators.gcp_policies import compiled
from tests.generators.laws import laws
from tests.oracles import cel_engine

pytestmark = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

SEEDS = range(40_000, 40_080)
REQUESTS = 8

Document = dict[str, Any]
Change = Callable[[Document], Document | None]
Broken = Callable[[Compilation], Compilation]


def test_random_policies_obey_every_law() -> None:
    assert [(seed, breach) for seed in SEEDS for breach in of_seed(seed, REQUESTS)] == []


def test_the_cases_are_not_empty() -> None:
    counts = [count(seed, REQUESTS) for seed in SEEDS]

    assert sum(each.requests for each in counts) > 500
    assert sum(each.denied for each in counts) > 100
    assert sum(each.logged for each in counts) > 50
    assert sum(each.broken_and_exact for each in counts) > 80


def each_document(kind: str, change: Change) -> Broken:
    """Break a compiler: change each document of a kind, or leave it out."""

    def changed(artifact: Artifact) -> Artifact | None:
        if artifact.kind != kind:
            return artifact
        document = change(yaml.safe_load(artifact.content))
        return None if document is None else replace(artifact, content=yaml.safe_dump(document))

    def broken(compilation: Compilation) -> Compilation:
        made = (changed(artifact) for artifact in compilation.artifacts)
        return replace(compilation, artifacts=tuple(each for each in made if each is not None))

    return broken


def each_condition(change: Callable[[str], str]) -> Broken:
    return each_document("CustomConstraint", lambda each: each | {"condition": change(each["condition"])})


def with_first_value_only(condition: str) -> str:
    return re.sub(r'in (\["[^"]*")[^\]]*\]', r"in \1]", condition)


def on_everything(policy: Document) -> Document | None:
    """Enforce what is meant for some projects on all, exempt ones too."""
    parent, _, name = policy["name"].partition("/policies/")
    spec = "spec" if "spec" in policy else "dryRunSpec"
    if not policy[spec]["rules"][0]["enforce"]:
        return None
    organization = parent if not parent.startswith("projects/") else "organizations/ORGANIZATION_ID"
    return policy | {"name": f"{organization}/policies/{name}"}


def enforced(policy: Document) -> Document:
    return {"name": policy["name"], "spec": policy.get("spec") or policy["dryRunSpec"]}


def with_labels_everywhere(condition: str) -> str:
    return condition.replace("resource.resourceLabels", "resource.labels")


def without_guard(condition: str) -> str:
    return re.sub(r"^!?has\([a-zA-Z.]+\) (?:\|\||&&) ", "", condition)


def without_anchors(condition: str) -> str:
    return condition.replace('("^(?:', '("(?:').replace(')$")', ')")')


def allowed(constraint: Document) -> Document:
    return constraint | {"actionType": "ALLOW"}


def without_parts(constraint: Document) -> Document | None:
    return None if re.search(r"P\d+$", constraint["name"]) else constraint


def in_one(compilation: Compilation) -> Compilation:
    return each_condition(lambda condition: " || ".join([f"({condition})"] * 9))(compilation)


def with_a_row_lost(compilation: Compilation) -> Compilation:
    return replace(compilation, fidelity=compilation.fidelity[:-1])


MUTANTS: dict[str, tuple[Broken, str]] = {
    "first value only": (each_condition(with_first_value_only), "L1"),
    "projects forgotten": (each_document("Policy", on_everything), "L1"),
    "dry runs enforced": (each_document("Policy", enforced), "L1"),
    "labels of clusters": (each_condition(with_labels_everywhere), "L1"),
    "what is allowed is denied": (each_document("CustomConstraint", allowed), "L1"),
    "no guard": (each_condition(without_guard), "no errors"),
    "parts of values": (each_condition(without_anchors), "L2"),
    "first constraint only": (each_document("CustomConstraint", without_parts), "L2"),
    "everything in one": (in_one, "L4"),
    "a row lost": (with_a_row_lost, "L5"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]

    def broken_laws(seed: int) -> set[str]:
        rng = Random(seed)
        drawn = drawn_policy(rng)
        return laws(found(rng, drawn, broken(compiled(drawn)), REQUESTS))

    assert any(law in broken_laws(seed) for seed in SEEDS)
