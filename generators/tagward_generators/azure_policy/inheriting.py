"""Definitions that copy a missing tag from where the policy lets it count: resource group, subscription."""

from __future__ import annotations

from collections.abc import Iterator

from tagward.policy import Policy
from tagward_generators.azure_policy.conditions import condition
from tagward_generators.azure_policy.definitions import Definition
from tagward_generators.azure_policy.names import shortened, slug
from tagward_generators.azure_policy.reach import CLOUD, RESOURCES
from tagward_generators.azure_policy.text import field, names_safely, value
from tagward_generators.azure_policy.writing import Json
from tagward_generators.facts import Blank, Has, Slot
from tagward_generators.logic import Expression, every, negate
from tagward_generators.tag_facts import TagFacts
from tagward_generators.violations import Violations

INHERIT = "inheritEffect"

TAG_CONTRIBUTOR = "/providers/Microsoft.Authorization/roleDefinitions/4a9ae827-6dc8-4573-8ac7-8239d42aa03f"
"""The role that may change tags and nothing else."""


def inheriting(violations: Violations) -> Iterator[Definition]:
    """Write one definition for each tag and each layer that it may be copied from."""
    for facts in violations.tags.values():
        key = facts.tag.keys[CLOUD]
        if not all(names_safely(slot.key) for slot in facts.slots):
            continue
        for layer in RESOURCES.platform.layers:
            if layer in facts.tag.inherit:
                yield _definition(violations.policy, facts, Slot(key, layer))


def _definition(policy: Policy, facts: TagFacts, source: Slot) -> Definition:
    tag = facts.tag.id
    return Definition(
        shortened(f"{policy.name}-{slug(tag)}-from-{source.layer}"),
        tag,
        ("inherit",),
        RESOURCES.mode,
        f"{policy.name}: {tag} is copied from the {source.layer.replace('-', ' ')} where it is missing",
        "",
        condition(_needed(facts, source)),
        INHERIT,
        ("Disabled", "Modify"),
        _details(source),
    )


def _needed(facts: TagFacts, source: Slot) -> Expression:
    """Say that the tag is nowhere nearer, and that there is something to copy."""
    layers = [slot.layer for slot in facts.slots]
    nearer = facts.slots[: layers.index(source.layer)]
    nothing = negate(Blank(source, facts.placeholders))
    return every(*(negate(Has(slot)) for slot in nearer), Has(source), nothing)


def _details(source: Slot) -> Json:
    operation = {"operation": "add", "field": field(source.key), "value": f"[{value(source)}]"}
    return {
        "roleDefinitionIds": [TAG_CONTRIBUTOR],
        "conflictEffect": "audit",
        "operations": [operation],
    }
