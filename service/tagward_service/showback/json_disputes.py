"""Disputes of a store as JSON: for the command line and the API alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, structs

from tagward_service.store.dispute_interface import DisputePage, DisputeState, KeptDispute

VERSION: Literal[1] = 1
_NAMES = Meta(description="Exact names or shell globs; none leave it open.")


class JsonAbout(Struct, frozen=True):
    """Which costs of the team are meant: AND between fields, OR inside one."""

    resources: Annotated[tuple[str, ...], _NAMES]
    services: Annotated[tuple[str, ...], _NAMES]
    accounts: Annotated[tuple[str, ...], _NAMES]
    projects: Annotated[tuple[str, ...], _NAMES]
    periods: Annotated[tuple[str, ...], Meta(description="Months, as 2026-10.")]


class JsonDisputeChange(Struct, frozen=True):
    """One line of a dispute's history; the first is its opening."""

    state: DisputeState
    at: datetime
    by: str
    reason: str
    to: Annotated[str, Meta(description="Who got the costs, where they were reassigned.")]


class JsonKeptDispute(Struct, frozen=True):
    """Costs that a team says are not theirs, and what came of it."""

    id: str
    team: str
    state: DisputeState
    to: str
    reason: str
    about: JsonAbout
    history: tuple[JsonDisputeChange, ...]


class JsonDisputes(Struct, frozen=True):
    """A page of disputes, the newest first; `next` is the cursor of those that follow, null at the end."""

    version: Annotated[Literal[1], Meta(description="Of this format.")]
    disputes: tuple[JsonKeptDispute, ...]
    next: str | None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the output."""
    schema = msgspec.json.schema(JsonDisputes)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "tagward disputes", **schema}


def as_json(page: DisputePage) -> JsonDisputes:
    """Put a page of disputes into the shape of the contract."""
    return JsonDisputes(VERSION, tuple(map(one, page.disputes)), page.cursor)


def every(disputes: Iterable[KeptDispute]) -> JsonDisputes:
    """Put disputes that are all there are into the shape of the contract."""
    return as_json(DisputePage(tuple(disputes), None))


def one(kept: KeptDispute) -> JsonKeptDispute:
    """Put one dispute into the shape of the contract."""
    history = tuple(JsonDisputeChange(**structs.asdict(each)) for each in kept.history)
    about = JsonAbout(**structs.asdict(kept.about))
    return JsonKeptDispute(kept.id, kept.team, kept.state, kept.to, kept.opened.reason, about, history)
