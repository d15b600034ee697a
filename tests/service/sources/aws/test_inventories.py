"""Resource Explorer and AWS Config list what they cover; everything else is read of the services."""

import json
import re
from collections.abc import Iterator, Mapping
from threading import Event
from typing import Any

import botocore.session
import pytest

from tagward.resource import Resource
from tagward_service.scan.interface import Part, ReadError
from tagward_service.sources.aws import source
from tests.service.sources.aws.cloud.calls import Call, refusal
from tests.service.sources.aws.cloud.organization import (
    GOOD,
    MANAGEMENT,
    NEVER,
    WRONG,
    Organization,
    Planted,
    organization,
)
from tests.service.sources.aws.cloud.server import Cloud
from tests.service.sources.aws.cloud.stand_ins import RefusalError, modelled, paged
from tests.service.sources.aws.scanning import Inventory, expected, inventory, seen

HERE = "us-east-1"
PLACE: Any = {"regions": [HERE], "services": ["sqs", "sns", "ec2"]}
VIEW = f"arn:aws:resource-explorer-2:eu-west-1:{MANAGEMENT}:view/all/1"
COVERED = ("sqs:queue", "ec2:volume")
CLOUDFORMATION = {"sqs:queue": "AWS::SQS::Queue", "ec2:volume": "AWS::EC2::Volume"}


@pytest.fixture(scope="module")
def org(cloud: Cloud) -> Organization:
    made = organization(1)
    for account in made.accounts:
        for number, tags in enumerate((GOOD, WRONG, NEVER)):
            types = ("aws:sqs:queue", "aws:sns:topic", "aws:ec2:volume")
            made.plant(made.place(account, HERE), types, tags, f"thing-{account}-{number}")
    return made


@pytest.fixture(autouse=True)
def well_again(cloud: Cloud) -> Iterator[None]:
    kept = dict(cloud.stand_ins)
    yield
    cloud.faults.clear()
    cloud.stand_ins.clear()
    cloud.stand_ins.update(kept)


def entry(each: Planted, **other: Any) -> dict[str, Any]:
    """Write a resource as Resource Explorer lists it."""
    kind = each.type.removeprefix("aws:")
    data = [{"Key": key, "Value": value} for key, value in {**each.tags, "aws:made-by": "x"}.items()]
    tags = [{"Name": "tags", "LastReportedAt": "2026-11-21T00:00:00Z", "Data": data}] if each.tags else []
    return {
        "Arn": each.arn,
        "OwningAccountId": each.account,
        "Region": each.region,
        "ResourceType": kind,
        "Service": kind.partition(":")[0],
        "CfnResourceType": CLOUDFORMATION[kind],
        "Properties": tags,
        **other,
    }


class ResourceExplorer:
    """Answers as the API reference says: no token for a next page of 1000, a view with its properties."""

    def __init__(self, org: Organization) -> None:
        covered = tuple(f"aws:{name}" for name in COVERED)
        self.entries = [entry(each) for each in org.planted if each.type in covered]
        self.view: dict[str, Any] = {
            "ViewArn": VIEW,
            "Scope": f"arn:aws:organizations::{MANAGEMENT}:organization/{org.id}",
            "IncludedProperties": [{"Name": "tags"}],
            "Filters": {"FilterString": ""},
        }
        self.indexed = {account: [HERE] for account in org.accounts}
        self.aggregators = [{"Region": "eu-west-1", "Type": "AGGREGATOR"}]

    def indexes(self, call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
        if given.get("Type") == "AGGREGATOR":
            return {"Indexes": self.aggregators}
        return {"Indexes": [{"Region": each, "Type": "LOCAL"} for each in self.indexed[MANAGEMENT]]}

    def of_members(self, call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
        listed = [(a, r) for a in given["AccountIdList"] for r in self.indexed.get(a, ())]
        return {"Indexes": [{"AccountId": a, "Region": r, "Type": "LOCAL"} for a, r in listed]}

    def default(self, call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
        assert call.region == "eu-west-1"
        return {"ViewArn": VIEW} if self.view else {}

    def supported(self, call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
        types = [{"ResourceType": each, "CFNResourceTypes": [CLOUDFORMATION[each]]} for each in COVERED]
        return paged("ResourceTypes", types, given, size=1)

    def resources(self, call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
        if given["ViewArn"] != VIEW:
            raise RefusalError("UnauthorizedException", status=401)
        wanted = re.fullmatch(r"accountid:(\d+) region:(\S+)", given["Filters"]["FilterString"])
        assert wanted
        found = [
            each for each in self.entries if (each["OwningAccountId"], each["Region"]) == wanted.groups()
        ]
        if given["MaxResults"] == 1000:
            return {"Resources": found[:1000]}
        return paged("Resources", found, given, size=2)

    def install(self, cloud: Cloud) -> None:
        handlers = {
            "ListIndexes": self.indexes,
            "ListIndexesForMembers": self.of_members,
            "GetDefaultView": self.default,
            "GetView": lambda call, given: {"View": self.view},
            "ListSupportedResourceTypes": self.supported,
            "ListResources": self.resources,
        }
        for name, handler in handlers.items():
            cloud.stand_ins[f"resource-explorer-2:{name}"] = modelled(handler)


class Aggregator:
    """Answers queries for one place, and says what the recorder of each records."""

    def __init__(self, org: Organization) -> None:
        self.covered = list(CLOUDFORMATION.values())
        self.results = [self._item(each) for each in org.planted if each.type.removeprefix("aws:") in COVERED]
        self.recording = True
        self.group: dict[str, Any] = {"resourceTypes": self.covered}
        self.statuses: list[dict[str, Any]] = []
        self.told: dict[str, Any] = {
            "ConfigurationAggregatorName": "all",
            "OrganizationAggregationSource": {"RoleArn": "r", "AllAwsRegions": True},
        }

    def _item(self, each: Planted) -> dict[str, Any]:
        tags = [{"key": key, "value": value, "tag": f"{key}={value}"} for key, value in each.tags.items()]
        return {
            "accountId": each.account,
            "awsRegion": each.region,
            "arn": each.arn,
            "resourceId": each.arn.rpartition(":")[2],
            "resourceType": CLOUDFORMATION[each.type.removeprefix("aws:")],
            "tags": tags,
        }

    def query(self, call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
        wanted = re.search(r"accountId = '(\d+)' AND awsRegion = '([\w-]+)'$", given["Expression"])
        assert wanted
        found = [each for each in self.results if (each["accountId"], each["awsRegion"]) == wanted.groups()]
        found.append({"resourceType": "AWS::Config::ResourceCompliance", "resourceId": "x"})
        return paged("Results", [json.dumps(each) for each in found], given, size=2, limit="Limit")

    def install(self, cloud: Cloud) -> None:
        state = {"name": "default", "recording": self.recording}
        handlers: dict[str, Any] = {
            "DescribeConfigurationAggregators": lambda *told: {"ConfigurationAggregators": [self.told]},
            "DescribeConfigurationAggregatorSourcesStatus": lambda *told: {
                "AggregatedSourceStatusList": self.statuses
            },
            "DescribeConfigurationRecorderStatus": lambda *told: {"ConfigurationRecordersStatus": [state]},
            "DescribeConfigurationRecorders": lambda *told: {
                "ConfigurationRecorders": [{"name": "default", "recordingGroup": self.group}]
            },
            "SelectAggregateResourceConfig": self.query,
        }
        for name, handler in handlers.items():
            cloud.stand_ins[f"config:{name}"] = modelled(handler)


@pytest.fixture
def explorer(cloud: Cloud, org: Organization) -> ResourceExplorer:
    found = ResourceExplorer(org)
    found.install(cloud)
    return found


@pytest.fixture
def config(cloud: Cloud, org: Organization) -> Aggregator:
    found = Aggregator(org)
    found.install(cloud)
    return found


def services(cloud: Cloud, choice: Any) -> set[tuple[str, str, str]]:
    """Return what is read in parts, without the topics, which no inventory here covers."""
    found = source(inventory=choice, **PLACE).parts()
    return {(each.account, each.region, each.service) for each in found if isinstance(each, Part)}


def whole(found: Inventory, org: Organization) -> None:
    """Check that everything was found once, whoever listed it."""
    assert seen(found.resources) == expected(org.planted)
    assert not found.incomplete


@pytest.mark.parametrize("choice", ["explorer", "auto"])
def test_explorer_lists_what_it_covers_and_services_the_rest(
    cloud: Cloud, org: Organization, explorer: ResourceExplorer, choice: Any
) -> None:
    before = cloud.calls["sqs:ListQueues"]
    whole(inventory(source(inventory=choice, **PLACE)), org)
    assert cloud.calls["sqs:ListQueues"] == before
    assert cloud.calls["sns:ListTopics"] > 0


@pytest.mark.parametrize("choice", ["config", "auto"])
def test_config_lists_what_is_recorded_and_services_the_rest(
    cloud: Cloud, org: Organization, config: Aggregator, choice: Any
) -> None:
    before = cloud.calls["sqs:ListQueues"]
    whole(inventory(source(inventory=choice, **PLACE)), org)
    assert cloud.calls["sqs:ListQueues"] == before


def test_a_part_of_an_inventory_is_a_place_and_one_is_for_what_is_in_none(
    cloud: Cloud, org: Organization, explorer: ResourceExplorer
) -> None:
    # Some services are another part than the whole inventory: what is not in them is not gone.
    name = "resource-explorer-2 of ec2,sns,sqs"
    names = {(a, r, name) for a in org.accounts for r in (HERE, "")}
    rest = {
        (a, HERE, f"{service} beyond resource-explorer-2") for a in org.accounts for service in ("sns", "ec2")
    }
    assert services(cloud, "explorer") == names | rest


def test_the_whole_of_an_inventory_is_a_part_that_says_no_services(
    cloud: Cloud, org: Organization, explorer: ResourceExplorer
) -> None:
    found = source(inventory="explorer", regions=[HERE]).parts()
    assert Part(MANAGEMENT, HERE, "resource-explorer-2") in list(found)


def test_a_resumed_scan_reads_a_part_alike_without_listing_the_parts(
    cloud: Cloud, org: Organization, explorer: ResourceExplorer
) -> None:
    again = source(inventory="explorer", **PLACE)
    found = list(again.read(Part(MANAGEMENT, HERE, "ec2 beyond resource-explorer-2"), Event()))
    assert not [each for each in found if isinstance(each, Resource) and each.type == "aws:ec2:volume"]


def test_a_region_without_an_index_is_read_of_its_services(
    cloud: Cloud, org: Organization, explorer: ResourceExplorer
) -> None:
    explorer.indexed[org.accounts[1]] = ["eu-west-3"]
    found = services(cloud, "explorer")
    assert (org.accounts[1], HERE, "sqs") in found
    assert not [part for part in found if part[0] == MANAGEMENT and part[2].startswith("sqs")]
    whole(inventory(source(inventory="explorer", **PLACE)), org)


def test_a_view_of_one_account_is_used_for_that_account(
    cloud: Cloud, org: Organization, explorer: ResourceExplorer
) -> None:
    explorer.view["Scope"] = f"arn:aws:iam::{MANAGEMENT}:root"
    assert (org.accounts[1], HERE, "sqs") in services(cloud, "explorer")
    whole(inventory(source(inventory="explorer", **PLACE)), org)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"IncludedProperties": []}, "does not include tags"),
        ({"Filters": {"FilterString": "tag:none"}}, "has a filter"),
    ],
)
def test_a_view_that_hides_something_is_no_inventory(
    cloud: Cloud, org: Organization, explorer: ResourceExplorer, change: dict[str, Any], why: str
) -> None:
    explorer.view.update(change)
    with pytest.raises(ReadError, match=why):
        list(source(inventory="explorer", **PLACE).parts())
    found = inventory(source(inventory="auto", **PLACE))
    whole(found, org)
    assert any(why in note.why for note in found.notes)


@pytest.mark.parametrize("choice", ["explorer", "config"])
def test_an_inventory_that_was_asked_for_must_be_there(cloud: Cloud, org: Organization, choice: Any) -> None:
    cloud.stand_ins["resource-explorer-2:ListIndexes"] = modelled(lambda call, given: {"Indexes": []})
    with pytest.raises(ReadError, match=f"--inventory {choice}"):
        list(source(inventory=choice, **PLACE).parts())


def test_without_any_inventory_auto_reads_the_services_and_says_so(cloud: Cloud, org: Organization) -> None:
    cloud.stand_ins["resource-explorer-2:ListIndexes"] = modelled(lambda call, given: {"Indexes": []})
    found = inventory(source(inventory="auto", **PLACE))
    whole(found, org)
    assert [note.what for note in found.notes] == ["--inventory config", "--inventory explorer"]


def test_a_recorder_that_is_stopped_or_may_not_be_asked_covers_nothing(
    cloud: Cloud, org: Organization, config: Aggregator
) -> None:
    config.recording = False
    config.install(cloud)
    assert (MANAGEMENT, HERE, "sqs") in services(cloud, "config")
    config.recording = True
    config.install(cloud)
    cloud.faults.append(
        lambda call, body: (
            refusal(call, "AccessDeniedException", "no") if "RecorderStatus" in call.name else None
        )
    )
    assert (MANAGEMENT, HERE, "sqs") in services(cloud, "config")


def test_a_recorder_that_does_not_answer_covers_nothing_and_stops_nobody(
    cloud: Cloud, org: Organization, config: Aggregator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *told, **more: True)
    cloud.faults.append(
        lambda call, body: (
            refusal(call, "InternalFailure", "so it is", 500)
            if "RecorderStatus" in call.name and call.key != "testing"
            else None
        )
    )
    found = services(cloud, "config")
    assert (org.accounts[1], HERE, "sqs") in found
    assert not [part for part in found if part[0] == MANAGEMENT and part[2] == "sqs"]
    whole(inventory(source(inventory="config", **PLACE)), org)


@pytest.mark.parametrize("status", ["FAILED", "OUTDATED"])
def test_a_place_that_the_aggregator_could_not_take_in_is_read_of_its_services(
    cloud: Cloud, org: Organization, config: Aggregator, status: str
) -> None:
    config.statuses.append({"SourceId": MANAGEMENT, "AwsRegion": HERE, "LastUpdateStatus": status})
    found = services(cloud, "config")
    assert (MANAGEMENT, HERE, "sqs") in found
    assert not [part for part in found if part[0] == org.accounts[1] and part[2].startswith("sqs")]


def test_what_a_recorder_leaves_out_is_read_of_its_service(
    cloud: Cloud, org: Organization, config: Aggregator
) -> None:
    excluded = {"resourceTypes": ["AWS::SQS::Queue"]}
    use = {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}
    config.group = {"exclusionByResourceTypes": excluded, "recordingStrategy": use}
    found = services(cloud, "config")
    assert (MANAGEMENT, HERE, "sqs beyond config") in found
    assert not [part for part in found if "sns beyond" in part[2]]


def test_everything_that_config_knows_is_covered_where_all_is_recorded(
    cloud: Cloud, org: Organization, config: Aggregator
) -> None:
    config.group = {"allSupported": True}
    known = botocore.session.get_session().get_service_model("config").shape_for("ResourceType").enum
    assert "AWS::SNS::Topic" in known
    assert (MANAGEMENT, HERE, "sns") not in services(cloud, "config")


def test_an_item_without_an_arn_is_named(cloud: Cloud, org: Organization, config: Aggregator) -> None:
    item = {**config.results[0], "arn": None}
    config.results = [item]
    found = inventory(source(inventory="config", accounts=[item["accountId"]], **PLACE))
    assert found.incomplete == [f"AWS::SQS::Queue {item['resourceId']} in {item['accountId']} {HERE}"]
