"""Answering what pages ask of a store, in msgpack."""

from __future__ import annotations

from typing import assert_never

import msgspec

from tagward.policy import Policy
from tagward_service.store.errors import QueryError
from tagward_service.store.interface import KeptFinding, Store, Wanted
from tagward_service.web.building import build, stamp_of
from tagward_service.web.jobs import BoardJob, Listed, ListJob, OneJob, WebJob


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
        case OneJob():
            return msgspec.msgpack.encode(_one(store, job, policy))
        case _:
            assert_never(job)


def _one(store: Store, job: OneJob, policy: Policy) -> KeptFinding:
    found = store.findings(Wanted(policy=policy.name, life=(), id=job.finding), limit=1).findings
    if not found:
        raise QueryError(f"there is no finding {job.finding} by the policy in force")
    return found[0]
