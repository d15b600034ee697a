"""Whom a scan of Google Cloud talks to, and as whom.

Credentials are the application default ones. CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDASSET and
CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER, as gcloud has them, name other endpoints.
"""

import os
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

import google.auth
from google.api_core.client_options import ClientOptions
from google.auth.credentials import Credentials
from google.auth.exceptions import DefaultCredentialsError
from google.cloud.asset_v1 import AssetServiceClient
from google.cloud.asset_v1.services.asset_service.transports import AssetServiceRestTransport
from google.cloud.resourcemanager_v3 import FoldersClient, ProjectsClient
from google.cloud.resourcemanager_v3.services.folders.transports import FoldersRestTransport
from google.cloud.resourcemanager_v3.services.projects.transports import ProjectsRestTransport
from google.oauth2.credentials import Credentials as Token

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.loopback import is_loopback

ASSETS = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDASSET"
PROJECTS = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER"
NOBODY = "anonymous"

Client = TypeVar("Client")

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class Connection:
    """Endpoints and credentials; raises UsageError for an endpoint that would show them to others.

    Clients are made anew for every thread, as their sessions are not meant for several.
    """

    def __init__(self, endpoint: str = "", credentials: Credentials | None = None) -> None:
        self._assets = _trusted(endpoint or os.environ.get(ASSETS, ""))
        self._projects = _trusted(endpoint or os.environ.get(PROJECTS, ""))
        self._credentials = credentials
        self._finding = Lock()

    def assets(self) -> AssetServiceClient:
        """Return a client for Cloud Asset Inventory."""
        return self._client(AssetServiceClient, AssetServiceRestTransport, self._assets)

    def projects(self) -> ProjectsClient:
        """Return a client for projects."""
        return self._client(ProjectsClient, ProjectsRestTransport, self._projects)

    def folders(self) -> FoldersClient:
        """Return a client for folders."""
        return self._client(FoldersClient, FoldersRestTransport, self._projects)

    def _client(self, client: Callable[..., Client], transport: Any, endpoint: str) -> Client:
        parts = urlsplit(endpoint)
        if parts.scheme == "http":
            credentials = self._credentials or _nobody()
            return client(transport=transport(host=parts.netloc, url_scheme="http", credentials=credentials))
        options = ClientOptions(api_endpoint=parts.netloc) if endpoint else None
        return client(transport="rest", credentials=self._default(), client_options=options)

    def _default(self) -> Credentials:
        """Look for credentials once."""
        with self._finding:
            if self._credentials is None:
                try:
                    self._credentials, _ = google.auth.default(scopes=[_SCOPE])
                except (AttributeError, KeyError, TypeError, ValueError) as error:
                    # The SDK looks into whatever JSON the file holds.
                    unreadable: Any = DefaultCredentialsError  # has no types
                    raise unreadable("the file of credentials is none of Google's") from error
            return self._credentials


def _trusted(endpoint: str) -> str:
    """Return an endpoint; without TLS there is only this machine, where no credentials are looked for."""
    parts = urlsplit(endpoint)
    known = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if endpoint and not known:
        why = "would send credentials in the clear: use https, or an address of this machine"
        raise UsageError(f"{quoted(endpoint)} {why}")
    return endpoint


def _nobody() -> Credentials:
    """Return credentials for a server on this machine: a token that is no secret."""
    token: Any = Token
    nobody: Credentials = token(NOBODY)
    return nobody
