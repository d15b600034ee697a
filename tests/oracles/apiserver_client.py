"""Just enough of a Kubernetes client: any manifest to its place, and what the server says of it."""

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPMessage, HTTPSConnection
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.oracles.manifests import Manifest


@dataclass(frozen=True)
class Reply:
    """What the server answers."""

    code: int
    body: Any
    warnings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.code < 300

    @property
    def message(self) -> str:
        """Say why a request was refused, as kubectl prints it; "" when it was not."""
        return "" if self.ok else str(self.body.get("message", self.body))


@dataclass
class Client:
    """A connection to a server, kept alive."""

    url: str
    token: str
    authority: Path
    """The certificates to trust, PEM."""
    plurals: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict)

    def request(
        self, method: str, path: str, body: Any = None, *, user: str = "", content: str = "application/json"
    ) -> Reply:
        """Send a request, as another user when one is named."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content}
        headers |= {"Impersonate-User": user} if user else {}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = self._connection.getresponse()
        said = response.read()
        return Reply(response.status, _decoded(said), _warnings(response.headers))

    def create(self, manifest: Manifest, *, dry_run: bool = False, user: str = "") -> Reply:
        """Create an object, or only ask whether it would be."""
        return self.request("POST", self.place(manifest, named=False) + _query(dry_run), manifest, user=user)

    def update(self, manifest: Manifest, *, dry_run: bool = False, user: str = "") -> Reply:
        """Replace an object."""
        return self.request("PUT", self.place(manifest) + _query(dry_run), manifest, user=user)

    def merge(self, manifest: Manifest, patch: Any, *, dry_run: bool = False) -> Reply:
        """Patch an object (JSON merge patch)."""
        content = "application/merge-patch+json"
        return self.request("PATCH", self.place(manifest) + _query(dry_run), patch, content=content)

    def delete(self, manifest: Manifest, *, dry_run: bool = False) -> Reply:
        """Delete an object."""
        return self.request("DELETE", self.place(manifest) + _query(dry_run))

    def place(self, manifest: Manifest, *, named: bool = True) -> str:
        """Return the path of an object, or of the collection that it is created in."""
        version, metadata = manifest["apiVersion"], manifest["metadata"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        plural, namespaced = self._plural(root, manifest["kind"])
        within = f"/namespaces/{metadata.get('namespace', 'default')}" if namespaced else ""
        return f"{root}{within}/{plural}" + (f"/{metadata['name']}" if named else "")

    def _plural(self, root: str, kind: str) -> tuple[str, bool]:
        if (root, kind) not in self.plurals:
            listed = self.request("GET", root)
            assert listed.ok, f"{root}: {listed.message}"
            self.plurals |= {
                (root, each["kind"]): (each["name"], each["namespaced"])
                for each in listed.body["resources"]
                if "/" not in each["name"]
            }
        return self.plurals[root, kind]

    @cached_property
    def _connection(self) -> HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.authority))
        return HTTPSConnection(urlsplit(self.url).netloc, context=context, timeout=30)

    def close(self) -> None:
        """Close the connection; the next request opens it again."""
        self._connection.close()


def until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait for something: a policy that was just created takes effect a little later."""
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end, f"it did not come about within {seconds} seconds"
        sleep(0.05)


def _query(dry_run: bool) -> str:
    return "?" + urlencode({"dryRun": "All"} if dry_run else {})


def _decoded(said: bytes) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        return {"message": said.decode(errors="replace")}


def _warnings(headers: HTTPMessage | Mapping[str, str]) -> tuple[str, ...]:
    """Read `299 - "text"`, as many as there are."""
    values: list[str] = headers.get_all("Warning", []) if isinstance(headers, HTTPMessage) else []
    return tuple(value.partition('"')[2].rpartition('"')[0].replace('\\"', '"') for value in values)
