"""Labels of Google Cloud projects: Google's own client against a server that answers as Resource Manager."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tagward_service.fix.interface import Change, Target
from tagward_service.fix.writers import Reach
from tagward_service.fix.writers.gcp import ENDPOINT, GcpWriter, writer
from tests.service.fix.worlds import applied, fates, undone

PROJECT = "//cloudresourcemanager.googleapis.com/projects/123456"
INSTANCE = "//compute.googleapis.com/projects/ml/zones/europe-west1-b/instances/one"


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        self._answer(*self.server.projects(self.path))

    def do_PATCH(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(*self.server.projects(self.path, body))

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    """One project; it is written as a whole, and only by those who have seen it as it is."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.labels: dict[str, str] = {}
        self.written = 0
        self.busy = 0
        self.masks: list[str] = []

    def projects(self, path: str, body: Any = None) -> tuple[int, Any]:
        if not path.startswith("/v3/projects/123456"):
            return 403, _error(403, "PERMISSION_DENIED", "or it does not exist")
        etag = f"e{self.written}"
        project = {"name": "projects/123456", "projectId": "ml", "etag": etag, "labels": self.labels}
        if body is None:
            self.written += self.busy
            return 200, project
        if body["etag"] != etag:
            return 409, _error(409, "ABORTED", "somebody else has written it")
        self.written += 1
        self.labels = body.get("labels", {})
        self.masks.append(path.partition("updateMask=")[2].partition("&")[0])
        kind = "type.googleapis.com/google.cloud.resourcemanager.v3.Project"
        return 200, {"name": "operations/1", "done": True, "response": {"@type": kind, **project}}


def _error(code: int, status: str, message: str) -> Any:
    return {"error": {"code": code, "status": status, "message": message}}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{made.server_address[1]}/")
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def labels(server: Server) -> GcpWriter:
    return writer(Reach())


def project(number: str = "123456") -> Target:
    return Target("gcp", "ml", "", PROJECT.replace("123456", number))


def test_labels_of_a_project_are_written_and_taken_back(
    server: Server, labels: GcpWriter, tmp_path: Path
) -> None:
    server.labels = {"owner": "x", "env": "production"}
    changes = [Change(project(), "ml_team", None, "nlp"), Change(project(), "env", "production", "prod")]
    assert set(fates(applied(labels, changes, tmp_path / "journal")).values()) == {"done"}
    assert server.labels == {"owner": "x", "env": "prod", "ml_team": "nlp"}
    assert set(fates(undone(labels, tmp_path / "journal")).values()) == {"done"}
    assert server.labels == {"owner": "x", "env": "production"}
    assert server.masks == ["labels", "labels"]


def test_what_somebody_else_writes_meanwhile_is_not_overwritten(
    server: Server, labels: GcpWriter, tmp_path: Path
) -> None:
    server.busy = 1
    (outcome,) = applied(labels, [Change(project(), "ml_team", None, "nlp")], tmp_path / "journal")
    assert outcome.fate.value == "failed"
    assert "somebody else has written it" in outcome.why
    assert server.labels == {}


def test_a_project_that_may_not_be_seen_is_told(server: Server, labels: GcpWriter, tmp_path: Path) -> None:
    (outcome,) = applied(labels, [Change(project("9"), "ml_team", None, "nlp")], tmp_path / "journal")
    assert outcome.fate.value == "refused"
    assert "or it does not exist" in outcome.why


def test_of_other_types_it_is_told_which_command_writes_them(
    server: Server, labels: GcpWriter, tmp_path: Path
) -> None:
    instance = Target("gcp", "ml", "europe-west1", INSTANCE)
    (outcome,) = applied(labels, [Change(instance, "ml_team", None, "nlp")], tmp_path / "journal")
    assert outcome.fate.value == "refused"
    assert "`gcloud compute instances update one --zone=europe-west1-b --project=ml ...`" in outcome.why


def test_of_types_that_nobody_knows_it_is_said_that_they_are_not_supported(
    server: Server, labels: GcpWriter, tmp_path: Path
) -> None:
    job = Target("gcp", "ml", "europe-west1", "//dataflow.googleapis.com/projects/ml/jobs/one")
    (outcome,) = applied(labels, [Change(job, "ml_team", None, "nlp")], tmp_path / "journal")
    assert (outcome.fate.value, "not supported" in outcome.why) == ("refused", True)
