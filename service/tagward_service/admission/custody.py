"""Certificates in a cluster: the Secret that keeps one, and the webhook configurations that trust it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tagward.diagnostics import quoted
from tagward_service.admission.certificates import Bundle
from tagward_service.admission.cluster import ClusterError, done, found
from tagward_service.admission.renewal import AUTHORITY, CERTIFICATE, KEY, Order, renewed

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

ATTEMPTS = 5
"""So often a Secret is read again that somebody else changed meanwhile."""

FILES = (AUTHORITY, CERTIFICATE, KEY)


class Custody(Struct):
    """A Secret that holds a certificate, and the version of it that was read, "" where there was none."""

    client: Any
    namespace: str
    name: str
    version: str = ""

    def read(self) -> Bundle | None:
        """Return what is kept; None unless it is complete. Raises ClusterError."""
        secret = found(self._api().read_namespaced_secret, self.name, self.namespace)
        self.version = secret.metadata.resource_version if secret else ""
        data = (secret.data if secret else None) or {}
        kept = [_decoded(data.get(name, "")) for name in FILES]
        return Bundle(*kept) if all(kept) else None

    def write(self, bundle: Bundle) -> bool:
        """Keep a bundle; False when somebody else was faster. Raises ClusterError.

        A Secret that is there keeps its type, its labels and whatever else it holds.
        """
        contents = (bundle.authority, bundle.certificate, bundle.key)
        data = {name: _encoded(content) for name, content in zip(FILES, contents, strict=True)}
        try:
            if self.version:
                change = {"metadata": {"resourceVersion": self.version}, "data": data}
                done(self._api().patch_namespaced_secret, self.name, self.namespace, change)
            else:
                done(self._api().create_namespaced_secret, self.namespace, self._made(data))
        except ClusterError as error:
            if error.status == HTTPStatus.CONFLICT:
                return False
            raise
        return True

    def _made(self, data: dict[str, str]) -> dict[str, Any]:
        about = {"name": self.name, "labels": {"app.kubernetes.io/managed-by": "tagward"}}
        return {"metadata": about, "type": "kubernetes.io/tls", "data": data}

    def _api(self) -> Any:
        from kubernetes.client import CoreV1Api

        return CoreV1Api(self.client)


def rotate(
    custody: Custody, order: Order, tell: Callable[[Bundle], None], now: datetime
) -> tuple[Bundle, str]:
    """Renew what is kept where that is due; return it, and why it is new. Raises ClusterError.

    Everybody who is to trust it is told before it is kept, and so before anybody can show it.
    """
    for _ in range(ATTEMPTS):
        bundle, why = renewed(order, custody.read(), now)
        tell(bundle)
        if not why or custody.write(bundle):
            return bundle, why
    raise ClusterError(f"somebody else keeps changing Secret {quoted(f'{custody.namespace}/{custody.name}')}")


def trust(client: ApiClient, name: str, authority: bytes) -> Iterator[str]:
    """Let the webhook configurations of a name trust an authority; name those that did not yet.

    Raises ClusterError, also when there is none of them.
    """
    from kubernetes.client import AdmissionregistrationV1Api

    api = AdmissionregistrationV1Api(client)
    there = False
    for kind in ("validating", "mutating"):
        configuration = found(getattr(api, f"read_{kind}_webhook_configuration"), name)
        if configuration is None:
            continue
        there = True
        changes = _changes(configuration.webhooks or (), _encoded(authority))
        if changes:
            done(getattr(api, f"patch_{kind}_webhook_configuration"), name, changes)
            yield f"{kind} webhook configuration {name}"
    if not there:
        raise ClusterError(f"there is no webhook configuration {quoted(name)} yet: apply it first")


def _changes(webhooks: Sequence[Any], bundle: str) -> list[dict[str, str]]:
    """List the operations that set caBundle, each only while the webhook is the one that was read."""
    changes = []
    for index, webhook in enumerate(webhooks):
        if webhook.client_config.ca_bundle != bundle:
            at = f"/webhooks/{index}"
            changes.append({"op": "test", "path": f"{at}/name", "value": webhook.name})
            changes.append({"op": "add", "path": f"{at}/clientConfig/caBundle", "value": bundle})
    return changes


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""
