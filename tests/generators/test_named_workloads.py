"""Guardrails for Kubernetes treat kinds that a policy names by the laws of all compilers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from msgspec.structs import replace

from tagward.policy import Policy, Requirement, Tag
from tagward_generators import target
from tagward_generators.targets import Grade
from tests.generators import gatekeeper_laws
from tests.generators.admission_laws import Judge, documents, drawn_policy, law_breaches, stages
from tests.generators.laws import Breach, row_breaches
from tests.generators.named_workloads import FLAT, NESTED, naming, requests
from tests.generators.random_policies import DAY
from tests.oracles import cel_engine

BY_CEL = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")
SEEDS = range(73_000, 73_008)
REQUESTS = 12
POLICY = Policy(
    "p",
    "1",
    "0" * 64,
    tags=(Tag("team", "team", requirements=(Requirement(),), keys={"kubernetes": "team"}),),
)


def by_admission(name: str, rng: Random, *more: object) -> Iterator[Breach]:
    drawn = naming(drawn_policy(rng), *([NESTED] if more else []))
    compilation = target(name).compile(drawn, as_of=DAY)
    yield from row_breaches(drawn, compilation)
    given = drawn.targets.kubernetes_vap if name == "kubernetes-vap" else drawn.targets.kyverno
    judge, ready = Judge(drawn, given), tuple(stages(compilation))
    for one in requests(rng, drawn, REQUESTS):
        yield from law_breaches(judge, compilation, ready, one)


@BY_CEL
@pytest.mark.parametrize("name", ["kubernetes-vap", "kyverno"])
def test_admission_policies_obey_the_laws(name: str) -> None:
    assert [(seed, each) for seed in SEEDS[:5] for each in by_admission(name, Random(seed))] == []


@BY_CEL
def test_what_cannot_be_taken_apart_is_told_and_let_through() -> None:
    assert [
        (seed, each) for seed in SEEDS[5:] for each in by_admission("kubernetes-vap", Random(seed), 1)
    ] == []


@BY_CEL
def test_templates_of_gatekeeper_obey_the_laws() -> None:
    found: list[tuple[int, Breach]] = []
    for seed in SEEDS[:4]:
        rng = Random(seed)
        drawn = naming(gatekeeper_laws.drawn_policy(rng))
        compilation = target("gatekeeper").compile(drawn, as_of=DAY)
        ready, judging = gatekeeper_laws.guard(compilation), gatekeeper_laws.Judging(drawn)
        for one in requests(rng, drawn, REQUESTS):
            breaches = gatekeeper_laws.law_breaches(judging, compilation, ready, one, hidden=False)
            found += ((seed, each) for each in breaches)
    assert found == []


@BY_CEL
def test_the_cases_are_not_empty() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        rng = Random(seed)
        drawn = naming(drawn_policy(rng))
        ready = tuple(stages(target("kubernetes-vap").compile(drawn, as_of=DAY)))
        for one in requests(rng, drawn, REQUESTS):
            denied = any(verdict.denied for stage in ready if (verdict := stage.decide(one)))
            seen[f"{one.object['kind']} {denied}"] += 1
    assert (
        min(seen[f"{each.name.partition('/')[2]} {denied}"] for each in FLAT for denied in (True, False)) > 0
    )


@pytest.mark.parametrize("name", ["kubernetes-vap", "gatekeeper", "kyverno"])
def test_a_named_kind_is_matched_by_its_plural_and_answers_for_its_pods(name: str) -> None:
    odd = replace(FLAT[0], plural="runz")
    plain = target(name).compile(replace(POLICY, workloads=(odd,)), as_of=DAY)
    text = "\n".join(artifact.content for artifact in plain.artifacts)

    assert "runz" in text or name == "gatekeeper"
    assert "example.com/Run" in text
    assert all(row.grade is Grade.EXACT for row in plain.fidelity)


@pytest.mark.parametrize("name", ["kubernetes-vap", "gatekeeper", "kyverno"])
def test_every_rule_says_which_kind_it_does_not_see(name: str) -> None:
    made = target(name).compile(replace(POLICY, workloads=(FLAT[0], NESTED)), as_of=DAY)

    required = next(row for row in made.fidelity if row.rule == "required")
    assert required.grade is Grade.WEAKER
    assert "`example.com/Grid` passes" in required.why
    assert "Grid" not in "\n".join(artifact.content for artifact in made.artifacts)
    assert any("Run" in str(document) for artifact in made.artifacts for document in documents(artifact))
