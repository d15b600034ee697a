"""The scan: parts are read by threads, judged and stored here, until all are done or something ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from time import monotonic

from msgspec import Struct

from tagward.evaluation import Evaluator
from tagward.resource import Resource
from tagward_service.coverage.tallying import Tallies
from tagward_service.scan.interface import ExpiredError, Part, ReadError, Source
from tagward_service.scan.progress import Progress, Silent
from tagward_service.scan.readers import Batch, Ended, Readers
from tagward_service.scan.schedule import Schedule
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import PartWriter, ScanRun, ScanState

_PATIENCE = 0.5


class Limits(Struct, frozen=True):
    """How much at a time, and for how long: parts read at once, of one account, and seconds in all."""

    workers: int = 8
    per_account: int = 4
    seconds: float | None = None


class _Writing(Struct):
    """A part on its way into the store."""

    writer: PartWriter
    tallies: Tallies
    unread: list[NotEvaluated]


class Scanning:
    """One run of a scan; `stop` may be set from anywhere, and ends it early without losing what is done."""

    def __init__(
        self,
        source: Source,
        run: ScanRun,
        evaluator: Evaluator,
        *,
        limits: Limits | None = None,
        progress: Progress | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.stop = Event()
        self.ended_by = ""
        self._run = run
        self._evaluator = evaluator
        self._limits = limits or Limits()
        self._progress = progress or Silent()
        self._clock = clock
        self._deadline = None if self._limits.seconds is None else clock() + self._limits.seconds
        self._readers = Readers(source, self.stop)
        self._writing: dict[Part, _Writing] = {}
        self._unread = False
        self._cut = False

    def scan(self, parts: Sequence[Part], unread: Sequence[NotEvaluated]) -> ScanState:
        """Read, judge and store the parts that are not done yet; give how far it got."""
        done = self._run.done_parts()
        self._run.plan(parts, unread)
        self._progress.planned(len(parts), sum(part in done for part in parts))
        self._unread = any(entry.incomplete for entry in unread)
        schedule = Schedule(
            (part for part in parts if part not in done), per_account=self._limits.per_account
        )
        try:
            self._work(schedule)
        finally:
            self._readers.close()
        state = self._state(schedule)
        self._run.finish(state)
        return state

    def end(self, why: str) -> None:
        """End the scan as soon as can be; what is done stays done."""
        self.ended_by = self.ended_by or why
        self.stop.set()

    def _work(self, schedule: Schedule) -> None:
        while len(self._readers) or (schedule and not self.stop.is_set()):
            if self._deadline is not None and self._clock() >= self._deadline:
                self.end("the time budget is used up")
            self._start(schedule)
            arrived = self._readers.next(_PATIENCE)
            if isinstance(arrived, Batch):
                self._judge(arrived)
            elif arrived is not None:
                self._finish(arrived, schedule)

    def _start(self, schedule: Schedule) -> None:
        """Begin as many parts as there is room for."""
        while len(self._readers) < self._limits.workers and not self.stop.is_set():
            part = schedule.take(self._clock())
            if part is None:
                return
            self._writing[part] = _Writing(self._run.part(part), Tallies(self._evaluator), [])
            self._progress.began(part)
            self._readers.start(part)

    def _judge(self, batch: Batch) -> None:
        writing = self._writing[batch.part]
        assess = self._evaluator.assess
        assessments = []
        for found in batch.found:
            if isinstance(found, Resource):
                assessments.append(assess(found))
            else:
                writing.unread.append(found)
        writing.tallies.add(assessments)
        writing.writer.add(assessments)
        self._progress.judged(len(assessments))

    def _finish(self, ended: Ended, schedule: Schedule) -> None:
        """Keep a part that was read to its end; let another wait for its next attempt, or give it up."""
        schedule.ended(ended.part)
        writing = self._writing.pop(ended.part)
        if ended.error is None and not ended.stopped:
            self._keep(ended.part, writing)
            return
        why = _why(ended)
        if isinstance(ended.error, ExpiredError):
            self.end(why)
        writing.writer.failed(why)
        if self.stop.is_set():
            self._cut = True
            return
        if _may_pass(ended.error) and schedule.again(ended.part, self._clock()):
            self._progress.waits(ended.part, why)
            return
        self._unread = True
        self._progress.ended(ended.part, why)

    def _keep(self, part: Part, writing: _Writing) -> None:
        writing.writer.done(writing.tallies.tallies(), writing.tallies.tags(), writing.unread)
        self._unread = self._unread or any(entry.incomplete for entry in writing.unread)
        self._progress.ended(part, None)

    def _state(self, schedule: Schedule) -> ScanState:
        if self._cut or (self.stop.is_set() and schedule):
            return ScanState.INTERRUPTED
        return ScanState.INCOMPLETE if self._unread else ScanState.COMPLETE


def _may_pass(error: Exception | None) -> bool:
    return isinstance(error, ReadError) and error.retry


def _why(ended: Ended) -> str:
    if isinstance(ended.error, ReadError):
        return ended.error.why
    if ended.error is not None:
        return f"unexpected {type(ended.error).__name__}: {ended.error}"
    return "the scan ended before it was read"
