"""Compiled policies against Kyverno's own webhook: every request as it comes from the API server."""

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal

import pytest
import yaml

from tagward.catalog import kubernetes_kinds
from tagward.policy import Policy
from tagward_generators.kyverno.reports import VERSIONS
from tests.conformance.tally import tally
from tests.generators.admission_laws import Asked, asked
from tests.generators.kubernetes_objects import Data
from tests.generators.kyverno_laws import (
    Said,
    case,
    in_one_cluster,
    mode_of,
    namespaces,
    policies,
    said_breaches,
)
from tests.generators.laws import Breach, row_breaches
from tests.generators.test_golden import GOLDEN
from tests.generators.vap_laws import Case
from tests.oracles import cel_engine, kyverno_webhook
from tests.oracles.kyverno_webhook import Result, Review, Webhook
from tests.oracles.manifests import namespace

TALLY = tally("kyverno", kyverno_webhook)
pytestmark = TALLY.marks

POLICIES = 900
REQUESTS = 24
BATCH = 50


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with Webhook() as found:
        yield found


@pytest.mark.parametrize("first", range(0, POLICIES, BATCH))
def test_random_policies_obey_the_laws(webhook: Webhook, first: int) -> None:
    broken = []
    for seed in range(first, first + BATCH):
        for breach in found(webhook, Random(seed)):
            TALLY.breach(breach.law)
            broken.append((seed, breach))

    assert broken == []


def found(webhook: Webhook, rng: Random) -> Iterator[Breach]:
    """List the breaches of a random policy by random requests."""
    drawn = case(rng)
    yield from row_breaches(drawn.policy, drawn.compilation)
    TALLY.case("L4", "L5")
    requests, reviews = reviewed(webhook, drawn, rng)
    if drawn.stages:
        TALLY.case("L1", "L2", "L3", times=len(requests))
    for one, review in zip(requests, reviews, strict=True):
        said = {mode_of_result(each): said_in(each) for each in review.results}
        yield from said_breaches(drawn.judge, drawn.compilation, one, said)
        yield from done_breaches(said, review)


def reviewed(webhook: Webhook, drawn: Case, rng: Random) -> tuple[list[Asked], list[Review]]:
    """Draw requests and have them reviewed."""
    requests = in_one_cluster(asked(rng, drawn.policy) for _ in range(REQUESTS))
    sent = [one.request for one in requests]
    return requests, webhook.review(policies(drawn.compilation), sent, namespaces=namespaces(requests))


def mode_of_result(result: Result) -> str:
    """Tell the mode of the policy that says something."""
    return result.policy.rpartition("-")[2]


def said_in(result: Result) -> Said:
    """Read what a policy says."""
    return Said(result.outcome == "fail", result.message if result.outcome == "error" else "")


def done_breaches(said: dict[str, Said], review: Review) -> Iterator[Breach]:
    """Compare the response with the modes of the policies that fail: nothing else denies, or warns."""
    denied, warned = (mode in said and said[mode].refused for mode in ("deny", "warn"))
    if review.allowed is denied:
        yield Breach("L1", f"answered {review} where {said}")
    if bool(review.warnings) is not warned:
        yield Breach("L1", f"warned {review.warnings} where {said}")


def test_the_cases_are_not_empty(webhook: Webhook) -> None:
    refused = {"deny": 0, "warn": 0, "audit": 0}
    passed = skipped = 0
    for seed in range(60):
        rng = Random(seed)
        _, reviews = reviewed(webhook, case(rng), rng)
        for result in (each for review in reviews for each in review.results):
            refused[mode_of_result(result)] += result.outcome == "fail"
            passed += result.outcome == "pass"
            skipped += result.outcome == "skip"

    assert refused["deny"] > 300
    assert refused["warn"] > 100 < refused["audit"]
    assert passed > 300
    assert skipped > 50


@pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")
def test_words_are_those_that_google_s_cel_finds(webhook: Webhook) -> None:
    compared = 0
    for seed in range(POLICIES, POLICIES + 60):
        rng = Random(seed)
        drawn = case(rng)
        by_mode = {stage.mode: stage for stage in drawn.stages}
        for one, review in zip(*reviewed(webhook, drawn, rng), strict=True):
            for result in (each for each in review.results if each.outcome == "fail"):
                verdict = by_mode[mode_of_result(result)].decide(one)
                compared += 1

                assert verdict is not None
                assert words(result.message) == words(verdict.message), (seed, one)
    assert compared > 500


def words(message: str) -> list[str]:
    """Take a message apart: Go tells the keys of a map, and what is wrong with them, in any order."""
    return sorted(re.split(r"[;:,]? ", message))


@pytest.mark.parametrize("operation", ["CREATE", "UPDATE"])
def test_order_of_keys_decides_nothing(webhook: Webhook, operation: Literal["CREATE", "UPDATE"]) -> None:
    """Go tells the keys of a map in another order each time."""
    denied = 0
    for seed in range(2_000, 2_040):
        drawn = case(Random(seed))
        made = training(drawn.policy)
        one = Asked(operation, made, made if operation == "UPDATE" else None, namespace("team-b"))
        asked_often = [one.request] * 10
        reviews = webhook.review(policies(drawn.compilation), asked_often, namespaces=namespaces([one]))
        denied += not reviews[0].allowed

        assert len({each.allowed for each in reviews}) == 1, seed
    assert denied > 5


def training(policy: Policy) -> Data:
    """Make an object with many parts under keys, each with another label."""
    keys = ("x", *(tag.keys["kubernetes"] for tag in policy.tags if "kubernetes" in tag.keys))
    parts = {key: {"template": {"metadata": {"labels": {key: "y"}}}} for key in keys}
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "PyTorchJob",
        "metadata": {"name": "web-1", "namespace": "team-b"},
        "spec": {"pytorchReplicaSpecs": parts},
    }


def documents() -> Sequence[str]:
    """List the frozen policies."""
    return sorted(path.name for path in (GOLDEN / "kyverno").glob("*.yaml"))


def test_scans_look_at_every_kind(webhook: Webhook) -> None:
    (policy,) = yaml.safe_load_all((GOLDEN / "kyverno" / "ml-platform-deny.yaml").read_text())
    kinds = [kind for kind in kubernetes_kinds() if kind.runs and kind.group in VERSIONS]
    served = [(kind.group, VERSIONS[kind.group][0], kind.kind) for kind in kinds]

    found = webhook.scanned(policy, served)

    assert set(found) == {"/".join(filter(None, each)) for each in served}


@pytest.mark.parametrize("name", documents())
def test_kyverno_takes_what_packs_compile_to(webhook: Webhook, name: str) -> None:
    (policy,) = yaml.safe_load_all((GOLDEN / "kyverno" / name).read_text())

    assert mode_of(policy) in name
    webhook.take(policy)
