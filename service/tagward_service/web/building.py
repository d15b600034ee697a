"""Putting a board together from a store and a policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tagward.policy import Allowed, Policy
from tagward_service.api.store_answers import named as named_policy
from tagward_service.api.store_answers import scans as served_scans
from tagward_service.billing.json_billing import JsonBilling
from tagward_service.coverage import json_coverage
from tagward_service.coverage.json_coverage import JsonNotScanned
from tagward_service.coverage.report import coverage
from tagward_service.showback.json_showback import JsonShowback
from tagward_service.store.gap_interface import GapsWanted
from tagward_service.store.interface import Alike, KeptReport, Life, Scan, Store
from tagward_service.web.board import Board, Costs, Named, ScanBoard, Shares, named
from tagward_service.web.building_tags import tag_boards
from tagward_service.web.exempting import exemption_boards

MOST_SCANS = 200
"""So many scans are listed."""

_TEAM = "ml-team"
_Report = TypeVar("_Report", bound=Struct)


def stamp_of(store: Store, policy: Policy, day: date) -> str:
    """Tell what the store holds apart from what it held before, in a few characters."""
    scans = store.latest(policy.name)
    kept = [store.report(kind, policy.name) for kind in ("costs", "showback")]
    made = [each and each.made_at.isoformat() for each in kept]
    scans += store.unfinished(policy.name)
    told = repr((policy.sha256, day, [(each.id, each.state, each.finished_at) for each in scans], made))
    return sha256(told.encode()).hexdigest()[:16]


def build(store: Store, policy: Policy, day: date) -> Board:
    """Put a board together; all figures are those of the commands of the same names."""
    faults: list[str] = []
    report = coverage(store, policy, day, ("cloud", "account", "service"))
    alike = list(store.alike(policy.name))
    latest = frozenset(each.id for each in report.scans)
    costs = _costs(store, policy.name, faults)
    return Board(
        stamp=stamp_of(store, policy, day),
        policy=named_policy(policy),
        threshold=policy.readiness.threshold,
        measure=policy.readiness.measure,
        as_of=day,
        coverage=json_coverage.as_json(report),
        costs=costs,
        shares=_shares(store.report("showback", policy.name), policy, day, faults),
        tags=tag_boards(policy, day, store.tag_tallies(sorted(latest)), alike),
        exemptions=exemption_boards(policy, alike, scanned=bool(latest)),
        scans=_scans(store, policy, latest),
        by_code=_by_code(alike),
        faults=tuple(faults),
    )


def _costs(store: Store, policy: str, faults: list[str]) -> Costs | None:
    """Read what the newest bill came to; its gaps stay in the store, as there may be very many."""
    kept = store.report("costs", policy)
    report = _read(kept, JsonBilling, faults)
    if kept is None or report is None:
        return None
    gaps = len(report.gaps) + report.more_gaps
    there = store.gaps.page(policy, GapsWanted(), "-cost", limit=0).count
    if there < gaps:
        faults.append("the gaps of the kept bill are not in the store: run `tagward coverage --keep` again")
    return Costs(kept.made_at, replace(report, gaps=[]), gaps, there, store.gaps.choices(policy))


def _shares(kept: KeptReport | None, policy: Policy, day: date, faults: list[str]) -> Shares | None:
    report = _read(kept, JsonShowback, faults)
    if kept is None or report is None:
        return None
    tag = policy.tag(_TEAM)
    if tag is None or not isinstance(tag.constraint, Allowed):
        return Shares(kept.made_at, report, _TEAM if tag else "")
    known = tag.constraint.on(day)
    strangers = sorted({each.team for each in report.teams} - known)
    return Shares(kept.made_at, report, _TEAM, tag.constraint.registry or "values", tuple(strangers))


def _read(kept: KeptReport | None, shape: type[_Report], faults: list[str]) -> _Report | None:
    """Read a kept report; one that another version wrote may not be readable."""
    if kept is None:
        return None
    try:
        return msgspec.json.decode(kept.content, type=shape)
    except msgspec.MsgspecError:
        faults.append(f"the kept report `{kept.kind}` of {kept.as_of} cannot be read: make it again")
        return None


def _scans(store: Store, policy: Policy, latest: frozenset[int]) -> tuple[ScanBoard, ...]:
    found: Sequence[Scan] = store.scans(policy=policy.name, limit=MOST_SCANS)
    return tuple(
        ScanBoard(shown, shown.id in latest, _unread(store, shown.id) if shown.id in latest else ())
        for shown in served_scans(found).scans
    )


def _unread(store: Store, scan: int) -> tuple[JsonNotScanned, ...]:
    return tuple(JsonNotScanned(each.what, each.why, each.incomplete) for each in store.unread(scan))


def _by_code(alike: Sequence[Alike]) -> tuple[Named, ...]:
    """Count the open findings by code."""
    counts: Counter[str] = Counter()
    for each in alike:
        for wrong in each.wrong:
            if wrong.life is Life.OPEN:
                counts[wrong.code] += each.resources
    return named(list(counts.items()))
