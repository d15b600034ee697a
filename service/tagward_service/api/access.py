"""Who may ask, for what, and how often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import ceil

from msgspec import Struct
from starlette.requests import Request

from tagward_service.api.problems import ApiError
from tagward_service.api.rates import Rate, network_of
from tagward_service.api.tokens import Role, Token, TokenFile
from tagward_service.loopback import is_loopback

LONGEST = 512
"""Bytes of a token that are worth a hash."""

_CHALLENGE = 'Bearer realm="tagward"'


class Access(Struct, frozen=True):
    """The tokens that count; without a file of them, whoever reaches the loopback interface may do all."""

    rate: Rate
    today: Callable[[], date]
    tokens: TokenFile | None = None

    def admit(self, request: Request, role: Role) -> None:
        """Let a request in, or raise ApiError. The name of its token is noted for the log."""
        if self.tokens is None:
            _only_from_here(request)
            self._count(_address(request))
            return
        self._let_in(request, role, *self._shown(request))

    def admit_with(self, secret: str, request: Request, role: Role) -> None:
        """Let a request in by a token that came in another way than the header, or raise ApiError."""
        if self.tokens is None:
            self.admit(request, role)
        else:
            self._let_in(request, role, *self._known(secret))

    def _let_in(self, request: Request, role: Role, token: Token | None, fault: str) -> None:
        if token is None:
            self._count(_address(request))
            raise _unauthorized(fault)
        request.state.caller = token.name
        self._count(f"token {token.name}")
        if role not in token.roles:
            challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{role}"'
            raise ApiError(
                "forbidden",
                f"this takes a token with the role `{role}`",
                headers={"www-authenticate": challenge},
            )

    def _shown(self, request: Request) -> tuple[Token | None, str]:
        """Find the token of a request, or say what is wrong with it."""
        given = request.headers.getlist("authorization")
        if not given:
            return None, ""
        scheme, _, secret = given[0].strip().partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer" or not 0 < len(secret) <= LONGEST:
            return None, "the header `authorization` has to be one `Bearer TOKEN`"
        return self._known(secret.strip())

    def _known(self, secret: str) -> tuple[Token | None, str]:
        assert self.tokens is not None
        token = self.tokens.tokens.find(secret.encode()) if len(secret) <= LONGEST else None
        if token is None:
            return None, "nobody here knows this token"
        if token.expires is not None and token.expires < self.today():
            return None, f"the token has expired on {token.expires}"
        return token, ""

    def _count(self, caller: str) -> None:
        wait = self.rate.wait(caller)
        if wait:
            detail = f"there may be {self.rate.per_minute} requests a minute"
            raise ApiError("rate-limited", detail, headers={"retry-after": str(ceil(wait))})


def _unauthorized(fault: str) -> ApiError:
    challenge = f'{_CHALLENGE}, error="invalid_token"' if fault else _CHALLENGE
    detail = fault or "this takes a token: send `authorization: Bearer TOKEN`"
    return ApiError("unauthorized", detail, headers={"www-authenticate": challenge})


def _only_from_here(request: Request) -> None:
    """Refuse other names: a page in a browser could have its own name lead here (DNS rebinding)."""
    host = request.headers.get("host", "localhost")
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    if not is_loopback(name):
        raise ApiError("misdirected", "without tokens this answers to `localhost` and 127.0.0.1 only")


def _address(request: Request) -> str:
    return f"address {network_of(request.client.host)}" if request.client else "address"
