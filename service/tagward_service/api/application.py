"""The API as an application: endpoints, who may use them, and what becomes of errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends as Dependency
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from tagward.diagnostics import did_you_mean, printable
from tagward_service.admission.log import Log
from tagward_service.api.bodies import JSON
from tagward_service.api.description import ABOUT, described, published
from tagward_service.api.endpoints import Endpoints, Parts
from tagward_service.api.page import page
from tagward_service.api.problems import ApiError, WrongParameter, of_status
from tagward_service.api.queries import LintQuery, PolicyQuery
from tagward_service.api.shell import Shell
from tagward_service.api.store_endpoints import StoreEndpoints
from tagward_service.api.store_queries import (
    CoverageQuery,
    DisputesQuery,
    FindingsQuery,
    NoQuery,
    ReadinessQuery,
    ScansQuery,
)
from tagward_service.api.tokens import Role
from tagward_service.web.asking_for import wants_page
from tagward_service.web.desk import Desk

_QUERIES: Mapping[str, type[BaseModel]] = {
    "lint": LintQuery,
    "scans": ScansQuery,
    "scan": NoQuery,
    "findings": FindingsQuery,
    "disputes": DisputesQuery,
    "coverage": CoverageQuery,
    "readiness": ReadinessQuery,
}
"""The parameters of each operation; those that are not here take a day."""


def application(parts: Parts, log: Log, desk: Desk | None = None) -> ASGIApp:
    """Build the API with everything around it, and the dashboard where there is a desk for it."""
    return Shell(framework(parts, desk), log, parts.api_metrics)


def framework(parts: Parts, desk: Desk | None = None) -> FastAPI:
    """Build the API itself."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, **ABOUT)
    _add_endpoints(app, parts)
    app.add_exception_handler(ApiError, _problem)
    app.add_exception_handler(RequestValidationError, _wrong_parameters)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(Exception, _bug)
    _add_documentation(app, parts)
    if desk is not None:
        from tagward_service.web.routes import add_pages

        add_pages(app, desk, parts.access, Endpoints(parts).of_store())
    return app


def _add_endpoints(app: FastAPI, parts: Parts) -> None:
    endpoints = Endpoints(parts)

    def needs(role: Role) -> Sequence[Dependency]:
        async def admit(request: Request) -> None:
            parts.access.admit(request, role)

        return [Depends(admit)]

    app.post("/v1/lint", dependencies=needs("lint"), **described("lint"))(endpoints.lint)
    app.get("/v1/policy", dependencies=needs("read"), **described("policy"))(endpoints.policy)
    app.get("/v1/compile/{target}", dependencies=needs("compile"), **described("compile"))(endpoints.compile)
    _add_store(app, endpoints.of_store(), needs("read"))
    app.get("/metrics", dependencies=needs("read"), **described("metrics"))(endpoints.metrics)
    app.get("/healthz", **described("healthz"))(endpoints.alive)
    app.get("/readyz", **described("readyz"))(endpoints.ready)


def _add_store(app: FastAPI, endpoints: StoreEndpoints, reading: Sequence[Dependency]) -> None:
    app.get("/v1/scans", dependencies=reading, **described("scans"))(endpoints.scans)
    app.get("/v1/scans/{scan}", dependencies=reading, **described("scan"))(endpoints.scan)
    app.get("/v1/findings", dependencies=reading, **described("findings"))(endpoints.findings)
    app.get("/v1/disputes", dependencies=reading, **described("disputes"))(endpoints.disputes)
    app.get("/v1/coverage", dependencies=reading, **described("coverage"))(endpoints.coverage)
    app.get("/v1/readiness", dependencies=reading, **described("readiness"))(endpoints.readiness)


def _add_documentation(app: FastAPI, parts: Parts) -> None:
    """Add the description of the endpoints; it is written once, as anybody may ask for it."""
    described = published(app, has_tokens=parts.access.tokens is not None)
    document, as_page = msgspec.json.encode(described), page(described)

    async def openapi() -> Response:
        return Response(document, media_type=JSON)

    async def docs() -> Response:
        return HTMLResponse(as_page)

    app.get("/openapi.json", include_in_schema=False)(openapi)
    app.get("/docs", include_in_schema=False)(docs)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    request.state.why = error.kind
    error_page = getattr(request.app.state, "error_page", None)
    if error_page is not None and wants_page(request):
        shown: Response = error_page(request, error)
        return shown
    return error.response(request.state.request_id)


async def _wrong_parameters(request: Request, error: Exception) -> Response:
    """Say what is expected of each parameter, and never what was given: it may be a secret."""
    assert isinstance(error, RequestValidationError)
    known = _QUERIES.get(request.scope["route"].operation_id, PolicyQuery).model_fields
    wrong = [_wrong(each, known) for each in error.errors()]
    listed = "; ".join(f"`{each.parameter}`: {each.detail}" for each in wrong)
    return await _problem(request, ApiError("parameters", listed, errors=wrong))


def _wrong(error: dict[str, Any], known: Iterable[str]) -> WrongParameter:
    name = printable(str(error["loc"][:2][-1]))[:80]
    if error["type"] != "extra_forbidden":
        return WrongParameter(name, str(error["msg"]).removeprefix("Value error, "))
    guess = did_you_mean(name, known)
    return WrongParameter(
        name, "there is no such parameter" + (f"; did you mean `{guess}`?" if guess else "")
    )


async def _of_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return await _problem(request, of_status(error.status_code, headers))


async def _bug(request: Request, _: Exception) -> Response:
    return await _problem(request, ApiError("bug", "the log has more of it, under this request id"))
