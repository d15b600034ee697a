"""The Serverless Application Model (SAM): tags under `Globals`, and resources that events imply.

How globals are merged, and which events make an API, is read from aws-sam-translator 1.110.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tagward_service.sources.cloudformation.types import SERVERLESS
from tagward_service.sources.cloudformation.values import intrinsic

_API_OF_EVENT = {"Api": "RestApiId", "HttpApi": "ApiId"}


def global_tags(native: str, resource: Mapping[str, Any], sections: Mapping[str, Any]) -> Any:
    """Return the tags that `Globals` give to a resource, as they are written; None when there are none."""
    section = sections.get(native.removeprefix(SERVERLESS)) if native.startswith(SERVERLESS) else None
    ignored = resource.get("IgnoreGlobals")
    is_ignored = ignored == "*" or (isinstance(ignored, list) and "Tags" in ignored)
    return None if is_ignored or not isinstance(section, dict) else section.get("Tags")


def replaces_globals(own: Any) -> bool:
    """Tell whether tags of a resource replace the global ones: a map is merged with a map, key by key."""
    return own is not None and (not isinstance(own, dict) or intrinsic(own) is not None)


def implied_apis(native: str, properties: Mapping[str, Any]) -> Iterator[str]:
    """Name the events of a function that make an API which the template does not show."""
    events = properties.get("Events") if native == "AWS::Serverless::Function" else None
    for name, event in events.items() if isinstance(events, dict) else ():
        kind = event.get("Type") if isinstance(event, dict) else None
        reference = _API_OF_EVENT.get(kind) if isinstance(kind, str) else None
        given = event.get("Properties") if reference else None
        if reference and not (isinstance(given, dict) and reference in given):
            yield name
