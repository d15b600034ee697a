"""What teams of the estate say is not theirs, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tagward_service.store import clock
from tagward_service.store.dispute_interface import About, DisputeState
from tagward_service.store.interface import Store

FINOPS = "finops@acme.example"


def dispute(store: Store, policy: str) -> None:
    """Open disputes, and decide most of them."""
    for team, about, reason, by in (
        (
            "fraud-detection",
            About(services=("*Simple Storage*",), periods=("2026-09",)),
            "the backups of search",
            "ada",
        ),
        ("computer-vision", About(services=("*Storage*",)), "left by the old labelling tool", "kim"),
        (
            "nlp-assistants",
            About(projects=("*",), periods=("2026-10",)),
            "a test of the platform",
            "lea",
        ),
        ("recommendations", About(accounts=("111122223333",)), "not our account", "sam"),
    ):
        with _at(3):
            store.disputes.open(policy, team, about, reason=reason, by=f"{by}@acme.example")
    for name, state, reason, to in (
        ("D-1", DisputeState.REASSIGNED, "search keeps them there", "search-ranking"),
        ("D-2", DisputeState.EXCLUDED, "nobody's until it is emptied", ""),
        ("D-4", DisputeState.EXCLUDED, "looked at too soon", ""),
        ("D-4", DisputeState.REJECTED, "their tags, on their instances", ""),
    ):
        with _at(16):
            store.disputes.change(policy, name, state, reason=reason, by=FINOPS, to=to)


@contextmanager
def _at(day: int) -> Iterator[None]:
    """Let the store's clock stand still in the morning of a day of the last month."""
    before, then = clock.now, clock.to_micros(datetime(2026, 11, day, 9, tzinfo=UTC))
    clock.now = lambda: then
    try:
        yield
    finally:
        clock.now = before
