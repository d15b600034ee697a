"""Definitions, initiative, assignment and exemptions as bodies of Azure Resource Manager."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from tagward.policy import Exemption, Policy
from tagward_generators.azure_policy.definitions import AUDIT, DENY, Definition
from tagward_generators.azure_policy.inheriting import INHERIT
from tagward_generators.azure_policy.names import LONGEST_ASSIGNMENT, cut, shortened, slug
from tagward_generators.azure_policy.settings import Settings
from tagward_generators.azure_policy.writing import Json

AUTHORIZATION = "Microsoft.Authorization"

VERSIONS = {
    "policyDefinitions": "2025-11-01",
    "policySetDefinitions": "2025-11-01",
    "policyAssignments": "2025-11-01",
    "policyExemptions": "2022-07-01-preview",
}
"""The version of the interface that each body is written for."""

LONGEST_TITLE = 128
LONGEST_TEXT = 512
LONGEST_METADATA = 1024

EFFECTS = {
    DENY: (("Audit", "Deny", "Disabled"), "What happens where the policy denies"),
    AUDIT: (("Audit", "Disabled"), "What happens where the policy warns or audits"),
    INHERIT: (("Disabled", "Modify"), "Whether missing tags are copied from what a resource lives in"),
}
"""Parameters of the initiative: what they may be, by default the first, and what they decide."""

WANTED = {DENY: "Deny", AUDIT: "Audit", INHERIT: "Modify"}
"""What the assignment passes: what the policy says."""


class Documents(Struct, frozen=True):
    """Writes the bodies for one policy and its definitions."""

    policy: Policy
    settings: Settings
    definitions: Sequence[Definition]

    @property
    def assignment_name(self) -> str:
        """The name of the assignment."""
        return shortened(self.policy.name, LONGEST_ASSIGNMENT)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the initiative, which once made can never be taken away."""
        return tuple(EFFECTS) if self.settings.inherit else (DENY, AUDIT)

    def definition(self, definition: Definition) -> Json:
        """Write one definition."""
        details = {"details": definition.details} if definition.details else {}
        properties = {
            **self._described(definition.title, definition.message, **_about(definition)),
            "mode": definition.mode,
            "parameters": {"effect": _parameter(definition.effects, "The effect of this definition")},
            "policyRule": {"if": definition.when, "then": {"effect": "[parameters('effect')]", **details}},
        }
        return _body("policyDefinitions", definition.name, properties)

    def initiative(self) -> Json:
        """Write the initiative, which passes each definition its effect."""
        properties = {
            **self._described(f"{self.policy.name}: tags", self.policy.description),
            "parameters": {name: _parameter(*EFFECTS[name]) for name in self.parameters},
            "policyDefinitions": list(map(self._member, self.definitions)),
        }
        return _body("policySetDefinitions", shortened(self.policy.name), properties)

    def _member(self, definition: Definition) -> Json:
        return {
            "policyDefinitionId": self._id("policyDefinitions", definition.name),
            "policyDefinitionReferenceId": definition.name,
            "parameters": {"effect": {"value": f"[parameters('{definition.passes}')]"}},
        }

    def assignment(self) -> Json:
        """Write the assignment, with an identity where tags are copied."""
        properties = {
            "displayName": cut(f"{self.policy.name}: tags", LONGEST_TITLE),
            "policyDefinitionId": self._id("policySetDefinitions", shortened(self.policy.name)),
            "enforcementMode": self.settings.enforcement_mode,
            "parameters": {name: {"value": WANTED[name]} for name in self.parameters},
            "nonComplianceMessages": list(self._messages()),
            "metadata": self._metadata(),
        }
        body = _body("policyAssignments", self.assignment_name, properties)
        if self.settings.inherit:
            body |= {"location": self.settings.location, "identity": {"type": "SystemAssigned"}}
        return body

    def _messages(self) -> Iterator[Json]:
        for definition in self.definitions:
            if definition.message:
                yield {
                    "message": cut(definition.message, LONGEST_TEXT),
                    "policyDefinitionReferenceId": definition.name,
                }

    def exemption(self, exemption: Exemption, account: str) -> Json:
        """Write the exemption of one subscription; `expires` is inclusive, in UTC."""
        properties = {
            "policyAssignmentId": self._id("policyAssignments", self.assignment_name),
            "policyDefinitionReferenceIds": list(self._exempted(exemption)),
            "exemptionCategory": "Waiver",
            "expiresOn": f"{exemption.expires}T23:59:59Z",
            "displayName": cut(f"{exemption.id}: {exemption.owner}", LONGEST_TITLE),
            "description": cut(exemption.reason, LONGEST_TEXT),
            "metadata": self._metadata(),
        }
        name = shortened(f"{self.policy.name}-{slug(exemption.id)}-{account}")
        return _body("policyExemptions", name, properties) | {"scope": f"/subscriptions/{account}"}

    def _exempted(self, exemption: Exemption) -> Iterator[str]:
        for definition in self.definitions:
            if definition.exempted and definition.tag in exemption.tags:
                yield definition.name

    def _described(self, title: str, description: str, **about: str) -> Json:
        told = {"description": cut(description, LONGEST_TEXT)} if description else {}
        return {
            "displayName": cut(title, LONGEST_TITLE),
            **told,
            "policyType": "Custom",
            "metadata": {"category": "Tags", **self._metadata(), **about},
        }

    def _metadata(self) -> Json:
        return {"policy": self.policy.name, "policyVersion": cut(self.policy.version, LONGEST_METADATA)}

    def _id(self, kind: str, name: str) -> str:
        return f"{self.settings.scope}/providers/{AUTHORIZATION}/{kind}/{name}"


def _about(definition: Definition) -> dict[str, str]:
    """Name the rules of the policy that a definition says; properties of metadata have a length."""
    return {
        "tag": cut(definition.tag, LONGEST_METADATA),
        "rules": cut(", ".join(definition.rules), LONGEST_METADATA),
    }


def _parameter(effects: tuple[str, ...], title: str) -> Json:
    return {
        "type": "String",
        "defaultValue": effects[0],
        "allowedValues": list(effects),
        "metadata": {"displayName": title},
    }


def _body(kind: str, name: str, properties: Json) -> Json:
    return {
        "apiVersion": VERSIONS[kind],
        "type": f"{AUTHORIZATION}/{kind}",
        "name": name,
        "properties": properties,
    }
