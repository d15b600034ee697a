"""An organization of Google Cloud that answers as Asset Inventory and Resource Manager are documented to.

cloud.google.com: asset-inventory/docs/reference/rest/v1/TopLevel/searchAllResources and
resource-manager/reference/rest/v3. What the real ones refuse, this refuses.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.service.sources.cloud_server import Answer, Request

TOKEN = "token-1"
PAGE = 500
ROOT = "organizations/1"
MACHINE = "compute.googleapis.com/Instance"
PROJECT = "cloudresourcemanager.googleapis.com/Project"
SEARCHED = {MACHINE, PROJECT, "compute.googleapis.com/Firewall", "storage.googleapis.com/Bucket"}

# What a SearchAllResources call may say, and what every call of the SDK says.
_SEARCH = {"query", "assetTypes", "pageSize", "pageToken", "orderBy", "readMask"}
_ALWAYS = {"$alt"}

Asset = dict[str, Any]
Labels = dict[str, str]


@dataclass
class Project:
    id: str
    number: int
    parent: str
    labels: Labels
    state: str = "ACTIVE"
    assets: list[Asset] = field(default_factory=list)

    def add(
        self, name: str, labels: Labels | None = None, kind: str = MACHINE, zone: str = "us-east1-b"
    ) -> str:
        """Add a resource, and return its full name."""
        service, _, word = kind.partition("/")
        full = f"//{service}/projects/{self.id}/zones/{zone}/{word.lower()}s/{name}"
        told = {"labels": labels} if labels else {}
        asset = {"name": full, "assetType": kind, "displayName": name, "location": zone, **told}
        self.assets.append(asset | {"project": f"projects/{self.number}", "state": "RUNNING"})
        return full

    def itself(self) -> Asset:
        names = {"name": f"//cloudresourcemanager.googleapis.com/projects/{self.id}", "location": "global"}
        told = {"additionalAttributes": {"projectId": self.id}, "state": self.state, "labels": self.labels}
        return names | told | {"assetType": PROJECT, "displayName": self.id.title()}

    def listed(self) -> dict[str, Any]:
        names = {"name": f"projects/{self.number}", "projectId": self.id, "parent": self.parent}
        return names | {"state": self.state, "labels": self.labels}


@dataclass
class Organization:
    """`page` is how many things it lists at most; folders are children by parent."""

    folders: dict[str, list[str]] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    page: int = PAGE
    denied: set[str] = field(default_factory=set)
    unlisted: set[str] = field(default_factory=set)
    disabled: bool = False
    disturb: Callable[[Request], Answer | None] = lambda request: None

    def add(
        self, name: str, labels: Labels | None = None, parent: str = ROOT, state: str = "ACTIVE"
    ) -> Project:
        added = Project(name, 1000 + len(self.projects), parent, labels or {}, state)
        self.projects[name] = added
        return added

    def answer(self, request: Request) -> Answer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        disturbed = self.disturb(request)
        if disturbed is not None:
            return disturbed
        if request.method != "GET" or request.query.get("$alt") != ["json;enum-encoding=int"]:
            return _error(400, "INVALID_ARGUMENT", "not as the SDK asks")
        scope, _, verb = request.path.removeprefix("/v1/").partition(":")
        if verb == "searchAllResources":
            return self._search(request, scope)
        if request.path.startswith("/v3/"):
            return self._manager(request, request.path.removeprefix("/v3/"))
        return _error(404, "NOT_FOUND", f"no {request.path}")

    def _search(self, request: Request, scope: str) -> Answer:
        unknown = request.query.keys() - _SEARCH - _ALWAYS
        if unknown or not re.fullmatch(r"(projects/[\w-]+|(folders|organizations)/\d+)", scope):
            return _error(400, "INVALID_ARGUMENT", f"Invalid argument: {unknown or scope}")
        if self.disabled:
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}
            return _error(403, "PERMISSION_DENIED", "Cloud Asset API has not been used before", [info])
        if scope in self.denied or (scope.startswith("projects/") and not self._project(scope)):
            return _error(403, "PERMISSION_DENIED", "Request denied by Cloud IAM")
        kinds = request.query.get("assetTypes", [])
        for kind in kinds:
            if not any(re.fullmatch(kind, each) for each in SEARCHED):
                return _error(400, "INVALID_ARGUMENT", f"{kind} matches no supported asset type")
        found = [each for each in self._within(scope) if _is_of(each, kinds)]
        return self._paged(request, "results", [_masked(each, request) for each in found])

    def _within(self, scope: str) -> Iterator[Asset]:
        for project in self._projects(scope):
            yield project.itself()
            yield from project.assets

    def _projects(self, scope: str) -> Iterator[Project]:
        named = self._project(scope)
        if named:
            yield named
            return
        yield from (each for each in self.projects.values() if each.parent == scope)
        for folder in self.folders.get(scope, []):
            yield from self._projects(folder)

    def _project(self, scope: str) -> Project | None:
        name = scope.partition("/")[2]
        by_number = {str(each.number): each for each in self.projects.values()}
        return (self.projects | by_number).get(name) if scope.startswith("projects/") else None

    def _manager(self, request: Request, path: str) -> Answer:
        readable = [each for each in self.projects.values() if f"projects/{each.id}" not in self.unlisted]
        parent = request.one("parent")
        if parent in self.unlisted:
            return _error(403, "PERMISSION_DENIED", f"Permission denied on resource {parent}")
        if path == "projects:search":
            found = [each.listed() for each in readable if each.state == "ACTIVE"]
            return self._paged(request, "projects", found)
        if path == "projects":
            return self._paged(
                request, "projects", [each.listed() for each in readable if each.parent == parent]
            )
        if path == "folders":
            inside = [{"name": each, "state": "ACTIVE"} for each in self.folders.get(parent, [])]
            return self._paged(request, "folders", inside)
        found_one = self._project(path)
        if found_one not in readable:
            return _error(403, "PERMISSION_DENIED", f"The caller does not have permission on {path}")
        return Answer(200, found_one.listed())

    def _paged(self, request: Request, name: str, found: list[Any]) -> Answer:
        """Give a page; its token holds the other parameters, which have to stay the same."""
        said = {key: value for key, value in request.query.items() if key not in ("pageToken", "pageSize")}
        start, asked = json.loads(request.one("pageToken") or "null") or [0, said]
        if asked != said:
            return _error(400, "INVALID_ARGUMENT", "The page token is for another request")
        size = min(int(request.one("pageSize") or 0) or PAGE, PAGE, self.page)
        body: dict[str, Any] = {name: found[start : start + size]}
        if start + size < len(found):
            body["nextPageToken"] = json.dumps([start + size, said])
        return Answer(200, body)


def _is_of(asset: Asset, kinds: list[str]) -> bool:
    return not kinds or any(re.fullmatch(kind, asset["assetType"]) for kind in kinds)


def _masked(asset: Asset, request: Request) -> Asset:
    fields = request.one("readMask").split(",")
    return {name: value for name, value in asset.items() if name in fields} if fields != [""] else asset


def _error(status: int, word: str, message: str, details: list[Any] | None = None) -> Answer:
    told = {"code": status, "status": word, "message": message, "details": details or []}
    return Answer(status, {"error": told})
