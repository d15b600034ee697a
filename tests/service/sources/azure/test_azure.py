"""A scan of Azure, by Microsoft's own clients from a server that answers like theirs."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import CredentialUnavailableError
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from tagward.errors import UsageError
from tagward.evaluation import Evaluator
from tagward.loader import load
from tagward.resource import Layer, Resource
from tagward_service.scan.interface import ExpiredError, Found, Part, ReadError
from tagward_service.sources.azure.connecting import connect
from tagward_service.sources.azure.permissions import permissions
from tagward_service.sources.azure.source import AzureSource
from tagward_service.sources.interface import NotEvaluated
from tests.service.sources.azure.tenant import QUOTA, TOKEN, VERSIONS, Subscription, Tenant
from tests.service.sources.cloud_server import Answer, CloudServer, Request, serving
from tests.service.sources.waiting import Clock

AS_OF = date(2026, 11, 21)
MACHINE = "Microsoft.Compute/virtualMachines"
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '1'}
tags:
  ml-team: {required: true, values: [fraud, search], inherit: [resource-group, subscription]}
  ml-environment: {required: true, values: [dev, prod]}
"""
GOOD = {"ml-team": "fraud", "ml-environment": "dev"}
FAILURES = {429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable"}


class Credential:
    """A token, as a credential of the SDK gives it."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token

    def get_token(self, *scopes: str, **options: Any) -> Any:
        return SimpleNamespace(token=self.token)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tenant(clock: Clock) -> Tenant:
    return Tenant(lambda: clock.now)


@pytest.fixture(autouse=True)
def server(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudServer]:
    for name in ("AZURE_RESOURCE_MANAGER_ENDPOINT", "AZURE_SDK_CLOUD_CONF"):
        monkeypatch.delenv(name, raising=False)
    with serving(tenant.answer) as running:
        tenant.url = running.url
        yield running


@pytest.fixture
def subscription(tenant: Tenant) -> Subscription:
    added = tenant.add(1, "ml", {"ml-team": "search"})
    added.groups = {"Train": {"ml-team": "fraud"}, "serve": None}
    return added


Scan = Callable[..., AzureSource]


@pytest.fixture
def source(server: CloudServer, clock: Clock) -> Scan:
    def make(*subscriptions: str, times: int = 8, **options: Any) -> AzureSource:
        options = {"endpoint": server.url, "credential": Credential(), **options}
        return AzureSource(subscriptions, patience=clock.patience(times), **options)

    return make


@pytest.fixture
def evaluator(tmp_path: Path) -> Evaluator:
    (tmp_path / "tagward.yaml").write_text(POLICY)
    return Evaluator(load(tmp_path / "tagward.yaml", as_of=AS_OF), as_of=AS_OF, surface="cloud")


def read(source: AzureSource, clock: Clock, part: Part | None = None) -> list[Found]:
    parts = [part] if part else [each for each in source.parts() if isinstance(each, Part)]
    return [found for each in parts for found in source.read(each, clock)]


def resources(found: list[Found]) -> dict[str, Resource]:
    read = [each for each in found if isinstance(each, Resource)]
    by_id = {each.id: each for each in read}
    assert len(by_id) == len(read)
    return by_id


def notes(found: list[Found]) -> list[NotEvaluated]:
    return [each for each in found if isinstance(each, NotEvaluated)]


def test_every_planted_violation_is_found_and_no_other(
    source: Scan, tenant: Tenant, clock: Clock, evaluator: Evaluator
) -> None:
    tenant.page = 7
    planted = set()
    for number in range(3):
        each = tenant.add(number, f"sub-{number}", {"ml-team": "search"} if number else None)
        each.groups = {"tagged": {"ml-team": "fraud"}, "bare": None}
        for count in range(10):
            each.add(MACHINE, f"good-{count}", "tagged", GOOD)
            each.add(MACHINE, f"inherits-{count}", "TAGGED", {"ml-environment": "prod"})
            planted.add(each.add(MACHINE, f"untagged-{count}", "tagged", (None, {})[count % 2]))
            planted.add(each.add(MACHINE, f"wrong-{count}", "tagged", {**GOOD, "ml-environment": "Prod"}))
            lonely = each.add(MACHINE, f"lonely-{count}", "bare", {"ml-environment": "dev"})
            planted |= set() if number else {lonely}
        planted |= {each.path, *(f"{each.path}/resourceGroups/{name}" for name in each.groups)}
    found = read(source(), clock)
    assert notes(found) == []
    read_ids = resources(found)
    assert read_ids.keys() == {
        row["id"]
        for each in tenant.subscriptions.values()
        for row in (*each.container_rows(), *each.resources)
    }
    violating = {each.id for each in read_ids.values() if evaluator.assess(each).findings}
    assert violating == planted


def test_a_resource_is_what_the_inventory_says(
    source: Scan, subscription: Subscription, clock: Clock
) -> None:
    identifier = subscription.add(MACHINE, "gpu-1", "train", GOOD, "westeurope")
    found = resources(read(source(), clock))[identifier]
    assert found == Resource(
        cloud="azure",
        type=f"azure:{MACHINE}",
        native=MACHINE,
        address=identifier,
        id=identifier,
        name="gpu-1",
        account=subscription.id,
        region="westeurope",
        tags=GOOD,
        inherited=(
            Layer("resource-group", "Train", {"ml-team": "fraud"}),
            Layer("subscription", "ml", {"ml-team": "search"}),
        ),
        taggability=found.taggability,
    )
    assert found.taggability.answer is True


def test_containers_are_resources_themselves(source: Scan, subscription: Subscription, clock: Clock) -> None:
    found = resources(read(source(), clock))
    group = found[f"{subscription.path}/resourceGroups/Train"]
    assert (group.type, group.name) == ("azure:Microsoft.Resources/resourceGroups", "Train")
    assert [layer.origin for layer in group.inherited] == ["subscription"]
    itself = found[subscription.path]
    assert (itself.type, itself.name, itself.inherited) == (
        "azure:Microsoft.Resources/subscriptions",
        "ml",
        (),
    )
    assert all(each.taggability.answer for each in found.values())


def test_tag_names_compare_without_case_and_are_kept_as_given(
    source: Scan, subscription: Subscription, clock: Clock, evaluator: Evaluator
) -> None:
    identifier = subscription.add(MACHINE, "gpu-1", "train", {"ML-Team": "fraud", "ml-environment": "dev"})
    found = resources(read(source(), clock))[identifier]
    assert list(found.tags) == ["ML-Team", "ml-environment"]
    assert {each.status for each in evaluator.assess(found).findings} <= {"notice", "recommended"}


@pytest.mark.parametrize(
    ("capable", "tags", "answer"),
    [
        ("SupportsTags, SupportsLocation", None, True),
        ("SupportsLocation", None, False),
        ("None", None, False),
        (None, None, None),
        ("None", {"a": "b"}, True),
    ],
)
def test_what_no_catalogue_knows_is_asked_of_its_provider(
    source: Scan,
    tenant: Tenant,
    subscription: Subscription,
    clock: Clock,
    capable: str,
    tags: Any,
    answer: bool,
) -> None:
    tenant.capabilities = {"Contoso.New/things/parts": capable} if capable else {}
    identifier = subscription.add("Contoso.New/things/parts", "x/y", "train", tags)
    identifier = identifier.replace("things/parts/x/y", "things/x/parts/y")
    subscription.resources[-1]["id"] = identifier
    found = resources(read(source(), clock))[identifier]
    assert found.type == "azure:Contoso.New/things/parts"
    assert found.taggability.answer is answer
    assert found.taggability.why


def test_a_provider_that_does_not_tell_leaves_a_type_open(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    identifier = subscription.add("Contoso.New/things", "x", "train")
    denied = Answer(403, {"error": {"code": "AuthorizationFailed", "message": "no"}})
    tenant.disturb = lambda request: denied if request.path.endswith("/providers") else None
    assert resources(read(source(), clock))[identifier].taggability.answer is None


def test_rows_that_are_held_back_are_noticed(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    for number in range(20):
        subscription.add(MACHINE, f"m-{number}", "train", GOOD)
    tenant.page, tenant.truncated_after = 5, 10
    found = read(source(), clock)
    assert len(resources(found)) == 10
    (note,) = notes(found)
    assert note.incomplete
    assert "10 of 23" in note.why


@pytest.mark.parametrize("circle", [1, 3])
def test_rows_that_go_in_circles_are_not_read_for_ever(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock, circle: int
) -> None:
    number = itertools.count()

    def again(request: Request) -> Answer | None:
        if request.method != "POST":
            return None
        row = next(iter(subscription.container_rows()))
        told = {"totalRecords": 9, "count": 1, "data": [row], "facets": [], "resultTruncated": "false"}
        return Answer(200, told | {"$skipToken": str(next(number) % circle)})

    tenant.disturb = again
    with pytest.raises(ReadError, match="gave before"):
        read(source(), clock)


@pytest.mark.parametrize("path", ["/subscriptions", "/resources", "/resourceGroups"])
def test_links_that_go_in_circles_are_not_followed_for_ever(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock, path: str
) -> None:
    tenant.graph_denied = True
    version = VERSIONS["subscriptions" if path == "/subscriptions" else "manager"]
    tenant.disturb = lambda request: (
        Answer(200, {"value": [], "nextLink": f"{tenant.url}{request.path}?api-version={version}&x=1"})
        if request.path.lower().endswith(path.lower()) and request.method == "GET"
        else None
    )
    with pytest.raises(ReadError, match="gave before"):
        read(source(), clock)


def test_more_subscriptions_than_the_graph_looks_into_are_noticed(
    source: Scan, tenant: Tenant, subscription: Subscription
) -> None:
    tenant.management_groups, tenant.limit_hit = {"ml": [subscription.id]}, True
    note, part = source(management_group="ml").parts()
    assert part == Part(subscription.id)
    assert isinstance(note, NotEvaluated)
    assert note.incomplete


def test_the_quota_is_not_used_up(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    for number in range(200):
        subscription.add(MACHINE, f"m-{number:03}", "train", GOOD)
    tenant.page = 4
    assert len(resources(read(source(), clock))) == 203
    assert tenant.refused == 0
    assert len(clock.waits) >= 203 // 4 // QUOTA


def test_threads_share_the_quota(source: Scan, tenant: Tenant, clock: Clock) -> None:
    for number in range(8):
        each = tenant.add(number, f"s-{number}")
        each.groups = {"g": None}
        for count in range(30):
            each.add(MACHINE, f"m-{count}", "g", GOOD)
    tenant.page = 3
    scan = source()
    parts = [each for each in scan.parts() if isinstance(each, Part)]
    with ThreadPoolExecutor(8) as pool:
        found = [each for part in pool.map(lambda part: list(scan.read(part, clock)), parts) for each in part]
    assert len(resources(found)) == 8 * 32
    assert notes(found) == []
    assert tenant.refused == 0


@pytest.mark.parametrize("status", FAILURES)
def test_failures_that_pass_are_waited_for(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock, status: int
) -> None:
    for number in range(40):
        subscription.add(MACHINE, f"m-{number}", "train", GOOD)
    tenant.page, asked = 3, iter(range(1000))
    error = {"error": {"code": FAILURES[status], "message": "later"}}

    def disturb(request: Request) -> Answer | None:
        headers = {"Retry-After": "17"} if status == 429 else {}
        return Answer(status, error, headers) if next(asked) % 7 == 6 else None

    tenant.disturb = disturb
    found = read(source(), clock)
    assert (len(resources(found)), notes(found)) == (43, [])
    assert any(wait >= (16 if status == 429 else 0.9) for wait in clock.waits)


def test_failures_that_stay_end_the_part(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    tenant.disturb = lambda request: Answer(
        503, {"error": {"code": "ServiceUnavailable", "message": "later"}}
    )
    with pytest.raises(ReadError, match=r"^ServiceUnavailable: later$") as caught:
        list(source(times=3).read(Part(subscription.id), clock))
    assert caught.value.retry
    assert not isinstance(caught.value, ExpiredError)


def test_expired_credentials_stop_the_scan_and_fresh_ones_go_on(
    source: Scan, tenant: Tenant, server: CloudServer, subscription: Subscription, clock: Clock
) -> None:
    for number in range(10):
        subscription.add(MACHINE, f"m-{number}", "train", GOOD)
    tenant.page = 4
    reading = source().read(Part(subscription.id), clock)
    next(reading)
    tenant.tokens = {"token-2"}
    with pytest.raises(ExpiredError):
        list(reading)
    fresh = source(credential=Credential("token-2"))
    assert len(resources(read(fresh, clock))) == 13


@pytest.mark.parametrize("graph_denied", [False, True])
def test_expired_credentials_are_told_from_others_whoever_says_so(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock, graph_denied: bool
) -> None:
    tenant.graph_denied = graph_denied
    scan = source(credential=Credential("none"))
    with pytest.raises(ExpiredError):
        list(scan.parts())
    with pytest.raises(ExpiredError):
        list(scan.read(Part(subscription.id), clock))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            CredentialUnavailableError(message="EnvironmentCredential authentication unavailable.\nVisit x"),
            "no token for Azure (EnvironmentCredential authentication unavailable): `az login`",
        ),
        (
            ClientAuthenticationError(
                "Failed.\n\tEnvironmentCredential: AADSTS7000222: The secret is expired."
            ),
            "AADSTS7000222: The secret is expired",
        ),
    ],
)
def test_a_scan_without_a_token_says_why(
    source: Scan, subscription: Subscription, clock: Clock, error: ClientAuthenticationError, said: str
) -> None:
    class Tokenless:
        def get_token(self, *scopes: str, **options: Any) -> Any:
            raise error

    with pytest.raises(ExpiredError, match=re.escape(said)):
        read(source(subscription.id, credential=Tokenless()), clock)


def test_where_the_graph_is_denied_resource_manager_is_read(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    for number in range(10):
        subscription.add(MACHINE, f"m-{number}", "train", GOOD)
    by_graph = read(source(), clock)
    tenant.graph_denied, tenant.page = True, 3
    by_manager = read(source(), clock)
    assert resources(by_manager) == resources(by_graph)
    assert notes(by_manager) == []


def test_a_graph_that_shows_nothing_is_not_believed(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    identifier = subscription.add(MACHINE, "m", "train")
    tenant.graph_shy = True
    assert identifier in resources(read(source(), clock))
    tenant.denied = {subscription.id}
    with pytest.raises(ReadError, match="AuthorizationFailed"):
        read(source(), clock, Part(subscription.id))


def test_a_denied_subscription_says_what_to_do(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    tenant.denied = {subscription.id}
    with pytest.raises(ReadError, match=r"^AuthorizationFailed.*--print-permissions") as caught:
        read(source(subscription.id), clock)
    assert not caught.value.retry
    with pytest.raises(ReadError, match="SubscriptionNotFound"):
        read(source(subscription.id.replace("1", "9")), clock)


def test_a_subscription_of_another_tenant_ends_no_scan(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    code = "InvalidAuthenticationTokenTenant"
    error = {"error": {"code": code, "message": "The access token is from the wrong issuer."}}
    tenant.disturb = lambda request: Answer(401, error)
    with pytest.raises(ReadError, match=code) as caught:
        read(source(subscription.id), clock)
    assert not isinstance(caught.value, ExpiredError)


def test_another_cloud_has_other_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Asked:
        def get_token(self, *scopes: str, **options: Any) -> Any:
            seen.append(scopes)
            raise ClientAuthenticationError("asked")

    monkeypatch.setenv("AZURE_SDK_CLOUD_CONF", "AZURE_CHINA_CLOUD")
    with pytest.raises(ReadError):
        list(AzureSource(credential=Asked()).parts())
    monkeypatch.setenv("AZURE_SDK_CLOUD_CONF", "AZURE_PUBLIC_CLOUD")
    with pytest.raises(ReadError):
        list(AzureSource(credential=Asked(), endpoint="https://westeurope.management.azure.com").parts())
    assert seen == [
        ("https://management.chinacloudapi.cn/.default",),
        ("https://management.azure.com/.default",),
    ]


def test_a_group_that_nobody_shows_is_a_doubt(source: Scan, subscription: Subscription, clock: Clock) -> None:
    subscription.add(MACHINE, "m", "hidden")
    (note,) = notes(read(source(), clock))
    assert note.incomplete
    assert note.what.endswith("hidden")


def test_parts_are_the_subscriptions_in_order(source: Scan, tenant: Tenant) -> None:
    tenant.page = 2
    ids = [tenant.add(number, f"s-{number}").id for number in (5, 1, 4)]
    disabled = tenant.add(2, "disabled", state="Disabled").id
    gone = tenant.add(3, "gone", state="Deleted").id
    note, *parts = sorted(source().parts(), key=lambda each: isinstance(each, Part))
    assert parts == [Part(each) for each in sorted([*ids, disabled])]
    assert note == NotEvaluated(f"subscription {gone}", "it is deleted")
    tenant.management_groups = {"ml": ids[:2]}
    assert list(source(management_group="ml").parts()) == [Part(each) for each in sorted(ids[:2])]
    assert list(source(f"/subscriptions/{ids[0].upper()}").parts()) == [Part(ids[0])]


def test_reading_ends_when_it_is_told_to(
    source: Scan, tenant: Tenant, subscription: Subscription, clock: Clock
) -> None:
    for number in range(20):
        subscription.add(MACHINE, f"m-{number}", "train", GOOD)
    tenant.page = 5
    reading = source().read(Part(subscription.id), clock)
    next(reading)
    clock.set()
    assert len(list(reading)) == 4


def test_what_is_no_subscription_is_refused(source: Scan) -> None:
    with pytest.raises(UsageError, match="`ml` is no subscription"):
        source("ml")


@pytest.mark.parametrize("endpoint", ["http://example.com", "http://10.0.0.1:80", "ftp://127.0.0.1"])
def test_tokens_do_not_leave_this_machine_in_the_clear(endpoint: str) -> None:
    with pytest.raises(UsageError, match="in the clear"):
        AzureSource(endpoint=endpoint)


def test_the_command_line_reaches_a_server_on_this_machine_without_credentials(
    tenant: Tenant, subscription: Subscription, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_RESOURCE_MANAGER_ENDPOINT", tenant.url)
    tenant.tokens = {"anonymous"}
    assert subscription.path in resources(read(AzureSource(patience=clock.patience()), clock))


def test_the_server_refuses_what_azure_refuses(tenant: Tenant, subscription: Subscription) -> None:
    """The stand-in is as strict as what it stands for, or the tests above would prove little."""

    def ask(query: str = "resources | project id", top: int = 10, token: str = TOKEN, **options: Any) -> Any:
        with connect(tenant.url, Credential(token)).graph() as client:
            asked = QueryRequest(query=query, options=QueryRequestOptions(top=top))
            return client.resources(asked, **options)

    assert ask().total_records == 0
    for wrong in ({"top": 1001}, {"token": "none"}, {"api_version": "2019-04-01"}, {"query": "nothing"}):
        with pytest.raises(HttpResponseError):
            ask(**wrong)
    manager = connect(tenant.url, Credential("none")).manager(subscription.id)
    with manager, pytest.raises(HttpResponseError, match="ExpiredAuthenticationToken"):
        list(manager.resources.list())


def test_the_role_reads_and_does_nothing_else() -> None:
    (permission,) = permissions(["/subscriptions/1"])
    role = json.loads(permission.content)
    assert role["AssignableScopes"] == ["/subscriptions/1"]
    assert all(action.endswith("/read") for action in role["Actions"])
    assert role["DataActions"] == []
