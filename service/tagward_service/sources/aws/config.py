"""An AWS Config aggregator as an inventory: what the recorders of its accounts and regions record.

The aggregator answers for all accounts at once but cannot say what is recorded: a type that nobody records
is simply not there. So each region's recorder is asked, and what it leaves out is read of the services.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import msgspec
from msgspec import Struct

from tagward_service.scan.interface import Found
from tagward_service.sources.aws.answers import tags_of
from tagward_service.sources.aws.listed import GLOBAL, listed, type_of
from tagward_service.sources.aws.pages import pages
from tagward_service.sources.aws.problems import Refused, asking
from tagward_service.sources.aws.sessions import Sessions
from tagward_service.sources.interface import NotEvaluated

SERVICE = "config"
AT_A_TIME = 100
_COMPLIANCE = "AWS::Config::ResourceCompliance"
_EXCLUSION = "EXCLUSION_BY_RESOURCE_TYPES"
_QUERY = (
    "SELECT accountId, awsRegion, arn, resourceId, resourceType, tags"
    " WHERE accountId = '{account}' AND awsRegion = '{region}'"
)


class Aggregator(Struct, frozen=True):
    """An aggregator: its name, and whether it takes in the whole organization; None: every region."""

    name: str
    of_organization: bool
    regions: frozenset[str] | None


class Config:
    """An aggregator in the caller's account and home region."""

    name = "config"

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._aggregator = find_aggregator(sessions)
        self._status = dict(_statuses(sessions, self._aggregator.name))

    def __str__(self) -> str:
        return f"AWS Config (aggregator {self._aggregator.name})"

    def covers(self, account: str, region: str) -> frozenset[str]:
        """Return the types that the recorder of a place records, where the aggregator takes them in."""
        status = self._status.get((account, region))
        inside = self._aggregator.regions is None or region in self._aggregator.regions
        unheard = status is None and not self._aggregator.of_organization
        if not inside or unheard or status not in (None, "SUCCEEDED"):
            return frozenset()
        return _recorded(self._sessions.client(account, SERVICE, region))

    def read(self, account: str, region: str, stop: Event) -> Iterator[Found]:
        """List what is recorded of an account in a region."""
        given = {
            "ConfigurationAggregatorName": self._aggregator.name,
            "Expression": _QUERY.format(account=account, region=region or GLOBAL),
        }
        permission = f"{SERVICE}:SelectAggregateResourceConfig"
        client, operation = self._sessions.own(SERVICE), "SelectAggregateResourceConfig"
        for page in pages(client, operation, given, permission=permission, page=AT_A_TIME, stop=stop):
            for each in map(msgspec.json.decode, page["Results"]):
                if each["resourceType"] != _COMPLIANCE:
                    yield _resource(each, account, region or GLOBAL)


def find_aggregator(sessions: Sessions) -> Aggregator:
    """Return the aggregator that takes in most; raise Refused, with the reason, where there is none."""
    permission = f"{SERVICE}:DescribeConfigurationAggregators"
    client = sessions.own(SERVICE)
    found = [
        _aggregator(each)
        for page in pages(client, "DescribeConfigurationAggregators", {}, permission=permission)
        for each in page["ConfigurationAggregators"]
    ]
    if not found:
        raise Refused(f"AWS Config has no aggregator in this account and {sessions.home}")
    return min(found, key=lambda each: (not each.of_organization, each.regions is not None, each.name))


def _aggregator(told: dict[str, Any]) -> Aggregator:
    organization = told.get("OrganizationAggregationSource")
    sources = [organization] if organization else told.get("AccountAggregationSources", [])
    everywhere = any(each.get("AllAwsRegions") for each in sources)
    regions = frozenset(region for each in sources for region in each.get("AwsRegions", ()))
    return Aggregator(
        told["ConfigurationAggregatorName"], bool(organization), None if everywhere else regions
    )


def _statuses(sessions: Sessions, aggregator: str) -> Iterator[tuple[tuple[str, str], str]]:
    operation = "DescribeConfigurationAggregatorSourcesStatus"
    given = {"ConfigurationAggregatorName": aggregator}
    client = sessions.own(SERVICE)
    for page in pages(client, operation, given, permission=f"{SERVICE}:{operation}"):
        for each in page["AggregatedSourceStatusList"]:
            yield (each.get("SourceId", ""), each.get("AwsRegion", "")), each.get("LastUpdateStatus", "")


def _recorded(client: Any) -> frozenset[str]:
    with asking(f"{SERVICE}:DescribeConfigurationRecorderStatus"):
        states = client.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    recording = {each["name"] for each in states if each.get("recording")}
    with asking(f"{SERVICE}:DescribeConfigurationRecorders"):
        recorders = client.describe_configuration_recorders()["ConfigurationRecorders"]
    known = client.meta.service_model.shape_for("ResourceType").enum
    groups = [each.get("recordingGroup", {}) for each in recorders if each["name"] in recording]
    return frozenset(type_of("", name) for group in groups for name in _types(group, known))


def _types(group: dict[str, Any], known: list[str]) -> set[str]:
    excluded = set((group.get("exclusionByResourceTypes") or {}).get("resourceTypes", ()))
    by_exclusion = (group.get("recordingStrategy") or {}).get("useOnly") == _EXCLUSION
    if group.get("allSupported") or by_exclusion:
        return set(known) - excluded
    return set(group.get("resourceTypes", ()))


def _resource(each: dict[str, Any], account: str, region: str) -> Found:
    what = f"{each['resourceType']} {each.get('resourceId', '')}"
    if not each.get("arn"):
        return NotEvaluated(f"{what} in {account} {region}", "AWS Config gives it no ARN", incomplete=True)
    if (each.get("accountId"), each.get("awsRegion")) != (account, region):
        return NotEvaluated(each["arn"], "AWS Config lists it under another account or region than asked")
    type_ = type_of("", each["resourceType"])
    return listed(type_, each["arn"], account, region, tags_of(each.get("tags")), "AWS Config")
