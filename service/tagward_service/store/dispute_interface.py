"""Disputes as a store keeps them: costs that a team says are not theirs, and everything that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

MOST_NAMES = 10_000
"""So many resources, services ... one dispute can be about."""

MOST_DISPUTES = 1000
"""So many disputes make the longest page."""


class DisputeState(StrEnum):
    """What became of a dispute."""

    OPEN = "open"
    EXCLUDED = "excluded"
    """The costs are nobody's."""
    REASSIGNED = "reassigned"
    """Another team has the costs."""
    REJECTED = "rejected"
    """The costs stay where they are."""
    WITHDRAWN = "withdrawn"
    """The team itself let it go; nothing follows it."""


DECISIONS = (DisputeState.EXCLUDED, DisputeState.REASSIGNED, DisputeState.REJECTED)
"""What can be decided; a decision may be taken anew as long as the dispute is not withdrawn."""


class About(Struct, frozen=True, omit_defaults=True):
    """Which costs of a team are meant: AND between fields, OR inside one; exact names or shell globs.

    `periods` are months, as 2026-10. A field that is empty leaves it open.
    """

    resources: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()


class DisputeChange(Struct, frozen=True):
    """One line of a dispute's history, which is only ever added to; `to` is who got the costs."""

    state: DisputeState
    at: datetime
    by: str
    reason: str
    to: str = ""


class KeptDispute(Struct, frozen=True):
    """A dispute; `id` is D-1, D-2 ... under its policy, and its history begins with its opening."""

    id: str
    policy: str
    team: str
    about: About
    state: DisputeState
    to: str
    history: tuple[DisputeChange, ...]

    @property
    def opened(self) -> DisputeChange:
        """Return how it was opened."""
        return self.history[0]

    @property
    def decided(self) -> DisputeChange | None:
        """Return the decision that counts, or the withdrawal; None while it is open."""
        return None if self.state is DisputeState.OPEN else self.history[-1]


class DisputesWanted(Struct, frozen=True):
    """Which disputes are asked for: AND between fields, OR inside one; () leaves a field open.

    `teams` are those that dispute, and those that the costs were given to.
    """

    policy: str
    teams: Sequence[str] = ()
    states: Sequence[DisputeState] = ()


class DisputePage(Struct, frozen=True):
    """Some disputes, the newest first, and the opaque cursor of those that follow (None at the end)."""

    disputes: tuple[KeptDispute, ...]
    cursor: str | None


class Disputes(Protocol):
    """The disputes of a store."""

    def open(self, policy: str, team: str, about: About, *, reason: str, by: str) -> KeptDispute:
        """Open a dispute; raises QueryError for one that is about nothing, or about too much."""
        ...

    def change(
        self, policy: str, name: str, state: DisputeState, *, reason: str, by: str, to: str = ""
    ) -> KeptDispute:
        """Decide or withdraw a dispute; raises QueryError where there is none or it cannot become that."""
        ...

    def get(self, policy: str, name: str) -> KeptDispute:
        """Give one dispute by its id; raises QueryError when there is none."""
        ...

    def page(self, wanted: DisputesWanted, *, limit: int = 100, cursor: str | None = None) -> DisputePage:
        """Give a page of disputes; raises QueryError for a cursor of another question."""
        ...

    def every(self, wanted: DisputesWanted) -> list[KeptDispute]:
        """Give all disputes that are wanted, the newest first, as they are at one moment."""
        ...
