"""The laws of compilation hold for ValidatingAdmissionPolicies, and a broken compiler is found out."""

import re
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
import yaml
from msgspec.structs import replace

from tagward_generators.kubernetes_vap import KIND
from tagward_generators.targets import Artifact, Compilation
from tests.generators.admission_laws import asked, documents
from tests.generators.kubernetes_objects import Data
from tests.generators.laws import laws
from tests.generators.vap_laws import Broken, case, found
from tests.oracles import cel_engine

pytestmark = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

SEEDS = range(70_000, 70_060)
REQUESTS = 8

Change = Callable[[Data], Data]


def test_random_policies_obey_every_law() -> None:
    assert [(seed, breach) for seed in SEEDS for breach in found(Random(seed), REQUESTS)] == []


def test_the_cases_are_not_empty() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS[:20]:
        rng = Random(seed)
        drawn = case(rng)
        for one in (asked(rng, drawn.policy) for _ in range(REQUESTS)):
            for stage in drawn.stages:
                verdict = stage.decide(one)
                seen[stage.mode] += 1
                seen[f"{stage.mode} refused"] += verdict is not None and verdict.denied
                seen["left alone"] += verdict is None or not verdict.decisions
                seen["updated"] += one.operation == "UPDATE" and verdict is not None and verdict.denied

    assert seen["deny refused"] > 30 < seen["deny"] - seen["deny refused"]
    assert seen["warn refused"] > 5 < seen["audit refused"]
    assert seen["left alone"] > 5 < seen["updated"]


def each_document(ending: str, change: Change) -> Broken:
    """Break a compiler: change each document whose kind ends so."""

    def changed(artifact: Artifact) -> Artifact:
        made = (change(each) if each["kind"].endswith(ending) else each for each in documents(artifact))
        return replace(artifact, content=yaml.safe_dump_all(made))

    return lambda compilation: replace(compilation, artifacts=tuple(map(changed, compilation.artifacts)))


def each_spec(change: Change, ending: str = KIND) -> Broken:
    return each_document(ending, lambda each: each | {"spec": each["spec"] | change(each["spec"])})


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


def without_anchors(_: str, text: str) -> str:
    return re.sub(r'matches\("\^(.*?)\$"\)', r'matches("\1")', text)


def with_first_value_only(_: str, text: str) -> str:
    return re.sub(r'(c\.tags\S+ in \["[^"]*")[^\]]*\]', r"\1]", text)


def first_part_only(name: str, text: str) -> str:
    return text.replace("variables.judged.", "[variables.judged[0]].") if name != "judged" else text


def on_creation_only(spec: Data) -> Data:
    rules = [each | {"operations": ["CREATE"]} for each in spec["matchConstraints"]["resourceRules"]]
    return {"matchConstraints": spec["matchConstraints"] | {"resourceRules": rules}}


def turned(spec: Data) -> Data:
    """Let each validation answer for the rule before it."""
    tests = [each["expression"] for each in spec["validations"]]
    pairs = zip(spec["validations"], [*tests[1:], tests[0]], strict=True)
    return {"validations": [each | {"expression": test} for each, test in pairs]}


def said_in_two_lines(spec: Data) -> Data:
    return {"validations": [each | {"message": f"{each['message']}\nask us"} for each in spec["validations"]]}


def in_capitals(document: Data) -> Data:
    return document | {"metadata": document["metadata"] | {"name": f"Team-{document['metadata']['name']}"}}


def without_a_row(compilation: Compilation) -> Compilation:
    return replace(compilation, fidelity=compilation.fidelity[:-1])


def without_reasons(compilation: Compilation) -> Compilation:
    return replace(compilation, fidelity=tuple(replace(each, why="") for each in compilation.fidelity))


MUTANTS: dict[str, tuple[Broken, str]] = {
    "namespaces forgotten": (variable("above", "{}"), "L1"),
    "owners and deletions forgotten": (each_spec(lambda _: {"matchConditions": []}), "L1"),
    "namespaces never left alone": (
        each_spec(
            lambda spec: {"matchConstraints": {"resourceRules": spec["matchConstraints"]["resourceRules"]}}
        ),
        "L1",
    ),
    "old objects judged": (variable("unchanged", "false"), "L1"),
    "first value only": (each_variable(with_first_value_only), "L1"),
    "warnings deny": (each_spec(lambda _: {"validationActions": ["Deny"]}, "Binding"), "L1"),
    "lists without a last value": (
        each_document("ConfigMap", lambda each: each | {"data": {"ml-team": "nobody"}}),
        "L1",
    ),
    "parts of values": (each_variable(without_anchors), "L2"),
    "first part only": (each_variable(first_part_only), "L2"),
    "creations only": (each_spec(on_creation_only), "L2"),
    "every update passes": (variable("unchanged", 'request.operation == "UPDATE"'), "L2"),
    "last validation lost": (
        each_spec(lambda spec: {"validations": spec["validations"][:-1] or spec["validations"]}),
        "L2",
    ),
    "nothing denied": (each_spec(lambda _: {"validationActions": ["Audit"]}, "Binding"), "L2"),
    "validations mixed up": (each_spec(turned), "L3"),
    "messages of two lines": (each_spec(said_in_two_lines), "L4"),
    "names in capitals": (each_document("", in_capitals), "L4"),
    "a variable nobody knows": (each_variable(lambda _, text: text.replace("variables.", "variable.")), "L4"),
    "a row lost": (without_a_row, "L5"),
    "reasons lost": (without_reasons, "L5"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]

    assert any(law in laws(found(Random(seed), REQUESTS, broken)) for seed in SEEDS)
