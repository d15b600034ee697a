"""A store for the API to tell of: the same scans at the same times, always."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tagward.evaluation import Evaluator
from tagward.policy import Policy
from tagward_service.coverage.tallying import Tallies
from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import clock, open_store
from tagward_service.store.dispute_interface import About, DisputeState
from tagward_service.store.interface import ScanState, Store
from tests.service.store.stories import instance

ACCOUNT = "111122223333"
DENIED = NotEvaluated("account 444455556666", "access denied: sts:AssumeRole", incomplete=True)
FIRST = datetime(2026, 11, 20, 2, tzinfo=UTC)

Instances = Mapping[str, Mapping[str, str]]
DAYS: tuple[Instances, ...] = (
    {"scorer": {"ml-team": "nlp"}, "loader": {}, "shop": {"ml-team": "=cmd|' /C calc'!A0"}},
    {"scorer": {"ml-team": "nlp"}, "loader": {"ml-team": "nlp"}, "shop": {"ml-team": "=cmd|' /C calc'!A0"}},
)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the store's clock stand still."""
    before = clock.now
    clock.now = lambda: clock.to_micros(moment)
    try:
        yield
    finally:
        clock.now = before


def scan(store: Store, of: Policy, day: date, instances: Instances, *unread: NotEvaluated) -> int:
    """Scan some instances."""
    part = Part(ACCOUNT, "eu-west-1", "ec2")
    evaluator = Evaluator(of, as_of=day, surface="cloud")
    run = store.begin("aws", {"organization": "o-acme"}, of, as_of=day)
    run.plan([part], unread)
    assessments = [evaluator.assess(instance(name, tags, part)) for name, tags in instances.items()]
    tallies = Tallies(evaluator)
    tallies.add(assessments)
    writer = run.part(part)
    writer.add(assessments)
    writer.done(tallies.tallies(), tallies.tags())
    run.finish(ScanState.INCOMPLETE if unread else ScanState.COMPLETE)
    return run.id


def remember(file: Path, of: Policy) -> None:
    """Write two nightly scans into a new store; the second could not read an account."""
    store = open_store(str(file))
    for number, instances in enumerate(DAYS):
        moment = FIRST + timedelta(days=number)
        with at(moment):
            scan(store, of, moment.date(), instances, *([DENIED] if number else []))
    dispute(store, of.name)
    store.close()


def dispute(store: Store, policy: str) -> None:
    """Open two disputes, and decide one of them."""
    with at(FIRST):
        about = About(services=("Amazon S3",), periods=("2026-10",))
        store.disputes.open(policy, "nlp", about, reason="the lake is not ours", by="ada")
        store.disputes.open(policy, "vision", About(resources=("vol-*",)), reason="too dear", by="bob")
    with at(FIRST + timedelta(days=1)):
        state, why = DisputeState.REASSIGNED, "search fills it"
        store.disputes.change(policy, "D-1", state, reason=why, by="finops", to="search")
