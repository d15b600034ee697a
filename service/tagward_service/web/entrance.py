"""Who may see the pages: the tokens of the API, carried in a cookie that no script and no other site gets."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tagward_service.api.access import Access
from tagward_service.api.problems import ApiError
from tagward_service.loopback import is_loopback
from tagward_service.web.answering import HEADERS, LOGIN, answer, site_of
from tagward_service.web.rendering import page

SECONDS = 12 * 60 * 60
"""So long a login lasts, unless its token ends before."""

LONGEST = 4096
"""Bytes of a form that are read."""

_SECURE, _PLAIN = "__Host-tagward", "tagward"
"""The browser itself refuses a cookie of the first name without TLS, or of another host."""


class Entrance:
    """Lets people in and out."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def admit(self, request: Request) -> None:
        """Let a request in by its cookie or its header, or raise ApiError."""
        secret = request.cookies.get(_cookie(request), "")
        if secret and "authorization" not in request.headers:
            request.state.by_cookie = self._access.tokens is not None
            self._access.admit_with(secret, request, "read")
        else:
            self._access.admit(request, "read")

    async def form(self, request: Request) -> Response:
        """Show the login form; who needs none is led on."""
        back = _inside(request.query_params.get("next", "/"))
        if self._access.tokens is None:
            return RedirectResponse(back, 303, dict(HEADERS))
        return _form(request, back, "")

    async def login(self, request: Request) -> Response:
        """Check a token, and give it back as a cookie."""
        _from_here(request)
        fields = await _fields(request)
        back, secret = _inside(fields.get("next", "/")), fields.get("token", "").strip()
        try:
            self._access.admit_with(secret, request, "read")
        except ApiError as error:
            if error.kind not in ("unauthorized", "forbidden"):
                raise
            return _form(request, back, error.detail, 403 if error.kind == "forbidden" else 401)
        answered = RedirectResponse(back, 303, dict(HEADERS))
        name = _cookie(request)
        secure = name == _SECURE
        answered.set_cookie(name, secret, SECONDS, secure=secure, httponly=True, samesite="strict")
        return answered

    async def logout(self, request: Request) -> Response:
        """Have the browser forget the token."""
        _from_here(request)
        answered = RedirectResponse(LOGIN, 303, {**HEADERS, "clear-site-data": '"cache"'})
        name = _cookie(request)
        answered.delete_cookie(name, secure=name == _SECURE, httponly=True, samesite="strict")
        return answered


def _form(request: Request, back: str, fault: str, status: int = 200) -> Response:
    shown = page(
        "login.html",
        site_of(request),
        lambda _: "",
        title="Log in",
        current="",
        board=None,
        back=back,
        fault=fault,
    )
    return answer(shown, status)


def _cookie(request: Request) -> str:
    """Name the cookie: only plain HTTP to this very machine may do without `Secure`."""
    is_plain = request.url.scheme == "http" and is_loopback(request.url.hostname or "")
    return _PLAIN if is_plain else _SECURE


def _from_here(request: Request) -> None:
    """Refuse forms that another site sends (Fetch Metadata; `origin` where a browser has none of it)."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    host = request.headers.get("host", "")
    foreign = site not in (None, "same-origin", "none") or (
        origin is not None and origin.partition("://")[2] != host
    )
    if foreign:
        raise ApiError("cross-site", "this form was not sent from a page of this service")


async def _fields(request: Request) -> dict[str, str]:
    """Read a form; raises ApiError when it is too large."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > LONGEST:
            raise ApiError("too-large", "a login form is smaller than that")
    found = parse_qs(content.decode("utf-8", "replace"), max_num_fields=10)
    return {name: values[0] for name, values in found.items()}


def _inside(back: str) -> str:
    """Return a way back that leads to a page of this service, and nowhere else."""
    safe = (
        back.startswith("/")
        and not back.startswith(("//", "/\\"))
        and back.isprintable()
        and "\\" not in back
    )
    return back if safe and back.isascii() else "/"
