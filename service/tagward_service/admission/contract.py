"""The AdmissionReview v1 contract of the Kubernetes API server: requests in, responses out."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct, field
from msgspec.structs import force_setattr

from tagward.errors import TagwardError

API_VERSION = "admission.k8s.io/v1"

JUDGED = ("CREATE", "UPDATE")
"""The operations that bring an object."""

Data = dict[str, Any]
_Parts = dict[str, Raw]
_Held = TypeVar("_Held")


class ReviewError(TagwardError):
    """What came in is no admission review; the message says why."""


class Kind(Struct, frozen=True):
    """A group, version and kind."""

    group: str = ""
    version: str = ""
    kind: str = ""


class Head(Struct, frozen=True, rename="camel"):
    """What an object begins with; the rest of it is the larger part by far."""

    api_version: Any = None
    kind: Any = None
    metadata: Any = None


class User(Struct, frozen=True):
    """Who asks."""

    username: Any = ""


class Request(Struct, frozen=True, rename="camel", kw_only=True, dict=True):
    """What the API server asks.

    `object` is a mapping on CREATE and UPDATE, `old_object` on UPDATE and DELETE; elsewhere they are
    whatever was sent, None as a rule. Both are decoded when somebody asks for them; the head of the object
    is there at once. `namespace_object` is the Namespace, for callers who know it; the API server sends none.
    """

    uid: str
    kind: Kind
    operation: str
    sub_resource: str = ""
    name: str = ""
    namespace: str = ""
    head: Head | str | bool | int | float | list[Any] | None = field(name="object", default=None)
    namespace_object: Any = None
    user: User = field(name="userInfo", default=User())
    dry_run: bool = False
    body: Raw = field(name="", default=Raw(b"{}"))  # the review that it came in, whatever that has for ""

    @property
    def outline(self) -> Data:
        """The object without all that is not its metadata."""
        return {"metadata": self.head.metadata} if isinstance(self.head, Head) else {}

    @cached_property
    def object(self) -> Any:
        """The object. Raises ReviewError where it holds what cannot be decoded."""
        return _decoded(_decode_object, bytes(self.body)).request.object

    @cached_property
    def old_object(self) -> Any:
        """The object as it was before. Raises ReviewError where it holds what cannot be decoded."""
        return _decoded(_decode_old_object, bytes(self.body)).request.old_object


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


class _Object(Struct):
    object: Any = None


class _OldObject(Struct, rename="camel"):
    old_object: Any = None


class _Holding(Struct, Generic[_Held]):
    request: _Held


class _Answered(Struct, rename="camel"):
    response: Response
    api_version: str = API_VERSION
    kind: str = "AdmissionReview"


_decode = msgspec.json.Decoder(_Asked).decode
_decode_object = msgspec.json.Decoder(_Holding[_Object]).decode
_decode_old_object = msgspec.json.Decoder(_Holding[_OldObject]).decode
_decode_parts = msgspec.json.Decoder(_Parts).decode
_encode = msgspec.json.Encoder().encode
_NULL, _NOTHING = "got `null`", b"null"


def read_request(body: bytes) -> Request:
    """Decode a review. Raises ReviewError when it is none, or not of a version that is spoken here."""
    body, asked = _asked(body)
    if asked.kind != "AdmissionReview" or asked.api_version != API_VERSION:
        raise ReviewError(f"expected an AdmissionReview of {API_VERSION}")
    if asked.request is None:
        raise ReviewError("an AdmissionReview without a request")
    if not asked.request.uid:
        raise ReviewError("a request without a uid, so that nobody could tell what is answered")
    if asked.request.operation in JUDGED and not isinstance(asked.request.head, Head):
        raise ReviewError(f"a request to {asked.request.operation} without an object")
    force_setattr(asked.request, "body", Raw(body))
    return asked.request


def _asked(body: bytes) -> tuple[bytes, _Asked]:
    """Decode a review, and return what was decoded; null is what is left out, as Go has it."""
    try:
        return body, _decoded(_decode, body)
    except ReviewError as error:
        if _NULL not in str(error):
            raise
    lean = _encode(_without_nulls(_decoded(_decode_parts, body)))
    return lean, _decoded(_decode, lean)


def _without_nulls(review: _Parts) -> dict[str, Any]:
    """Leave out what is null in a request and in its kind."""
    kept: dict[str, Any] = {name: value for name, value in review.items() if bytes(value) != _NOTHING}
    for name in ("request", "kind"):
        inner = bytes(kept.get(name, b""))
        if inner.startswith(b"{"):
            kept[name] = _without_nulls(_decoded(_decode_parts, inner))
    return kept


def _decoded(decode: Callable[[bytes], _Held], body: bytes) -> _Held:
    try:
        body.decode()  # as text that is skipped is not looked at
        return decode(body)
    except msgspec.ValidationError as error:
        raise ReviewError(f"not an AdmissionReview: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReviewError(f"the body is not JSON: {error}") from None


def write_response(response: Response) -> bytes:
    """Encode the review that answers."""
    return _encode(_Answered(response))


def patched(response: Response, operations: list[Data]) -> Response:
    """Add a JSON Patch, unless it is empty."""
    if not operations:
        return response
    patch = base64.b64encode(_encode(operations)).decode()
    return msgspec.structs.replace(response, patch=patch, patch_type="JSONPatch")
