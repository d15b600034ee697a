"""Which accounts and regions are read, which are left out, and what is said of those."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tagward_service.scan.interface import ExpiredError, Part
from tagward_service.sources.aws import source
from tagward_service.sources.interface import NotEvaluated
from tests.service.sources.aws.cloud.calls import Answer, Call, refusal
from tests.service.sources.aws.cloud.organization import MANAGEMENT, Organization, organization
from tests.service.sources.aws.cloud.server import Cloud
from tests.service.sources.aws.cloud.stand_ins import modelled

ONE: Any = {"inventory": "services", "regions": ["us-east-1"], "services": ["sqs"]}


@pytest.fixture(scope="module")
def org(cloud: Cloud) -> Organization:
    return organization(2)


@pytest.fixture(autouse=True)
def well_again(cloud: Cloud) -> Iterator[None]:
    yield
    cloud.faults.clear()
    cloud.stand_ins.pop("organizations:ListAccounts", None)


def refuse(cloud: Cloud, name: str, code: str) -> None:
    cloud.faults.append(lambda call, body: refusal(call, code, "no") if call.name == name else None)


def parts(**given: Any) -> tuple[list[Part], list[NotEvaluated]]:
    found = list(source(**given).parts())
    return (
        [each for each in found if isinstance(each, Part)],
        [each for each in found if isinstance(each, NotEvaluated)],
    )


def accounts(cloud: Cloud, *entries: dict[str, Any]) -> None:
    def listed(call: Call, given: dict[str, Any]) -> dict[str, Any]:
        return {"Accounts": list(entries)}

    cloud.stand_ins["organizations:ListAccounts"] = modelled(listed)


@pytest.mark.parametrize(
    "state",
    [
        {"State": "SUSPENDED", "Status": "SUSPENDED"},
        {"Status": "PENDING_CLOSURE"},
        {"State": "PENDING_ACTIVATION"},
    ],
)
def test_an_account_that_is_not_active_is_named_and_does_not_fail_the_scan(
    cloud: Cloud, org: Organization, state: dict[str, str]
) -> None:
    active = {"Id": MANAGEMENT, "Name": "payer", "State": "ACTIVE"}
    accounts(cloud, {"Id": "999999999999", "Name": "old", **state}, active)
    found, notes = parts(**ONE)
    assert found == [Part(MANAGEMENT, "us-east-1", "sqs")]
    assert [note.what for note in notes] == ["account 999999999999 (old)"]
    assert not notes[0].incomplete


def test_an_answer_of_before_there_was_a_state_is_understood(cloud: Cloud, org: Organization) -> None:
    accounts(cloud, {"Id": MANAGEMENT, "Status": "ACTIVE"})
    assert parts(**ONE) == ([Part(MANAGEMENT, "us-east-1", "sqs")], [])


def test_without_an_organization_the_caller_s_account_is_all_there_is(
    cloud: Cloud, org: Organization
) -> None:
    refuse(cloud, "organizations:ListAccounts", "AWSOrganizationsNotInUseException")
    assert parts(**ONE) == ([Part(MANAGEMENT, "us-east-1", "sqs")], [])


def test_a_list_without_any_account_is_that_of_no_organization(cloud: Cloud, org: Organization) -> None:
    accounts(cloud)
    assert parts(**ONE) == ([Part(MANAGEMENT, "us-east-1", "sqs")], [])


def test_an_organization_that_cannot_be_listed_is_never_taken_for_one_account(
    cloud: Cloud, org: Organization
) -> None:
    refuse(cloud, "organizations:ListAccounts", "AccessDeniedException")
    found, notes = parts(**ONE)
    assert found == [Part(MANAGEMENT, "us-east-1", "sqs")]
    assert [note.incomplete for note in notes] == [True]
    assert "--accounts" in notes[0].why


def test_accounts_that_are_named_need_no_organization(cloud: Cloud, org: Organization) -> None:
    refuse(cloud, "organizations:ListAccounts", "AccessDeniedException")
    found, notes = parts(accounts=[org.accounts[2], org.accounts[1], org.accounts[2]], **ONE)
    assert [part.account for part in found] == sorted(org.accounts[1:])
    assert notes == []


def test_accounts_that_are_named_are_some_of_their_organization(cloud: Cloud, org: Organization) -> None:
    """So that a later scan of the organization takes the place of one of theirs."""
    whole = source(**ONE).scope
    named = org.accounts[1]
    assert source(accounts=[named], **ONE).scope == {**whole, "accounts": named}
    assert "organization" in whole
    assert "organization" not in source(accounts=[named, "999999999999"], **ONE).scope
    refuse(cloud, "organizations:ListAccounts", "AccessDeniedException")
    assert "organization" not in source(accounts=[named], **ONE).scope


@pytest.mark.parametrize("code", ["AuthFailure", "UnrecognizedClientException", "SomethingNew"])
def test_an_account_that_does_not_take_its_own_credentials_is_no_reason_to_read_none(
    cloud: Cloud, org: Organization, code: str
) -> None:
    """As one that was made a minute ago, or whose regions were."""

    def fault(call: Call, body: bytes) -> Answer | None:
        strange = call.name == "ec2:DescribeRegions" and call.key != "testing"
        return refusal(call, code, "not able to validate the credentials", 401) if strange else None

    cloud.faults.append(fault)
    found, notes = parts(**ONE)
    assert found == [Part(MANAGEMENT, "us-east-1", "sqs")]
    assert [note.incomplete for note in notes] == [True, True]
    assert {note.what.split()[1] for note in notes} == set(org.accounts) - {MANAGEMENT}


def test_credentials_that_end_while_accounts_are_listed_end_the_listing(
    cloud: Cloud, org: Organization
) -> None:
    refuse(cloud, "ec2:DescribeRegions", "ExpiredTokenException")
    with pytest.raises(ExpiredError):
        parts(**ONE)


def test_every_enabled_region_is_read_and_the_others_are_named(cloud: Cloud, org: Organization) -> None:
    told = boto3.client("ec2", region_name="us-east-1").describe_regions(AllRegions=True)["Regions"]
    enabled = {each["RegionName"] for each in told if each["OptInStatus"] != "not-opted-in"}
    shut = {each["RegionName"] for each in told} - enabled
    found, notes = parts(accounts=[MANAGEMENT], inventory="services", services=["sqs"])
    assert [part.region for part in found] == sorted(enabled)
    assert [note.what for note in notes] == [f"{MANAGEMENT} {', '.join(sorted(shut))}"]
    assert shut
    assert not notes[0].incomplete


@pytest.mark.parametrize("region", ["ap-southeast-4", "eu-nowhere-1"])
def test_a_region_that_was_asked_for_and_is_not_enabled_is_incomplete(
    cloud: Cloud, org: Organization, region: str
) -> None:
    found, notes = parts(
        inventory="services", accounts=[MANAGEMENT], regions=["us-east-1", region], services=["sqs"]
    )
    assert [part.region for part in found] == ["us-east-1"]
    assert [(note.what, note.incomplete) for note in notes] == [(f"{MANAGEMENT} {region}", True)]


def test_an_account_whose_regions_nobody_may_list_is_incomplete(cloud: Cloud, org: Organization) -> None:
    refuse(cloud, "ec2:DescribeRegions", "UnauthorizedOperation")
    found, notes = parts(accounts=[MANAGEMENT], inventory="services", services=["sqs"])
    assert found == []
    assert notes[0].incomplete
    assert "`ec2:DescribeRegions` is denied" in notes[0].why
