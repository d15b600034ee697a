"""Exemptions: of what they spare whom, and how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from tagward_generators.deciding.rulings import RefusedError

FOREVER = "9999"
"""An instant that is later than any that is written down."""


class Exemption(Struct, frozen=True, order=True):
    """What is below a scope is spared, until an instant (ISO 8601)."""

    scope: str
    until: str

    def spares(self, scope: str, after: str) -> bool:
        """Say whether it spares what is at a scope, after an instant, "" for before all."""
        return is_within(scope, self.scope) and self.until > after


class _Written(Struct, frozen=True, rename="camel"):
    policy_assignment_id: str
    policy_definition_reference_ids: tuple[str, ...] | None = None
    expires_on: str | None = None
    resource_selectors: tuple[Any, ...] | None = None


class Exempt(Struct, frozen=True):
    """An exemption from an assignment, or from some of its definitions."""

    assignment: str
    references: tuple[str, ...]
    exemption: Exemption

    @classmethod
    def read(cls, scope: Any, properties: Mapping[str, Any]) -> Exempt:
        """Read the body of one. Raises RefusedError and msgspec.ValidationError."""
        written = msgspec.convert(properties, _Written)
        if written.resource_selectors:
            raise RefusedError("it has selectors")
        return cls(
            written.policy_assignment_id.rpartition("/")[2],
            written.policy_definition_reference_ids or (),
            Exemption(msgspec.convert(scope, str), written.expires_on or FOREVER),
        )

    def covers(self, reference: str) -> bool:
        """Say whether it is about a definition of the assignment."""
        return not self.references or reference in self.references


def is_within(scope: str, outer: str) -> bool:
    """Say whether a scope is another, or below it."""
    return f"{scope}/".lower().startswith(f"{outer.rstrip('/')}/".lower())
