"""From a source and a store to a finished scan: what there is to read is listed, and then read."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from msgspec import Struct

from tagward.evaluation import Evaluator
from tagward.policy import Policy
from tagward_service.scan.engine import Limits, Scanning
from tagward_service.scan.interface import Part, ReadError, Source
from tagward_service.scan.progress import Progress
from tagward_service.scan.schedule import sharded
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import ScanRun, ScanState, Store

_YOUNG = 50_000
"""So many objects are made before Python looks for garbage among them."""


class Asked(Struct, frozen=True):
    """What a scan is asked to do."""

    policy: Policy
    as_of: date
    limits: Limits
    shard: str = ""
    resume: bool = True


class Done(Struct, frozen=True):
    """What came of it: which scan it is in the store, how far it got, and why it ended early, if it did."""

    scan: int
    state: ScanState
    ended_by: str


def scan(
    source: Source,
    store: Store,
    asked: Asked,
    progress: Progress,
    *,
    watch: Callable[[Scanning], None] | None = None,
) -> Done:
    """Scan a source; `watch` is given what can end it early, once there is something to keep."""
    run = store.begin(
        source.cloud, source.scope, asked.policy, as_of=asked.as_of, shard=asked.shard, resume=asked.resume
    )
    evaluator = Evaluator(asked.policy, as_of=asked.as_of, surface=surface(source.cloud))
    scanning = Scanning(source, run, evaluator, limits=asked.limits, progress=progress)
    parts, unread = _listed(source)
    if not parts and any(each.incomplete for each in unread):
        return _nothing_listed(run, unread)
    if asked.shard:
        parts = list(sharded(parts, asked.shard))
    unread += _vanished(_known(source, store, asked), parts, unread)
    if watch:
        watch(scanning)
    with _seldom_collecting():
        scanning.scan(parts, unread)
    return Done(run.id, store.scan(run.id).state, scanning.ended_by)


def _nothing_listed(run: ScanRun, unread: list[NotEvaluated]) -> Done:
    """End a scan that was refused altogether: what exists is still what the scan before it saw."""
    run.plan([], unread)
    run.finish(ScanState.INTERRUPTED)
    return Done(run.id, ScanState.INTERRUPTED, "nothing could be listed")


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Let Python look for garbage that holds itself less often.

    Resources are made by the million and let go at once; to look through those that are just on their way
    finds nothing, and is a tenth of the cost of a scan.
    """
    before = gc.get_threshold()
    gc.set_threshold(_YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def surface(cloud: str) -> str:
    """Say whose modes apply to what already exists: those of the guardrail that would have stopped it."""
    return "admission" if cloud == "kubernetes" else "cloud"


def _listed(source: Source) -> tuple[list[Part], list[NotEvaluated]]:
    """List the parts of a source, each once, and what is known not to be readable."""
    parts: dict[Part, None] = {}
    unread: list[NotEvaluated] = []
    try:
        _sort(source.parts(), parts, unread)
    except ReadError as error:
        unread.append(NotEvaluated("the rest of what there is to scan", error.why, incomplete=True))
    return list(parts), unread


def _known(source: Source, store: Store, asked: Asked) -> set[str]:
    """Name the accounts in which the scan before found something."""
    scope = dict(source.scope)
    before = [
        scan.id
        for scan in store.latest(asked.policy.name)
        if (scan.cloud, dict(scan.scope), scan.shard) == (source.cloud, scope, asked.shard)
    ]
    return {tally.account for tally in store.tallies(before)}


def _vanished(
    known: Iterable[str], parts: Iterable[Part], unread: Iterable[NotEvaluated]
) -> list[NotEvaluated]:
    """Tell of accounts that are not listed any more: nobody can say whether they are gone or out of sight.

    They are told once, as the next scan knows nothing of them; until then their findings stay.
    """
    listed, told = {part.account for part in parts}, " ".join(each.what for each in unread)
    why = "it was scanned before and is not listed any more: it was closed, or may not be seen any more"
    return [
        NotEvaluated(f"account {account}", why, incomplete=True)
        for account in sorted(set(known) - listed)
        if account not in told
    ]


def _sort(listed: Iterable[Part | NotEvaluated], parts: dict[Part, None], unread: list[NotEvaluated]) -> None:
    for each in listed:
        if isinstance(each, Part):
            parts[each] = None
        else:
            unread.append(each)
