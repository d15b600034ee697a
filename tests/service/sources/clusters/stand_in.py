"""A stand-in for API servers: discovery, lists page by page, JSON patches, and everything that goes wrong."""

import copy
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Object = dict[str, Any]
Answer = tuple[int, Any, dict[str, str]]


class Fault:
    """What a path answers instead, so many times (for ever when None)."""

    def __init__(
        self, status: int, times: int | None = None, headers: dict[str, str] | None = None, body: Any = None
    ) -> None:
        self.status, self.times, self.headers, self.body = status, times, headers or {}, body

    def answer(self, path: str) -> Answer | None:
        if self.times == 0:
            return None
        self.times = None if self.times is None else self.times - 1
        said = {"kind": "Status", "code": self.status, "message": f"{path} is out of order"}
        return self.status, said if self.body is None else self.body, self.headers


class ApiServer:
    """Objects by the path of their collection over all namespaces: `/apis/apps/v1/deployments`."""

    def __init__(self) -> None:
        self.kinds: dict[str, tuple[str, bool]] = {}
        self.there: dict[str, list[Object]] = {}
        self.faults: dict[str, Fault] = {}
        self.asked: list[str] = []
        self.writes: list[tuple[str, Any]] = []
        self.page = 500
        self.before_patch: Callable[[str], None] = lambda _: None
        self.lock = threading.Lock()
        self.serve("v1", "Namespace", "namespaces", namespaced=False)
        self.add("v1", "Namespace", name="kube-system", uid="0-cluster")

    def serve(self, version: str, kind: str, plural: str, *, namespaced: bool = True) -> str:
        """Serve a kind; return the path of its collection."""
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        self.kinds[f"{root}/{plural}"] = (kind, namespaced)
        return f"{root}/{plural}"

    def add(self, version: str, kind: str, **metadata: Any) -> Object:
        """Put an object there; `spec` and `status` go beside the metadata."""
        path = next(p for p, (k, _) in self.kinds.items() if k == kind and f"/{version}/" in p)
        beside: Object = {field: metadata.pop(field) for field in ("spec", "status") if field in metadata}
        number = sum(map(len, self.there.values()))
        own = {"uid": f"u{number}", "resourceVersion": "1", **metadata}
        made: Object = {"metadata": own, **beside}
        self.there.setdefault(path, []).append(made)
        return made

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        with self.lock:
            self.asked.append(f"{method} {path}?{'&'.join(f'{k}={v}' for k, v in sorted(query.items()))}")
            fault = self.faults.get(path)
            answer = fault.answer(path) if fault else None
            if answer is not None:
                return answer
            if method == "PATCH":
                return self._patched(path, body)
            return self._got(path, query)

    def _got(self, path: str, query: dict[str, str]) -> Answer:
        if path in ("/api/v1", "/apis") or re.fullmatch("/apis/[^/]+/[^/]+", path):
            return self._discovered(path)
        if path in self.kinds:
            return 200, self._listed(path, query), {}
        found = self.find(path)
        return (200, found, {}) if found else _status(404, f"{path} not found")

    def _discovered(self, path: str) -> Answer:
        if path == "/apis":
            groups: dict[str, list[dict[str, str]]] = {}
            for each in dict.fromkeys(kind.rpartition("/")[0] for kind in self.kinds if kind[:5] == "/apis"):
                group, version = each.removeprefix("/apis/").split("/")
                groups.setdefault(group, []).append({"groupVersion": each[6:], "version": version})
            listed = [
                {"name": name, "versions": versions, "preferredVersion": versions[0]}
                for name, versions in groups.items()
            ]
            return 200, {"kind": "APIGroupList", "groups": listed}, {}
        resources = [
            {"name": kind.rpartition("/")[2], "kind": what, "namespaced": spaced, "verbs": ["get", "list"]}
            for kind, (what, spaced) in self.kinds.items()
            if kind.rpartition("/")[0] == path
        ]
        status = [{**each, "name": f"{each['name']}/status", "verbs": ["get"]} for each in resources]
        return 200, {"kind": "APIResourceList", "resources": resources + status}, {}

    def _listed(self, path: str, query: dict[str, str]) -> Object:
        at = int(query.get("continue", "0").removeprefix("anew-"))
        end = at + min(int(query.get("limit", "500")), self.page)
        every = self.there.get(path, [])
        more = {"continue": str(end)} if end < len(every) else {}
        return {"kind": "List", "metadata": {"resourceVersion": "9", **more}, "items": every[at:end]}

    def find(self, path: str) -> Object | None:
        """Find an object by its own path."""
        parts = path.split("/")
        names = {"name": parts[-1]}
        if "namespaces" in parts[:-2]:
            names["namespace"] = parts[parts.index("namespaces") + 1]
        at = parts.index("namespaces") if "namespace" in names else len(parts) - 2
        collection = "/".join((*parts[:at], parts[-2]))
        every = self.there.get(collection, [])
        return next((each for each in every if names.items() <= each["metadata"].items()), None)

    def _patched(self, path: str, operations: Any) -> Answer:
        self.before_patch(path)
        found = self.find(path)
        if found is None:
            return _status(404, f"{path} not found")
        changed = copy.deepcopy(found)
        for each in operations:
            if not _apply(changed, each):
                return _status(422, "the server rejected our request due to an error in our request")
        if changed["metadata"]["resourceVersion"] != found["metadata"]["resourceVersion"]:
            return _status(409, "the object has been modified")
        changed["metadata"]["resourceVersion"] = str(int(found["metadata"]["resourceVersion"]) + 1)
        self.writes.append((path, operations))
        found.clear()
        found.update(changed)
        return 200, found, {}


def _apply(target: Object, operation: Object) -> bool:
    *way, last = (
        step.replace("~1", "/").replace("~0", "~") for step in operation["path"].removeprefix("/").split("/")
    )
    for step in way:
        if step not in target:
            return False
        target = target[step]
    match operation["op"]:
        case "test":
            return bool(target.get(last) == operation["value"])
        case "remove":
            return target.pop(last, None) is not None
        case "replace" if last not in target:
            return False
    target[last] = operation["value"]
    return True


def _status(code: int, message: str) -> Answer:
    return code, {"kind": "Status", "code": code, "message": message}, {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        self._answer(None)

    def do_PATCH(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: Any) -> None:
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        status, said, headers = self.server.api.answer(self.command, parts.path.rstrip("/"), query, body)
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: ApiServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


@contextmanager
def serving(api: ApiServer) -> Iterator[str]:
    """Serve for as long as a block runs; yield the address."""
    server = _Server(api)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def kubeconfig(folder: Path, **servers: str) -> Path:
    """Write a kubeconfig with a context `to-NAME` for each cluster NAME; the first is the current one."""
    config = {
        "clusters": [{"name": name, "cluster": {"server": url}} for name, url in servers.items()],
        "users": [{"name": "me", "user": {}}],
        "contexts": [{"name": f"to-{name}", "context": {"cluster": name, "user": "me"}} for name in servers],
        "current-context": f"to-{next(iter(servers))}",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path
