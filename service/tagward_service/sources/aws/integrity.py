"""Answers that are cut off, or come from somebody else: botocore takes them for empty ones.

Its JSON parser turns a body that is no JSON into `{"message": BODY}`, and its XML parser reads a page of HTML
as an answer without members (botocore/parsers.py, 1.44.5). Either would be an account without resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tagward_service.sources.aws.problems import Odd

_OK = 200
_PAGE = (b"<!doctype html", b"<html")


def refuse_unreadable(operation_model: Any, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Raise Odd for an answer that is not what its service writes; a handler of `before-parse`."""
    body = response_dict["body"]
    if response_dict["status_code"] != _OK or not isinstance(body, bytes) or not body:
        return
    name = f"`{operation_model.service_model.service_name}:{operation_model.name}`"
    if body[:100].lstrip().lower().startswith(_PAGE):
        raise Odd(f"{name} was answered with a web page: is a proxy between here and AWS?")
    if "json" in operation_model.service_model.resolved_protocol:
        try:
            msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError as error:
            raise Odd(f"the answer of {name} is cut off, or no JSON: {error}") from None
