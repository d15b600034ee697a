"""Answering what pages ask of a store, in msgpack."""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

import msgspec
from msgspec import Struct

from tagward.policy import Policy
from tagward_service.exports.gap_rows import write_gaps
from tagward_service.store.errors import QueryError
from tagward_service.store.gap_interface import GapsWanted
from tagward_service.store.interface import Store, Wanted
from tagward_service.web.building import build, stamp_of
from tagward_service.web.jobs import BoardJob, GapsExportJob, GapsJob, Listed, ListJob, One, OneJob, WebJob


def answered(store: Store, job: WebJob, policy: Policy) -> bytes:
    """Answer a job; raises QueryError for what is not there."""
    match job:
        case BoardJob():
            if job.stamp and job.stamp == stamp_of(store, policy, job.as_of):
                return b""
            return msgspec.msgpack.encode(build(store, policy, job.as_of))
        case ListJob():
            page = store.findings(job.wanted, sort=job.sort, limit=job.limit, cursor=job.cursor)
            return msgspec.msgpack.encode(Listed(page.findings, store.count(job.wanted), page.cursor or ""))
        case GapsJob():
            found = store.gaps.page(policy.name, job.wanted, job.sort, limit=job.limit, offset=job.offset)
            return msgspec.msgpack.encode(found)
        case GapsExportJob():
            write_gaps(
                Path(job.path), store.gaps.every(policy.name, job.wanted, job.sort), _currency(store, policy)
            )
            return b""
        case OneJob():
            return msgspec.msgpack.encode(_one(store, job, policy))
        case _:
            assert_never(job)


def _one(store: Store, job: OneJob, policy: Policy) -> One:
    found = store.findings(Wanted(policy=policy.name, life=(), id=job.finding), limit=1).findings
    if not found:
        raise QueryError(f"there is no finding {job.finding} by the policy in force")
    of_resource = GapsWanted(resource=found[0].resource_id)
    gaps = store.gaps.page(policy.name, of_resource, "-cost", limit=1).gaps
    return One(found[0], gaps[0] if gaps else None)


def _currency(store: Store, policy: Policy) -> str:
    """Return the currency of the newest bill, "" where there is none."""
    kept = store.report("costs", policy.name)
    return msgspec.json.decode(kept.content, type=_Bill).by_cost.currency if kept else ""


class _ByCost(Struct):
    currency: str


class _Bill(Struct):
    by_cost: _ByCost
