"""Addresses of engines: the scheme, what they keep secret, and texts without it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus

from msgspec import Struct

from tagward.diagnostics import printable
from tagward.errors import UsageError

SECRET = re.compile(r"pass|pwd|secret|token|key|credential|auth", re.IGNORECASE)
"""What parameters of an address are called that nobody else may read."""

HIDDEN = "***"
LONGEST = 300


class Address(Struct, frozen=True):
    """The address of an engine; never shown, only its `scheme` is."""

    url: str
    scheme: str

    @property
    def rest(self) -> str:
        """What comes after the scheme."""
        return self.url.partition("://")[2]

    @property
    def place(self) -> str:
        """What stands between the scheme and the parameters."""
        return self.rest.partition("?")[0]

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters."""
        return dict(parse_qsl(self.rest.partition("?")[2], keep_blank_values=True))

    def without_secrets(self, said: object) -> str:
        """Return a text in one line in which no secret of the address is left."""
        text = str(said)
        for secret in sorted(set(self._secrets()), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        line = " ".join(text.split())
        return printable(line if len(line) <= LONGEST else f"{line[:LONGEST]} ...")

    def _secrets(self) -> Iterator[str]:
        """List what must not be told, in every way in which it may be written."""
        yield self.url
        user, _, password = self.rest.rpartition("@")[0].partition(":")
        named = (value for name, value in self.parameters.items() if SECRET.search(name))
        for secret in filter(None, (password, *named)):
            plain = {secret, unquote(secret), unquote_plus(secret)}
            yield from (f(each) for each in plain for f in (str, quote, quote_plus, _escaped))
            yield from (
                base64.b64encode(f"{unquote(user)}:{each}".encode()).decode() for each in plain if user
            )


def _escaped(text: str) -> str:
    """Write a text as it stands in the representation of an object."""
    return repr(text)[1:-1]


def address(url: str) -> Address:
    """Take an address apart; raises UsageError without showing it."""
    scheme, found, _ = url.strip().partition("://")
    if not found or not re.fullmatch("[A-Za-z][A-Za-z0-9+.-]*", scheme):
        raise UsageError("`--engine` is no address; write it like `trino://user@host:8080/catalog/schema`")
    return Address(url.strip(), scheme.lower())
