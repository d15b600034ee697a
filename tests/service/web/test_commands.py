"""The pages over what the real commands remembered: their figures are those that the commands write."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace

from tagward.loader import load
from tagward.resource import Resource
from tagward_service.cli import main, scan_sources
from tagward_service.scan.interface import Found, Part
from tagward_service.web.words import brief, count, money, month, percent
from tests.service.api.harness import NOON
from tests.service.scan.generated import GOOD
from tests.service.web.harness import Web

DEMO = Path(__file__).parents[3] / "docs" / "demo"
POLICY = "pack:ml-platform"
TODAY = NOON.date().isoformat()
PARTS = (Part("111122223333", "eu-west-1"), Part("444455556666", "eu-west-1"))
INVENTORY: Mapping[str, Mapping[str, str]] = {
    "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/card-scoring": GOOD,
    "arn:aws:sagemaker:eu-west-1:111122223333:training-job/rank-7": {"ml-team": "search-ranking"},
    "arn:aws:ec2:eu-west-1:444455556666:instance/i-0abc": {"ml-enviroment": "prod"},
    "arn:aws:ec2:eu-west-1:444455556666:instance/i-1fff": {**GOOD, "ml-environment": "production"},
}
"""What a scan finds of the demo's bill: one resource is not on it, and others of the bill are not found."""


class Inventory:
    """A cloud with these resources."""

    cloud = "aws"
    scope: Mapping[str, str] = {"organization": "o-demo"}

    def parts(self) -> Iterator[Part]:
        yield from PARTS

    def read(self, part: Part, stop: Event) -> Iterator[Found]:
        del stop
        for arn, tags in INVENTORY.items():
            _, _, _, service, _, account, rest = f":{arn}".split(":", 6)
            if account == part.account:
                type_ = f"aws:{service}:{rest.partition('/')[0]}"
                yield Resource(
                    cloud="aws",
                    type=type_,
                    address=arn,
                    id=arn,
                    account=account,
                    region=part.region,
                    tags=tags,
                )


class Told:
    """What the commands wrote, and the dashboard over the store that they wrote to."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.web = web
        self.scanned, self.costs, self.shares = (
            json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("scanned", "costs", "shares")
        )
        self.gaps = (folder / "gaps.csv").read_text(encoding="utf-8")

    def page(self, path: str) -> str:
        """Return the words of a page."""
        return self.web.seen(path).text


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Run the commands as a platform team would, and serve."""
    folder = tmp_path_factory.mktemp("commands")
    common = ("--policy", POLICY, "--store", str(folder / "tagward.db"), "--as-of", TODAY, "-q")
    bill = ("--billing", str(DEMO / "bill.csv"))
    rules = ("--rules", str(DEMO / "showback.yaml"), "--metrics", str(DEMO / "usage.csv"))
    with pytest.MonkeyPatch.context() as patched:
        made = replace(scan_sources.CLOUDS["aws"], make=lambda settings, policy: Inventory(), after=None)
        patched.setitem(scan_sources.CLOUDS, "aws", made)
        assert main(["scan", "aws", *common]) == 1
    assert main(["coverage", *common, "-f", f"json={folder / 'scanned.json'}"]) == 0
    outputs = ("-f", f"json={folder / 'costs.json'}", "-f", f"csv={folder / 'gaps.csv'}")
    assert main(["coverage", *bill, *common, *outputs, "--keep"]) == 0
    assert main(["showback", *bill, *rules, *common, "-f", f"json={folder / 'shares.json'}", "--keep"]) == 0
    with Web(store=str(folder / "tagward.db")) as web:
        web.source.policy = load(POLICY, as_of=NOON.date())
        web.live.refresh()
        yield Told(folder, web)


def test_readiness_has_the_figures_of_both_coverages(told: Told) -> None:
    text, sums, resources = told.page("/"), told.costs["by_cost"], told.scanned["by_resource"]
    for shown in (
        percent(sums["percent"]),
        f"{brief(sums['attributable'])} of {brief(sums['chargeable'])} {sums['currency']}",
        brief(sums["unattributed"]),
        money(sums["whole"]),
        percent(resources["percent"]),
        f"{count(resources['compliant'])} of {count(resources['taggable'])} resources",
        f"{len(told.shares['months'])} months come to the bill, to the last digit",
        *(each["what"] for each in told.scanned["not_scanned"]),
    ):
        assert shown in text
    assert ("Ready for chargeback" in text) == (told.costs["readiness"]["ready"])
    for each in told.costs["periods"]:
        assert f"{month(each['period'])} {money(each['by_cost']['chargeable'])}" in text


def test_gaps_are_those_of_the_command_and_know_what_was_scanned(told: Told) -> None:
    text = told.page("/gaps").replace(" ,", ",").replace("  ", " ")
    gaps = told.costs["gaps"]
    whole = sum((Decimal(each["cost"]) for each in gaps), Decimal(0))
    assert Decimal(told.costs["by_cost"]["unattributed"]) == whole
    assert f"{len(gaps)} of {len(gaps)} gaps, {money(whole)} USD" in text
    for each in gaps:
        assert (each["name"] or each["resource"]) in text
        assert money(each["cost"]) in text
    assert {each["scan"]["state"] for each in gaps} >= {"findings", "never"}
    scanned = [each for each in gaps if each["scan"]["state"] == "never"]
    assert f"{len(scanned)} of {len(gaps)} gap" in told.page("/gaps?scan=never")
    assert told.web.open("/gaps.csv").text.splitlines() == told.gaps.splitlines()


def test_findings_are_those_of_the_scan(told: Told) -> None:
    rows = told.web.open("/findings.csv").text.splitlines()
    assert f"{len(rows) - 1} findings" in told.page("/findings")
    assert told.scanned["change"]["new"] == len(rows) - 1
    text = told.page("/scans")
    assert f"{told.scanned['change']['new']} new" in text
    assert f"{told.costs['lines']:,} lines of {told.costs['files']} file" in text


def test_tags_have_the_percents_of_both_coverages(told: Told) -> None:
    by_cost = {each["tag"]: each for each in told.costs["tags"]}
    for each in told.scanned["tags"]:
        text = told.page(f"/tags/{each['tag']}")
        for figures in (each, by_cost[each["tag"]]):
            assert percent(figures["present_percent"]) in text
            assert percent(figures["valid_percent"]) in text
        assert f"{each['valid']} of {each['asked']}" in text


def test_teams_have_the_sums_of_showback(told: Told) -> None:
    text = told.page("/teams")
    sums: dict[str, Decimal] = {}
    for each in told.shares["teams"]:
        sums[each["team"]] = sums.get(each["team"], Decimal(0)) + Decimal(each["total"])
    assert len(sums) == 2
    for team, amount in sums.items():
        assert team in text
        assert money(amount) in text
        assert money(amount) in told.page(f"/teams/{team}")
    assert money(sum((Decimal(each["billed"]) for each in told.shares["months"]), Decimal(0))) in text
    rows = told.web.open("/teams.csv").text.splitlines()
    assert len(rows) == len(told.shares["charges"]) + 1
