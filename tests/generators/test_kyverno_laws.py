"""The laws of compilation hold for Kyverno's ValidatingPolicies, and a broken compiler is found out."""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
import yaml
from msgspec.structs import replace

from tagward_generators.targets import Artifact, Compilation
from tests.generators.admission_laws import asked, documents
from tests.generators.kubernetes_objects import Data
from tests.generators.kyverno_laws import case, found, mode_of
from tests.generators.laws import laws
from tests.generators.vap_laws import Broken
from tests.oracles import cel_engine

pytestmark = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

SEEDS = range(80_000, 80_045)
REQUESTS = 8

Change = Callable[[Data], Data]


def test_random_policies_obey_every_law() -> None:
    assert [(seed, breach) for seed in SEEDS for breach in found(Random(seed), REQUESTS)] == []


def test_the_cases_are_not_empty() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        rng = Random(seed)
        drawn = case(rng)
        for one in (asked(rng, drawn.policy) for _ in range(REQUESTS)):
            for stage in drawn.stages:
                verdict = stage.decide(one)
                seen[stage.mode] += 1
                seen[f"{stage.mode} refused"] += verdict is not None and verdict.denied
                seen["left alone"] += verdict is None or not verdict.decisions
                seen["updated"] += one.operation == "UPDATE" and verdict is not None and verdict.denied

    assert seen["deny refused"] > 60 < seen["deny"] - seen["deny refused"]
    assert seen["warn refused"] > 10 < seen["audit refused"]
    assert seen["left alone"] > 10 < seen["updated"]


def each_document(change: Change) -> Broken:
    """Break a compiler: change each policy."""

    def changed(artifact: Artifact) -> Artifact:
        return replace(artifact, content=yaml.safe_dump_all(map(change, documents(artifact))))

    return lambda compilation: replace(compilation, artifacts=tuple(map(changed, compilation.artifacts)))


def each_spec(change: Change) -> Broken:
    return each_document(lambda each: each | {"spec": each["spec"] | change(each["spec"])})


def each_variable(change: Callable[[str, str], str]) -> Broken:
    """Change expressions by the names of their variables."""

    def changed(spec: Data) -> Data:
        return {
            "variables": [
                each | {"expression": change(each["name"], each["expression"])} for each in spec["variables"]
            ]
        }

    return each_spec(changed)


def variable(name: str, expression: str) -> Broken:
    return each_variable(lambda found, text: expression if found == name else text)


def warnings_denied(document: Data) -> Data:
    if mode_of(document) != "warn":
        return document
    return document | {"spec": document["spec"] | {"validationActions": ["Deny"]}}


def without_selector(spec: Data) -> Data:
    return {"matchConstraints": {"resourceRules": spec["matchConstraints"]["resourceRules"]}}


def on_creation_only(spec: Data) -> Data:
    rules = [each | {"operations": ["CREATE"]} for each in spec["matchConstraints"]["resourceRules"]]
    return {"matchConstraints": spec["matchConstraints"] | {"resourceRules": rules}}


def first_part_only(name: str, text: str) -> str:
    return text.replace("variables.judged.", "[variables.judged[0]].") if name != "judged" else text


def turned(spec: Data) -> Data:
    """Let each validation answer for the rule before it."""
    tests = [each["expression"] for each in spec["validations"]]
    pairs = zip(spec["validations"], [*tests[1:], tests[0]], strict=True)
    return {"validations": [each | {"expression": test} for each, test in pairs]}


def capitalised(document: Data) -> Data:
    return document | {"metadata": {"name": document["metadata"]["name"].capitalize()}}


def without_a_row(compilation: Compilation) -> Compilation:
    return replace(compilation, fidelity=compilation.fidelity[:-1])


MUTANTS: dict[str, tuple[Broken, str]] = {
    "warnings deny": (each_document(warnings_denied), "L1"),
    "warnings wait for Kyverno": (each_spec(lambda _: {"failurePolicy": "Fail"}), "L1"),
    "namespaces forgotten": (variable("above", "{}"), "L1"),
    "owners and deletions forgotten": (each_spec(lambda _: {"matchConditions": []}), "L1"),
    "namespaces never left alone": (each_spec(without_selector), "L1"),
    "old objects judged": (variable("unchanged", "false"), "L1"),
    "nothing denied": (each_spec(lambda _: {"validationActions": ["Audit"]}), "L2"),
    "creations only": (each_spec(on_creation_only), "L2"),
    "every update passes": (variable("unchanged", 'request.operation == "UPDATE"'), "L2"),
    "first part only": (each_variable(first_part_only), "L2"),
    "validations mixed up": (each_spec(turned), "L3"),
    "names in capitals": (each_document(capitalised), "L4"),
    "a kind that Kyverno drops": (each_document(lambda each: each | {"kind": "ClusterPolicy"}), "L4"),
    "a variable nobody knows": (each_variable(lambda _, text: text.replace("variables.", "variable.")), "L4"),
    "a row lost": (without_a_row, "L5"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]

    assert any(law in laws(found(Random(seed), REQUESTS, broken)) for seed in SEEDS)
