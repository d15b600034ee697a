"""The laws of compilation for Azure Policy: each resource, each definition that is assigned to it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from tagward.catalog import native_types
from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Code
from tagward.language import AzurePolicy, Targets
from tagward.policy import Policy
from tagward.resource import Layer, Resource
from tagward_generators import target
from tagward_generators.azure_policy.reach import CONTAINERS, GROUP, SUBSCRIPTION
from tagward_generators.targets import Compilation
from tests.generators import random_policies
from tests.generators.laws import Breach, Row, broken_rows, exact_rows
from tests.generators.random_policies import DAY
from tests.generators.random_tags import tags
from tests.generators.worlds import AZURE, SUBSCRIPTIONS
from tests.oracles.azure_subset import effect
from tests.oracles.azure_template import Scene

TYPES = (
    "azure:Microsoft.Compute/virtualMachines",
    "azure:Microsoft.Compute/virtualMachines",
    "azure:Microsoft.Compute/disks",
    "azure:Microsoft.Storage/storageAccounts",
    "azure:Microsoft.MachineLearningServices/workspaces",
    GROUP,
    SUBSCRIPTION,
)
REGIONS = ("westeurope", "westus3", "eastus", "eastus2")
NAMES = ("web-1", "WEB-1", "web-x", "db-1", "Web.x", "w1", "w", "webxx")
EFFECTS = {"Deny": ("deny",), "Audit": ("warn", "audit")}
"""The modes that an effect stands for."""

Ask = Callable[[Mapping[str, Any], "Asked", str], str]
"""From a definition, what it is asked of, and the effect that it is passed, to the effect that it has."""


@dataclass(frozen=True)
class Asked:
    """A resource as Azure sees it, with what it lives in."""

    resource: Mapping[str, Any]
    group: Mapping[str, Any]
    subscription: Mapping[str, Any]

    @property
    def is_container(self) -> bool:
        return self.resource["type"] in CONTAINERS.values()


def policy(rng: Random) -> Policy:
    """Make a policy with settings of the target."""
    settings = AzurePolicy(
        scope=rng.choice((UNSET, f"/subscriptions/{SUBSCRIPTIONS[0]}")),
        resource_groups=rng.choice((UNSET, UNSET, True, False)),
        subscriptions=rng.choice((UNSET, UNSET, True, False)),
    )
    return replace(random_policies.policy(rng, AZURE), targets=Targets(azure_policy=settings))


def compiled(drawn: Policy) -> Compilation:
    return target("azure-policy").compile(drawn, as_of=DAY)


def resource(rng: Random, drawn: Policy) -> Resource:
    """Make a resource as the sources of plans do, with known tags around it."""
    type_ = rng.choice(TYPES)
    above = {GROUP: ("subscription",), SUBSCRIPTION: ()}.get(type_, ("resource-group", "subscription"))
    name = rng.choice(NAMES)
    return Resource(
        cloud="azure",
        type=type_,
        native=rng.choice(native_types(type_)),
        address=f"x.{name}",
        name=name,
        account=rng.choice(SUBSCRIPTIONS),
        region=None if type_ == SUBSCRIPTION else rng.choice(REGIONS),
        namespace="",
        tags=tags(rng, drawn, AZURE),
        inherited=tuple(Layer(each, "x", layer(rng, drawn)) for each in above if rng.random() < 0.5),
    )


def layer(rng: Random, drawn: Policy) -> dict[str, str]:
    """Make tags of what resources live in; their names are spelled as in the policy, or quite differently."""
    known = {key.lower(): key for tag in drawn.tags for key in (*tag.keys.values(), *aliases(tag))}
    return {known.get(key.lower(), key): value for key, value in tags(rng, drawn, AZURE).items()}


def aliases(tag: Any) -> Iterator[str]:
    return (alias.key for alias in tag.aliases)


def asked_of(made: Resource) -> Asked:
    """Spell a resource as Azure Resource Manager does."""
    above = {each.origin: dict(each.tags) for each in made.inherited}
    spelled = CONTAINERS.get(made.type) or made.type.removeprefix("azure:")
    return Asked(
        {
            "type": spelled,
            "name": made.account if made.type == SUBSCRIPTION else made.name,
            **({"location": made.region} if made.region else {}),
            **({"tags": dict(made.tags)} if made.tags else {}),
        },
        {"tags": above.get("resource-group", {})},
        {"subscriptionId": made.account, "tags": above.get("subscription", {})},
    )


def by_subset(definition: Mapping[str, Any], asked: Asked, passed: str) -> str:
    """Ask the small interpreter of the ordinary suite."""
    return effect(definition, Scene(asked.resource, {"effect": passed}, asked.group, asked.subscription))


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
    doubts = any(each.code is Code.UNKNOWN for each in judged.findings)
    for word, modes in EFFECTS.items():
        broken = frozenset[Row]().union(*(broken_rows(judged, mode) for mode in modes))
        applied = [assigned.rows(name) for name, effect in said if effect == word]
        for rows in applied:
            if not _is_broken(rows, broken, doubts=doubts):
                yield Breach("L1", f"{word} of {sorted(rows)}, which is not broken")
        missed = (broken & exact_rows(compilation)) - frozenset[Row]().union(*applied)
        if missed:
            yield Breach("L2", f"let through what breaks {sorted(missed)}")


def _is_broken(rows: frozenset[Row], broken: frozenset[Row], *, doubts: bool) -> bool:
    """Say whether evaluation denies what a definition does.

    Of several requirements of a tag evaluation names the strongest, and an unknown key that may be a known
    one misspelt as that, or as a doubt where nobody knows whether the tag is required.
    """
    tags = {tag for tag, _ in rows}
    return any(tag in tags or "*" in tags for tag, _ in broken) or (doubts and "*" in tags)


def evaluator(drawn: Policy) -> Evaluator:
    return Evaluator(drawn, as_of=DAY, surface="cloud")
