"""Bearer tokens: who may ask for what. A file names them and keeps their hashes, never the tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from tagward.diagnostics import quoted
from tagward.errors import PolicyError, UsageError
from tagward.reading.yaml_reader import Document, read_mapping
from tagward_service.admission.log import Log

Role = Literal["read", "lint", "compile"]
"""What a token is good for: to see the policy and the metrics, to have things judged, to compile."""

ROLES: tuple[Role, ...] = get_args(Role)

RoleSet = Literal["reader", "operator"]
"""A name for several roles: who looks, and who may do everything."""

ROLE_SETS: Mapping[RoleSet, frozenset[Role]] = {"reader": frozenset({"read"}), "operator": frozenset(ROLES)}

PREFIX = "tagward_"
"""How a token begins, so that scanners for leaked secrets can tell it."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_STARTER = "`tagward token NAME` makes an entry"
_BYTES = 32
_ALGORITHM = "sha256:"


class Token(Struct, frozen=True):
    """A token as it is known here; it is good to the end of the day `expires`."""

    name: str
    digest: bytes
    roles: frozenset[str]
    expires: date | None = None


class _Entry(Struct, forbid_unknown_fields=True):
    hash: Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
    roles: Annotated[list[Role | RoleSet], Meta(min_length=1)]
    expires: date | None = None


class Tokens:
    """The tokens of a file."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tuple(tokens)

    @property
    def names(self) -> frozenset[str]:
        """The names of the tokens."""
        return frozenset(token.name for token in self._tokens)

    def find(self, secret: bytes) -> Token | None:
        """Return the token that is shown; it takes as long for a wrong one as for a right one."""
        digest, found = sha256(secret).digest(), None
        for token in self._tokens:
            if compare_digest(token.digest, digest):
                found = token
        return found


class TokenFile:
    """The tokens in force: read anew when the file changes; a broken file leaves the last good one."""

    def __init__(self, path: Path, log: Log) -> None:
        self.path = path
        self.tokens = read_tokens(path)
        self._log = log
        self._fault = ""

    def refresh(self) -> None:
        """Read the file again. What is wrong with it is logged, once."""
        fault = ""
        try:
            self.tokens = read_tokens(self.path)
        except UsageError as error:
            fault = str(error)
        if fault and fault != self._fault:
            self._log.write("tokens refused", fault=fault, kept=sorted(self.tokens.names))
        self._fault = fault


def mint() -> str:
    """Make a token that nobody can guess."""
    return PREFIX + token_urlsafe(_BYTES)


def entry(secret: str, roles: Sequence[str], expires: date | None = None) -> dict[str, Any]:
    """Describe a token for the file."""
    described = {"hash": _ALGORITHM + sha256(secret.encode()).hexdigest(), "roles": list(roles)}
    return described | ({"expires": expires.isoformat()} if expires else {})


def is_name(text: str) -> bool:
    """Say whether a token can be called so; names end up in logs."""
    return _NAME.fullmatch(text) is not None


def read_tokens(path: Path) -> Tokens:
    """Read a file of tokens, `NAME: {hash: sha256:..., roles: [...]}`. Raises UsageError."""
    try:
        document = read_mapping(path.read_bytes(), str(path), "a token file", _STARTER)
        return Tokens(list(_tokens(document)))
    except PolicyError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        why = (error.strerror or "failed").lower()
        raise UsageError(f"cannot read the tokens {quoted(str(path))}: {why}") from None


def _tokens(document: Document) -> Iterator[Token]:
    seen: dict[bytes, str] = {}
    for name, data in document.data.items():
        token = _token(document, name, data)
        if token.digest in seen:
            raise _error(document, name, f"has the hash of {quoted(seen[token.digest])}; make another token")
        seen[token.digest] = name
        yield token


def _token(document: Document, name: str, data: object) -> Token:
    if not is_name(name):
        raise _error(document, name, "is no name of a token; use letters, digits, `.`, `_` and `-`")
    try:
        found = msgspec.convert(data, _Entry)
    except msgspec.ValidationError as error:
        raise _error(document, name, f"cannot be used: {error}") from None
    digest = bytes.fromhex(found.hash.removeprefix(_ALGORITHM))
    roles = frozenset[Role]().union(*map(_roles_of, found.roles))
    return Token(name, digest, roles, found.expires)


def _roles_of(name: Role | RoleSet) -> frozenset[Role]:
    """Return the roles that a name stands for."""
    if name == "reader" or name == "operator":  # mypy narrows this, and not `in`
        return ROLE_SETS[name]
    return frozenset({name})


def _error(document: Document, name: str, what: str) -> UsageError:
    return UsageError(f"{document.file}:{document.key_mark((name,)).line}: {quoted(name)} {what}")
