"""What a CloudFormation resource type is, where its tags are written, and whether it takes any."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from msgspec import Struct

from tagward.catalog import cloudformation_type, header, tagward_type
from tagward.resource import Taggability

Kind = Literal["map", "list"]

SERVERLESS = "AWS::Serverless::"
SERVERLESS_TYPES: Mapping[str, str] = {
    "AWS::Serverless::Api": "AWS::ApiGateway::Stage",
    "AWS::Serverless::Application": "AWS::CloudFormation::Stack",
    "AWS::Serverless::CapacityProvider": "AWS::Lambda::CapacityProvider",
    "AWS::Serverless::Function": "AWS::Lambda::Function",
    "AWS::Serverless::GraphQLApi": "AWS::AppSync::GraphQLApi",
    "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::WebSocketApi": "AWS::ApiGatewayV2::Api",
}
"""Types of SAM with a `Tags` map, and what gets those tags (aws-sam-translator 1.110.0)."""

_SERVERLESS_WITHOUT = {"AWS::Serverless::Connector", "AWS::Serverless::LayerVersion"}
SPECIFIED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "AWS::EC2::CapacityReservation": (("TagSpecifications",), "capacity-reservation"),
    "AWS::EC2::CapacityReservationFleet": (("TagSpecifications",), "capacity-reservation-fleet"),
    "AWS::EC2::ClientVpnEndpoint": (("TagSpecifications",), "client-vpn-endpoint"),
    "AWS::EC2::EC2Fleet": (("TagSpecifications",), "fleet"),
    "AWS::EC2::LaunchTemplate": (("TagSpecifications",), "launch-template"),
    "AWS::EC2::SpotFleet": (("SpotFleetRequestConfigData", "TagSpecifications"), "spot-fleet-request"),
    "AWS::WorkspacesInstances::Volume": (("TagSpecifications",), "volume"),
}
"""Types whose tags are in tag specifications: where, and under which resource type (cfn-lint schemas)."""

REPLICATED = "AWS::DynamoDB::GlobalTable"
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
_MODULE = "::MODULE"
_GLOBAL = (
    "AWS::Budgets::",
    "AWS::CloudFront::",
    "AWS::GlobalAccelerator::",
    "AWS::IAM::",
    "AWS::Organizations::",
    "AWS::Route53::",
    "AWS::Shield::",
)


class Tagging(Struct, frozen=True):
    """How a type is tagged: its tagward type, the property that holds tags, and whether it can.

    `kind` says whether that is a list or a map; None when nobody knows.
    """

    type: str
    path: tuple[str, ...]
    taggability: Taggability
    kind: Kind | None = None

    @property
    def place(self) -> str:
        """Where the tags are written."""
        return ".".join(("Properties", *self.path))


def is_global(native: str) -> bool:
    """Tell whether a type belongs to a service that has no region."""
    return native.startswith(_GLOBAL)


def tagging_of(native: str, properties: Mapping[str, Any]) -> Tagging:
    """Tell how a resource is tagged: by what its template shows, else by the catalogue."""
    known = cloudformation_type(native)
    name = known.tag_property if known and known.tag_property else "Tags"
    kind = "map" if native in SERVERLESS_TYPES else known.kind if known else None
    if native in SPECIFIED:
        path, what = SPECIFIED[native]
        why = f"`{native}` takes tags in `{path[-1]}` of the resource type `{what}`"
        return Tagging(_type(native), path, Taggability(True, why))
    if name in properties and not native.startswith(_CUSTOM):
        why = f"`{native}` has `{name}` in this template"
        return Tagging(_type(native), (name,), Taggability(True, why), kind)
    return Tagging(_type(native), (name,), _catalogued(native), kind)


def _type(native: str) -> str:
    expanded = SERVERLESS_TYPES.get(native, native)
    return tagward_type(expanded) or native


@cache
def _catalogued(native: str) -> Taggability:
    if native.startswith(_CUSTOM):
        return Taggability(False, "a custom resource calls a function of yours, which no tag reaches")
    if native.endswith(_MODULE):
        return Taggability(None, "a module, whose resources are not in this template")
    if native == REPLICATED:
        return Taggability(True, "each replica of a global table takes tags of its own")
    if native.startswith(SERVERLESS):
        return _serverless(native)
    known = cloudformation_type(native)
    if known is not None:
        says = f"takes tags in `{known.tag_property}`" if known.taggable else "takes no tags"
        source = header("cloudformation").source[0]
        catalogue = f"the catalogue ({source.name} {source.version})"
        return Taggability(known.taggable, f"{catalogue} says that `{native}` {says}")
    if native.startswith("AWS::"):
        return Taggability(None, "the template shows no `Tags`, and the type is not in the catalogue")
    return Taggability(None, "an extension that is not from AWS, and the template shows no `Tags`")


def _serverless(native: str) -> Taggability:
    if native in SERVERLESS_TYPES:
        why = f"`{native}` passes its `Tags` on to the `{SERVERLESS_TYPES[native]}` that it becomes"
        return Taggability(True, why)
    if native in _SERVERLESS_WITHOUT:
        return Taggability(False, f"`{native}` takes no tags")
    return Taggability(None, "the type is not in the catalogue")
