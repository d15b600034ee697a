"""Comparing ValidatingAdmissionPolicies in tests, and asking others about what was found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from random import Random
from typing import Any

from msgspec import json

from tagward_generators import target
from tagward_generators.deciding.comparing import Comparison, Difference, compare
from tagward_generators.deciding.kubernetes.requests import at
from tagward_generators.deciding.kubernetes.vap import KubernetesVap
from tagward_generators.deciding.rulings import Place, Tags, Verdict
from tagward_generators.deciding.sentences import tellings
from tests.generators.admission_laws import drawn_policy
from tests.generators.random_policies import DAY
from tests.oracles.vap_engine import Policy
from tests.oracles.vap_matching import matches

Objects = Mapping[str, str]
Document = dict[str, Any]

POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"

SOME = 4
"""At so many of the places of a difference others are asked."""


def objects(text: str) -> dict[str, str]:
    return dict(KubernetesVap().objects("x.yaml", text))


def compared(was: Objects, now: Objects) -> Comparison:
    family = KubernetesVap()
    return compare(family, family.read(was), family.read(now), {})


def told(was: Objects, now: Objects) -> list[str]:
    return [f"{each.direction}: {each.sentence()}" for each in tellings(compared(was, now).differences)]


def compiled(seed: int) -> dict[str, str]:
    made = target("kubernetes-vap").compile(drawn_policy(Random(seed)), as_of=DAY)
    return {
        name: text
        for each in made.artifacts
        for name, text in KubernetesVap().objects(each.path, each.content).items()
    }


def untrue(differences: Iterable[Difference], was: Objects, now: Objects) -> Iterator[tuple[Place, Tags]]:
    """List examples that are not judged as they are told."""
    for difference in differences:
        tags = dict(difference.finding.tags)
        for place in difference.places[:SOME]:
            if [said(each, place, tags) for each in (was, now)] != list(difference.finding.verdicts):
                yield place, tags


def said(documents: Objects, place: Place, tags: Tags) -> Verdict:
    """Ask the interpreter of the test suite, binding by binding."""
    parsed = [json.decode(text) for text in documents.values()]
    given = at(place, tags)
    request = given["request"] | {"object": given["object"], "oldObject": given["oldObject"]}
    verdicts = [Verdict.ALLOWED]
    for binding in (each["spec"] for each in parsed if each["kind"] == BINDING):
        name = binding["policyName"]
        (spec,) = (
            each["spec"] for each in parsed if (each["kind"], each["metadata"]["name"]) == (POLICY, name)
        )
        if matches(spec["matchConstraints"], request, given["namespaceObject"]):
            params = next((each for each in parsed if each["kind"] == "ConfigMap"), None)
            decided = ready(documents[f"{POLICY}/{name}"]).decide(
                request, namespace=given["namespaceObject"], params=params
            )
            verdicts += strictest(binding["validationActions"]) if decided.denied else []
    return max(verdicts)


def strictest(actions: Sequence[str]) -> list[Verdict]:
    """Return what actions come to."""
    return [
        {"Deny": Verdict.DENIED, "Warn": Verdict.WARNED, "Audit": Verdict.RECORDED}[each] for each in actions
    ]


@cache
def ready(text: str) -> Policy:
    """Compile a policy for the interpreter of the test suite."""
    return Policy(json.decode(text))
