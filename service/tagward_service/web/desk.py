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
from tagward_service.store.interface import KeptFinding, Wanted
from tagward_service.web.board import Board
from tagward_service.web.charts.drawing import Easel
from tagward_service.web.jobs import BoardJob, Listed, ListJob, OneJob
from tagward_service.web.pages.charts import every_chart

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
        policy, today = self._policy()
        board = self._board
        if board is None or (board.policy.sha256, board.as_of) != (policy.sha256, today):
            board = await self.refresh()
        return board

    async def refresh(self) -> Board:
        """Look whether there is something new, and have its charts drawn before anybody asks."""
        async with self._refreshing:
            policy, today = self._policy()
            known = self._board
            same = known is not None and (known.policy.sha256, known.as_of) == (policy.sha256, today)
            stamp = known.stamp if known is not None and same else ""
            content = await self._order(BoardJob(self._url(), today, stamp), policy)
            if content or known is None:
                known = self._board = msgspec.msgpack.decode(content, type=Board)
        await self.easel.glance(every_chart(known))
        return known

    async def keep_fresh(self, log: Log) -> None:
        """Look for something new for ever; what goes wrong is told to those who ask for a page, too."""
        said = ""
        while True:
            fault = ""
            try:
                await self.refresh()
            except ApiError as error:
                fault = error.detail
            except (JobBrokeError, EndedError) as error:
                fault = f"{type(error).__name__}: {error}"
            if fault and fault != said:
                log.write("dashboard not fresh", fault=fault)
            said = fault
            await asyncio.sleep(EVERY)

    async def listed(
        self, request: Request, wanted: Wanted, sort: str, limit: int, cursor: str | None
    ) -> Listed:
        """Return a page of findings."""
        policy, _ = self._policy()
        job = ListJob(self._url(), wanted, sort, limit, cursor)
        _, content = await self._ask(request, job, policy)
        return msgspec.msgpack.decode(content, type=Listed)

    async def finding(self, request: Request, number: int) -> KeptFinding:
        """Return one finding; raises ApiError where there is none."""
        policy, _ = self._policy()
        _, content = await self._ask(request, OneJob(self._url(), number), policy)
        return msgspec.msgpack.decode(content, type=KeptFinding)

    def _url(self) -> str:
        if not self._store:
            raise ApiError("no-store", "this service was started without `--store`")
        return self._store
