"""Drawing charts: in a process of its own, as the renderer holds up the one that it runs in."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context

from tagward_service.web.charts.chart import Chart
from tagward_service.web.charts.svg import presentable

MOST = 256
"""So many drawings are kept."""

PATIENCE = 0.15
"""In seconds; so long a page waits for its charts: its tables say the same."""

_NICENESS = 10
_VERSION = "5.20"


class Easel:
    """Draws charts and keeps the drawings; a page never waits long for one."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[str, str] = OrderedDict()
        self._drawing: dict[str, asyncio.Task[None]] = {}
        self._executor: ProcessPoolExecutor | None = None

    def __getitem__(self, chart: Chart) -> str:
        """Return a drawing, "" where there is none yet."""
        found = self._drawn.get(chart.key, "")
        if found:
            self._drawn.move_to_end(chart.key)
        return found

    async def glance(self, charts: Iterable[Chart]) -> None:
        """Have charts drawn, and wait a moment for them."""
        tasks = [task for each in charts if (task := self._ordered(each))]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)

    async def draw(self, charts: Iterable[Chart]) -> None:
        """Have charts drawn, and wait until they are."""
        await asyncio.gather(*(task for each in charts if (task := self._ordered(each))))

    def close(self) -> None:
        """End the process that draws."""
        for task in self._drawing.values():
            task.cancel()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def _ordered(self, chart: Chart) -> asyncio.Task[None] | None:
        if chart.key in self._drawn:
            return None
        task = self._drawing.get(chart.key)
        if task is None:
            task = self._drawing[chart.key] = asyncio.create_task(self._draw(chart))
        return task

    async def _draw(self, chart: Chart) -> None:
        """Draw one chart; one that cannot be drawn is left out, as its table is there."""
        try:
            loop = asyncio.get_running_loop()
            drawn = await loop.run_in_executor(self._process(), draw, chart)
            self._drawn[chart.key] = drawn
            if len(self._drawn) > MOST:
                self._drawn.popitem(last=False)
        except (BrokenProcessPool, ValueError, ImportError):
            self._executor = None
        finally:
            del self._drawing[chart.key]

    def _process(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(1, get_context("spawn"), initializer=_be_humble)
        return self._executor


def draw(chart: Chart) -> str:
    """Draw a chart as SVG that may stand in a page."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(chart.spec.decode(), vl_version=_VERSION, allowed_base_urls=[])
    return presentable(drawn, chart.key, chart.title, chart.text)


def _be_humble() -> None:
    """Leave the processor to those who answer, and the end to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(_NICENESS)
