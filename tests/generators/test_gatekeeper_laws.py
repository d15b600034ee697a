"""The laws of compilation hold for templates of Gatekeeper, and a broken compiler is found out."""

import re
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
import yaml
from msgspec.structs import replace

from tagward_generators.targets import Artifact, Compilation
from tests.generators.admission_laws import asked, documents
from tests.generators.gatekeeper_laws import Broken, drawn_policy, found, guard
from tests.generators.kubernetes_objects import Data
from tests.generators.laws import laws
from tests.generators.recalled import drawn_and_compiled
from tests.oracles import cel_engine

pytestmark = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

SEEDS = range(80_000, 80_060)
HUNTED = range(80_000, 80_300)
"""Until a broken compiler is found out."""
REQUESTS = 8

Change = Callable[[Data], Data]


def test_random_policies_obey_every_law() -> None:
    assert [(seed, breach) for seed in SEEDS for breach in found(Random(seed), REQUESTS)] == []


def test_the_cases_are_not_empty() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        rng = Random(seed)
        drawn, compilation = drawn_and_compiled(rng, drawn_policy, "gatekeeper")
        ready = guard(compilation)
        for one in (asked(rng, drawn) for _ in range(REQUESTS if ready else 0)):
            for mode in ready.constraints if ready else ():
                verdict = ready.decide(mode, one) if ready else None
                seen[mode] += 1
                seen[f"{mode} refused"] += verdict is not None and verdict.denied
                seen["left alone"] += verdict is None or not verdict.decisions
                seen["updated"] += one.operation == "UPDATE" and verdict is not None and verdict.denied

    assert seen["deny refused"] > 60 < seen["deny"] - seen["deny refused"]
    assert seen["warn refused"] > 10 < seen["audit refused"]
    assert seen["left alone"] > 10 < seen["updated"]


def each_document(kind: str, change: Change) -> Broken:
    """Break a compiler: change each template, or each constraint."""

    def changed(artifact: Artifact) -> Artifact:
        [document] = documents(artifact)
        if (document["kind"] == "ConstraintTemplate") is not (kind == "template"):
            return artifact
        return replace(artifact, content=yaml.safe_dump(change(document)))

    return lambda compilation: replace(compilation, artifacts=tuple(map(changed, compilation.artifacts)))


def each_source(change: Change) -> Broken:
    def changed(template: Data) -> Data:
        source = template["spec"]["targets"][0]["code"][0]["source"]
        source.update(change(source))
        return template

    return each_document("template", changed)


def each_variable(change: Callable[[str, str], str]) -> Broken:
    """Change expressions by the names of their variables."""

    def changed(source: Data) -> Data:
        return {
            "variables": [
                each | {"expression": change(each["name"], each["expression"])}
                for each in source["variables"]
            ]
        }

    return each_source(changed)


def variable(name: str, expression: str) -> Broken:
    return each_variable(lambda found, text: expression if found == name else text)


def constraint(change: Change) -> Broken:
    return each_document("constraint", lambda each: each | {"spec": each["spec"] | change(each["spec"])})


def conditions_without(name: str) -> Broken:
    return each_source(
        lambda source: {"matchCondition": [each for each in source["matchCondition"] if each["name"] != name]}
    )


def without_anchors(_: str, text: str) -> str:
    return re.sub(r'matches\("\^(.*?)\$"\)', r'matches("\1")', text)


def with_first_value_only(_: str, text: str) -> str:
    return re.sub(r'(c\.tags\S+ in \["[^"]*")[^\]]*\]', r"\1]", text)


def first_part_only(name: str, text: str) -> str:
    return text.replace("variables.judged.", "[variables.judged[0]].") if name != "judged" else text


def in_another_mode(spec: Data) -> Data:
    others = {"deny": "warn", "warn": "audit", "audit": "deny"}
    return {"parameters": spec["parameters"] | {"mode": others[spec["parameters"]["mode"]]}}


def without_values(spec: Data) -> Data:
    return {"parameters": spec["parameters"] | {"values": {}}}


def without_pods(spec: Data) -> Data:
    return {"match": spec["match"] | {"kinds": spec["match"]["kinds"][1:]}}


def without_a_row(compilation: Compilation) -> Compilation:
    return replace(compilation, fidelity=compilation.fidelity[:-1])


MUTANTS: dict[str, tuple[Broken, str]] = {
    "namespaces forgotten": (variable("above", "{}"), "L1"),
    "hidden namespaces taken for empty": (variable("hidden", "false"), "L1"),
    "what is being deleted": (conditions_without("not-being-deleted"), "L1"),
    "what controllers made": (conditions_without("made-by-nobody-who-is-judged"), "L1"),
    "namespaces never left alone": (
        constraint(lambda each: {"match": {"kinds": each["match"]["kinds"]}}),
        "L1",
    ),
    "globs of namespaces never left alone": (conditions_without("namespace-not-excluded"), "L1"),
    "unchanged labels judged": (variable("unchanged", "false"), "L1"),
    "first value only": (each_variable(with_first_value_only), "L1"),
    "modes mixed up": (constraint(in_another_mode), "L1"),
    "values lost": (constraint(without_values), "L1"),
    "parts of values": (each_variable(without_anchors), "L2"),
    "first part only": (each_variable(first_part_only), "L2"),
    "every update passes": (variable("unchanged", 'request.operation == "UPDATE"'), "L2"),
    "warnings are lenient with updates": (
        each_variable(lambda name, text: text.partition("&& ")[2] if name == "unchanged" else text),
        "L2",
    ),
    "pods forgotten": (constraint(without_pods), "L2"),
    "nothing said": (variable("said", '""'), "L2"),
    "a row lost": (without_a_row, "L5"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]

    assert any(law in laws(found(Random(seed), REQUESTS, broken=broken)) for seed in HUNTED)
