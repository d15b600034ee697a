"""What gets stricter or looser when a ValidatingPolicy of Kyverno changes."""

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
import yaml
from msgspec import json

from tagward_generators import target
from tagward_generators.deciding.comparing import Comparison, compare
from tagward_generators.deciding.kubernetes.kyverno import Kyverno
from tagward_generators.deciding.kubernetes.requests import at
from tagward_generators.deciding.rulings import Place, Tags, Verdict
from tagward_generators.deciding.sentences import tellings
from tests.generators.admission_laws import drawn_policy
from tests.generators.deciding.vap_comparisons import ready, strictest
from tests.generators.random_policies import DAY
from tests.oracles.vap_matching import matches

Objects = Mapping[str, str]

PODS = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
TEAM = '"team" in object.metadata.?labels.orValue({})'


def policy(expression: str, kind: str = "ValidatingPolicy", **parts: Any) -> dict[str, str]:
    spec = {
        "validationActions": ["Deny"],
        "autogen": {"podControllers": {"controllers": []}},
        "matchConstraints": {"resourceRules": [PODS]},
        "validations": [{"expression": expression}],
    }
    document = {"apiVersion": "policies.kyverno.io/v1", "kind": kind, "metadata": {"name": "acme"}}
    return objects(yaml.safe_dump(document | {"spec": spec | parts}))


def objects(text: str) -> dict[str, str]:
    return dict(Kyverno().objects("x.yaml", text))


def compared(was: Objects, now: Objects) -> Comparison:
    family = Kyverno()
    return compare(family, family.read(was), family.read(now), {})


def told(was: Objects, now: Objects) -> list[str]:
    return [f"{each.direction}: {each.sentence()}" for each in tellings(compared(was, now).differences)]


REQUIRED = policy(TEAM)


def test_a_policy_that_is_new() -> None:
    assert told({}, REQUIRED) == ["stricter: creating a Pod without `team` is denied now (was allowed)"]


def test_an_action_that_does_not_deny() -> None:
    assert told(REQUIRED, policy(TEAM, validationActions=["Warn", "Audit"])) == [
        "looser: creating a Pod without `team` is warned about now (was denied)"
    ]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (policy(TEAM, autogen=None), "it is written anew for controllers"),
        (policy(TEAM, evaluation={"mode": "JSON"}), "or says where it is evaluated"),
        (policy(TEAM, kind="PolicyException"), "it is of the kind PolicyException"),
        (policy("images.containers.size() > 0"), "its CEL is refused"),
        (policy(TEAM, validationActions="Deny"), "not written as the API server takes it"),
        (objects("hello"), "not written as the API server takes it"),
    ],
)
def test_what_cannot_be_evaluated_is_said(document: Objects, why: str) -> None:
    assert any(why in each.why for _, each in compared(REQUIRED, document).undecided)


def test_a_compilation_does_not_differ_from_itself() -> None:
    comparison = compared(compiled(1), compiled(1))

    assert (comparison.differences, comparison.undecided) == ((), ())


def test_the_examples_of_two_random_policies_are_true() -> None:
    was, now = compiled(7), compiled(57)
    differences = compared(was, now).differences

    assert differences
    for difference in differences:
        tags = dict(difference.finding.tags)
        for place in difference.places[:2]:
            assert [said(each, place, tags) for each in (was, now)] == list(difference.finding.verdicts)


def compiled(seed: int) -> dict[str, str]:
    made = target("kyverno").compile(drawn_policy(Random(seed)), as_of=DAY)
    return {
        name: text
        for each in made.artifacts
        for name, text in Kyverno().objects(each.path, each.content).items()
    }


def said(documents: Objects, place: Place, tags: Tags) -> Verdict:
    """Ask the interpreter of the test suite, policy by policy."""
    given = at(place, tags)
    request = given["request"] | {"object": given["object"], "oldObject": given["oldObject"]}
    verdicts = [Verdict.ALLOWED]
    for document in map(json.decode, documents.values()):
        spec = document["spec"]
        if matches(spec["matchConstraints"], request, given["namespaceObject"]):
            decided = ready(json.encode(document).decode()).decide(
                request, namespace=given["namespaceObject"]
            )
            verdicts += strictest(spec["validationActions"]) if decided.denied else []
    return max(verdicts)
