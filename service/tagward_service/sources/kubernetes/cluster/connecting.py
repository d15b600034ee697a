"""Connections to clusters: by the contexts of a kubeconfig, or as the service account of a pod."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tagward.errors import UsageError
from tagward_service.sources.kubernetes.cluster.asking import patience

if TYPE_CHECKING:
    from kubernetes.client import ApiClient, Configuration

_THREADS = 16


class Connection:
    """A cluster that can be asked; `name` is "" where nobody says what it is called."""

    def __init__(self, name: str, client: ApiClient) -> None:
        self.name = name
        self.client = client

    @cached_property
    def core(self) -> Any:
        """The core group."""
        from kubernetes.client import CoreV1Api

        return CoreV1Api(self.client)

    @cached_property
    def custom(self) -> Any:
        """Every other group, as its objects are all alike here."""
        from kubernetes.client import CustomObjectsApi

        return CustomObjectsApi(self.client)

    @cached_property
    def apis(self) -> Any:
        """The list of groups."""
        from kubernetes.client import ApisApi

        return ApisApi(self.client)


def connections(contexts: Iterable[str] = ()) -> tuple[Connection, ...]:
    """Connect to the cluster of each context, or of the current one if there is none.

    `NAME=CONTEXT` calls a cluster NAME, `NAME=` the current one; else it is called as the kubeconfig calls
    the cluster of the context. Raises UsageError.
    """
    named = [(name, context) for name, _, context in map(_parted, dict.fromkeys(contexts))]
    made = tuple(connected(name, context) for name, context in named or [("", "")])
    names = [each.name for each in made]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"two contexts are of the cluster `{twice}`; if it is not one, name them NAME=CONTEXT"
        )
    return made


def _parted(text: str) -> tuple[str, str, str]:
    return text.partition("=") if "=" in text else ("", "", text)


def connected(name: str, context: str) -> Connection:
    """Connect to the cluster of a context, "" for the current one or that of the pod. Raises UsageError."""
    try:
        from kubernetes import client
    except ImportError:
        raise UsageError("to scan a cluster needs an extra: pip install 'tagward[kubernetes]'") from None
    configuration = client.Configuration()
    configuration.connection_pool_maxsize = _THREADS
    known = _configured(configuration, context)
    configuration.retries = patience()
    return Connection(name or known, client.ApiClient(configuration))


def _configured(configuration: Configuration, context: str) -> str:
    """Load the address and credentials of a cluster, and return its name in the kubeconfig, "" in a pod."""
    from kubernetes import config
    from yaml import YAMLError

    loads: Any = config  # has no types
    kubeconfig = os.environ.get("KUBECONFIG") or None
    try:
        loads.load_kube_config(kubeconfig, context or None, configuration)
        return _cluster_name(kubeconfig, context)
    except (YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        # The client looks into whatever YAML the file holds.
        said = " ".join(str(error).split())
        raise UsageError(
            f"the kubeconfig `{kubeconfig or '~/.kube/config'}` cannot be read: {said}"
        ) from None
    except (config.ConfigException, OSError) as error:
        if context:
            raise UsageError(f"no context `{context}` that can be used: {error}") from None
        try:
            loads.load_incluster_config(client_configuration=configuration)
        except config.ConfigException:
            raise UsageError(
                f"no cluster to scan: {error}; set KUBECONFIG, or name a context: `--contexts NAME`"
            ) from None
        return ""


def _cluster_name(kubeconfig: str | None, context: str) -> str:
    from kubernetes import config

    loads: Any = config
    contexts, current = loads.list_kube_config_contexts(kubeconfig)
    chosen = next((each for each in contexts if each["name"] == context), current)
    return str(chosen["context"]["cluster"])
