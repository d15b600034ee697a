"""Compiled templates by Gatekeeper itself: the CEL and the Rego in them by gator, and the Rego by OPA."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest
import yaml
from msgspec.structs import replace

from tagward.loader import load
from tagward.policy import MODES, Policy
from tagward_generators import target
from tagward_generators.targets import Artifact, Compilation
from tests.conformance.tally import tally
from tests.generators.admission_laws import Asked, asked, documents
from tests.generators.gatekeeper_laws import (
    TOLD,
    Broken,
    Guard,
    Judging,
    code,
    drawn_policy,
    guard,
    mode_breaches,
)
from tests.generators.kubernetes_objects import Data
from tests.generators.laws import Breach, laws, row_breaches
from tests.generators.named_workloads import naming
from tests.generators.named_workloads import requests as named_requests
from tests.generators.random_policies import DAY
from tests.generators.test_vap_golden import EXAMPLE
from tests.oracles import cel_engine, opa_engine
from tests.oracles.gatekeeper_engines import CEL, REGO, GatekeeperEngine
from tests.oracles.gator_engine import Violation

TALLIES = {CEL: tally("gatekeeper", CEL), REGO: tally("gatekeeper", REGO)}
OPA = tally("gatekeeper", opa_engine)
pytestmark = TALLIES[CEL].marks

ENGINES = pytest.mark.parametrize("engine", [CEL, REGO], ids=["cel", "rego"])
BY_OPA = pytest.mark.skipif(bool(opa_engine.absent()), reason=opa_engine.absent())

AUDITED = range(90_000, 90_080)
OBJECTS = 260
"""For each policy: 20,800 for each engine."""

ASKED = range(91_000, 91_400)
NAMED = range(92_000, 92_040)
REQUESTS = 55
"""For each policy: 22,000."""

SHIPPED = ("pack:ml-platform", "pack:finops-core", str(EXAMPLE))


@ENGINES
def test_random_policies_obey_the_laws(engine: GatekeeperEngine) -> None:
    assert [breach for seed in AUDITED for breach in audited(engine, seed)] == []


def audited(engine: GatekeeperEngine, seed: int) -> Iterator[str]:
    """Audit objects under a random policy; gator does not tell CEL which labels namespaces have."""
    rng, counted = Random(seed), TALLIES[engine]
    drawn = drawn_policy(rng)
    compilation = target("gatekeeper").compile(drawn, as_of=DAY)
    counted.case("L4", "L5")
    ready, judging = guard(compilation), Judging(drawn)
    ones = list(audits(rng, drawn))
    found = violations(engine, ready, ones) if ready else [()] * len(ones)
    broken = list(row_breaches(drawn, compilation))
    for one, said in zip(ones, found, strict=True):
        refused = {TOLD[each.action] for each in said}
        counted.case(*could_break(judging, one, refused))
        for mode in MODES:
            denied = mode in refused
            broken += mode_breaches(judging, compilation, mode, one, denied=denied, hidden=engine is CEL)
    for breach in broken:
        counted.breach(breach.law)
        yield f"policy {seed}: {breach.law} {breach.said}"


def audits(rng: Random, drawn: Policy) -> Iterator[Asked]:
    """Make objects with names of their own, in namespaces of which there is one for each name."""
    around: dict[str, Data | None] = {}
    for number in range(OBJECTS):
        one = asked(rng, drawn)
        metadata = one.object["metadata"]
        metadata["name"] = f"{metadata.pop('generateName', '') or metadata['name']}-{number}"
        where = metadata.get("namespace", "")
        yield Asked("CREATE", one.object, None, around.setdefault(where, one.namespace))


def violations(engine: GatekeeperEngine, ready: Guard, ones: Sequence[Asked]) -> list[tuple[Violation, ...]]:
    """Audit objects, with the namespaces around them."""
    around = {one.namespace["metadata"]["name"]: one.namespace for one in ones if one.namespace}
    policies = [ready.template, *ready.constraints.values()]
    return engine.violations(policies, [one.object for one in ones], namespaces=list(around.values()))


def could_break(judging: Judging, one: Asked, refused: set[str]) -> Iterator[str]:
    """Name the laws that an object can break: what is accepted L1, what violates L2, what is denied L3."""
    violated = any(judging.broken(one, mode) for mode in MODES)
    yield "L2" if violated else "L1"
    if refused:
        yield "L3"


@BY_OPA
def test_rego_obeys_the_laws_for_operations_and_namespaces_that_gator_does_not_have() -> None:
    assert [(seed, breach) for seed in ASKED for breach in counted_by_opa(seed)] == []


def counted_by_opa(seed: int) -> Iterator[Breach]:
    for breach in by_opa(seed, REQUESTS, counted=True):
        OPA.breach(breach.law)
        yield breach


def by_opa(
    seed: int, number: int, *, broken: Broken = lambda compilation: compilation, counted: bool = False
) -> Iterator[Breach]:
    """Ask the Rego of a random policy about requests; `broken` may break what was compiled."""
    rng = Random(seed)
    drawn = drawn_policy(rng)
    compilation = broken(target("gatekeeper").compile(drawn, as_of=DAY))
    judging, ready = Judging(drawn), guard(compilation)
    requests = [(asked(rng, drawn), rng.random() < 0.2) for _ in range(number)]
    refused = refusals(ready, requests) if ready else [set[str]() for _ in requests]
    for (one, hidden), modes in zip(requests, refused, strict=True):
        if counted:
            OPA.case(*could_break(judging, one, modes))
        for mode in MODES:
            denied = mode in modes
            yield from mode_breaches(judging, compilation, mode, one, denied=denied, hidden=hidden)


def refusals(ready: Guard, requests: Sequence[tuple[Asked, bool]]) -> list[set[str]]:
    """Return the modes in which Rego refuses each request."""
    found: list[set[str]] = [set() for _ in requests]
    for (number, mode), messages in said_by_rego(ready, requests).items():
        if messages:
            found[number].add(mode)
    return found


def said_by_rego(
    ready: Guard, requests: Sequence[tuple[Asked, bool]]
) -> dict[tuple[int, str], tuple[str, ...]]:
    """Return what Rego says of each request in each mode, unless the constraint is not about it."""
    inputs = {
        (number, mode): given
        for number, (one, hidden) in enumerate(requests)
        for mode in ready.constraints
        if (given := ready.input(mode, one, hidden=hidden))
    }
    module = code(ready.template, "Rego")["rego"]
    query = f"data.{ready.template['metadata']['name']}.violation"
    answers = opa_engine.evaluate({"template.rego": module}, query, list(inputs.values()))
    return {place: tuple(each["msg"] for each in said) for place, said in zip(inputs, answers, strict=True)}


@BY_OPA
def test_rego_obeys_the_laws_for_kinds_that_a_policy_names() -> None:
    assert [(seed, breach) for seed in NAMED for breach in named_by_opa(seed)] == []


def named_by_opa(seed: int) -> Iterator[Breach]:
    """Ask about objects of kinds that the policy names, some of shapes that nobody meant."""
    rng = Random(seed)
    drawn = naming(drawn_policy(rng))
    compilation = target("gatekeeper").compile(drawn, as_of=DAY)
    judging, ready = Judging(drawn), guard(compilation)
    given = [(one, False) for one in named_requests(rng, drawn, REQUESTS)]
    refused = refusals(ready, given) if ready else [set[str]() for _ in given]
    for (one, _), modes in zip(given, refused, strict=True):
        OPA.case(*could_break(judging, one, modes))
        for mode in MODES:
            yield from mode_breaches(judging, compilation, mode, one, denied=mode in modes, hidden=False)


@BY_OPA
@pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")
def test_cel_and_rego_say_the_same() -> None:
    seen = 0
    for seed in ASKED[:40]:
        rng = Random(seed)
        drawn = drawn_policy(rng)
        ready = guard(target("gatekeeper").compile(drawn, as_of=DAY))
        requests = [(asked(rng, drawn), rng.random() < 0.2) for _ in range(20)]
        for (number, mode), said in (said_by_rego(ready, requests) if ready else {}).items():
            one, hidden = requests[number]
            verdict = ready.decide(mode, one, hidden=hidden) if ready else None
            seen += bool(said)

            assert words(said) == words(verdict.messages if verdict else ()), (seed, one)
            OPA.case("alike by CEL")

    assert seen > 200


def words(messages: Sequence[str]) -> list[str]:
    """Take a message apart: CEL lists labels in any order. One that was cut is only known to be long."""
    text = " ".join(messages)
    return ["..."] if text.endswith("...") else sorted(re.split(r"[,;: ]+", text))


def each_rego(change: Callable[[str], str]) -> Broken:
    """Break a compiler: change the Rego."""

    def changed(artifact: Artifact) -> Artifact:
        [document] = documents(artifact)
        if document["kind"] != "ConstraintTemplate":
            return artifact
        source = code(document, "Rego")
        source["rego"] = change(source["rego"])
        return replace(artifact, content=yaml.safe_dump(document))

    def broken(compilation: Compilation) -> Compilation:
        return replace(compilation, artifacts=tuple(map(changed, compilation.artifacts)))

    return broken


def instead(old: str, new: str) -> Broken:
    return each_rego(lambda text: text.replace(old, new))


MUTANTS: dict[str, tuple[Broken, str]] = {
    "namespaces forgotten": (instead("tag.inherited; value", "false; value"), "L1"),
    "hidden namespaces taken for empty": (instead("not hidden", "true"), "L1"),
    "unknown namespaces taken for known": (instead("namespaceObject.metadata\n", "namespaceObject\n"), "L1"),
    "what controllers made": (instead("not owned", "true"), "L1"),
    "what is being deleted": (instead("not made.metadata.deletionTimestamp", "true"), "L1"),
    "globs of namespaces never left alone": (instead("not excluded", "true"), "L1"),
    "unchanged labels judged": (instead("is_fair := true", "is_fair := false"), "L1"),
    "what may yet come": (instead("else if {\n  merged\n}", ""), "L1"),
    "parts of values": (each_rego(lambda text: re.sub(r"`\^(.*)\$`", r"`\1`", text)), "L2"),
    "first part only": (instead("some c in judged\n", "some c in array.slice(judged, 0, 1)\n"), "L2"),
    "warnings are lenient with updates": (
        instead('input.parameters.mode == "deny"\n  input.review', "input.review"),
        "L2",
    ),
    "nothing said": (instead("some fault in listed", "some fault in []"), "L2"),
}


@BY_OPA
@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]

    assert any(law in laws(by_opa(seed, 20, broken=broken)) for seed in ASKED)


@BY_OPA
@pytest.mark.parametrize("name", SHIPPED)
def test_rego_is_strict_and_formatted(name: str) -> None:
    ready = shipped(name)
    module = code(ready.template, "Rego")["rego"]
    tabbed = re.sub(r"^(?:  )+", lambda found: "\t" * (len(found[0]) // 2), module, flags=re.MULTILINE)

    assert opa_engine.check({"template.rego": module}) == ""
    assert opa_engine.misformatted({"template.rego": tabbed}) == ""


def shipped(name: str) -> Guard:
    found = guard(target("gatekeeper").compile(load(name, as_of=DAY), as_of=DAY))
    assert found is not None
    return found


GOOD = {
    "ml-team": "fraud-detection",
    "ml-project": "card-scoring",
    "ml-environment": "dev",
    "ml-workload-type": "notebook",
    "owner": "payments",
    "cost-center": "4711",
    "environment": "dev",
    "app.kubernetes.io/part-of": "checkout",
}


def deployment(name: str, labels: dict[str, str], **more: object) -> Data:
    template = {"metadata": {"labels": labels}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "team-a", **more},
        "spec": {"template": template},
    }


@ENGINES
@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_accepted_and_does_what_it_says(engine: GatekeeperEngine, name: str) -> None:
    ready = shipped(name)
    first = "owner" if "finops" in name else "ml-project"
    near = first.replace("-", "_") + "s"
    bad = {key: value for key, value in GOOD.items() if key != first} | {near: "x"}

    good, wrong = engine.violations(
        [ready.template, ready.constraints["deny"]], [deployment("good", GOOD), deployment("wrong", bad)]
    )

    assert good == ()
    assert len(wrong) == 1
    assert wrong[0].message.startswith(
        f"Deployment/wrong: spec.template.metadata.labels: {first} is missing, "
        f"but {near} is there, which is misspelt: set it to "
    )


@ENGINES
def test_of_many_pods_alike_the_first_few_are_named(engine: GatekeeperEngine) -> None:
    ready = shipped("pack:ml-platform")
    bad = {key: value for key, value in GOOD.items() if key != "ml-team"}
    steps = [{"name": f"s{number}", "container": {}, "metadata": {"labels": bad}} for number in range(8)]
    workflow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "steps", "namespace": "team-a"},
        "spec": {"templates": steps},
    }

    [[said]] = engine.violations([ready.template, ready.constraints["deny"]], [workflow])

    assert said.message.count("ml-team is missing") == 5
    assert said.message.endswith("; and 3 more like this")


@ENGINES
def test_labels_that_are_null_are_none(engine: GatekeeperEngine) -> None:
    ready = shipped("pack:ml-platform")
    objects = [deployment("labels", GOOD), deployment("metadata", GOOD)]
    objects[0]["spec"]["template"]["metadata"]["labels"] = None
    objects[1]["spec"]["template"]["metadata"] = None

    found = engine.violations([ready.template, ready.constraints["deny"]], objects)

    assert ["ml-team is missing" in said.message for [said] in found] == [True, True]


@ENGINES
def test_requests_are_told_apart_by_their_operation(engine: GatekeeperEngine) -> None:
    ready = shipped("pack:ml-platform")
    bad, worse = deployment("x", {"app": "x"}), deployment("x", {})
    requests = [
        request("CREATE", bad, None),
        request("UPDATE", bad, deployment("x", {"app": "x"}, annotations={"note": "before"})),
        request("UPDATE", worse, bad),
        request("DELETE", None, bad),
        request("UPDATE", worse, bad, subResource="scale"),
    ]

    said = engine.review(ready.template, ready.constraints["deny"], requests)

    assert [bool(each) for each in said] == [True, False, True, False, False]
    TALLIES[engine].case("operations", times=len(requests))


def request(operation: str, new: Data | None, old: Data | None, **more: str) -> Data:
    kind = {"group": "apps", "version": "v1", "kind": "Deployment"}
    return {
        "operation": operation,
        "kind": kind,
        "resource": {"group": "apps", "version": "v1", "resource": "deployments"},
        "name": "x",
        "namespace": "team-a",
        "object": new,
        "oldObject": old,
        "userInfo": {"username": "someone"},
        **more,
    }
