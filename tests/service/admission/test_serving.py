"""`tagward serve` as a process: TLS, renewed certificates, replaced policies, a graceful end."""

import asyncio
import io
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any

import httpx
import pytest

from tagward_service.admission import serving
from tagward_service.admission.certificates import make
from tagward_service.admission.log import Log
from tests.oracles.admission_contract import verify
from tests.service.admission.test_endpoint import JSON, Source, Webhook, body
from tests.service.admission.test_review import deployment

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme}
tags:
  %s: {required: true}
"""


PATIENCE = 60
"""Seconds; what does not come about until then never will."""


class Served:
    """A running webhook, its files, and what it logged."""

    def __init__(self, place: Path, *options: str) -> None:
        self.place = place
        self.policy("ml-team")
        self.certificate()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tagward_service.cli", "serve", *self._arguments(), *options],
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self.lines: list[dict[str, Any]] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _arguments(self) -> list[str]:
        files = {"--policy": "tagward.yaml", "--tls-cert": "tls.crt", "--tls-key": "tls.key"}
        named = [word for flag, name in files.items() for word in (flag, str(self.place / name))]
        return [*named, "--admission-port", "0", "--reload-seconds", "1"]

    @property
    def port(self) -> int:
        """Where it listens, once it has said so."""
        return next(int(line["port"]) for line in self.lines if line["event"] == "listening")

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(json.loads(line) for line in self.process.stderr)

    def end(self) -> None:
        """End it at once, and read the last of its log."""
        self.process.send_signal(signal.SIGTERM)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def policy(self, tag: str) -> None:
        """Replace the policy, as a whole."""
        new = self.place / "new.yaml"
        new.write_text(POLICY % tag, encoding="utf-8")
        new.replace(self.place / "tagward.yaml")

    def certificate(self) -> None:
        """Replace the certificate and its key."""
        bundle = make(["localhost", "127.0.0.1"], days=1)
        for name, content in (
            ("ca.crt", bundle.authority),
            ("tls.crt", bundle.certificate),
            ("tls.key", bundle.key),
        ):
            (self.place / name).write_bytes(content)

    def client(self) -> httpx.Client:
        """Connect as somebody who trusts the newest authority only."""
        context = ssl.create_default_context(cafile=str(self.place / "ca.crt"))
        return httpx.Client(base_url=f"https://127.0.0.1:{self.port}", verify=context, timeout=PATIENCE)

    def reloaded(self) -> None:
        """Ask it to look at its files, and wait until it has."""
        self.process.send_signal(signal.SIGHUP)

    def wait_for(self, event: str, count: int = 1) -> None:
        """Wait for a line of its log."""
        until = time.monotonic() + PATIENCE
        while sum(line["event"] == event for line in self.lines) < count:
            assert time.monotonic() < until, f"no {event!r} in {self.lines}"
            time.sleep(0.02)

    def wait_for_connections(self) -> None:
        """Wait until somebody can connect, which is a little after the line of its log."""
        self.wait_for("listening")
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                assert time.monotonic() < until
                time.sleep(0.02)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    running = Served(tmp_path)
    try:
        wait_until_ready(running)
        yield running
    finally:
        running.end()


def wait_until_ready(served: Served) -> None:
    served.wait_for_connections()
    with served.client() as client:
        assert client.get("/readyz").status_code == 200


def allowed(client: httpx.Client, labels: dict[str, str]) -> bool:
    answer = client.post("/admission/validate", content=body(deployment(labels)), headers=JSON)
    said: bool = verify(answer.content, "u-9", mutating=False)["allowed"]
    return said


def test_certificates_and_policies_are_replaced_while_it_runs(served: Served) -> None:
    with served.client() as older:
        assert allowed(older, {"ml-team": "nlp"}) is True

        served.certificate()
        served.reloaded()
        served.wait_for("certificate renewed")
        with served.client() as newer:
            assert allowed(newer, {"ml-team": "nlp"}) is True

        served.policy("cost-center")
        served.reloaded()
        served.wait_for("policy loaded")
        assert allowed(older, {"ml-team": "nlp"}) is False

        (served.place / "tagward.yaml").write_text("tags: [", encoding="utf-8")
        (served.place / "tls.key").write_text("no key", encoding="utf-8")
        served.reloaded()
        served.wait_for("policy refused")
        served.wait_for("certificate refused")
        with served.client() as newer:
            assert allowed(newer, {"cost-center": "4711"}) is True


def test_a_default_that_the_policy_would_refuse_is_told(tmp_path: Path) -> None:
    running = Served(tmp_path, "--fill", "ml-taem=nlp", "--fill", "ml-team=n/a")
    try:
        running.wait_for("default left out", 2)
        running.policy("cost-center")
        running.reloaded()
        running.wait_for("default left out", 4)
    finally:
        running.end()

    told = [(line["tag"], line["why"]) for line in running.lines if line["event"] == "default left out"]
    unheard = "the policy has no such tag for Kubernetes"
    assert told[:2] == [("ml-taem", unheard), ("ml-team", "the value is a placeholder")]
    assert told[2:] == [("ml-taem", unheard), ("ml-team", unheard)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "--tls-cert"),
        (["--tls-cert", "x.pem"], "come together"),
        (["--admission-port", "many"], "not a whole number"),
        (["--fill", "ml-team"], "TAG=VALUE"),
        (["--client-ca", "ca.crt"], "give --tls-cert and --tls-key"),
        (["--reload-seconds", "0"], "1 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(arguments: list[str], said: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tagward_service.cli", "serve", *arguments], capture_output=True, text=True
    )

    assert ran.returncode == 2
    assert said in ran.stderr


def test_nobody_who_keeps_asking_loses_a_request_at_the_end(served: Served) -> None:
    """Each client asks over one connection until it is told that this is the last answer.

    What was answered is in the log, too.
    """
    context = ssl.create_default_context(cafile=str(served.place / "ca.crt"))
    content = body(deployment({"ml-team": "nlp"}))
    ends: list[object] = []
    answered: list[int] = []
    begun = threading.Barrier(16 + 1)

    def ask() -> None:
        connection = HTTPSConnection("127.0.0.1", served.port, context=context, timeout=PATIENCE)
        try:
            for number in range(100_000):
                connection.request("POST", "/admission/validate", content, JSON)
                answer = connection.getresponse()
                answer.read()
                answered.append(answer.status)
                if number == 0:
                    begun.wait(PATIENCE)
                if answer.getheader("connection") == "close":
                    ends.append((answer.status, number > 0))
                    return
        except (OSError, HTTPException) as error:
            ends.append(error)
        finally:
            connection.close()

    clients = [threading.Thread(target=ask) for _ in range(16)]
    for each in clients:
        each.start()
    begun.wait(PATIENCE)
    served.process.send_signal(signal.SIGTERM)
    for each in clients:
        each.join()

    assert ends == [(200, True)] * 16
    assert served.process.wait(PATIENCE) == 0
    served.wait_for("ended")
    assert sum(line["event"] == "review" for line in served.lines) == len(answered)


def test_asked_twice_it_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the second time it would go on talking clients out of their connections."""
    monkeypatch.setattr(serving, "LINGER", 3_600.0)
    webhook = Webhook(Source())
    bound = serving.taken("127.0.0.1", 0)
    listener = serving.Listener(webhook.app, "127.0.0.1", 0, sockets=tuple(bound))
    service = serving.Service([listener], webhook.live, Log(io.BytesIO()), every=3_600, drain=1)
    url = f"http://127.0.0.1:{bound[0].getsockname()[1]}/healthz"

    async def ended() -> bool:
        running = asyncio.create_task(service.run())
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            assert (await client.get(url)).status_code == 200
            os.kill(os.getpid(), signal.SIGTERM)
            last = await client.get(url)
            assert (last.headers["connection"], running.done()) == ("close", False)
            os.kill(os.getpid(), signal.SIGTERM)
            await running
        return running.done()

    assert asyncio.run(ended())


def test_what_is_said_to_listen_takes_connections_at_once() -> None:
    [opened] = serving.taken("127.0.0.1", 0)

    with opened, socket.create_connection(opened.getsockname(), timeout=10) as client:
        assert client.getpeername() == opened.getsockname()
