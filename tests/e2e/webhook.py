"""`tagward serve` as a process, and the API server told of it as `tagward webhook config` says."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tagward_service.admission.certificates import make
from tagward_service.admission.renewal import write_bundle
from tests.e2e.cluster import Cluster
from tests.oracles.apiserver_client import until
from tests.oracles.apiserver_engine import free_ports

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: 1.0.0}
tags:
  ml-team:
    required: true
    pattern: "[a-z][a-z0-9-]{1,40}"
    example: fraud-detection
    inherit: [namespace]
  ml-environment:
    required: true
    values: [dev, staging, prod]
  ml-experiment-id:
    required: {level: recommended}
    example: run-42
workloads:
  example.com/TrainingRun: {templates: ["spec.workers[*].template"]}
"""

NAME = "e2e"


class Webhook:
    """A webhook whose files can be replaced, and which can be stopped and started again."""

    def __init__(self, cluster: Cluster, folder: Path, policy: str, fill: tuple[str, ...]) -> None:
        self.cluster = cluster
        self.folder = folder
        [self.port] = free_ports(1)
        self.lines: list[dict[str, Any]] = []
        self.fill = fill
        self.policy(policy)
        write_bundle(folder, make(["127.0.0.1"], days=1))
        self.registered: list[dict[str, Any]] = []
        self.written: dict[tuple[tuple[str, ...], bytes], str] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def policy(self, text: str) -> None:
        """Replace the policy, as a whole."""
        new = self.folder / "new.yaml"
        new.write_text(text, encoding="utf-8")
        new.replace(self.folder / "tagward.yaml")

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        assert self.process is None
        seen = len(self.lines)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tagward_service.cli", "serve", *self._arguments()],
            stderr=subprocess.PIPE,
            env=os.environ | {"KUBECONFIG": str(self.cluster.admin), "PYTHONUNBUFFERED": "1"},
            cwd=self.folder,
        )
        threading.Thread(target=self._read, args=(self.process,)).start()
        until(lambda: self._has_begun(seen))

    def _has_begun(self, seen: int) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.lines[seen:]
        return {"listening", "namespaces listed"} <= {each["event"] for each in self.lines[seen:]}

    def _arguments(self) -> list[str]:
        files = {"--policy": "tagward.yaml", "--tls-cert": "tls.crt", "--tls-key": "tls.key"}
        named = [word for flag, name in files.items() for word in (flag, str(self.folder / name))]
        more = ["--namespaces", "watch", "--reload-seconds", "1"]
        more += [word for each in self.fill for word in ("--fill", each)]
        return [*named, "--admission-port", str(self.port), *more]

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        with process.stderr as stream:
            self.lines.extend(map(_read_line, stream))

    def stop(self, *, gently: bool = False) -> None:
        """Stop it at once, or as a node that is drained does."""
        if self.process is not None:
            for number in (signal.SIGTERM,) if gently else (signal.SIGTERM, signal.SIGINT):
                self.process.send_signal(number)
            assert self.process.wait(60) == 0
            self.process = None

    def look(self) -> None:
        """Have it look at its files now."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def count(self, event: str) -> int:
        """Say how often something was logged."""
        return sum(each["event"] == event for each in self.lines)

    def register(self, *options: str, authority: Path | None = None) -> None:
        """Tell the API server of it, who asks it soon after."""
        text = self._configuration(options, (authority or self.folder / "ca.crt").read_bytes())
        self.cluster.kubectl("apply", "-f", "-", given=text)
        self.registered = list(yaml.safe_load_all(text))

    def _configuration(self, options: tuple[str, ...], authority: bytes) -> str:
        """Have the configurations written, each only once."""
        if (options, authority) not in self.written:
            trusted = self.folder / "trusted.crt"
            trusted.write_bytes(authority)
            where = ("--url", f"https://127.0.0.1:{self.port}", "--ca", str(trusted))
            about = ("--policy", str(self.folder / "tagward.yaml"), "--name", NAME)
            ran = self.cluster.tagward("webhook", "config", *about, *where, *options)
            assert ran.returncode == 0, ran.stderr
            self.written[options, authority] = ran.stdout
        return self.written[options, authority]

    def forget(self) -> None:
        """Let the API server forget it."""
        for each in self.registered:
            assert self.cluster.client.delete(each).ok
        self.registered = []


def _read_line(line: bytes) -> dict[str, Any]:
    """Read a line of the log; what is none is kept to be shown."""
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        return {"event": "no line of the log", "text": line.decode(errors="replace")}
    return found


@contextmanager
def serving(
    cluster: Cluster, folder: Path, policy: str = POLICY, fill: tuple[str, ...] = ("ml-environment=dev",)
) -> Iterator[Webhook]:
    """Run a webhook, and register it."""
    webhook = Webhook(cluster, folder, policy, fill)
    webhook.start()
    try:
        webhook.register()
        yield webhook
    finally:
        webhook.forget()
        webhook.stop()
