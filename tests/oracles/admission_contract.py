"""The checks that the API server makes of an answer to an admission request.

Kubernetes 1.36, apiserver/pkg/admission/plugin/webhook/request/admissionreview.go and errors/statuserror.go.
"""

import base64
import json
from typing import Any

import jsonpatch

LONGEST_WARNINGS = 4096
LONGEST_WARNING = 256


class InvalidResponseError(AssertionError):
    """An answer that the API server takes for a failed call."""


def verify(body: bytes, uid: str, *, mutating: bool) -> dict[str, Any]:
    """Return the response inside an answer. Raises InvalidResponseError."""
    review = json.loads(body)
    if (review.get("apiVersion"), review.get("kind")) != ("admission.k8s.io/v1", "AdmissionReview"):
        raise InvalidResponseError("another group, version or kind")
    response: dict[str, Any] = review.get("response") or {}
    if not response:
        raise InvalidResponseError("no response")
    if response.get("uid") != uid:
        raise InvalidResponseError(f"expected response.uid={uid}, got {response.get('uid')}")
    if not isinstance(response.get("allowed"), bool):
        raise InvalidResponseError("allowed is no boolean")
    _verify_patch(response, mutating=mutating)
    if not response["allowed"] and not response.get("status", {}).get("message"):
        raise InvalidResponseError("denied without explanation")
    return response


def _verify_patch(response: dict[str, Any], *, mutating: bool) -> None:
    there = [name for name in ("patch", "patchType") if response.get(name) is not None]
    if there and not mutating:
        raise InvalidResponseError("a validating webhook must not patch")
    if len(there) == 1:
        raise InvalidResponseError("patch and patchType come together")
    if there and response["patchType"] != "JSONPatch":
        raise InvalidResponseError("an unknown type of patch")


def applied(response: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Apply the patch of a response. Raises jsonpatch's errors where the API server would answer 500."""
    if "patch" not in response:
        return data
    patched: dict[str, Any] = jsonpatch.apply_patch(data, base64.b64decode(response["patch"]).decode())
    return patched


def shown_warnings(response: dict[str, Any]) -> list[str]:
    """Return the warnings that reach the client, cut as the API server cuts them."""
    warnings = list(dict.fromkeys(response.get("warnings", ())))
    if sum(map(len, warnings)) <= LONGEST_WARNINGS:
        return warnings
    kept, left = [], LONGEST_WARNINGS
    for each in warnings:
        cut = each[:LONGEST_WARNING]
        if len(cut) > left:
            break
        kept.append(cut)
        left -= len(cut)
    return kept
