"""The errors of the API (RFC 9457): each has a type, and a section of the documentation that it leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.responses import Response

from tagward_service.admission.problems import MEDIA_TYPE

GONE = 499
"""The status in the log where nobody waited for the answer."""


class Kind(Struct, frozen=True):
    """A kind of error: its status, its title, and what to do about it."""

    status: int
    title: str
    meaning: str


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "Bad request", "The request itself is broken; `detail` says where."),
    "unauthorized": Kind(
        401, "No valid token", "Send `authorization: Bearer TOKEN`. `tagward token NAME` makes a token."
    ),
    "forbidden": Kind(403, "The token lacks a role", "Ask for a token with the role that `detail` names."),
    "cross-site": Kind(
        403,
        "Not from here",
        "Forms are taken from pages of this service only: open the page and send it again.",
    ),
    "not-found": Kind(404, "Not found", "There is nothing of this name; /docs lists what there is."),
    "no-store": Kind(
        404,
        "No store",
        "Scans are kept by `tagward scan`; start the service with `--store URL` to ask about them.",
    ),
    "method-not-allowed": Kind(405, "Method not allowed", "The header `allow` lists what can be done."),
    "body-timeout": Kind(408, "The body did not arrive in time", "Send it again over a faster connection."),
    "too-large": Kind(
        413, "Too large", "Split the input, or raise `--api-max-body`. A plan with `-target` is smaller."
    ),
    "unsupported-media-type": Kind(
        415,
        "Unsupported media type",
        "Send `application/json` or `application/yaml`, uncompressed.",
    ),
    "misdirected": Kind(
        421,
        "Not a name of this service",
        "Without tokens it answers to `localhost` and 127.0.0.1 only.",
    ),
    "input": Kind(
        422, "The input cannot be judged", "`detail` says what the body is, and how to get the right one."
    ),
    "parameters": Kind(422, "Parameters cannot be used", "`errors` lists each with what is expected."),
    "does-not-fit": Kind(
        409, "The policy does not fit the target", "`detail` says what is too big and what to drop."
    ),
    "rate-limited": Kind(429, "Too many requests", "Wait as many seconds as `retry-after` says."),
    "abandoned": Kind(GONE, "Abandoned", "The client closed the connection; only the log has this."),
    "bug": Kind(
        500, "A bug in tagward", "Please report it; the log has what happened under the same request id."
    ),
    "busy": Kind(503, "Busy", "All workers are taken: wait as many seconds as `retry-after` says."),
    "store": Kind(503, "The store cannot be asked", "`detail` says why; once that is mended, ask again."),
    "not-ready": Kind(503, "No policy is loaded", "The log says why the policy could not be loaded."),
    "too-slow": Kind(
        504, "It took too long", "Split the input, or raise `--api-seconds`; asking again will not help."
    ),
}

_BY_STATUS: Mapping[int, str] = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    500: "bug",
}


class WrongParameter(Struct, frozen=True):
    """A parameter that cannot be used, and what is expected of it."""

    parameter: str
    detail: str


class Problem(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What went wrong with a request, and what to do about it."""

    type: Annotated[str, Meta(description="Which kind of error it is, and where it is explained.")]
    title: str
    status: int
    detail: str
    request_id: Annotated[str, Meta(description="The log has it, too.")]
    line: Annotated[int | None, Meta(description="Where in the body, if that is known.")] = None
    errors: list[WrongParameter] = []


class ApiError(Exception):
    """A request that is answered with a problem."""

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        line: int | None = None,
        errors: Sequence[WrongParameter] = (),
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.line = line
        self.errors = list(errors)

    def response(self, request_id: str) -> Response:
        """Make the answer."""
        kind = KINDS[self.kind]
        problem = Problem(
            type=type_of(self.kind),
            title=kind.title,
            status=kind.status,
            detail=self.detail,
            request_id=request_id,
            line=self.line,
            errors=self.errors,
        )
        body = msgspec.json.encode(problem)
        return Response(body, kind.status, self.headers, media_type=MEDIA_TYPE.decode())


def type_of(kind: str) -> str:
    """Return the type of a kind: a reference to where this very service explains it."""
    return f"/docs#{kind}"


def of_status(status: int, headers: Mapping[str, str] | None = None) -> ApiError:
    """Make an error of a status that the framework decided on."""
    kind, headers = _BY_STATUS.get(status, "bad-request"), dict(headers or {})
    if headers.get("allow") == "GET":
        headers["allow"] = "GET, HEAD"
    details = {
        "not-found": "there is nothing here; see /docs",
        "method-not-allowed": f"only {headers.get('allow', 'other methods')} can be done here",
    }
    return ApiError(kind, details.get(kind, HTTPStatus(status).phrase.lower()), headers=headers)
