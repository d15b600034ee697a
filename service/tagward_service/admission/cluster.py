"""A cluster, through the official client, and what goes wrong with it in words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from tagward.errors import TagwardError, UsageError

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

SECONDS = 20
"""How long the API server may take to answer."""


class ClusterError(TagwardError):
    """The API server refused, or could not be reached; the message says which, `status` is HTTP's, else 0."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def connected() -> ApiClient:
    """Connect as the service account of the pod, else as kubectl does. Raises UsageError."""
    try:
        from kubernetes import client, config
    except ImportError:
        raise UsageError("to talk to a cluster needs an extra: pip install 'tagward[kubernetes]'") from None
    loads: Any = config  # has no types
    configuration = client.Configuration()
    configuration.retries = 0  # who asks decides; urllib3 would say so beside the log
    try:
        loads.load_incluster_config(configuration)
    except config.ConfigException:
        try:
            kubeconfig = os.environ.get("KUBECONFIG") or "~/.kube/config"
            loads.load_kube_config(kubeconfig, client_configuration=configuration)
        except (config.ConfigException, OSError) as error:
            raise UsageError(f"not in a cluster, and no kubeconfig that can be used: {error}") from None
    return client.ApiClient(configuration)


def found(ask: Callable[..., Any], *arguments: object) -> Any:
    """Return what is asked for, None when it is not there. Raises ClusterError."""
    try:
        return done(ask, *arguments)
    except ClusterError as error:
        if error.status == 404:
            return None
        raise


def done(ask: Callable[..., Any], *arguments: object) -> Any:
    """Call a method of the client. Raises ClusterError."""
    with asking():
        return ask(*arguments, _request_timeout=SECONDS)


@contextmanager
def asking() -> Iterator[None]:
    """Turn what the client raises into ClusterError."""
    from kubernetes.client import ApiException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ApiException as error:
        raise ClusterError(f"the API server refused ({error.status}): {said(error)}", error.status) from None
    except (HTTPError, OSError) as error:
        raise ClusterError(f"the API server cannot be reached: {error}") from None


def said(error: Any) -> str:
    """Return the message of an answer, on one line."""
    try:
        message = msgspec.json.decode(error.body or b"{}").get("message")
    except (msgspec.DecodeError, AttributeError):
        message = None
    return " ".join(str(message or error.reason).split())
