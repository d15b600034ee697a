"""The laws of compilation for Azure Policy: each resource, each definition that is assigned to it."""

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Code
from tagward.language import AzurePolicy, Targets
from tagward.policy import Exemption, Policy, Selector
from tagward_generators import target
from tagward_generators.azure_policy.writing import count
from tagward_generators.targets import Compilation
from tests.generators import random_policies
from tests.generators.azure_policy_resources import Asked, asked_of, resource
from tests.generators.laws import Breach, Row, broken_rows, exact_rows, row_breaches
from tests.generators.random_policies import DAY
from tests.generators.worlds import AZURE, SUBSCRIPTIONS
from tests.oracles.azure_subset import effect
from tests.oracles.azure_template import Scene, TemplateError

EFFECTS = {"Deny": ("deny",), "Audit": ("warn", "audit")}
"""The modes that an effect stands for."""

Broken = Callable[[Policy], Compilation]
Ask = Callable[[Mapping[str, Any], Asked, str], str]
"""From a definition, what it is asked of, and the effect that it is passed, to the effect that it has."""


def policy(rng: Random) -> Policy:
    """Make a policy with settings of the target."""
    settings = AzurePolicy(
        scope=rng.choice((UNSET, f"/subscriptions/{SUBSCRIPTIONS[0]}")),
        resource_groups=rng.choice((UNSET, UNSET, True, False)),
        subscriptions=rng.choice((UNSET, UNSET, True, False)),
    )
    drawn = random_policies.policy(rng, AZURE)
    exemptions = tuple(_of_subscriptions(rng, each) for each in drawn.exemptions)
    return replace(drawn, exemptions=exemptions, targets=Targets(azure_policy=settings))


def _of_subscriptions(rng: Random, exemption: Exemption) -> Exemption:
    """Make it, by chance, one that Azure can keep by itself."""
    if rng.random() < 0.5:
        return exemption
    return replace(exemption, match=Selector(accounts=random_policies.some_of(rng, SUBSCRIPTIONS, 2)))


def compiled(drawn: Policy) -> Compilation:
    return target("azure-policy").compile(drawn, as_of=DAY)


def by_subset(definition: Mapping[str, Any], asked: Asked, passed: str) -> str:
    """Ask the small interpreter of the ordinary suite; a function that fails denies."""
    try:
        return effect(definition, Scene(asked.resource, {"effect": passed}, asked.group, asked.subscription))
    except TemplateError:
        return "Deny"


class Assigned:
    """A compilation as it is assigned: definitions, what each is passed, and exemptions."""

    def __init__(self, compilation: Compilation) -> None:
        bodies = [(each.kind, json.loads(each.content)) for each in compilation.artifacts]
        by_kind = {kind: [body for each, body in bodies if each == kind] for kind, _ in bodies}
        self.definitions = {each["name"]: each for each in by_kind.get("policyDefinitions", ())}
        self.exemptions = by_kind.get("policyExemptions", [])
        self.passed = dict(_passed(by_kind)) if bodies else {}

    def rows(self, name: str) -> frozenset[Row]:
        """Return the rules that a definition says."""
        about = self.definitions[name]["properties"]["metadata"]
        return frozenset((about["tag"], rule) for rule in about["rules"].split(", "))

    def effects(self, asked: Asked, ask: Ask) -> Iterator[tuple[str, str]]:
        """List the definitions that apply to a resource, with their effect."""
        for name, definition in self.definitions.items():
            seen = definition["properties"]["mode"] == "All" or not asked.is_container
            if seen and not self._exempt(name, asked):
                said = ask(definition, asked, self.passed[name])
                if said:
                    yield name, said

    def _exempt(self, name: str, asked: Asked) -> bool:
        here = f"/subscriptions/{asked.subscription['subscriptionId']}"
        return any(
            each["scope"] == here
            and name in each["properties"]["policyDefinitionReferenceIds"]
            and each["properties"]["expiresOn"] >= f"{DAY}T23:59:59Z"
            for each in self.exemptions
        )


def _passed(by_kind: Mapping[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """Follow parameters from the assignment through the initiative."""
    (initiative,), (assignment,) = by_kind["policySetDefinitions"], by_kind["policyAssignments"]
    given = assignment["properties"]["parameters"]
    for member in initiative["properties"]["policyDefinitions"]:
        name = member["parameters"]["effect"]["value"].removeprefix("[parameters('").removesuffix("')]")
        assert initiative["properties"]["parameters"][name]["defaultValue"] == "Audit"
        yield member["policyDefinitionId"].rpartition("/")[2], given[name]["value"]


def breaches(
    compilation: Compilation, assigned: Assigned, judged: Assessment, asked: Asked, ask: Ask
) -> Iterator[Breach]:
    """Compare what definitions do to one resource with the rules that evaluation finds broken."""
    said = list(assigned.effects(asked, ask))
    doubts = frozenset(each.tag for each in judged.findings if each.code is Code.UNKNOWN)
    for word, modes in EFFECTS.items():
        broken = frozenset[Row]().union(*(broken_rows(judged, mode) for mode in modes))
        applied = [assigned.rows(name) for name, effect in said if effect == word]
        for rows in applied:
            if not _is_broken(rows, broken, doubts=doubts):
                yield Breach("L1", f"{word} of {sorted(rows)}, which is not broken")
        missed = (broken & exact_rows(compilation)) - frozenset[Row]().union(*applied)
        if missed:
            yield Breach("L2", f"let through what breaks {sorted(missed)}")


def _is_broken(rows: frozenset[Row], broken: frozenset[Row], *, doubts: frozenset[str]) -> bool:
    """Say whether evaluation denies what a definition does.

    Of several requirements of a tag evaluation names the strongest, and an unknown key that may be a known
    one misspelt as that. Plans do not say that a subscription is in no region, so that there are doubts.
    """
    tags = {tag for tag, _ in rows}
    return any(tag in tags or "*" in tags for tag in {*doubts, *(tag for tag, _ in broken)})


def evaluator(drawn: Policy) -> Evaluator:
    return Evaluator(drawn, as_of=DAY, surface="cloud")


LIMITS = {"displayName": 128, "description": 512}
"""The most characters of what people read."""


def limit_breaches(compilation: Compilation) -> Iterator[Breach]:
    """Check what Azure takes of names, texts, conditions, counts and bodies (L4)."""
    for artifact in compilation.artifacts:
        body = json.loads(artifact.content)
        longest = 24 if artifact.kind == "policyAssignments" else 64
        properties = body["properties"]
        checks = {
            "name": len(body["name"]) <= longest and not set(body["name"]) & set("<>*%&:\\?.+/ "),
            "bytes": len(artifact.content.encode()) <= 1_048_576,
            "texts": all(len(properties.get(field, "")) <= most for field, most in LIMITS.items()),
            "metadata": all(len(value) <= 1024 for value in properties["metadata"].values()),
            "rule": "policyRule" not in properties or _takes(properties["policyRule"]["if"]),
            "parameters": len(properties.get("parameters", {})) <= 20,
            "definitions": len(properties.get("policyDefinitions", ())) <= 500,
            "messages": all(
                len(each["message"]) <= 512 for each in properties.get("nonComplianceMessages", ())
            ),
        }
        for what, fits in checks.items():
            if not fits:
                yield Breach("L4", f"{what} of {artifact.path}")


def _takes(rule: Any) -> bool:
    """Say whether Azure takes a rule: conditions, counts, functions and how deep they stand in each other."""
    text = json.dumps(rule)
    deepest = max(map(_depth, _expressions(rule)), default=0)
    return count(rule) <= 4096 and text.count('"count"') <= 10 and text.count("(") <= 2048 and deepest <= 64


def _expressions(written: Any) -> Iterator[str]:
    if isinstance(written, dict | list):
        for each in written.values() if isinstance(written, dict) else written:
            yield from _expressions(each)
    elif isinstance(written, str) and written.startswith("["):
        yield written


def _depth(expression: str) -> int:
    deepest = depth = 0
    for character in expression:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return deepest


def found(
    seed: int, broken: Broken = compiled, resources: int = 12, ask: Ask = by_subset
) -> Iterator[Breach]:
    """List the breaches of one random policy over random resources."""
    rng = Random(seed)
    drawn = policy(rng)
    compilation = broken(drawn)
    yield from row_breaches(drawn, compilation)
    yield from limit_breaches(compilation)
    assigned, judging = Assigned(compilation), evaluator(drawn)
    for _ in range(resources):
        made = resource(rng, drawn)
        yield from breaches(compilation, assigned, judging.assess(made), asked_of(made), ask)
