"""Performing changes: read what is there now, note what will be written, write, and say what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from threading import Event

from msgspec import Struct

from tagward_service.fix.interface import Change, Failed, HaltError, Job, Refused, Target, Writer
from tagward_service.fix.journal import Journal


class Fate(StrEnum):
    """What became of a change."""

    DONE = "done"
    ALREADY = "already so"
    CHANGED = "changed since"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_DONE = "not done"


GOOD = (Fate.DONE, Fate.ALREADY)


class Outcome(Struct, frozen=True):
    """A change, and what became of it and why."""

    change: Change
    fate: Fate
    why: str = ""


class Applier:
    """Performs changes through the writers of their clouds; without a journal nothing is written (dry run).

    `stop` may be set from anywhere: the batch that is being written is finished, and nothing more begun.
    """

    def __init__(self, writers: Mapping[str, Writer | Refused], journal: Journal | None, stop: Event) -> None:
        self._writers = writers
        self._journal = journal
        self._stop = stop
        self._halted = ""

    def apply(self, changes: Iterable[Change]) -> Iterator[Outcome]:
        """Perform changes, place by place; every one of them has an outcome."""
        ordered = sorted(changes, key=_order)
        for (cloud, _, _), placed in groupby(ordered, key=_place):
            writer = self._writers.get(cloud, Refused(f"nothing writes tags of {cloud}"))
            if isinstance(writer, Refused):
                yield from (Outcome(each, Fate.REFUSED, writer.why) for each in placed)
                continue
            for chunk in _chunks(_jobs(placed), writer.chunk):
                yield from self._chunk(writer, chunk)

    def _chunk(self, writer: Writer, jobs: Sequence[Job]) -> Iterator[Outcome]:
        why = self._ended()
        if why:
            yield from _all(jobs, Fate.NOT_DONE, why)
            return
        try:
            current = writer.current([job.target for job in jobs])
        except HaltError as error:
            self._halted = error.why
            yield from _all(jobs, Fate.NOT_DONE, error.why)
            return
        left = []
        for job in jobs:
            wanted, outcomes = _still_wanted(job, current.get(job.target, Refused("nobody could read it")))
            yield from outcomes
            left += [wanted] if wanted.changes else []
        for batch in writer.batches(left):
            yield from self._batch(writer, batch)

    def _batch(self, writer: Writer, batch: Sequence[Job]) -> Iterator[Outcome]:
        why = self._ended()
        if why:
            yield from _all(batch, Fate.NOT_DONE, why)
            return
        if self._journal is None:
            yield from _all(batch, Fate.DONE, "")
            return
        self._journal.begin(batch)
        try:
            failed = writer.write(batch)
        except HaltError as error:
            self._halted = error.why
            failed = {job.target: Failed(error.why, unsure=True) for job in batch}
        self._journal.end(failed)
        for job in batch:
            failure = failed.get(job.target)
            yield from _all([job], Fate.FAILED if failure else Fate.DONE, failure.why if failure else "")

    def _ended(self) -> str:
        return self._halted or ("it was stopped" if self._stop.is_set() else "")


def _place(change: Change) -> tuple[str, str, str]:
    return change.target.cloud, change.target.account, change.target.region


def _order(change: Change) -> tuple[str, str, str, Target, str]:
    return (*_place(change), change.target, change.key)


def _jobs(changes: Iterable[Change]) -> list[Job]:
    """Gather the changes of each resource; resources that get the same tags come together."""
    jobs = [Job(target, tuple(each)) for target, each in groupby(changes, key=lambda change: change.target)]
    return sorted(jobs, key=lambda job: (sorted(job.sets.items()), job.removes, job.target))


def _chunks(jobs: Sequence[Job], size: int) -> Iterator[Sequence[Job]]:
    return (jobs[start : start + size] for start in range(0, len(jobs), size))


def _still_wanted(job: Job, current: Mapping[str, str] | Refused) -> tuple[Job, list[Outcome]]:
    """Keep the changes of tags that are still what they were."""
    if isinstance(current, Refused):
        return Job(job.target, ()), list(_all([job], Fate.REFUSED, current.why))
    wanted, outcomes = [], []
    for change in job.changes:
        now = current.get(change.key)
        if now == change.after:
            outcomes.append(Outcome(change, Fate.ALREADY))
        elif now == change.before:
            wanted.append(change)
        else:
            outcomes.append(Outcome(change, Fate.CHANGED, f"it is {_shown(now)} now"))
    return Job(job.target, tuple(wanted)), outcomes


def _shown(value: str | None) -> str:
    return "not there" if value is None else f"`{value}`"


def _all(jobs: Iterable[Job], fate: Fate, why: str) -> Iterator[Outcome]:
    return (Outcome(change, fate, why) for job in jobs for change in job.changes)
