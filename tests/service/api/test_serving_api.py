"""`tagward serve` with both listeners, as a process: tokens and TLS, reloads, a graceful end, refusals."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tagward_service.admission.certificates import make
from tests.service.api.harness import JSON, POD, YAML, problem
from tests.service.api.test_pool import large_plan

PATIENCE = 60
"""Seconds; what does not come about until then never will."""
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme}
tags:
  %s: {required: true}
"""


def tagward(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tagward_service.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environ, timeout=PATIENCE)


class Served:
    """A running service with tokens and TLS, its files, and what it logged."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.policy("ml-team")
        self.certificate()
        made = tagward(
            "token", "ci", "--role", "lint", "--role", "read", "--tokens", str(place / "tokens.yaml")
        )
        self.token = made.stdout.strip()
        self.settings()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tagward_service.cli", "serve", "--config", str(place / "serve.yaml")],
            stderr=subprocess.PIPE,
            env=os.environ | {"TAGWARD_RELOAD_SECONDS": "1"},
        )
        self.lines: list[dict[str, Any]] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def settings(self) -> None:
        names = {"policy": "tagward.yaml", "api-tokens": "tokens.yaml"}
        names |= {
            "api-tls-cert": "tls.crt",
            "api-tls-key": "tls.key",
            "tls-cert": "tls.crt",
            "tls-key": "tls.key",
        }
        files = "".join(f"{name}: {self.place / file}\n" for name, file in names.items())
        ports = "admission-port: 0\napi-listen: 127.0.0.1:0\napi-workers: 1\n"
        (self.place / "serve.yaml").write_text(files + ports, encoding="utf-8")

    def policy(self, tag: str) -> None:
        new = self.place / "new.yaml"
        new.write_text(POLICY % tag, encoding="utf-8")
        new.replace(self.place / "tagward.yaml")

    def certificate(self) -> None:
        bundle = make(["localhost", "127.0.0.1"], days=1)
        for name, content in (
            ("ca.crt", bundle.authority),
            ("tls.crt", bundle.certificate),
            ("tls.key", bundle.key),
        ):
            (self.place / name).write_bytes(content)

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(msgspec.json.decode(line) for line in self.process.stderr)

    def wait_for(self, event: str, count: int = 1) -> dict[str, Any]:
        """Wait for a line of its log."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines if line["event"] == event]

        _until(lambda: len(found()) >= count)
        return found()[-1]

    def client(self, what: str) -> httpx.Client:
        """Connect to a listener as somebody who trusts the newest authority only."""
        port = next(line["port"] for line in self.lines if line.get("what") == what)
        context = ssl.create_default_context(cafile=str(self.place / "ca.crt"))
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.Client(
            base_url=f"https://127.0.0.1:{port}", verify=context, timeout=PATIENCE, headers=headers
        )

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def end(self) -> int:
        """End it, and read the last of its log."""
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path)
    try:
        running.wait_for("listening", 2)
        yield running
    finally:
        running.end()


def missing(client: httpx.Client) -> list[str]:
    report = client.post("/v1/lint", content=POD, headers=YAML).json()
    return [finding["tag"] for finding in report["findings"]]


def test_a_reload_reaches_both_listeners_and_the_tokens(served: Served) -> None:
    with served.client("api") as api:
        assert missing(api) == []
        with served.client("admission") as admission:
            before = admission.get("/readyz").text

        served.policy("cost-center")
        served.reload()
        served.wait_for("policy loaded")

        assert missing(api) == ["cost-center"]
        with served.client("admission") as admission:
            assert admission.get("/readyz").text != before
            counted = admission.get("/metrics").text
            assert 'tagward_api_requests_total{endpoint="/v1/lint",method="POST",status="200"} 2.0' in counted

        served.certificate()
        served.reload()
        served.wait_for("certificate renewed", 2)
        with served.client("api") as newer:
            assert newer.get("/readyz").status_code == 200

        (served.place / "tokens.yaml").write_text("nobody: x", encoding="utf-8")
        served.reload()
        served.wait_for("tokens refused")
        assert missing(api) == ["cost-center"]
        tagward("token", "other", "-r", "read", "--tokens", str(served.place / "others.yaml"))
        (served.place / "others.yaml").replace(served.place / "tokens.yaml")
        served.reload()
        _until(lambda: api.get("/v1/policy").status_code == 401)
        assert not [line for line in served.lines if served.token in str(line)]


def test_the_api_says_what_is_wrong_over_the_wire(served: Served) -> None:
    with served.client("api") as api:
        assert problem(api.get("/v1/compile/aws-scp"))["status"] == 403
        assert problem(api.post("/v1/lint", content=b"\x1f\x8b\x08", headers=JSON))["status"] == 422
        assert problem(api.post("/v1/lint", content=b"x" * (64 << 20) + b"x", headers=JSON))["status"] == 413
        assert problem(api.post("/admission/validate"))["status"] == 404
        assert api.head("/v1/policy").status_code == 200
    with served.client("admission") as admission:
        assert admission.post("/v1/lint").status_code == 404


def test_work_under_way_is_finished_before_the_end(served: Served) -> None:
    answers: list[httpx.Response] = []

    def lint() -> None:
        with served.client("api") as api:
            answers.append(api.post("/v1/lint", content=large_plan(), headers=JSON))

    asking = threading.Thread(target=lint)
    with served.client("api") as api:
        missing(api)
        asking.start()
        _until(lambda: "tagward_api_places_taken 1.0" in api.get("/metrics").text)
    served.process.terminate()
    asking.join(PATIENCE)

    assert served.process.wait(PATIENCE) == 0
    assert answers[0].status_code == 200
    assert answers[0].json()["summary"]["resources"] == 4_000


def _until(holds: Any) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--api-listen", "8080"], "is not HOST:PORT; write it like 127.0.0.1:8080"),
        (["--api-listen", "::1:8080"], "is not HOST:PORT"),
        (["--api-listen", "127.0.0.1:99999"], "is not HOST:PORT"),
        (
            ["--api-listen", "127.0.0.1:0", "--api-tls-key", "x"],
            "--api-tls-cert and --api-tls-key come together",
        ),
        (["--api-listen", "127.0.0.1:0", "--api-tokens", "none.yaml"], "cannot read the tokens `none.yaml`"),
        (["--api-listen", "127.0.0.1:0", "--api-rate", "many"], "--api-rate: `many` is not a whole number"),
        (["--port", "99999"], "--api-port: ports end at 65535"),
        (["--port", "x"], "`x` is not a whole number"),
        (["--port", "0", "--api-listen", "127.0.0.1:0"], "both say where the API is: give one of them"),
        (["--admission-port", "99999"], "--admission-port: ports end at 65535"),
        (["--config", "none.yaml"], "--config: cannot read `none.yaml`"),
    ],
)
def test_settings_that_cannot_be_are_refused(arguments: list[str], said: str) -> None:
    ran = tagward("serve", "--admission-port", "0", *arguments)

    assert ran.returncode == 2
    assert said in ran.stderr


def test_strangers_are_served_with_tokens_and_tls_only(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.yaml"
    tagward("token", "ci", "-r", "lint", "--tokens", str(tokens))
    anywhere = ("serve", "--admission-port", "0", "--api-listen")

    for host in ("0.0.0.0", "[::]", "tagward.example.com"):
        neither = tagward(*anywhere, f"{host}:0")
        assert neither.returncode == 2
        assert "give --api-tokens FILE (`tagward token NAME" in neither.stderr
        assert "give --api-tls-cert and --api-tls-key" in neither.stderr
        clear = tagward(*anywhere, f"{host}:0", "--api-tokens", str(tokens))
        assert clear.returncode == 2
        assert "--api-tokens FILE" not in clear.stderr
        assert "give --api-tls-cert and --api-tls-key" in clear.stderr


def test_the_host_that_both_share_is_guarded_too(tmp_path: Path) -> None:
    names = ("tls.crt", "tls.key")
    bundle = make(["localhost"], days=1)
    for name, content in zip(names, (bundle.certificate, bundle.key), strict=True):
        (tmp_path / name).write_bytes(content)
    certificate, key = (str(tmp_path / name) for name in names)
    shared = ("serve", "--admission-port", "0", "--port", "0", "--host", "0.0.0.0")

    ran = tagward(*shared, "--tls-cert", certificate, "--tls-key", key)

    assert ran.returncode == 2
    assert "--host `0.0.0.0` is not loopback: give --api-tokens FILE" in ran.stderr
    assert "--api-tls-cert" not in ran.stderr


def test_the_port_of_a_service_called_tagward_is_not_that_of_the_api() -> None:
    ran = tagward("serve", "--show-config", TAGWARD_PORT="tcp://10.0.0.1:443")

    assert ran.returncode == 0
    rows = {line.split()[0]: line.split()[1:] for line in ran.stdout.splitlines()}
    assert rows["api_port"] == ["-", "default"]


def test_an_address_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = tagward("serve", "--admission-port", "0", "--api-listen", f"127.0.0.1:{port}")
        same = tagward("serve", "--admission-port", "0", "--port", str(port))

    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (same.returncode, same.stderr.splitlines()[-1])
    assert ran.returncode == 2
    assert f"error: cannot listen on 127.0.0.1 port {port}: address already in use" in ran.stderr


def test_every_setting_is_shown_with_its_origin(tmp_path: Path) -> None:
    file = tmp_path / "serve.yaml"
    file.write_text("api-listen: 127.0.0.1:1\napi-rate: 1\napi-waiting: 1\n", encoding="utf-8")

    ran = tagward("serve", "--config", str(file), "--show-config", "--api-waiting", "3", TAGWARD_API_RATE="2")

    rows = {line.split()[0]: line.split()[1:] for line in ran.stdout.splitlines()}
    assert rows["api_listen"] == ["127.0.0.1:1", f"{file}:1"]
    assert rows["api_rate"] == ["2", "$TAGWARD_API_RATE"]
    assert rows["api_waiting"] == ["3", "--api-waiting"]
    assert rows["api_seconds"] == ["60", "default"]


def test_a_token_is_shown_once_and_its_hash_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "tokens.yaml"
    first = tagward("token", "ci", "--role", "lint", "--expires", "2027-01-31", "--tokens", str(file))
    second = tagward("token", "7", "--role", "read", "--tokens", str(file))

    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.strip() not in file.read_text(encoding="utf-8")
    assert [line.partition(":")[0] for line in file.read_text(encoding="utf-8").splitlines()] == ["ci", '"7"']
    again = tagward("token", "ci", "--role", "lint", "--tokens", str(file))
    assert again.returncode == 2
    assert "has a token `ci`; delete its line to replace it" in again.stderr
    assert "missing --role" in tagward("token", "ci").stderr
    assert "is no name of a token" in tagward("token", "a b", "--role", "lint").stderr
    assert "`admin` is not accepted" in tagward("token", "ci", "--role", "admin").stderr


def test_other_commands_do_not_import_what_only_serving_needs() -> None:
    code = "import sys; from tagward_service.cli import main; main(['lint', 'x']); print(sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = ran.stdout.splitlines()[-1]
    assert not [
        name for name in ("fastapi", "starlette", "pydantic", "uvicorn", "asyncio") if f"'{name}'" in loaded
    ]
