"""A cluster as people and programs see it: through kubectl and kubeconfigs."""

import io
import json
import os
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from tagward_service.cli import main
from tests.oracles.apiserver_client import Client
from tests.oracles.manifests import Manifest, namespace


class Ran(NamedTuple):
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


class Cluster:
    """A real API server, with files for those who talk to it."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.admin = self.kubeconfig("admin", client.token)

    def kubeconfig(self, name: str, token: str, url: str = "") -> Path:
        """Write the kubeconfig of somebody, who may be told another address."""
        server = {"server": url or self.client.url, "certificate-authority": str(self.client.authority)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": server}],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": name, "context": {"cluster": "here", "user": name}}],
            "current-context": name,
        }
        path = self.folder / f"{name}.kubeconfig"
        path.write_text(json.dumps(config), encoding="utf-8")
        return path

    def service_account(self, namespace_: str, name: str, url: str = "") -> Path:
        """Write the kubeconfig of a service account that is there."""
        path = f"/api/v1/namespaces/{namespace_}/serviceaccounts/{name}/token"
        answer = self.client.request("POST", path, {"spec": {"expirationSeconds": 3600}})
        assert answer.ok, answer.message
        return self.kubeconfig(f"{namespace_}-{name}", answer.body["status"]["token"], url)

    def make(self, *manifests: Manifest) -> None:
        """Create objects; those that are there already stay as they are."""
        for each in manifests:
            answer = self.client.create(each)
            assert answer.ok or answer.code == 409, answer.message

    def namespace(self, name: str, **labels: str) -> str:
        """Create a namespace."""
        self.make(namespace(name, labels))
        return name

    def get(self, path: str) -> Any:
        """Read an object."""
        answer = self.client.request("GET", path)
        assert answer.ok, answer.message
        return answer.body

    def tagward(self, *arguments: str, kubeconfig: Path | None = None) -> Ran:
        """Run tagward with a kubeconfig, in this process, as most of a new one would be importing."""
        out, error = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, KUBECONFIG=str(kubeconfig or self.admin)),
            redirect_stdout(out),
            redirect_stderr(error),
        ):
            code = main(arguments)
        return Ran(code, out.getvalue(), error.getvalue())

    def kubectl(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run kubectl, which must succeed."""
        ran = self.try_kubectl(*arguments, given=given)
        assert ran.returncode == 0, ran.stderr
        return ran

    def try_kubectl(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run kubectl."""
        command = ["kubectl", "--kubeconfig", str(self.admin), "--cache-dir", str(self.folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, input=given, timeout=60)
