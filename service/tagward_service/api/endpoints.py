"""What there is to ask for: each method answers one endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import date, datetime
from typing import Annotated, TypeVar

import msgspec
from fastapi import Path, Query
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tagward.diagnostics import did_you_mean
from tagward.policy import Policy
from tagward_generators import TARGETS
from tagward_service.admission.live import LivePolicy
from tagward_service.admission.metrics import Metrics
from tagward_service.api.access import Access
from tagward_service.api.answers import served
from tagward_service.api.bodies import JSON, Limits, read_body
from tagward_service.api.jobs import Broke, CompileJob, Done, Job, JobBrokeError, LintJob, Refused
from tagward_service.api.metrics import ApiMetrics
from tagward_service.api.pool import BusyError, EndedError, Pool, TooSlowError
from tagward_service.api.problems import ApiError, WrongParameter
from tagward_service.api.queries import LintQuery, PolicyQuery
from tagward_service.api.store_endpoints import Asking, StoreEndpoints
from tagward_service.web.desk import Desk

VERDICT = "tagward-verdict"
"""The header that says what `tagward lint` would say by its exit code."""

_METRICS = "text/plain; version=0.0.4"
_RETRY = {"retry-after": "2"}
_DASHBOARD = "dashboard"

T = TypeVar("T")
TargetName = Annotated[str, Path(description="For what.", json_schema_extra={"enum": list(TARGETS)})]


class Parts(Struct, frozen=True):
    """What the endpoints work with."""

    live: LivePolicy
    pool: Pool
    access: Access
    metrics: Metrics
    api_metrics: ApiMetrics
    limits: Limits
    store: str = ""
    """The URL of the store; "" for none."""


class Endpoints:
    """The endpoints of one service."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def lint(self, request: Request, query: Annotated[LintQuery, Query()]) -> Response:
        """Judge a plan, a state, manifests or a template."""
        policy, today = self._policy()
        job = LintJob(
            as_of=query.as_of or today,
            file=query.file,
            unknown=query.unknown,
            fail_on=query.fail_on,
            changed_only=query.changed_only,
            allow_empty=query.allow_empty,
            place=query.place(),
        )
        try:
            with self._parts.pool.place(caller := _caller(request)):
                content = await read_body(request, self._parts.limits)
                done, body = await _unless_gone(request, self._done(job, policy, content, caller))
        except BusyError as error:
            raise _busy(error) from None
        return Response(body, headers={VERDICT: done.verdict}, media_type=JSON)

    async def policy(self, query: Annotated[PolicyQuery, Query()]) -> Response:
        """Show the policy in force."""
        policy, today = self._policy()
        condition = self._parts.live.condition
        loaded = condition.loaded or datetime.min
        body = msgspec.json.encode(served(policy, condition, loaded, query.as_of or today))
        return Response(body, media_type=JSON)

    async def compile(
        self, request: Request, target: TargetName, query: Annotated[PolicyQuery, Query()]
    ) -> Response:
        """Compile the policy for a target."""
        policy, today = self._policy()
        if target not in TARGETS:
            guess = did_you_mean(target, TARGETS)
            hint = f"did you mean `{guess}`?" if guess else f"targets: {', '.join(TARGETS)}"
            raise ApiError("not-found", f"there is no such target; {hint}")
        job = CompileJob(query.as_of or today, target)
        _, body = await self._asked(request, job, policy)
        return Response(body, media_type=JSON)

    async def alive(self) -> Response:
        """Say that the process answers."""
        return PlainTextResponse("ok\n")

    async def ready(self) -> Response:
        """Say whether there is a policy to judge by, and whether it is the newest."""
        self._policy()
        condition = self._parts.live.condition
        fault = "; a newer one is broken, the log says why" if condition.fault else ""
        return PlainTextResponse(f"policy {condition.name} {condition.sha256[:12]}{fault}\n")

    async def metrics(self) -> Response:
        """Show the metrics of this process."""
        self._parts.api_metrics.look_at(self._parts.pool)
        return Response(self._parts.metrics.text(self._parts.live.condition), media_type=_METRICS)

    def of_store(self) -> StoreEndpoints:
        """Make the endpoints over the store."""
        return StoreEndpoints(Asking(self._parts.store, self._policy, self._asked))

    def of_pages(self) -> Desk:
        """Make the desk that the dashboard works at."""
        return Desk(self._parts.store, self._policy, self._asked, self._ordered)

    def _policy(self) -> tuple[Policy, date]:
        reviewer = self._parts.live.reviewer()
        if reviewer is None:
            raise ApiError("not-ready", "no policy could be loaded yet", headers=_RETRY)
        return reviewer.policy, reviewer.day

    async def _asked(self, request: Request, job: Job, policy: Policy) -> tuple[Done, bytes]:
        """Have a job done that takes no body. Raises ApiError."""
        try:
            with self._parts.pool.place(caller := _caller(request)):
                return await _unless_gone(request, self._done(job, policy, [], caller))
        except BusyError as error:
            raise _busy(error) from None

    async def _ordered(self, job: Job, policy: Policy) -> bytes:
        """Have a job done that nobody in particular waits for. Raises ApiError."""
        try:
            with self._parts.pool.place(_DASHBOARD):
                _, body = await self._done(job, policy, [], _DASHBOARD)
                return body
        except BusyError as error:
            raise _busy(error) from None

    async def _done(self, job: Job, policy: Policy, content: list[bytes], caller: str) -> tuple[Done, bytes]:
        """Have a job done; return what came of it and the body. Raises ApiError, or BusyError."""
        try:
            outcome, body = await self._parts.pool.run(job, policy, content, caller=caller)
        except TooSlowError:
            seconds = self._parts.pool.limits.seconds
            raise ApiError("too-slow", f"it was stopped after {seconds:g} seconds") from None
        except EndedError as error:
            if not error.for_memory:
                raise
            raise ApiError("too-large", "there is not the memory to do it") from None
        if isinstance(outcome, Refused):
            raise _problem(outcome)
        if isinstance(outcome, Broke):
            raise JobBrokeError(outcome)
        return outcome, body


def _problem(refused: Refused) -> ApiError:
    parameter, detail = refused.parameter, refused.detail
    errors = [WrongParameter(parameter, detail)] if parameter else []
    headers = _RETRY if refused.kind == "store" else None
    return ApiError(refused.kind, detail, headers=headers, line=refused.line, errors=errors)


def _busy(error: BusyError) -> ApiError:
    return ApiError("busy", str(error), headers=_RETRY)


def _caller(request: Request) -> str:
    """Return the name of the token of a request, "" where there are none."""
    name: str = getattr(request.state, "caller", "")
    return name


async def _unless_gone(request: Request, work: Coroutine[None, None, T]) -> T:
    """Wait for something as long as the client does; nobody else wants it."""
    working, going = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((working, going), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ApiError("abandoned", "nobody waits for this any more")
        return working.result()
    finally:
        for task in (working, going):
            task.cancel()
        await asyncio.gather(working, going, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
