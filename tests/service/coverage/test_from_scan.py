"""From the engine of a scan to coverage: the figures are those of judging the same resources one by one."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from tagward.evaluation import Evaluator
from tagward.findings import Status
from tagward.loader import load
from tagward.resource import Resource
from tagward_service.coverage.report import coverage
from tagward_service.judging import judge
from tagward_service.scan.engine import Limits
from tagward_service.scan.interface import Part
from tagward_service.scan.progress import Silent
from tagward_service.scan.running import Asked, scan, surface
from tagward_service.store import open_store
from tests.service.scan.generated import Generated
from tests.service.store.stories import DAY


def test_coverage_of_a_scan_is_what_judging_its_resources_comes_to(tmp_path: Path) -> None:
    source, policy = Generated(accounts=3, each=40), load("pack:ml-platform", as_of=DAY)
    store = open_store(str(tmp_path / "store.db"))
    scan(source, store, Asked(policy, DAY, Limits(workers=2)), Silent())
    report = coverage(store, policy, DAY, ("account", "region", "tag:ml-team"))
    store.close()

    parts = [part for part in source.parts() if isinstance(part, Part)]
    resources = [each for part in parts for each in source.read(part, Event()) if isinstance(each, Resource)]
    evaluator = Evaluator(policy, as_of=DAY, surface=surface("aws"))
    counts = judge(evaluator.assess, resources).counts
    summary = report.summary
    assert (summary.resources, summary.compliant) == (len(resources), counts[Status.COMPLIANT])
    assert summary.violating == counts[Status.VIOLATING]
    for breakdown in report.breakdowns:
        assert sum(group.taggable for group in breakdown.groups) == summary.taggable
        assert sum(group.compliant for group in breakdown.groups) == summary.compliant
    team = next(each for each in report.tags if each.tag == "ml-team")
    lacking = sum("ml-team" not in each.tags for each in resources)
    assert (team.asked, team.present) == (len(resources), len(resources) - lacking)
