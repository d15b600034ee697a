"""The AdmissionReview v1 contract of the Kubernetes API server: requests in, responses out."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from msgspec import Struct

from tagward.errors import TagwardError

API_VERSION = "admission.k8s.io/v1"

JUDGED = ("CREATE", "UPDATE")
"""The operations that bring an object."""

Data = dict[str, Any]


class ReviewError(TagwardError):
    """What came in is no admission review; the message says why."""


class Kind(Struct, frozen=True):
    """A group, version and kind."""

    group: str = ""
    version: str = ""
    kind: str = ""


class Request(Struct, frozen=True, rename="camel", kw_only=True):
    """What the API server asks.

    `object` is a mapping on CREATE and UPDATE, `old_object` on UPDATE and DELETE; elsewhere they are
    whatever was sent, None as a rule. `namespace_object` is the Namespace, for callers who know it; the API
    server sends none.
    """

    uid: str
    kind: Kind
    operation: str
    sub_resource: str = ""
    name: str = ""
    namespace: str = ""
    object: Any = None
    old_object: Any = None
    namespace_object: Any = None
    dry_run: bool = False


class Denial(Struct, frozen=True, rename="camel"):
    """The status of a denial, as kubectl shows it."""

    message: str
    code: int = 403
    reason: str = "Forbidden"


class Response(Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What is answered; `patch` and `patch_type` come together or not at all."""

    uid: str
    allowed: bool
    status: Denial | None = None
    warnings: tuple[str, ...] = ()
    audit_annotations: dict[str, str] = {}
    patch: str | None = None
    patch_type: str | None = None


class _Asked(Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    request: Request | None = None


class _Answered(Struct, rename="camel"):
    response: Response
    api_version: str = API_VERSION
    kind: str = "AdmissionReview"


_decode = msgspec.json.Decoder(_Asked).decode
_encode = msgspec.json.Encoder().encode


def read_request(body: bytes) -> Request:
    """Decode a review. Raises ReviewError when it is none, or not of a version that is spoken here."""
    try:
        asked = _decode(body)
    except msgspec.ValidationError as error:
        raise ReviewError(f"not an AdmissionReview: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReviewError(f"the body is not JSON: {error}") from None
    if asked.kind != "AdmissionReview" or asked.api_version != API_VERSION:
        raise ReviewError(f"expected an AdmissionReview of {API_VERSION}")
    if asked.request is None:
        raise ReviewError("an AdmissionReview without a request")
    if not asked.request.uid:
        raise ReviewError("a request without a uid, so that nobody could tell what is answered")
    if asked.request.operation in JUDGED and not isinstance(asked.request.object, dict):
        raise ReviewError(f"a request to {asked.request.operation} without an object")
    return asked.request


def write_response(response: Response) -> bytes:
    """Encode the review that answers."""
    return _encode(_Answered(response))


def patched(response: Response, operations: list[Data]) -> Response:
    """Add a JSON Patch, unless it is empty."""
    if not operations:
        return response
    patch = base64.b64encode(_encode(operations)).decode()
    return msgspec.structs.replace(response, patch=patch, patch_type="JSONPatch")
