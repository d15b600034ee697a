"""Watching the namespaces of a cluster through the official client: a list, then changes, over and over."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from tagward_service.admission.cluster import SECONDS, ClusterError, asking
from tagward_service.admission.namespaces import Namespaces

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

Tell = Callable[[str, str], None]
"""Takes an event and what there is to say of it, for the log."""


class Pace(Struct, frozen=True):
    """How often the cluster is asked, in seconds.

    A watch ends by itself after `watch`, and one that is quiet for `silence` longer is taken for dead.
    Everything is listed anew after `resync`; what failed is tried again after `first`, then after twice as
    long each time, up to `longest`.
    """

    watch: int = 60
    silence: int = 15
    resync: int = 600
    first: float = 0.5
    longest: float = 30.0


PACE = Pace()


class _Metadata(Struct, rename="camel"):
    name: str = ""
    resource_version: str = ""
    labels: dict[str, str] | None = None


class _Namespace(Struct):
    metadata: _Metadata


class _List(Struct):
    metadata: _Metadata
    items: list[_Namespace]


class Watcher:
    """A thread that keeps up to date what is known of the namespaces of a cluster."""

    def __init__(self, client: ApiClient, namespaces: Namespaces, tell: Tell, pace: Pace = PACE) -> None:
        from kubernetes.client import CoreV1Api

        self._api: Any = CoreV1Api(client)
        self._namespaces = namespaces
        self._tell = tell
        self._pace = pace
        self._pause = pace.first
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="namespaces", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End at the next opportunity; nobody waits for it."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._follow()
            except ClusterError as error:
                if error.status != HTTPStatus.GONE:  # else only what changed since is forgotten
                    self._fail(str(error))
                self._rest()
            except Exception as error:  # whatever it is, a thread that ended would never hear anything again
                self._fail(f"{type(error).__name__}: {error}")
                self._rest()

    def _fail(self, fault: str) -> None:
        if fault != self._namespaces.fault:
            self._tell("namespaces not heard of", fault)
        self._namespaces.fault = fault

    def _rest(self) -> None:
        self._ended.wait(self._pause * random.uniform(0.8, 1.2))  # noqa: S311  (so that replicas spread out)
        self._pause = min(self._pause * 2, self._pace.longest)

    def _follow(self) -> None:
        """List all namespaces and follow their changes, until it is time to list them again."""
        version = self._list()
        end = monotonic() + self._pace.resync
        while monotonic() < end and not self._ended.is_set():
            for event in self._changes(version):
                version = self._take(event["type"], msgspec.convert(event["raw_object"], _Namespace).metadata)
            self._namespaces.hear()
            self._pause = self._pace.first

    def _list(self) -> str:
        """List all namespaces and return the version of the list.

        Their labels are all that is read: models of the client would cost ten times as much.
        """
        with asking():
            content = self._api.list_namespace(_preload_content=False, _request_timeout=SECONDS).data
        listed = msgspec.json.decode(content, type=_List)
        known = self._namespaces.is_listed and not self._namespaces.fault
        self._namespaces.replace({each.metadata.name: each.metadata.labels or {} for each in listed.items})
        if not known:
            self._tell("namespaces listed", str(len(self._namespaces)))
        return listed.metadata.resource_version

    def _changes(self, version: str) -> Iterator[Any]:
        from kubernetes import watch

        typeless: Any = watch
        with asking():
            yield from typeless.Watch("object").stream(
                self._api.list_namespace,
                resource_version=version,
                allow_watch_bookmarks=True,
                timeout_seconds=self._pace.watch,
                _request_timeout=(SECONDS, self._pace.watch + self._pace.silence),
            )

    def _take(self, change: str, metadata: _Metadata) -> str:
        """Take a change and return the version that it leads to; a bookmark has nothing else."""
        if change == "DELETED":
            self._namespaces.remove(metadata.name)
        elif change != "BOOKMARK":
            self._namespaces.put(metadata.name, metadata.labels or {})
        self._namespaces.hear()
        return metadata.resource_version
