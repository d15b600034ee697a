"""What there is to ask of the scans: the findings, coverage and readiness of what exists."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path as FilePath
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Query
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tagward.policy import Policy
from tagward_service.api.accepting import CSV, PARQUET, wanted_format
from tagward_service.api.bodies import JSON
from tagward_service.api.jobs import Done
from tagward_service.api.problems import ApiError, WrongParameter
from tagward_service.api.store_jobs import (
    CoverageJob,
    DisputesJob,
    ExportJob,
    FindingsJob,
    ReadinessJob,
    ScanJob,
    ScansJob,
    StoreJob,
)
from tagward_service.api.store_queries import (
    LARGEST,
    CoverageQuery,
    DisputesQuery,
    FindingsQuery,
    NoQuery,
    ReadinessQuery,
    ScansQuery,
)

CHUNK = 1 << 18
_MEDIA = {"csv": f"{CSV}; charset=utf-8; header=present", "parquet": PARQUET}

ScanId = Annotated[int, Path(ge=1, le=LARGEST, description="The number of the scan.")]


class Asking(Struct, frozen=True):
    """How to get answers: the store's URL ("" for none), the policy in force, and who does the work."""

    store: str
    policy: Callable[[], tuple[Policy, date]]
    done: Callable[[Request, StoreJob, Policy], Awaitable[tuple[Done, bytes]]]


class StoreEndpoints:
    """The endpoints over the store of one service."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def scans(self, request: Request, query: Annotated[ScansQuery, Query()]) -> Response:
        """List scans."""
        return await self._json(request, ScansJob(self._store(), query.cloud, query.limit))

    async def scan(self, request: Request, scan: ScanId, _: Annotated[NoQuery, Query()]) -> Response:
        """Show one scan."""
        return await self._json(request, ScanJob(self._store(), scan))

    async def coverage(self, request: Request, query: Annotated[CoverageQuery, Query()]) -> Response:
        """Say how it stands."""
        _, today = self._asking.policy()
        job = CoverageJob(self._store(), query.as_of or today, tuple(query.by))
        return await self._json(request, job)

    async def readiness(self, request: Request, query: Annotated[ReadinessQuery, Query()]) -> Response:
        """Say whether it is enough."""
        _, today = self._asking.policy()
        return await self._json(request, ReadinessJob(self._store(), query.as_of or today, query.min))

    async def disputes(self, request: Request, query: Annotated[DisputesQuery, Query()]) -> Response:
        """Give a page of disputes."""
        policy, _ = self._asking.policy()
        job = DisputesJob(self._store(), query.wanted(policy.name), query.limit, query.cursor)
        done, body = await self._asking.done(request, job, policy)
        return Response(body, headers=_link(request, done.next), media_type=JSON)

    async def findings(self, request: Request, query: Annotated[FindingsQuery, Query()]) -> Response:
        """Give a page of findings, or export all of them."""
        store = self._store()
        policy, _ = self._asking.policy()
        wanted = query.wanted(policy.name)
        form = wanted_format(query.format, request.headers.get("accept", ""))
        if form != "json":
            _refuse_pages(query)
            return await self.export(
                request, lambda path: ExportJob(store, wanted, form, path), f"findings.{form}"
            )
        job = FindingsJob(store, wanted, query.sort, query.limit, query.cursor)
        done, body = await self._asking.done(request, job, policy)
        return Response(body, headers=_link(request, done.next) | _VARY, media_type=JSON)

    async def _json(self, request: Request, job: StoreJob) -> Response:
        policy, _ = self._asking.policy()
        _, body = await self._asking.done(request, job, policy)
        return Response(body, media_type=JSON)

    async def export(self, request: Request, job: Callable[[str], StoreJob], name: str) -> Response:
        """Have a worker write a file, and send it as it is read: no slow client holds up the store."""
        policy, _ = self._asking.policy()
        descriptor, path = await run_in_threadpool(tempfile.mkstemp, prefix="tagward-export-")
        try:
            await self._asking.done(request, job(path), policy)
            size = FilePath(path).stat().st_size
        except BaseException:
            os.close(descriptor)
            raise
        finally:
            FilePath(path).unlink(missing_ok=True)
        headers = {"content-length": str(size), "content-disposition": f'attachment; filename="{name}"'}
        return _Sent(descriptor, headers | _VARY, _MEDIA[name.rpartition(".")[2]])

    def _store(self) -> str:
        if not self._asking.store:
            raise ApiError("no-store", "this service was started without `--store`")
        return self._asking.store


class _Sent(StreamingResponse):
    """A file that has no name any more, chunk by chunk."""

    def __init__(self, descriptor: int, headers: dict[str, str], media: str) -> None:
        super().__init__(_chunks(descriptor), headers=headers, media_type=media)
        self._descriptor = descriptor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._descriptor)


async def _chunks(descriptor: int) -> AsyncIterator[bytes]:
    while chunk := await run_in_threadpool(os.read, descriptor, CHUNK):
        yield chunk


def _refuse_pages(query: FindingsQuery) -> None:
    """Refuse what an export would pass over: it has all findings, by id."""
    wrong = [WrongParameter(name, "an export has no pages") for name in query.of_pages()]
    if wrong:
        listed = ", ".join(f"`{each.parameter}`" for each in wrong)
        raise ApiError("parameters", f"an export has no pages: leave out {listed}", errors=wrong)


def _link(request: Request, cursor: str) -> dict[str, str]:
    """Lead to the next page, with the same question (RFC 8288)."""
    if not cursor:
        return {}
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return {"link": f'<{request.url.path}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'}


_VARY = {"vary": "accept"}
