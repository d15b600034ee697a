"""A scan of Google Cloud, by Google's own clients from a server that answers like theirs."""

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials

from tagward.errors import UsageError
from tagward.evaluation import Evaluator
from tagward.loader import load
from tagward.resource import Layer, Resource
from tagward_service.scan.interface import ExpiredError, Found, Part, ReadError
from tagward_service.sources.gcp.connecting import Connection
from tagward_service.sources.gcp.permissions import permissions
from tagward_service.sources.gcp.source import GcpSource
from tagward_service.sources.interface import NotEvaluated
from tests.service.sources.cloud_server import Answer, CloudServer, Request, serving
from tests.service.sources.gcp.organization import MACHINE, ROOT, TOKEN, Organization, Project
from tests.service.sources.waiting import Clock

AS_OF = date(2026, 11, 21)
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '1'}
tags:
  ml-team: {required: true, values: [fraud, search], inherit: [project], keys: {gcp: ml_team}}
  ml-environment: {required: true, values: [dev, prod]}
"""
GOOD = {"ml_team": "fraud", "ml-environment": "dev"}


def token(text: str = TOKEN) -> Any:
    made: Any = Credentials
    return made(text)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def organization() -> Organization:
    return Organization()


@pytest.fixture(autouse=True)
def server(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudServer]:
    for name in ("CLOUDASSET", "CLOUDRESOURCEMANAGER"):
        monkeypatch.delenv(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}", raising=False)
    with serving(organization.answer) as running:
        yield running


@pytest.fixture
def project(organization: Organization) -> Project:
    return organization.add("shop-ml", {"ml_team": "search"})


Scan = Callable[..., GcpSource]


@pytest.fixture
def source(server: CloudServer, clock: Clock) -> Scan:
    def make(*scopes: str, times: int = 8, **options: Any) -> GcpSource:
        options = {"endpoint": server.url, "credentials": token(), **options}
        return GcpSource(scopes, patience=clock.patience(times), **options)

    return make


@pytest.fixture
def evaluator(tmp_path: Path) -> Evaluator:
    (tmp_path / "tagward.yaml").write_text(POLICY)
    return Evaluator(load(tmp_path / "tagward.yaml", as_of=AS_OF), as_of=AS_OF, surface="cloud")


def read(source: GcpSource, clock: Clock, part: Part | None = None) -> list[Found]:
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
    source: Scan, organization: Organization, clock: Clock, evaluator: Evaluator
) -> None:
    organization.page = 7
    planted = set()
    for number in range(3):
        labels = {"ml_team": "search", "ml-environment": "dev"} if number else {}
        each = organization.add(f"project-{number}", labels)
        for count in range(10):
            each.add(f"good-{count}", GOOD)
            each.add(f"firewall-{count}", kind="compute.googleapis.com/Firewall")
            planted.add(each.add(f"untagged-{count}"))
            planted.add(each.add(f"wrong-{count}", {**GOOD, "ml-environment": "test"}))
            planted.add(each.add(f"network-tags-are-none-{count}", {"goog-gke-node": ""}))
            lonely = each.add(f"inherits-{count}", {"ml-environment": "prod"})
            planted |= set() if number else {lonely}
        planted |= set() if number else {each.itself()["name"]}
    found = read(source(ROOT), clock)
    assert notes(found) == []
    by_id = resources(found)
    assert by_id.keys() == {
        asset["name"] for each in organization.projects.values() for asset in (*each.assets, each.itself())
    }
    assert {each.id for each in by_id.values() if evaluator.assess(each).findings} == planted


def test_a_resource_is_what_the_inventory_says(source: Scan, project: Project, clock: Clock) -> None:
    name = project.add("gpu-1", {**GOOD, "goog-gke-node": ""})
    found = resources(read(source("shop-ml"), clock))[name]
    assert found == Resource(
        cloud="gcp",
        type=f"gcp:{MACHINE}",
        native=MACHINE,
        address=name,
        id=name,
        name="gpu-1",
        account="shop-ml",
        region="us-east1",
        place="labels",
        tags=GOOD,
        inherited=(Layer("project", "shop-ml", {"ml_team": "search"}),),
        taggability=found.taggability,
    )
    assert found.taggability.answer is True


def test_a_project_is_a_resource_itself(source: Scan, project: Project, clock: Clock) -> None:
    (itself,) = resources(read(source(), clock)).values()
    assert (itself.type, itself.account) == ("gcp:cloudresourcemanager.googleapis.com/Project", project.id)
    assert (itself.tags, itself.inherited) == ({"ml_team": "search"}, ())
    assert itself.taggability.answer is True


@pytest.mark.parametrize(
    ("kind", "labels", "answer"),
    [
        ("storage.googleapis.com/Bucket", {}, True),
        ("compute.googleapis.com/Firewall", {}, False),
        ("aiplatform.googleapis.com/CustomJob", {}, True),
        ("contoso.googleapis.com/Thing", {}, None),
        ("contoso.googleapis.com/Thing", {"a": "b"}, True),
        ("apps.k8s.io/Deployment", {"ml_team": "fraud"}, False),
        ("k8s.io/Pod", {}, False),
    ],
)
def test_taggability(
    source: Scan, project: Project, clock: Clock, kind: str, labels: dict[str, str], answer: bool | None
) -> None:
    name = project.add("x", labels, kind)
    found = resources(read(source(), clock))[name]
    assert found.type == f"gcp:{kind}"
    assert found.taggability.answer is answer
    assert found.taggability.why


def test_parts_are_the_projects_of_every_folder(
    source: Scan, organization: Organization, clock: Clock
) -> None:
    organization.folders = {ROOT: ["folders/1", "folders/2"], "folders/1": ["folders/11", "folders/12"]}
    organization.page = 1
    parents = {"b": ROOT, "a": "folders/1", "c": "folders/12", "d": "folders/2", "e": "folders/11"}
    for name, parent in parents.items():
        organization.add(f"project-{name}", parent=parent)
    organization.add("project-gone", parent="folders/2", state="DELETE_REQUESTED")

    def parts(*scopes: str) -> list[str]:
        found = [each for each in source(*scopes).parts() if isinstance(each, Part)]
        return [each.account.removeprefix("project-") for each in found]

    assert parts(ROOT) == parts() == list("abcde")
    assert parts("folders/1") == list("ace")
    assert parts("folders/2", "projects/project-c", "project-a") == list("acd")
    organization.unlisted = {"folders/12"}
    assert parts("folders/1") == list("ace"), "those who may not list folders may search for projects"
    organization.denied = {"folders/1"}
    assert parts("folders/1", "folders/2", "project-a") == list("ad")
    (note,) = (each for each in source("folders/1", "folders/2").parts() if isinstance(each, NotEvaluated))
    assert (note.what, note.incomplete) == ("folders/1", True)
    assert "403 Request denied" in note.why


def test_labels_that_may_not_be_read_are_a_doubt(
    source: Scan, organization: Organization, project: Project, clock: Clock
) -> None:
    name = project.add("x", GOOD)
    organization.unlisted = {"projects/shop-ml"}
    found = read(source("shop-ml"), clock)
    assert resources(found)[name].inherited == ()
    (note,) = notes(found)
    assert note.incomplete


def test_a_project_may_be_named_by_its_number(source: Scan, project: Project, clock: Clock) -> None:
    name = project.add("x", GOOD)
    found = resources(read(source(f"projects/{project.number}"), clock))
    assert found[name].account == "shop-ml"


def test_pages_are_of_500_at_most_and_nothing_is_lost(
    source: Scan, server: CloudServer, project: Project, clock: Clock
) -> None:
    for number in range(1100):
        project.add(f"m-{number}", GOOD)
    assert len(resources(read(source("shop-ml"), clock))) == 1101
    asked = [request for _, request in server.asked if request.path.endswith(":searchAllResources")]
    assert len(asked) == 3
    assert all(request.query.keys().isdisjoint({"query", "orderBy"}) for request in asked)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_failures_that_pass_are_waited_for(
    source: Scan, organization: Organization, project: Project, clock: Clock, status: int
) -> None:
    for number in range(40):
        project.add(f"m-{number}", GOOD)
    organization.page, asked = 3, iter(range(1000))
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}
    error = {"error": {"code": status, "message": "later", "details": [info] if status == 429 else []}}

    def disturb(request: Request) -> Answer | None:
        return Answer(status, error) if next(asked) % 7 == 6 else None

    organization.disturb = disturb
    found = read(source(ROOT), clock)
    assert (len(resources(found)), notes(found)) == (41, [])
    assert any(wait >= (16 if status == 429 else 0.9) for wait in clock.waits)


def test_failures_that_stay_end_the_part(
    source: Scan, organization: Organization, project: Project, clock: Clock
) -> None:
    organization.disturb = lambda request: Answer(503, {"error": {"code": 503, "message": "later"}})
    with pytest.raises(ReadError, match=r"^503 later$") as caught:
        read(source("shop-ml", times=3), clock)
    assert caught.value.retry


def test_expired_credentials_stop_the_scan_and_fresh_ones_go_on(
    source: Scan, organization: Organization, project: Project, clock: Clock
) -> None:
    for number in range(10):
        project.add(f"m-{number}", GOOD)
    organization.page = 4
    reading = source("shop-ml").read(Part("shop-ml"), clock)
    next(reading)
    organization.tokens = {"token-2"}
    with pytest.raises(ExpiredError):
        list(reading)
    assert len(resources(read(source("shop-ml", credentials=token("token-2")), clock))) == 11


def test_a_denied_project_says_what_to_do(
    source: Scan, organization: Organization, project: Project, clock: Clock
) -> None:
    organization.denied = {"projects/shop-ml"}
    with pytest.raises(ReadError, match=r"^403 Request denied by Cloud IAM: .*--print-permissions") as caught:
        read(source("shop-ml"), clock)
    assert not caught.value.retry
    organization.denied, organization.disabled = set(), True
    with pytest.raises(ReadError, match="gcloud services enable"):
        read(source("shop-ml"), clock)


def test_a_page_that_comes_twice_is_an_error(
    source: Scan, organization: Organization, project: Project, clock: Clock
) -> None:
    again = Answer(200, {"results": [], "nextPageToken": "again"})
    organization.disturb = lambda request: again if "search" in request.path else None
    with pytest.raises(ReadError, match="gave before"):
        read(source("shop-ml"), clock)


def test_pages_that_go_in_circles_are_an_error(
    source: Scan, organization: Organization, project: Project, clock: Clock
) -> None:
    number = itertools.count()
    organization.disturb = lambda request: (
        Answer(200, {"results": [], "nextPageToken": str(next(number) % 3)})
        if "search" in request.path
        else None
    )
    with pytest.raises(ReadError, match="gave before"):
        read(source("shop-ml"), clock)


def test_reading_ends_when_it_is_told_to(
    source: Scan, organization: Organization, project: Project, clock: Clock
) -> None:
    for number in range(20):
        project.add(f"m-{number}", GOOD)
    organization.page = 5
    reading = source("shop-ml").read(Part("shop-ml"), clock)
    next(reading)
    clock.set()
    assert len(list(reading)) == 4


@pytest.mark.parametrize("scope", ["organizations/acme", "Shop", "folders/", "projects/a/b"])
def test_what_is_no_scope_is_refused(source: Scan, scope: str) -> None:
    with pytest.raises(UsageError, match="is no scope"):
        source(scope)


@pytest.mark.parametrize("endpoint", ["http://example.com", "http://10.0.0.1:80", "ftp://127.0.0.1"])
def test_tokens_do_not_leave_this_machine_in_the_clear(endpoint: str) -> None:
    with pytest.raises(UsageError, match="in the clear"):
        GcpSource(endpoint=endpoint)


def test_the_command_line_reaches_a_server_on_this_machine_without_credentials(
    server: CloudServer,
    organization: Organization,
    project: Project,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDASSET", server.url)
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER", f"{server.url}/")
    organization.tokens = {"anonymous"}
    assert resources(read(GcpSource(patience=clock.patience()), clock))


@pytest.mark.parametrize("content", [None, "{", "[]", "{}", '{"type": "service_account"}', '{"type": []}'])
@pytest.mark.parametrize("scope", ["shop-ml", "organizations/1"])
def test_without_credentials_the_next_step_is_told(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, content: str | None, scope: str
) -> None:
    file = tmp_path / "credentials.json"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    with pytest.raises(ExpiredError, match="gcloud auth application-default login"):
        read(GcpSource([scope], patience=clock.patience()), clock)


def test_the_server_refuses_what_google_refuses(server: CloudServer, project: Project) -> None:
    """The stand-in is as strict as what it stands for, or the tests above would prove little."""

    def search(text: str = TOKEN, **asked: Any) -> Any:
        with Connection(server.url, token(text)).assets() as client:
            asked = {"scope": "projects/shop-ml", **asked}
            return client.search_all_resources(asked, retry=None)

    assert len(search().results) == 1
    other = {"page_token": json.dumps([0, {"query": ["x"]}])}
    wrong: list[dict[str, Any]] = [
        {"text": "none"},
        {"scope": "projects/unknown"},
        {"asset_types": ["nothing.*"]},
        other,
    ]
    for each in wrong:
        with pytest.raises((GoogleAPICallError, RefreshError)):
            search(**each)


def test_the_role_reads_and_does_nothing_else() -> None:
    (custom,) = permissions()
    verbs = {each.rpartition(".")[2] for each in json.loads(custom.content)["includedPermissions"]}
    assert verbs == {"searchAllResources", "get", "list"}


@pytest.mark.parametrize(
    ("scopes", "where"),
    [
        ([], "--organization=NUMBER"),
        (["organizations/1"], "--organization=1"),
        (["folders/2"], "--organization=NUMBER"),
        (["projects/shop-ml"], "--project=shop-ml"),
        (["projects/a", "projects/b"], "--organization=NUMBER"),
    ],
)
def test_the_role_is_made_where_it_can_be(scopes: list[str], where: str) -> None:
    (custom,) = permissions(scopes)
    assert f" {where} " in custom.title
    listing = "resourcemanager.projects.list" in json.loads(custom.content)["includedPermissions"]
    assert listing is where.startswith("--organization")
