"""Bodies of Azure Resource Manager as they are compared, without what Azure adds and where they live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_KEPT = ("name", "properties", "scope", "identity", "location")
"""What counts of a body; the scope is where an exemption holds, or an assignment if not everywhere."""

_BY_SERVER = frozenset(
    {
        *("version", "versions", "instanceId", "definitionVersion", "effectiveDefinitionVersion"),
        *("latestDefinitionVersion", "assignmentType", "scope", "assignmentScopeValidation"),
    }
)
_OF_METADATA = frozenset(
    {"createdBy", "createdOn", "updatedBy", "updatedOn", "assignedBy", "parameterScopes"}
)
_EMPTY: tuple[object, ...] = (None, [], {}, "")


def kind_of(body: Mapping[str, Any]) -> str:
    """Return the kind of a body: `policyDefinitions`."""
    return str(body["type"]).rpartition("/")[2]


def name_of(body: Mapping[str, Any]) -> str:
    """Name a body: `policyDefinitions/acme`."""
    return f"{kind_of(body)}/{body['name']}"


def plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what Azure adds, fields that say nothing, and the scopes in ids."""
    kept = {key: body[key] for key in _KEPT if key in body}
    properties = {
        key: _plain(key, value) for key, value in body["properties"].items() if key not in _BY_SERVER
    }
    kept["properties"] = {key: value for key, value in properties.items() if value not in _EMPTY}
    if "identity" in kept:
        kept["identity"] = {"type": kept["identity"]["type"]}
    return kept


def _plain(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _properties(key, value)
    if isinstance(value, list):
        return [_plain(key, each) for each in value]
    if key == "expiresOn":
        return _instant(value)
    return "/".join(value.split("/")[-2:]) if key in _IDS and isinstance(value, str) else value


def _instant(written: Any) -> Any:
    """Write an instant in one way: Azure adds fractions of a second."""
    try:
        at = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return written
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


_IDS = ("policyDefinitionId", "policyAssignmentId")


def _properties(key: str, value: Mapping[str, Any]) -> dict[str, Any]:
    if key == "policyRule":
        return dict(value)
    left_out = (
        _OF_METADATA if key == "metadata" else _BY_SERVER if key == "policyDefinitions" else frozenset[str]()
    )
    found = {name: _plain(name, each) for name, each in value.items() if name not in left_out}
    return {name: each for name, each in found.items() if each not in _EMPTY or name == "defaultValue"}
