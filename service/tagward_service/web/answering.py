"""Pages as answers: what a browser may do with them, and errors that people can read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tagward_service.api.problems import KINDS, ApiError
from tagward_service.web.rendering import HERE, page
from tagward_service.web.site import Site

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-frame-options": "DENY",
}
FOREVER = "public, max-age=31536000, immutable"
LOGIN = "/login"


@cache
def style() -> tuple[str, bytes]:
    """Return the name of the style sheet, which changes with its content, and the content."""
    content = (HERE / "style.css").read_bytes()
    return f"/assets/style-{sha256(content).hexdigest()[:12]}.css", content


def site_of(request: Request) -> Site:
    """Make the links of a page of the service."""
    return Site(style()[0], has_logout=bool(getattr(request.state, "by_cookie", False)))


def answer(content: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(content, status, {**HEADERS, **(headers or {})})


def error_page(request: Request, error: ApiError) -> Response:
    """Answer with what went wrong; who is not known is led to the door."""
    if error.kind == "unauthorized":
        return to_login(request)
    kind = KINDS[error.kind]
    kept = {name: value for name, value in error.headers.items() if name.lower() in ("retry-after", "allow")}
    content = page(
        "error.html",
        site_of(request),
        lambda _: "",
        title=kind.title,
        current="",
        board=None,
        kind=kind,
        detail=error.detail,
        request_id=request.state.request_id,
    )
    return answer(content, kind.status, kept)


def to_login(request: Request) -> Response:
    """Lead to the login form, and back afterwards.

    A browser that follows a link from elsewhere leaves out cookies that are `SameSite=Strict`: it is asked
    to come again from here.
    """
    from_elsewhere = request.headers.get("sec-fetch-site") == "cross-site"
    if from_elsewhere and request.method == "GET":
        here = _here(request)
        return answer(
            page(
                "again.html",
                site_of(request),
                lambda _: "",
                title="One moment",
                current="",
                board=None,
                here=here,
            )
        )
    return RedirectResponse(f"{LOGIN}?next={quote(_here(request), safe='')}", 303, dict(HEADERS))


def _here(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
