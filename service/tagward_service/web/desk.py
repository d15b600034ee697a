"""Where pages get what they show: a board that is kept until there is something new, and single findings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import msgspec
from starlette.requests import Request

from tagward.policy import Policy
from tagward_service.admission.log import Log
from tagward_service.api.jobs import Done, Job, JobBrokeError
from tagward_service.api.pool import EndedError
from tagward_service.api.problems import ApiError
from tagward_service.api.store_jobs import DisputesJob
from tagward_service.api.store_queries import DisputesQuery
from tagward_service.showback.json_disputes import JsonDisputes
from tagward_service.store.gap_interface import GapPage, GapSort, GapsWanted
from tagward_service.store.interface import Wanted
from tagward_service.web.board import Board
from tagward_service.web.charts.drawing import Easel
from tagward_service.web.jobs import BoardJob, GapsExportJob, GapsJob, Listed, ListJob, One, OneJob
from tagward_service.web.pages.charts import every_chart
from tagward_service.web.rendering import compile_all

EVERY = 30.0
"""In seconds; so often the store is asked whether there is something new."""

Asked = Callable[[Request, Job, Policy], Awaitable[tuple[Done, bytes]]]
Ordered = Callable[[Job, Policy], Awaitable[bytes]]
"""Has a job done on nobody's behalf."""


class Desk:
    """Holds the board of one store; `ask` has jobs done for a request, `order` for nobody in particular."""

    def __init__(
        self, store: str, policy: Callable[[], tuple[Policy, date]], ask: Asked, order: Ordered
    ) -> None:
        self.easel = Easel()
        self._store = store
        self._policy = policy
        self._ask = ask
        self._order = order
        self._board: Board | None = None
        self._refreshing = asyncio.Lock()

    async def board(self) -> Board:
        """Return the board of the policy and the day; raises ApiError where there is no store."""
        return self._current() or await self._looked(anew=False)

    async def refresh(self) -> Board:
        """Look whether there is something new, and have its charts drawn before anybody asks."""
        board = await self._looked(anew=True)
        await self.easel.glance(every_chart(board))
        return board

    def _current(self) -> Board | None:
        """Return the board that is known, if it is of the policy in force and of today."""
        policy, today = self._policy()
        known = self._board
        same = known is not None and (known.policy.sha256, known.as_of) == (policy.sha256, today)
        return known if same else None

    async def _looked(self, *, anew: bool) -> Board:
        """Ask for what is new; who only needs a board takes the one that somebody else has waited for."""
        async with self._refreshing:
            known = self._current()
            if known is not None and not anew:
                return known
            policy, today = self._policy()
            job = BoardJob(self._url(), today, known.stamp if known else "")
            content = await self._order(job, policy)
            if content or known is None:
                known = self._board = msgspec.msgpack.decode(content, type=Board)
            return known

    async def keep_fresh(self, log: Log) -> None:
        """Look for something new for ever; what goes wrong is told to those who ask for a page, too."""
        said = ""
        fault, _ = await asyncio.gather(self._fault(), asyncio.to_thread(compile_all))
        while True:
            if fault and fault != said:
                log.write("dashboard not fresh", fault=fault)
            said = fault
            await asyncio.sleep(EVERY)
            fault = await self._fault()

    async def _fault(self) -> str:
        """Look for something new, and say what went wrong, if anything did."""
        try:
            await self.refresh()
        except ApiError as error:
            return error.detail
        except (JobBrokeError, EndedError) as error:
            return f"{type(error).__name__}: {error}"
        return ""

    async def listed(
        self, request: Request, wanted: Wanted, sort: str, limit: int, cursor: str | None
    ) -> Listed:
        """Return a page of findings."""
        policy, _ = self._policy()
        job = ListJob(self._url(), wanted, sort, limit, cursor)
        _, content = await self._ask(request, job, policy)
        return msgspec.msgpack.decode(content, type=Listed)

    async def gaps(
        self, request: Request, wanted: GapsWanted, sort: GapSort, limit: int, offset: int
    ) -> GapPage:
        """Return a page of gaps."""
        policy, _ = self._policy()
        job = GapsJob(self._url(), wanted, sort, limit, offset)
        _, content = await self._ask(request, job, policy)
        return msgspec.msgpack.decode(content, type=GapPage)

    def gaps_export(self, wanted: GapsWanted, sort: GapSort) -> Callable[[str], GapsExportJob]:
        """Say how all gaps that are asked for are written to a file."""
        return lambda path: GapsExportJob(self._url(), wanted, sort, path)

    async def finding(self, request: Request, number: int) -> One:
        """Return one finding; raises ApiError where there is none."""
        policy, _ = self._policy()
        _, content = await self._ask(request, OneJob(self._url(), number), policy)
        return msgspec.msgpack.decode(content, type=One)

    async def disputes(self, request: Request, query: DisputesQuery) -> JsonDisputes:
        """Return a page of disputes."""
        policy, _ = self._policy()
        job = DisputesJob(self._url(), query.wanted(policy.name), query.limit, query.cursor)
        _, content = await self._ask(request, job, policy)
        return msgspec.json.decode(content, type=JsonDisputes)

    def _url(self) -> str:
        if not self._store:
            raise ApiError("no-store", "this service was started without `--store`")
        return self._store
