"""What the API server has to know of the webhook: what to ask it about, where it is, what if it fails."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from tagward.catalog import Kinds, KubernetesKind
from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward.globs import is_literal
from tagward.policy import Policy
from tagward_generators.kubernetes.documents import metadata
from tagward_generators.kubernetes.matching import SYSTEM_NAMESPACES, conditions, constraints
from tagward_generators.kubernetes.shapes import evaluated_kinds

API_VERSION = "admissionregistration.k8s.io/v1"
KINDS: Mapping[str, str] = {
    "validate": "ValidatingWebhookConfiguration",
    "mutate": "MutatingWebhookConfiguration",
}

INJECTED_FROM = "cert-manager.io/inject-ca-from"

HIGHEST_PORT = 65_535

_PREFIX = "kubernetes:"
_NO_LABEL = re.compile(r"[^a-z0-9]+")
_OWN_FIELDS: Mapping[str, dict[str, str]] = {"validate": {}, "mutate": {"reinvocationPolicy": "IfNeeded"}}


class Endpoint(Struct, frozen=True, kw_only=True):
    """How the API server reaches the webhook and knows it: by `url`, or else by a Service.

    `authority` is PEM; `injected_from` names a Certificate of cert-manager, NAMESPACE/NAME, instead. With
    neither of them, the API server trusts the authorities of its own machine.
    """

    url: str = ""
    namespace: str = "tagward"
    service: str = "tagward"
    port: int = 443
    authority: bytes = b""
    injected_from: str = ""

    def client_config(self, path: str) -> dict[str, Any]:
        """Say where a webhook is."""
        service = {"namespace": self.namespace, "name": self.service, "path": path, "port": self.port}
        where = {"url": self.url.rstrip("/") + path} if self.url else {"service": service}
        bundle = {"caBundle": base64.b64encode(self.authority).decode()} if self.authority else {}
        return where | bundle


class Calls(Struct, frozen=True, kw_only=True):
    """Which requests the webhook is asked about, and what becomes of them when it does not answer."""

    exempt_namespaces: tuple[str, ...] = ()
    validate_failure: str = "Fail"
    mutate_failure: str = "Ignore"
    seconds: int = 5


def configurations(
    policy: Policy, endpoint: Endpoint, calls: Calls, *, name: str, webhooks: Sequence[str] = tuple(KINDS)
) -> Iterator[dict[str, Any]]:
    """Make the configuration of each webhook."""
    checked(endpoint)
    for webhook in webhooks:
        about = metadata(name, policy)
        if endpoint.injected_from:
            about["annotations"] |= {INJECTED_FROM: endpoint.injected_from}
        yield {
            "apiVersion": API_VERSION,
            "kind": KINDS[webhook],
            "metadata": about,
            "webhooks": [_webhook(webhook, policy, endpoint, calls)],
        }


def _webhook(webhook: str, policy: Policy, endpoint: Endpoint, calls: Calls) -> dict[str, Any]:
    own = () if endpoint.url else (endpoint.namespace,)
    excluded = tuple(dict.fromkeys((*SYSTEM_NAMESPACES, *own, *calls.exempt_namespaces)))
    matched = constraints(_kinds(webhook, policy), excluded)
    return {
        "name": f"{webhook}.{_label(policy.name)}.tagward",
        "clientConfig": endpoint.client_config(f"/admission/{webhook}"),
        "rules": matched["resourceRules"],
        "namespaceSelector": matched["namespaceSelector"],
        "matchConditions": conditions(
            evaluated_kinds(policy), tuple(each for each in excluded if not is_literal(each))
        ),
        "failurePolicy": calls.mutate_failure if webhook == "mutate" else calls.validate_failure,
        "matchPolicy": "Equivalent",
        **_OWN_FIELDS[webhook],
        "sideEffects": "None",
        "timeoutSeconds": calls.seconds,
        "admissionReviewVersions": ["v1"],
    }


def _kinds(webhook: str, policy: Policy) -> tuple[KubernetesKind, ...]:
    """List the kinds to ask about: objects that run something are filled, and no others."""
    kinds = evaluated_kinds(policy)
    if webhook == "mutate":
        return tuple(each for each in kinds if each.runs)
    return (*kinds, *_named(policy))


def _named(policy: Policy) -> Iterator[KubernetesKind]:
    """List kinds that nobody describes and that a rule names, so that they are judged too."""
    known = Kinds(policy.workloads)
    named = {kind for tag in policy.tags for each in tag.requirements for kind in each.on.types}
    for name in sorted(each.removeprefix(_PREFIX) for each in named if each.startswith(_PREFIX)):
        group, _, kind = name.rpartition("/")
        if is_literal(name) and known.find(group, kind) is None:
            yield KubernetesKind(templates=(), source="", name=name)


def _label(name: str) -> str:
    """Make a part of a domain name, which the name of a webhook is."""
    return _NO_LABEL.sub("-", name.lower()).strip("-")[:63].strip("-") or "policy"


def checked(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that the API server would take. Raises UsageError."""
    if not endpoint.url:
        return endpoint
    try:
        parts = urlsplit(endpoint.url)
        parts.port  # noqa: B018  (which is read only now)
    except ValueError as error:
        raise UsageError(f"{quoted(endpoint.url)} is no address: {str(error).lower()}") from None
    if parts.scheme != "https" or not parts.hostname:
        raise UsageError(
            f"{quoted(endpoint.url)} is no https address, which is all that the API server calls"
        )
    if parts.username or parts.query or parts.fragment:
        raise UsageError(f"{quoted(endpoint.url)}: the API server takes no user, query or fragment")
    return endpoint


def with_service(endpoint: Endpoint, text: str) -> Endpoint:
    """Read NAMESPACE/NAME[:PORT] into an endpoint. Raises UsageError."""
    found = re.fullmatch(r"([a-z0-9-]+)/([a-z0-9-]+)(?::([0-9]{1,5}))?", text)
    if found is None:
        raise UsageError(f"{quoted(text)} is no service; write NAMESPACE/NAME or NAMESPACE/NAME:PORT")
    namespace, name, port = found.groups()
    if port and not 1 <= int(port) <= HIGHEST_PORT:
        raise UsageError(f"{quoted(text)}: ports are from 1 to {HIGHEST_PORT}")
    return replace(endpoint, namespace=namespace, service=name, port=int(port or 443))
