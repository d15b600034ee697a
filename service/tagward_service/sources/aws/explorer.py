"""AWS Resource Explorer as an inventory: everything it indexes, tagged or not, of all accounts of a view.

It is used only where it can be trusted to list all of a place: the region has an index, and the default view
at the aggregator has no filter and includes tags (one without would show every resource as untagged).
`ListResources` is asked for 999 a page: with 1000 it gives no token for the next one (API reference), and
`Search` ends after 1000 altogether.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from threading import Event, Lock
from typing import Any

from msgspec import Struct

from tagward_service.scan.interface import Found
from tagward_service.sources.aws.answers import tags_of
from tagward_service.sources.aws.listed import GLOBAL, listed, type_of
from tagward_service.sources.aws.pages import pages
from tagward_service.sources.aws.problems import Refused, asking
from tagward_service.sources.aws.sessions import Sessions
from tagward_service.sources.interface import NotEvaluated

SERVICE = "resource-explorer-2"
AT_A_TIME = 999
_TAGS = "tags"


class View(Struct, frozen=True):
    """A view at the aggregator."""

    arn: str
    region: str
    of_organization: bool


class Explorer:
    """Resource Explorer, asked with the caller's credentials."""

    name = "resource-explorer-2"

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._view = find_view(sessions)
        self._lock = Lock()

    def __str__(self) -> str:
        return f"Resource Explorer (view {self._view.arn})"

    def covers(self, account: str, region: str) -> frozenset[str]:
        """Return the types that are indexed, where the region of the account has an index."""
        if account != self._sessions.own_account and not self._view.of_organization:
            return frozenset()
        return self._types if region in self._indexed(account) else frozenset()

    def read(self, account: str, region: str, stop: Event) -> Iterator[Found]:
        """List what is indexed of an account in a region."""
        client = self._sessions.own(SERVICE, self._view.region)
        text = f"accountid:{account} region:{region or GLOBAL}"
        given = {"ViewArn": self._view.arn, "Filters": {"FilterString": text}}
        permission = f"{SERVICE}:ListResources"
        for page in pages(client, "ListResources", given, permission=permission, page=AT_A_TIME, stop=stop):
            for each in page["Resources"]:
                yield _resource(each, account, region or GLOBAL)

    @cached_property
    def _types(self) -> frozenset[str]:
        client = self._sessions.own(SERVICE, self._view.region)
        permission = f"{SERVICE}:ListSupportedResourceTypes"
        found = [
            each
            for page in pages(client, "ListSupportedResourceTypes", {}, permission=permission)
            for each in page["ResourceTypes"]
        ]
        return frozenset(
            type_of(each["ResourceType"], cloudformation)
            for each in found
            for cloudformation in each.get("CFNResourceTypes") or [""]
        )

    def _indexed(self, account: str) -> set[str]:
        client = self._sessions.own(SERVICE, self._view.region)
        operation, given = "ListIndexes", {}
        if account != self._sessions.own_account:
            operation, given = "ListIndexesForMembers", {"AccountIdList": [account]}
        permission = f"{SERVICE}:{operation}"
        found = pages(client, operation, given, permission=permission)
        return {each["Region"] for page in found for each in page["Indexes"]}


def find_view(sessions: Sessions) -> View:
    """Return the view that lists everything; raise Refused, with the reason, where there is none."""
    client = sessions.own(SERVICE)
    given = {"Type": "AGGREGATOR"}
    found = pages(client, "ListIndexes", given, permission=f"{SERVICE}:ListIndexes")
    region = next((each["Region"] for page in found for each in page["Indexes"]), "")
    if not region:
        raise Refused("Resource Explorer has no aggregator index in this account")
    client = sessions.own(SERVICE, region)
    with asking(f"{SERVICE}:GetDefaultView"):
        arn = client.get_default_view().get("ViewArn")
    if not arn:
        raise Refused(f"Resource Explorer has no default view in {region}, where its aggregator is")
    with asking(f"{SERVICE}:GetView"):
        told = client.get_view(ViewArn=arn)["View"]
    return _trusted(told, region)


def _trusted(told: dict[str, Any], region: str) -> View:
    included = {each["Name"] for each in told.get("IncludedProperties", ())}
    if _TAGS not in included:
        raise Refused(f"the view {told['ViewArn']} does not include tags: everything would look untagged")
    if (told.get("Filters") or {}).get("FilterString"):
        raise Refused(f"the view {told['ViewArn']} has a filter: it does not list everything")
    return View(told["ViewArn"], region, ":organization/" in told.get("Scope", ""))


def _resource(each: dict[str, Any], account: str, region: str) -> Found:
    # Filters compare without case and by prefix; what is not of this place is not to be counted here.
    if (each.get("OwningAccountId"), each.get("Region")) != (account, region):
        what = str(each.get("Arn"))
        return NotEvaluated(what, "Resource Explorer lists it under another account or region than asked")
    data = next((each["Data"] for each in each.get("Properties", ()) if each["Name"] == _TAGS), ())
    type_ = type_of(each["ResourceType"], each.get("CfnResourceType") or "")
    return listed(type_, each["Arn"], account, region, tags_of(data), "Resource Explorer")
