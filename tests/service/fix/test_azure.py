"""Tags of Azure: Microsoft's own client, unmodified, against a server that answers as Azure does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tagward_service.fix.interface import Change, Target
from tagward_service.fix.writers import Reach
from tagward_service.fix.writers.azure import AzureWriter, writer
from tests.service.fix.worlds import applied, fates, undone

SUBSCRIPTION = "11112222-3333-4444-8555-666677778888"
DISK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.Compute/disks/one"
TAGS = "/providers/Microsoft.Resources/tags/default"


class Manager:
    """Tags by scope; `faults` are answered first, one after the other. Names ignore case, as in Azure."""

    def __init__(self) -> None:
        self.tags: dict[str, dict[str, str]] = {}
        self.faults: list[tuple[int, str, dict[str, str]]] = []
        self.asked: list[tuple[str, Any]] = []
        self.slow = False
        self.url = ""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        self.asked.append((f"{method} {path}", body))
        if self.faults:
            status, code, headers = self.faults.pop(0)
            return status, {"error": {"code": code, "message": f"{code} it is"}}, headers
        if path.startswith("/operations/"):
            return 200, self._resource(path.removeprefix("/operations")), {}
        scope = path.removesuffix(TAGS)
        if scope not in self.tags or not path.endswith(TAGS):
            return 404, {"error": {"code": "ResourceNotFound", "message": "not there"}}, {}
        if method == "GET":
            return 200, self._resource(scope), {}
        self._patch(self.tags[scope], body["operation"], body["properties"]["tags"])
        if self.slow:
            return 202, None, {"Location": f"{self.url}/operations{scope}", "Retry-After": "0"}
        return 200, self._resource(scope), {}

    def _resource(self, scope: str) -> dict[str, Any]:
        kind = "Microsoft.Resources/tags"
        return {
            "id": f"{scope}{TAGS}",
            "name": "default",
            "type": kind,
            "properties": {"tags": self.tags[scope]},
        }

    def _patch(self, tags: dict[str, str], operation: str, given: dict[str, str]) -> None:
        named = {name.lower(): name for name in tags}
        for name, value in given.items():
            there = named.get(name.lower(), name)
            if operation == "Merge":
                tags[there] = value
            elif operation == "Delete" and tags.get(there) == value:
                del tags[there]


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        self._answer(None)

    def do_PATCH(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: Any) -> None:
        path = self.path.partition("?")[0]
        status, said, headers = self.server.manager.answer(self.command, path, body)
        content = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, manager: Manager) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.manager = manager


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    made = Manager()
    server = Server(made)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv("AZURE_RESOURCE_MANAGER_ENDPOINT", made.url)
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def tags(manager: Manager) -> AzureWriter:
    return writer(Reach())


def disk(name: str = "one") -> Target:
    return Target("azure", SUBSCRIPTION, "westeurope", DISK.removesuffix("one") + name)


def test_tags_are_merged_and_taken_back(manager: Manager, tags: AzureWriter, tmp_path: Path) -> None:
    manager.tags[DISK] = {"owner": "x", "env": "production"}
    changes = [Change(disk(), "ml-team", None, "nlp"), Change(disk(), "env", "production", "prod")]
    assert set(fates(applied(tags, changes, tmp_path / "journal")).values()) == {"done"}
    assert manager.tags[DISK] == {"owner": "x", "env": "prod", "ml-team": "nlp"}
    assert [body["operation"] for _, body in manager.asked if body] == ["Merge"]
    assert set(fates(undone(tags, tmp_path / "journal")).values()) == {"done"}
    assert manager.tags[DISK] == {"owner": "x", "env": "production"}


def test_names_are_compared_without_case(manager: Manager, tags: AzureWriter, tmp_path: Path) -> None:
    manager.tags[DISK] = {"ML-Team": "nlp"}
    changed = applied(tags, [Change(disk(), "ml-team", None, "speech")], tmp_path / "journal")
    assert [each.fate.value for each in changed] == ["changed since"]
    right = applied(tags, [Change(disk(), "ml-team", None, "nlp")], tmp_path / "journal")
    assert [each.fate.value for each in right] == ["already so"]
    assert manager.tags[DISK] == {"ML-Team": "nlp"}


def test_an_operation_that_takes_long_is_waited_for(
    manager: Manager, tags: AzureWriter, tmp_path: Path
) -> None:
    manager.tags[DISK] = {}
    manager.slow = True
    outcomes = applied(tags, [Change(disk(), "ml-team", None, "nlp")], tmp_path / "journal")
    assert list(fates(outcomes).values()) == ["done"]
    assert any(path.startswith("GET /operations/") for path, _ in manager.asked)


def test_throttling_is_waited_out(manager: Manager, tags: AzureWriter, tmp_path: Path) -> None:
    manager.tags[DISK] = {}
    manager.faults = [(429, "TooManyRequests", {"Retry-After": "0"})] * 2
    outcomes = applied(tags, [Change(disk(), "ml-team", None, "nlp")], tmp_path / "journal")
    assert list(fates(outcomes).values()) == ["done"]


@pytest.mark.parametrize(("status", "code"), [(403, "AuthorizationFailed"), (409, "ScopeLocked")])
def test_what_is_refused_is_told_and_the_next_is_written(
    manager: Manager, tags: AzureWriter, tmp_path: Path, status: int, code: str
) -> None:
    two = disk("two").id
    manager.tags = {DISK: {}, two: {}}
    original = manager.answer

    def answer(method: str, path: str, body: Any) -> Any:
        if method == "PATCH" and path.startswith(DISK):
            return status, {"error": {"code": code, "message": "no"}}, {}
        return original(method, path, body)

    manager.answer = answer  # type: ignore[method-assign]
    changes = [Change(each, "ml-team", None, "nlp") for each in (disk(), disk("two"))]
    outcomes = applied(tags, changes, tmp_path / "journal")
    assert [each.fate.value for each in outcomes] == ["failed", "done"]
    assert code in outcomes[0].why
    assert manager.tags == {DISK: {}, two: {"ml-team": "nlp"}}


def test_what_is_not_there_any_more_is_told(manager: Manager, tags: AzureWriter, tmp_path: Path) -> None:
    (outcome,) = applied(tags, [Change(disk(), "ml-team", None, "nlp")], tmp_path / "journal")
    assert outcome.fate.value == "refused"
    assert "not there" in outcome.why


def test_credentials_that_end_stop_everything(manager: Manager, tags: AzureWriter, tmp_path: Path) -> None:
    manager.tags = {DISK: {}, disk("two").id: {}}
    manager.faults = [(401, "ExpiredAuthenticationToken", {})]
    changes = [Change(each, "ml-team", None, "nlp") for each in (disk(), disk("two"))]
    outcomes = applied(tags, changes, tmp_path / "journal")
    assert [each.fate.value for each in outcomes] == ["not done", "not done"]
