"""A tenant of Azure that answers as Resource Manager and Resource Graph are documented to.

learn.microsoft.com: azure/governance/resource-graph/concepts (paging results, throttled requests) and
rest/api (azureresourcegraph, resources, subscription). What the real ones refuse, this refuses.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from tests.service.sources.azure.kql import InvalidQuery, Row, run
from tests.service.sources.cloud_server import Answer, Request

TOKEN = "token-1"
VERSIONS = {"graph": "2021-03-01", "subscriptions": "2022-12-01", "manager": "2025-04-01"}
QUOTA, WINDOW = 15, 5.0


@dataclass
class Subscription:
    id: str
    name: str
    tags: Any = None
    state: str = "Enabled"
    groups: dict[str, Any] = field(default_factory=dict)
    resources: list[Row] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/subscriptions/{self.id}"

    def add(self, kind: str, name: str, group: str, tags: Any = None, location: str = "westeurope") -> str:
        """Add a resource, and return its id."""
        identifier = f"{self.path}/resourceGroups/{group}/providers/{kind}/{name}"
        self.resources.append(
            {"id": identifier, "name": name, "type": kind, "location": location, "tags": tags}
        )
        return identifier

    def group_rows(self) -> Iterator[Row]:
        for name, tags in self.groups.items():
            kind = "Microsoft.Resources/resourceGroups"
            where = {"id": f"{self.path}/resourceGroups/{name}", "location": "westeurope"}
            yield where | {"name": name, "type": kind, "tags": tags}

    def container_rows(self) -> Iterator[Row]:
        mine = {"subscriptionId": self.id, "properties": {"state": self.state}}
        kind = "microsoft.resources/subscriptions"
        yield mine | {"id": self.path, "name": self.name, "type": kind, "location": "", "tags": self.tags}
        for row in self.group_rows():
            yield mine | row | {"type": f"{kind}/resourcegroups"}

    def resource_rows(self) -> Iterator[Row]:
        for row in self.resources:
            yield row | {"type": row["type"].lower()}


@dataclass
class Tenant:
    """`clock` tells its time, for the quota; `page` is how many rows it gives at most, asked for or not."""

    clock: Callable[[], float]
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    management_groups: dict[str, list[str]] = field(default_factory=dict)
    capabilities: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    page: int = 1000
    quota: int = QUOTA
    denied: set[str] = field(default_factory=set)
    graph_denied: bool = False
    graph_shy: bool = False
    truncated_after: int | None = None
    limit_hit: bool = False
    disturb: Callable[[Request], Answer | None] = lambda request: None
    url: str = ""
    refused: int = 0
    _one: Lock = field(default_factory=Lock)
    _spent: tuple[float, int] = (-WINDOW, 0)
    _answered: dict[str, Any] = field(default_factory=dict)

    def add(self, number: int, name: str, tags: Any = None, state: str = "Enabled") -> Subscription:
        identifier = f"{number:08x}-0000-4000-8000-000000000000"
        added = self.subscriptions[identifier] = Subscription(identifier, name, tags, state)
        return added

    def answer(self, request: Request) -> Answer:
        with self._one:
            return self._answer(request)

    def _answer(self, request: Request) -> Answer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return _error(401, "ExpiredAuthenticationToken", "The access token expiry is in the past.")
        disturbed = self.disturb(request)
        if disturbed is not None:
            return disturbed
        graph = request.path == "/providers/Microsoft.ResourceGraph/resources"
        kind = "graph" if graph else "subscriptions" if request.path.count("/") < 3 else "manager"
        if request.one("api-version") != VERSIONS[kind]:
            return _error(400, "InvalidApiVersionParameter", f"The api-version is {VERSIONS[kind]}.")
        return self._graph(request) if graph else self._manager(request)

    def _graph(self, request: Request) -> Answer:
        remaining, resets = self._quota()
        hours = f"00:00:{int(resets) + 1:02}"
        headers = {"x-ms-user-quota-remaining": str(max(remaining, 0)), "x-ms-user-quota-resets-after": hours}
        if remaining < 0:
            self.refused += 1
            answer = _error(429, "RateLimiting", "Please provide below info when asking for support")
            return answer._replace(headers=headers | {"Retry-After": str(int(resets) + 1)})
        if self.limit_hit:
            headers |= {"x-ms-tenant-subscription-limit-hit": "true"}
        return self._queried(request)._replace(headers=headers)

    def _quota(self) -> tuple[int, float]:
        began, spent = self._spent
        now = self.clock()
        if now >= began + WINDOW:
            began, spent = now, 0
        self._spent = began, spent + 1
        return self.quota - spent - 1, began + WINDOW - now

    def _queried(self, request: Request) -> Answer:
        body, options = request.body, request.body.get("options") or {}
        if request.method != "POST" or body.keys() - {
            "subscriptions",
            "managementGroups",
            "query",
            "options",
        }:
            return _error(400, "BadRequest", "Please provide below info when asking for support")
        top = options.get("$top", 100)
        if not 1 <= top <= 1000 or options.get("resultFormat") != "objectArray":
            return _error(400, "BadRequest", "top must be between 1 and 1000")
        asked = body.get("subscriptions") or self._below(body.get("managementGroups"))
        readable = [each for each in asked if each in self.subscriptions and each not in self.denied]
        if self.graph_denied or (asked and not readable and not self.graph_shy):
            return _denied()
        return self._paged(body["query"], [] if self.graph_shy else readable, options, top)

    def _below(self, groups: list[str] | None) -> list[str]:
        if groups is None:
            return list(self.subscriptions)
        return [each for group in groups for each in self.management_groups[group]]

    def _paged(self, query: str, readable: list[str], options: dict[str, Any], top: int) -> Answer:
        key = json.dumps([query, readable])
        if key not in self._answered:
            try:
                self._answered = {key: run(query, self._tables(readable))}
            except InvalidQuery as error:
                return _error(400, "InvalidQuery", str(error))
        rows, pages = self._answered[key]
        start, said = json.loads(options.get("$skipToken") or f"[0, {json.dumps(hash(key))}]")
        if said != hash(key):
            return _error(400, "BadRequest", "the token is for another query")
        last = len(rows) if self.truncated_after is None else self.truncated_after
        found = rows[start : min(start + top, start + self.page, last)]
        cut = start + len(found) == last < len(rows)
        more = start + len(found) < len(rows) and not cut and pages
        token = {"$skipToken": json.dumps([start + len(found), hash(key)])} if more else {}
        body = {"totalRecords": len(rows), "count": len(found), "data": found, "facets": [], **token}
        return Answer(200, body | {"resultTruncated": "true" if cut else "false"})

    def _tables(self, readable: list[str]) -> dict[str, list[Row]]:
        subscriptions = [self.subscriptions[each] for each in readable]
        return {
            "resourcecontainers": [row for each in subscriptions for row in each.container_rows()],
            "resources": [row for each in subscriptions for row in each.resource_rows()],
        }

    def _manager(self, request: Request) -> Answer:
        parts = request.path.strip("/").split("/")
        if len(parts) == 1:
            seen = [each for each in self.subscriptions.values() if each.id not in self.denied]
            return self._listed(request, [_itself(each) for each in seen])
        found = self.subscriptions.get(parts[1])
        if found is None:
            return _error(404, "SubscriptionNotFound", f"The subscription '{parts[1]}' could not be found.")
        if found.id in self.denied:
            return _error(403, "AuthorizationFailed", "The client does not have authorization to read.")
        if len(parts) == 2:
            return Answer(200, _itself(found))
        listings: dict[str, Callable[[], list[Any]]] = {
            "resourcegroups": lambda: list(found.group_rows()),
            "resources": lambda: found.resources,
            "providers": self._providers,
        }
        return self._listed(request, listings[parts[2].lower()]())

    def _providers(self) -> list[Any]:
        return [
            {
                "namespace": kind.partition("/")[0],
                "resourceTypes": [{"resourceType": kind.partition("/")[2], "capabilities": capable}],
            }
            for kind, capable in self.capabilities.items()
        ]

    def _listed(self, request: Request, rows: list[Any]) -> Answer:
        start = int(request.one("$skiptoken") or 0)
        body: dict[str, Any] = {"value": rows[start : start + self.page]}
        if start + self.page < len(rows):
            link = f"api-version={request.one('api-version')}&$skiptoken={start + self.page}"
            body["nextLink"] = f"{self.url}{request.path}?{link}"
        return Answer(200, body)


def _itself(each: Subscription) -> dict[str, Any]:
    names = {"id": each.path, "subscriptionId": each.id, "displayName": each.name}
    return names | {"state": each.state, "tags": each.tags}


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}})


def _denied() -> Answer:
    """Refuse as Resource Graph does: what it means is in the details."""
    why = {"code": "AccessDenied", "message": "Access is denied to the requested resource."}
    told = {"code": "AccessDenied", "message": "Please provide below info when asking for support: ..."}
    return Answer(403, {"error": told | {"details": [why]}})
