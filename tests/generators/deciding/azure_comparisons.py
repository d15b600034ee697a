"""Comparing assigned definitions of Azure Policy in tests, and asking others about what was found."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tagward_generators.deciding.azure.policy import AzurePolicy
from tagward_generators.deciding.azure.requests import scene, scope
from tagward_generators.deciding.comparing import Comparison, Difference, compare
from tagward_generators.deciding.rulings import Place, Tags, Verdict
from tagward_generators.deciding.sentences import tellings
from tagward_generators.targets import Compilation
from tests.generators.azure_policy_laws import EFFECTS, Assigned
from tests.generators.azure_policy_resources import Asked
from tests.oracles.azure_subset import effect
from tests.oracles.azure_template import Scene, TemplateError

Objects = Mapping[str, str]

VERDICTS = {"Deny": Verdict.DENIED, "Audit": Verdict.RECORDED, "": Verdict.ALLOWED}


def compared(was: Objects, now: Objects) -> Comparison:
    family = AzurePolicy()
    return compare(family, family.read(was), family.read(now), {})


def told(was: Objects, now: Objects) -> list[str]:
    return [f"{each.direction}: {each.sentence()}" for each in tellings(compared(was, now).differences)]


def objects(compilation: Compilation) -> dict[str, str]:
    return {
        name: text
        for each in compilation.artifacts
        for name, text in AzurePolicy().objects(each.path, each.content).items()
    }


def untrue(
    differences: Iterable[Difference], was: Compilation, now: Compilation
) -> Iterator[tuple[Place, Tags]]:
    """List examples that are not judged as they are told."""
    for difference in differences:
        tags = dict(difference.finding.tags)
        for place in difference.places:
            if [said(each, place, tags) for each in (was, now)] != list(difference.finding.verdicts):
                yield place, tags


def said(compilation: Compilation, place: Place, tags: Tags) -> Verdict:
    """Ask the interpreter of the test suite about each definition that is assigned."""
    seen = scene(place, tags)
    asked = Asked(seen.resource, seen.group, seen.subscription)
    made = Assigned(compilation)
    made.exemptions = [each for each in made.exemptions if _lasts(each, place)]
    effects = [effect for _, effect in made.effects(asked, _ask)]
    return max((VERDICTS[each] for each in effects), default=Verdict.ALLOWED)


def _lasts(exemption: Mapping[str, Any], place: Place) -> bool:
    assert scope(dict(place.facts)).startswith("/subscriptions/")
    return bool(exemption["properties"]["expiresOn"] > (place.fact("after") or ""))


def _ask(definition: Mapping[str, Any], asked: Asked, passed: str) -> str:
    assert passed in EFFECTS
    seen = Scene(asked.resource, {"effect": passed}, asked.group, asked.subscription)
    try:
        return effect(definition, seen)
    except TemplateError:
        return "Deny"
