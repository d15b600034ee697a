"""Whom a scan of Azure talks to, and as whom.

Credentials are those of `DefaultAzureCredential`: environment, workload identity, managed identity, Azure
CLI. AZURE_SDK_CLOUD_CONF names another cloud, as the SDK has it, and AZURE_RESOURCE_MANAGER_ENDPOINT another
endpoint.
"""

import logging
import os
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from msgspec import Struct

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.loopback import is_loopback

ENDPOINT = "AZURE_RESOURCE_MANAGER_ENDPOINT"
NOBODY = "anonymous"

# The SDK logs each credential that it tries; without this, Python writes that to the terminal.
logging.getLogger("azure").addHandler(logging.NullHandler())
_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


class Connection(Struct, frozen=True):
    """Credentials and the options that every client takes."""

    credential: Any
    options: Mapping[str, Any]

    def graph(self) -> ResourceGraphClient:
        """Return a client for Resource Graph."""
        return ResourceGraphClient(self.credential, **self.options)

    def manager(self, subscription: str = _NO_SUBSCRIPTION) -> ResourceManagementClient:
        """Return a client for Resource Manager in a subscription."""
        return ResourceManagementClient(self.credential, subscription, **self.options)


def connect(endpoint: str = "", credential: TokenCredential | None = None) -> Connection:
    """Choose endpoint and credentials; raises UsageError for an endpoint that would show them to others.

    Without TLS there is only this machine, where no credentials are looked for.
    """
    endpoint = endpoint or os.environ.get(ENDPOINT, "")
    # Whether to ask again is decided here, for all threads at once.
    options: dict[str, Any] = {"retry_total": 0}
    if not endpoint:
        return Connection(credential or DefaultAzureCredential(), options)
    # Tokens stay those of the cloud: a regional or private endpoint takes no others.
    options["base_url"] = endpoint
    parts = urlsplit(endpoint)
    if parts.scheme == "https":
        return Connection(credential or DefaultAzureCredential(), options)
    if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
        why = "would send credentials in the clear: use https, or an address of this machine"
        raise UsageError(f"{quoted(endpoint)} {why}")
    credential = credential or _Nobody()
    return Connection(credential, options | {"authentication_policy": _InTheClear(credential)})


class _Nobody:
    """Credentials for a server on this machine."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return a token that is no secret."""
        return AccessToken(NOBODY, sys.maxsize)


class _InTheClear(SansIOHTTPPolicy[Any, Any]):
    """Sends a token without TLS, which the policy of the SDK never does: to this machine only."""

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Add the token."""
        token = self._credential.get_token("loopback")
        request.http_request.headers["Authorization"] = f"Bearer {token.token}"
