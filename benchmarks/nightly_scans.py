"""A year of nightly scans: every source, every night, of an estate whose tagging gets better by the month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from tagward.evaluation import Evaluator
from tagward.findings import Assessment
from tagward.policy import Policy
from tagward_service.coverage.tallying import Tallies
from tagward_service.scan.interface import Part
from tagward_service.store.interface import ScanState, Store, TagTally, Tally
from tests.service.web.estate import MONTHS, TODAY, Home, Thing, at, resource

NIGHTS = 365
_SCOPES = {
    "aws": {"organization": "o-acme"},
    "azure": {"tenant": "acme.example"},
    "gcp": {"organization": "42"},
}
_SHARDS = (("aws", "1/2"), ("aws", "2/2"), ("azure", ""), ("gcp", ""))
"""The four sources."""


class _Judged(Struct, frozen=True):
    assessments: list[Assessment]
    tallies: list[Tally]
    tags: list[TagTally]


def scan_nightly(store: Store, policy: Policy, found: Sequence[Thing], nights: int = NIGHTS) -> int:
    """Scan all sources so many nights, the last of them last night; return how many scans that makes."""
    month = judged = None
    for back in range(nights - 1, -1, -1):
        night = TODAY - timedelta(days=back)
        if f"{night:%Y-%m}" != month:
            month = f"{night:%Y-%m}"
            judged = _judge(policy, found, MONTHS.index(month) if month in MONTHS else 0)
        assert judged is not None
        _scan_all(store, policy, night, judged)
    return nights * len(_SHARDS)


def _judge(policy: Policy, found: Sequence[Thing], month: int) -> dict[Home, _Judged]:
    evaluator = Evaluator(policy, as_of=TODAY, surface="scan")
    judged = {}
    for home in dict.fromkeys(each.home for each in found):
        assessments = [evaluator.assess(resource(each, month)) for each in found if each.home == home]
        tallies = Tallies(evaluator)
        tallies.add(assessments)
        judged[home] = _Judged(assessments, tallies.tallies(), tallies.tags())
    return judged


def _scan_all(store: Store, policy: Policy, night: date, judged: dict[Home, _Judged]) -> None:
    for hour, (cloud, shard) in enumerate(_SHARDS):
        homes = sorted((home for home in judged if home.cloud == cloud), key=lambda home: home.account)
        taken = homes[:1] if shard == "1/2" else homes[1:] if shard else homes
        with at(datetime(night.year, night.month, night.day, 1 + hour, tzinfo=UTC)):
            run = store.begin(cloud, _SCOPES[cloud], policy, as_of=night, shard=shard)
            parts = {home: Part(home.account, home.region) for home in taken}
            run.plan(list(parts.values()), [])
            for home, part in parts.items():
                writer = run.part(part)
                writer.add(judged[home].assessments)
                writer.done(judged[home].tallies, judged[home].tags)
            run.finish(ScanState.COMPLETE)
