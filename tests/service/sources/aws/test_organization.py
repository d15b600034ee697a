"""Everything that exists in an organization is found, with its tags, and nothing else."""

import pytest

from tagward_service.scan.interface import Part, ReadError
from tagward_service.sources.aws import source
from tagward_service.sources.aws.tables import SERVICES
from tests.service.sources.aws.cloud.makers import MAKERS
from tests.service.sources.aws.cloud.organization import (
    GOOD,
    MANAGEMENT,
    NEVER,
    WRONG,
    Organization,
    organization,
    tags_in_turn,
)
from tests.service.sources.aws.cloud.server import Cloud
from tests.service.sources.aws.scanning import expected, inventory, parts, seen

REGIONS = ("eu-west-1", "us-east-1")
EVERYWHERE = ("ec2", "s3", "sqs")
SPREAD = ("aws:ec2:volume", "aws:s3:bucket", "aws:sqs:queue")


@pytest.fixture(scope="module")
def org(cloud: Cloud) -> Organization:
    """Plant every type in one place, and a few in every place, a third of all never tagged."""
    made = organization(2)
    tags = tags_in_turn()
    full = made.place(made.accounts[1], "eu-west-1")
    for number, type_ in enumerate(MAKERS):
        made.plant(full, [type_], next(tags), f"thing-{number}")
    for account in made.accounts:
        for region in REGIONS:
            for each in (GOOD, WRONG, NEVER):
                name = f"spread-{account}-{region}-{len(made.planted)}"
                made.plant(made.place(account, region), SPREAD, each, name)
    return made


def test_every_type_is_found_with_its_tags_and_nothing_else(cloud: Cloud, org: Organization) -> None:
    account = org.accounts[1]
    found = inventory(source(accounts=[account], regions=["eu-west-1"], attempts=1))
    there = [each for each in org.planted if (each.account, each.region) == (account, "eu-west-1")]
    assert seen(found.resources) == expected(there)
    assert {each.type for each in found.resources} >= {name.partition("/")[0] for name in MAKERS}
    assert not found.incomplete
    assert all(each.taggability.answer for each in found.resources)


def test_every_account_and_region_is_read_as_itself(cloud: Cloud, org: Organization) -> None:
    found = inventory(source(regions=REGIONS, services=EVERYWHERE, attempts=1))
    services = tuple(f"aws:{service}:" for service in EVERYWHERE)
    assert seen(found.resources) == expected(each for each in org.planted if each.type.startswith(services))
    assert {each.account for each in found.resources} == set(org.accounts)
    assert not found.incomplete


def test_the_role_of_an_account_is_taken_once(cloud: Cloud, org: Organization) -> None:
    before = cloud.calls["sts:AssumeRole"]
    inventory(source(accounts=[org.accounts[2], MANAGEMENT], regions=REGIONS, services=["sqs", "sns"]))
    assert cloud.calls["sts:AssumeRole"] == before + 1


def test_lists_are_read_to_the_last_page(cloud: Cloud, org: Organization) -> None:
    before = cloud.calls["logs:DescribeLogGroups"]
    place = org.place(org.accounts[2], "us-east-2")
    for number in range(55):
        org.plant(place, ["aws:logs:log-group"], NEVER, f"page-{number}")
    found = inventory(source(accounts=[place.account], regions=[place.region], services=["logs"]))
    assert seen(found.resources) == expected(each for each in org.planted if each.region == place.region)
    assert cloud.calls["logs:DescribeLogGroups"] == before + 2


def test_parts_are_accounts_by_regions_by_services_in_a_stable_order(cloud: Cloud, org: Organization) -> None:
    found = parts(source(regions=REGIONS))
    accounts = sorted(org.accounts)
    assert found == [Part(a, r, s) for a in accounts for r in REGIONS for s in SERVICES]
    assert found == parts(source(regions=[*reversed(REGIONS), "eu-west-1"]))


def test_the_scope_names_what_was_asked_for(cloud: Cloud, org: Organization) -> None:
    assert source().scope == source(inventory="services").scope == {"organization": org.id}
    some = source(accounts=[MANAGEMENT], services=["s3"], inventory="services")
    assert some.scope == {"accounts": MANAGEMENT, "organization": org.id, "services": "s3"}


def test_the_native_type_is_that_of_cloudformation(cloud: Cloud, org: Organization) -> None:
    found = inventory(source(accounts=[MANAGEMENT], regions=["us-east-1"], services=["sqs"])).resources
    assert {each.native for each in found} == {"AWS::SQS::Queue"}
    assert {each.place for each in found} == {"tags"}
    assert all(each.address == each.id and each.file == "" for each in found)


def test_a_service_that_nobody_reads_is_refused_by_name() -> None:
    with pytest.raises(ReadError, match="`s33` is no service that is read: choose from"):
        source(services=["s3", "s33"])
