"""Gaps on a bill and the resources that scans saw are the same things, however each calls them."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from tagward_service.billing.gap_list import Gap, Open, Seen
from tagward_service.billing.scanned import seen_by_scans, tails
from tagward_service.store import open_store
from tagward_service.store.interface import ScanState, Store, Wanted
from tests.service.store.stories import DAY, GOOD, HERE, NO_TEAM, SCOPE, THERE, instance, policy, scan, write

ONE = Decimal(1)
GAP = Gap("aws", "AWS", HERE.account, "", "EC2", "i-1", "", ONE, ONE, Decimal(0), ("ml-team",), ())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "store.db"), snapshots=str(tmp_path / "snapshots"))
    yield opened
    opened.close()


def seen(store: Store, *gaps: Gap) -> list[Seen | None]:
    return [each.scan for each in seen_by_scans(gaps, store, "ml-platform")]


def states(store: Store, *resources: str) -> list[str]:
    found = seen(store, *(replace(GAP, resource=each) for each in resources))
    return [each.state if each else "" for each in found]


def test_a_resource_of_aws_is_known_by_its_arn_and_by_its_end(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM, "i-2": GOOD}})

    assert states(store, instance("i-1", {}).id, "i-1", "instance/i-1", "i-2", "i-3", "") == [
        *("findings", "findings", "findings", "none", "never", "never"),
    ]
    assert seen(store, replace(GAP, account="999999999999")) == [Seen("never")]


def test_what_is_open_is_named_with_the_day_it_was_first_seen(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM}})

    (found,) = seen(store, GAP)

    (kept,) = store.findings(Wanted()).findings
    assert found == Seen("findings", (Open(kept.id, "TW001", "ml-team", kept.first_seen.date()),))


def test_an_id_that_several_resources_have_tells_nothing(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM}, THERE: {"i-1": NO_TEAM}})

    assert states(store, "i-1", instance("i-1", {}, THERE).id) == ["untold", "findings"]


def test_without_an_inventory_nothing_is_said_to_be_unseen(tmp_path: Path) -> None:
    plain = open_store(str(tmp_path / "plain.db"))
    scan(plain, {HERE: {"i-1": NO_TEAM, "i-2": GOOD}})

    assert states(plain, "i-1", "i-2", "i-3") == ["findings", "untold", "untold"]
    assert seen(plain, replace(GAP, account="999999999999")) == [Seen("never")]
    plain.close()


def test_azure_passes_over_case_and_google_over_slashes(store: Store) -> None:
    machine = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/VM"
    disk = "//compute.googleapis.com/projects/p/zones/z/disks/d"
    for cloud, identity in (("azure", machine), ("gcp", disk)):
        run = store.begin(cloud, SCOPE, policy(), as_of=DAY)
        run.plan([HERE], [])
        write(run, HERE, [replace(instance("x", {}), cloud=cloud, id=identity)])
        run.finish(ScanState.COMPLETE)

    azure = replace(GAP, cloud="azure", resource=machine.lower())
    google = replace(GAP, cloud="gcp", resource=disk.removeprefix("//"))

    assert [each.state for each in seen(store, azure, google, replace(azure, resource="/x")) if each] == [
        *("findings", "findings", "never"),
    ]


@pytest.mark.parametrize(
    ("arn", "end"),
    [
        ("arn:aws:s3:::my-bucket", "my-bucket"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:f", "f"),
        ("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/50dc", "app/web/50dc"),
        ("arn:aws:ec2:eu-west-1:1:volume/vol-1", "vol-1"),
    ],
)
def test_bills_may_hold_what_comes_after_the_type(arn: str, end: str) -> None:
    assert end in tails(arn)
