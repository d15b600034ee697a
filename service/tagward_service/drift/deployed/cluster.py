"""A cluster by its official client: KUBECONFIG, or the account of a pod."""

import json
import os
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import OpenApiException
from kubernetes.config.config_exception import ConfigException
from msgspec import Struct
from urllib3.exceptions import HTTPError

from tagward.errors import UsageError

FAILURES = (OpenApiException, HTTPError)
"""What is raised where a cluster cannot be asked, or refuses to answer."""

Document = dict[str, Any]

_PAGE, _SECONDS = 500, 20


class Api(Struct, frozen=True):
    """A kind of objects, as the API server finds it."""

    group: str
    version: str
    kind: str
    plural: str


class Cluster:
    """An API server. Raises UsageError where nobody says which."""

    def __init__(self, context: str | None) -> None:
        self._api = _connected(context)

    def listed(self, api: Api) -> Iterator[Document]:
        """List all objects, page by page; what they are is said of the list and not of each."""
        asking: Any = client.CustomObjectsApi(self._api)
        said = {"apiVersion": f"{api.group}/{api.version}", "kind": api.kind}
        more = ""
        while True:
            page = asking.list_cluster_custom_object(
                api.group, api.version, api.plural, limit=_PAGE, _continue=more, _request_timeout=_SECONDS
            )
            yield from (each | said for each in page["items"])
            more = page["metadata"].get("continue") or ""
            if not more:
                return

    def listed_if_known(self, api: Api) -> list[Document]:
        """List all objects of a kind that a cluster need not know."""
        try:
            return list(self.listed(api))
        except client.ApiException as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return []
            raise

    def config_map(self, namespace: str, name: str) -> Iterator[Document]:
        """Read a ConfigMap; one that is not there is none."""
        writer: Any = self._api
        core = client.CoreV1Api(self._api)
        try:
            read = core.read_namespaced_config_map(name, namespace, _request_timeout=_SECONDS)
        except client.ApiException as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return
        yield {**writer.sanitize_for_serialization(read), "kind": "ConfigMap", "apiVersion": "v1"}


def said(error: Exception) -> str:
    """Say in a line what the API server said, or that it could not be reached."""
    body = getattr(error, "body", None)
    try:
        return str(json.loads(body)["message"]) if body else " ".join(str(error).split())
    except (ValueError, LookupError, TypeError):
        return " ".join(str(error).split())


def _connected(context: str | None) -> client.ApiClient:
    configuration = client.Configuration()
    load: Any = config  # has no types
    try:
        load.load_kube_config(os.environ.get("KUBECONFIG"), context, configuration)
    except (ConfigException, OSError) as error:
        try:
            load.load_incluster_config(client_configuration=configuration)
        except ConfigException:
            hint = "set KUBECONFIG, or name one of its contexts: `--scope kubernetes=CONTEXT`"
            raise UsageError(f"no cluster to look in: {error}; {hint}") from None
    configuration.retries = 1
    return client.ApiClient(configuration)
