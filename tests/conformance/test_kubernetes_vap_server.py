"""Compiled ValidatingAdmissionPolicies in a real API server: accepted, and decided as the evaluator says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import yaml
from msgspec.structs import replace

from tagward.policy import Policy
from tagward_generators import target
from tagward_generators.targets import Compilation
from tests.conformance.tally import tally
from tests.conformance.vap_server import Server, in_force, legal, server
from tests.generators.admission_laws import Asked, Stage, asked, drawn_policy, stages
from tests.generators.kubernetes_objects import SELECTED, Objects, labels_in
from tests.generators.named_workloads import naming
from tests.generators.named_workloads import requests as named_requests
from tests.generators.random_policies import DAY
from tests.oracles import apiserver_engine

TALLY = tally("kubernetes-vap", apiserver_engine)
pytestmark = TALLY.marks

GOLDEN = Path(__file__).parents[1] / "golden" / "kubernetes-vap"
SEEDS = range(90_000, 90_040)
NAMED = range(90_100, 90_110)
REQUESTS = 20


@pytest.fixture(scope="module")
def ready() -> Iterator[Server]:
    rng = Random(0)
    with server(rng, drawn_policy(rng)) as made:
        yield made


@pytest.mark.parametrize("pack", ["acme", "finops-core", "ml-platform"])
def test_golden_files_are_accepted(ready: Server, pack: str) -> None:
    files = sorted(GOLDEN.glob(f"{pack}*.yaml"))
    assert files
    with ready.bound([each for file in files for each in yaml.safe_load_all(file.read_text())]):
        TALLY.case("L4", times=len(files))


@pytest.mark.parametrize("seed", SEEDS)
def test_server_and_evaluator_decide_alike(ready: Server, seed: int) -> None:
    rng = Random(seed)
    drawn = drawn_policy(rng)
    compilation = compiled(drawn)
    every = tuple(stages(compilation))
    alike = 0
    with ready.bound(in_force(compilation)):
        TALLY.case("L4")
        for _ in range(REQUESTS):
            one = changed(rng, ready, drawn) if rng.random() < 0.3 else created(rng, ready, drawn)
            alike += decided_alike(ready, every, one)
    TALLY.case("L1", "L2", "L3", times=alike)
    assert alike > REQUESTS / 2


@pytest.mark.parametrize("seed", NAMED)
def test_they_decide_alike_on_kinds_that_the_policy_names(ready: Server, seed: int) -> None:
    """Some of the objects hold what nobody meant: their definitions let it pass."""
    rng = Random(seed)
    drawn = naming(drawn_policy(rng))
    compilation = compiled(drawn)
    every = tuple(stages(compilation))
    alike = 0
    with ready.bound(in_force(compilation)):
        for one in named_requests(rng, drawn, REQUESTS):
            if one.operation == "CREATE" and one.kind["group"] == "example.com":
                one.object["metadata"].pop("deletionTimestamp", None)
                one.object["metadata"].setdefault("name", "web-x7k2p")
                alike += decided_alike(ready, every, around(ready, replace(one, object=legal(one.object))))
    TALLY.case("L1", "L2", "L3", times=alike)
    assert alike > REQUESTS / 3


def compiled(policy: Policy) -> Compilation:
    return target("kubernetes-vap").compile(policy, as_of=DAY)


def created(rng: Random, ready: Server, policy: Policy) -> Asked:
    """Make a request that the server's own rules let pass."""
    one = asked(rng, policy)
    # The server never creates what is being deleted, and serves one group no more. It makes up a name.
    one.object["metadata"].pop("deletionTimestamp", None)
    one.object["metadata"].setdefault("name", "web-x7k2p")
    if one.object["apiVersion"].startswith("extensions/"):
        return created(rng, ready, policy)
    return around(ready, Asked("CREATE", legal(one.object), None, None))


def changed(rng: Random, ready: Server, policy: Policy) -> Asked:
    """Change labels of an object that is there, but those that its selector needs."""
    old = rng.choice(ready.standing)
    new = legal(Objects(rng, policy).relabelled(old))
    for before, after in zip(labels_in(old), labels_in(new), strict=True):
        after.update(SELECTED if before.items() >= SELECTED.items() else {})
    return around(ready, Asked("UPDATE", new, old, None))


def around(ready: Server, one: Asked) -> Asked:
    """Add the namespace as the server has it."""
    name = one.object["metadata"].get("namespace")
    found = ready.client.request("GET", f"/api/v1/namespaces/{name}").body if name else None
    return replace(one, namespace=found)


def decided_alike(ready: Server, every: tuple[Stage, ...], one: Asked) -> bool:
    """Compare what is said of a request; False when the server refuses it for a reason of its own."""
    said = ready.ask(one)
    verdicts = {stage.mode: verdict for stage in every if (verdict := stage.decide(one))}
    refused = "ValidatingAdmissionPolicy" in said.message
    if not said.ok and not refused:
        assert said.code in (409, 422), said.message
        return False
    denied = "deny" in verdicts and verdicts["deny"].denied
    assert denied is refused, (said.message, one, verdicts.get("deny"))
    wanted = list(verdicts["warn"].messages) if "warn" in verdicts else []
    heard = [each for each in said.warnings if "ValidatingAdmissionPolicy" in each]
    wanted = list(dict.fromkeys(wanted))  # the server says nothing twice
    assert len(heard) == len(wanted), (said, one, wanted)
    texts = [said.message, *heard] if denied else heard
    expected = [verdicts["deny"].message, *wanted] if denied else wanted
    assert list(map(words, texts)) == list(map(words, expected))
    return True


def words(text: str) -> list[str]:
    """Sort the words of a message after the server's own: the order of labels is another each time."""
    return sorted(re.split(r"[\s,;:]+", re.sub(r"^.*' (?:denied request|with binding '[^']*'): ", "", text)))
