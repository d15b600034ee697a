"""The laws of compilation hold for random policies and resources, and a broken compiler is found out."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from tagward.policy import Policy
from tagward_generators.targets import Artifact, Compilation, Grade
from tests.generators.azure_policy_laws import Broken, compiled, found, policy
from tests.generators.laws import laws
from tests.oracles.arm_schema import complaints

SEEDS = range(60_000, 60_150)

Change = Callable[[Any], Any]


def test_random_policies_obey_every_law() -> None:
    assert [(seed, breach) for seed in SEEDS for breach in found(seed)] == []


def test_every_body_is_what_resource_manager_publishes_of_it() -> None:
    kinds = set()
    for seed in range(30):
        for artifact in compiled(policy(Random(seed))).artifacts:
            kinds.add(artifact.kind)

            assert list(complaints(json.loads(artifact.content))) == [], (seed, artifact.path)
    assert len(kinds) == 4


def test_published_schemas_refuse_what_azure_refuses() -> None:
    made = compiled(policy(Random(1)))
    body = json.loads(made.artifacts[0].content)
    body["properties"]["policyRule"]["if"] = {"field": "name", "regex": "x"}

    assert list(complaints(body))


def each_body(kind: str, change: Change) -> Broken:
    """Break a compiler: change what it writes of one kind."""

    def broken(drawn: Policy) -> Compilation:
        made = compiled(drawn)
        return replace(made, artifacts=tuple(_changed(each, kind, change) for each in made.artifacts))

    return broken


def _changed(artifact: Artifact, kind: str, change: Change) -> Artifact:
    if artifact.kind != kind:
        return artifact
    return replace(artifact, content=json.dumps(change(json.loads(artifact.content))))


def each_condition(change: Change) -> Broken:
    """Break a compiler: change each condition of each rule."""

    def of_definition(body: Any) -> Any:
        rule = body["properties"]["policyRule"]
        rule["if"] = changed_inside(rule["if"], change)
        return body

    return each_body("policyDefinitions", of_definition)


def changed_inside(condition: Any, change: Change) -> Any:
    for operator in ("allOf", "anyOf"):
        if operator in condition:
            return {operator: [changed_inside(each, change) for each in condition[operator]]}
    if "not" in condition:
        return {"not": changed_inside(condition["not"], change)}
    return change(condition)


def always(condition: Any) -> Any:
    return {"field": "type", "exists": "true"} if condition.get("exists") == "true" else condition


def without_case(condition: Any) -> Any:
    literal = "match" in condition and not {"#", "?", ".", "["} & set(condition["match"])
    return {"equals" if key == "match" and literal else key: value for key, value in condition.items()}


def unguarded(condition: Any) -> Any:
    """Trim what may be null: Azure denies when a function fails."""
    value = condition.get("value", "")
    if not value.startswith("[trim(if(empty("):
        return condition
    return condition | {"value": f"[trim({value[len('[trim(if(empty(') :].partition('), ')[0]})]"}


def on_everything(condition: Any) -> Any:
    return {"field": "type", "exists": "true"} if condition.get("field") == "type" else condition


def never_blank(condition: Any) -> Any:
    return condition | {"in": []} if "in" in condition and "trim" in condition.get("value", "") else condition


def denying(body: Any) -> Any:
    body["properties"]["parameters"]["auditEffect"]["value"] = "Deny"
    return body


def auditing(body: Any) -> Any:
    body["properties"]["parameters"]["denyEffect"]["value"] = "Audit"
    return body


def with_a_long_name(body: Any) -> Any:
    return body | {"name": body["name"] + "-that-is-longer-than-azure-takes"}


def with_many_conditions(body: Any) -> Any:
    rule = body["properties"]["policyRule"]
    rule["if"] = {"anyOf": [rule["if"]] * 4_097}
    return body


def without_containers(drawn: Policy) -> Compilation:
    made = compiled(drawn)
    kept = (each for each in made.artifacts if "-containers" not in each.path)
    return replace(made, artifacts=tuple(_forgetting(each) for each in kept))


def _forgetting(artifact: Artifact) -> Artifact:
    def change(body: Any) -> Any:
        members = body["properties"]["policyDefinitions"]
        kept = [each for each in members if "-containers" not in each["policyDefinitionReferenceId"]]
        body["properties"]["policyDefinitions"] = kept
        return body

    return _changed(artifact, "policySetDefinitions", change)


def without_native_exemptions(drawn: Policy) -> Compilation:
    made = compiled(drawn)
    return replace(made, artifacts=tuple(each for each in made.artifacts if each.kind != "policyExemptions"))


def of(change: Callable[[Policy], Policy]) -> Broken:
    """Break a compiler: let it overlook a part of the policy, and account for all of it."""
    return lambda drawn: replace(compiled(change(drawn)), fidelity=compiled(drawn).fidelity)


def without_aliases(drawn: Policy) -> Policy:
    return replace(drawn, tags=tuple(replace(tag, aliases=()) for tag in drawn.tags))


def without_inheritance(drawn: Policy) -> Policy:
    return replace(drawn, tags=tuple(replace(tag, inherit=()) for tag in drawn.tags))


def all_exact(drawn: Policy) -> Compilation:
    made = compiled(drawn)
    return replace(made, fidelity=tuple(replace(row, grade=Grade.EXACT) for row in made.fidelity))


def with_a_row_lost(drawn: Policy) -> Compilation:
    made = compiled(drawn)
    return replace(made, fidelity=made.fidelity[:-1])


MUTANTS: dict[str, tuple[Broken, str]] = {
    "there, whether or not": (each_condition(always), "L1"),
    "functions of null": (each_condition(unguarded), "L1"),
    "types overlooked": (each_condition(on_everything), "L1"),
    "audits deny": (each_body("policyAssignments", denying), "L1"),
    "exemptions overlooked": (of(lambda drawn: replace(drawn, exemptions=())), "L1"),
    "exemptions of Azure overlooked": (without_native_exemptions, "L1"),
    "aliases overlooked": (of(without_aliases), "L1"),
    "inheritance overlooked": (of(without_inheritance), "L1"),
    "values in any case": (each_condition(without_case), "L2"),
    "blank values count": (each_condition(never_blank), "L2"),
    "denials audit": (each_body("policyAssignments", auditing), "L2"),
    "containers overlooked": (without_containers, "L2"),
    "everything called exact": (all_exact, "L2"),
    "a long name": (each_body("policyAssignments", with_a_long_name), "L4"),
    "many conditions": (each_body("policyDefinitions", with_many_conditions), "L4"),
    "a row lost": (with_a_row_lost, "L5"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]

    assert law in laws(_until(broken, law))


def _until(broken: Broken, law: str) -> Iterator[Any]:
    for seed in SEEDS:
        for breach in found(seed, broken):
            yield breach
            if breach.law == law:
                return
