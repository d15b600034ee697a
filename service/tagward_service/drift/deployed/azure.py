"""Azure Policy, with standard credentials (environment, workload identity, managed identity, Azure CLI).

AZURE_RESOURCE_MANAGER_ENDPOINT names another endpoint; one without TLS, which is an emulator, gets no
credentials.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.policy import PolicyClient

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_generators.deciding.azure.bodies import name_of
from tagward_generators.deciding.azure.exemptions import is_within
from tagward_generators.deciding.families import objects
from tagward_service.drift.deployed import Wanted
from tagward_service.drift.sides import Found, NotRead
from tagward_service.outputs.json_text import json_text

ENDPOINT = "AZURE_RESOURCE_MANAGER_ENDPOINT"
PUBLIC = "https://management.azure.com"

_TARGET = "azure-policy"
_PROVIDER = "providers/Microsoft.Authorization"
_EXEMPTIONS = "2022-07-01-preview"
_NOBODY = "00000000-0000-0000-0000-000000000000"
_SCOPE = re.compile(
    r"/subscriptions/(?P<subscription>[0-9a-fA-F-]{36})"
    r"|/providers/Microsoft\.Management/managementGroups/(?P<group>[^/]+)",
    re.IGNORECASE,
)

Body = Mapping[str, Any]


def assigned_definitions(wanted: Wanted) -> Found:
    """Read the definitions, initiative, assignments and exemptions of a tagward policy."""
    scope = _SCOPE.fullmatch((wanted.scope or "").rstrip("/"))
    if scope is None:
        raise UsageError(
            "say where the definitions are: `--scope azure=/subscriptions/ID`, or "
            "`--scope azure=/providers/Microsoft.Management/managementGroups/NAME`"
        )
    place = f"Azure, {scope[0]}"
    reading = _Reading(_client(scope["subscription"] or _NOBODY), scope[0], scope["group"] or "", wanted)
    try:
        return reading.found(place)
    except AzureError as error:
        return Found(place, {}, (NotRead(place, _said(error)),))


class _Reading:
    """What is ours in a scope: a subscription, or the management group `group`."""

    def __init__(self, client: PolicyClient, scope: str, group: str, wanted: Wanted) -> None:
        self._client, self._scope, self._group, self._wanted = client, scope, group, wanted

    def found(self, place: str) -> Found:
        """Read everything; initiatives first, as what assigns them follows from them."""
        initiatives = list(filter(self._is_ours, self._listed("policy_set_definitions")))
        definitions = filter(self._is_ours, self._listed("policy_definitions"))
        assignments = list(self._assignments([each["id"] for each in initiatives]))
        exemptions = list(self._exemptions([each["id"] for each in assignments]))
        lasting = [each for each in exemptions if not _is_over(each)]
        assigned = {_last(each["properties"]["policyDefinitionId"]) for each in assignments}
        return Found(
            place,
            dict(_objects((*definitions, *initiatives, *assignments, *lasting))),
            detached=frozenset(name_of(each) for each in initiatives if each["name"].lower() not in assigned),
            notes=tuple(f"exemption {quoted(each['name'])} is over" for each in exemptions if _is_over(each)),
        )

    def _listed(self, kind: str) -> Iterator[Body]:
        operations: Any = getattr(self._client, kind)
        custom = "policyType eq 'Custom'"
        if self._group:
            return _bodies(operations.list_by_management_group(self._group, filter=custom))
        return _bodies(operations.list(filter=custom))

    def _assignments(self, initiatives: Iterable[str]) -> Iterator[Body]:
        """Read what assigns initiatives, wherever below the scope, and what is assigned at the scope."""
        seen = set()
        for asked in ("atExactScope()", *(f"policyDefinitionId eq '{each}'" for each in initiatives)):
            for each in self._assigned(asked):
                ours = asked != "atExactScope()" or self._is_ours(each)
                if ours and each["id"].lower() not in seen:
                    seen.add(each["id"].lower())
                    yield {**each, **self._below(each)}

    def _below(self, assignment: Body) -> Body:
        """Say where an assignment holds, if that is less than what is looked at."""
        scope = _scope(assignment)
        return {"scope": scope} if is_within(scope, self._scope) and scope != self._scope else {}

    def _assigned(self, asked: str) -> Iterator[Body]:
        operations: Any = self._client.policy_assignments
        if self._group:
            return _bodies(operations.list_for_management_group(self._group, filter=asked))
        return _bodies(operations.list(filter=asked))

    def _exemptions(self, assignments: Iterable[str]) -> Iterator[Body]:
        """Read exemptions from assignments, in the scope and where some are compiled for."""
        compiled = (json.loads(text).get("scope") for text in self._wanted.compiled.values())
        seen = set()
        for scope in dict.fromkeys((self._scope, *filter(None, compiled))):
            for assignment in assignments:
                for each in self._exempt(scope, assignment):
                    if each["id"].lower() not in seen:
                        seen.add(each["id"].lower())
                        yield {**each, "scope": _scope(each)}

    def _exempt(self, scope: str, assignment: str) -> Iterator[Body]:
        """List exemptions, page by page; the SDK has nothing for them."""
        parameters = {"api-version": _EXEMPTIONS, "$filter": f"policyAssignmentId eq '{assignment}'"}
        request = HttpRequest("GET", f"{scope}/{_PROVIDER}/policyExemptions", params=parameters)
        while True:
            response = self._client.send_request(request)
            response.raise_for_status()
            page = response.json()
            yield from page["value"]
            if not page.get("nextLink"):
                return
            request = HttpRequest("GET", page["nextLink"])

    def _is_ours(self, body: Body) -> bool:
        """Say whether something is compiled under this name, or says that it is of the policy."""
        metadata = body["properties"].get("metadata") or {}
        return metadata.get("policy") == self._wanted.policy or name_of(body) in self._wanted.compiled


def _bodies(models: Iterable[Any]) -> Iterator[Body]:
    """Write what the SDK returns as Azure Resource Manager has it."""
    for each in models:
        body = each.as_dict()
        kind = str(body["id"]).rpartition(f"/{_PROVIDER}/")[2].partition("/")[0]
        yield body | {"type": f"Microsoft.Authorization/{kind}"}


def _objects(bodies: Iterable[Body]) -> Iterator[tuple[str, str]]:
    """Write bodies as the files that are compiled; of two with one name, the second says where it is."""
    seen = set()
    for body in bodies:
        for name, text in objects(_TARGET, body["name"], json_text(body)).items():
            yield f"{name} in {_scope(body)}" if name in seen else name, text
            seen.add(name)


def _scope(body: Body) -> str:
    return str(body["id"]).rpartition(f"/{_PROVIDER}/")[0]


def _last(path: str) -> str:
    return path.rpartition("/")[2].lower()


def _is_over(exemption: Body) -> bool:
    until = exemption["properties"].get("expiresOn")
    return bool(until) and datetime.fromisoformat(until) < datetime.now(UTC)


def _said(error: AzureError) -> str:
    """Say in a line what went wrong."""
    return " ".join(str(error.message or error).split())


def _client(subscription: str) -> PolicyClient:
    endpoint = os.environ.get(ENDPOINT) or PUBLIC
    if endpoint.startswith("http://"):
        nothing: Any = SansIOHTTPPolicy()
        return PolicyClient(_Nobody(), subscription, endpoint, authentication_policy=nothing)
    return PolicyClient(DefaultAzureCredential(), subscription, endpoint)


class _Nobody:
    """Credentials for an emulator, which asks for none."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token that nobody looks at."""
        raise NotImplementedError
