"""Which operation a request calls, by the service models of botocore, and answers in its protocol."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import botocore.session

from tagward_service.sources.aws.tables import SERVICES

CLIENTS = (
    *(api.client for apis in SERVICES.values() for api in apis),
    *("ce", "config", "organizations", "resource-explorer-2", "resourcegroupstaggingapi", "sts"),
)
SIGNED = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
PLACEHOLDER = re.compile(r"\\\{\w+(\\\+)?\\\}")


@dataclass(frozen=True)
class Call:
    """One call: which client made it, with whose key and in which region."""

    client: str
    operation: str
    region: str
    key: str

    @property
    def name(self) -> str:
        """The call as `sagemaker:ListModels`."""
        return f"{self.client}:{self.operation}"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    type: str


@cache
def model(client: str) -> Any:
    return botocore.session.get_session().get_service_model(client)


@cache
def signers() -> Mapping[str, tuple[str, ...]]:
    """Return the clients by the name that they sign with."""
    found: dict[str, tuple[str, ...]] = {}
    for client in dict.fromkeys(CLIENTS):
        name = model(client).signing_name
        found[name] = (*found.get(name, ()), client)
    return found


def called(environ: Mapping[str, Any], body: bytes) -> Call | None:
    """Tell which operation a request calls; None when it is not signed, or nobody knows."""
    signed = SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signed is None:
        return None
    for client in signers().get(signed["service"], ()):
        operation = _operation(client, environ, body)
        if operation:
            return Call(client, operation, signed["region"], signed["key"])
    return None


def refusal(call: Call, code: str, message: str, status: int = 400) -> Answer:
    """Answer with an error, as the service would."""
    protocol = model(call.client).resolved_protocol
    if protocol in ("json", "rest-json"):
        return Answer(status, json.dumps({"__type": code, "message": message}).encode(), "application/json")
    said = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    whole = {
        "ec2": f"<Response><Errors>{said}</Errors><RequestID>1</RequestID></Response>",
        "query": f"<ErrorResponse>{said}<RequestId>1</RequestId></ErrorResponse>",
    }.get(protocol, said)
    return Answer(status, whole.encode(), "text/xml")


def nothing(call: Call) -> Answer:
    """Answer that there is nothing: every list is absent."""
    if model(call.client).resolved_protocol in ("json", "rest-json"):
        return Answer(200, b"{}", "application/json")
    name = call.operation
    return Answer(200, f"<{name}Response><{name}Result/></{name}Response>".encode(), "text/xml")


def _operation(client: str, environ: Mapping[str, Any], body: bytes) -> str | None:
    metadata = model(client).metadata
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        prefix, _, name = target.rpartition(".")
        return name if prefix == metadata.get("targetPrefix") else None
    if model(client).resolved_protocol in ("query", "ec2"):
        form = parse_qs(body.decode())
        same = form.get("Version", [""])[0] == metadata["apiVersion"]
        return form.get("Action", [""])[0] if same else None
    return next((name for name, matches in _routes(client) if matches(environ)), None)


@cache
def _routes(client: str) -> tuple[tuple[str, Any], ...]:
    found = []
    for name in model(client).operation_names:
        http = model(client).operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        found.append((name, _matcher(http["method"], path, query)))
    # The most exact first: `/{Bucket}?tagging` before `/{Bucket}`.
    return tuple(sorted(found, key=lambda each: -each[1].weight))


class _matcher:  # noqa: N801  (a function with a weight)
    def __init__(self, method: str, path: str, query: str) -> None:
        self.method = method
        self.needs = {part for part in query.split("&") if part and not part.startswith("x-id")}
        pattern = PLACEHOLDER.sub(lambda found: "(.+)" if found[1] else "([^/]+)", re.escape(path))
        self.path = re.compile(pattern.rstrip("/") + "/?")
        self.weight = 10 * len(self.needs) + len(PLACEHOLDER.sub("", re.escape(path)))

    def __call__(self, environ: Mapping[str, Any]) -> bool:
        asked = set(environ.get("QUERY_STRING", "").split("&"))
        return (
            environ["REQUEST_METHOD"] == self.method
            and self.needs <= asked
            and self.path.fullmatch(environ["PATH_INFO"]) is not None
        )
