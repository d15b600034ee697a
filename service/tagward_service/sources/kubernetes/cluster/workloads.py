"""The workloads of one cluster: which kinds it serves, and the objects that answer for their labels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from threading import Event, Lock

from tagward.catalog import Kinds
from tagward.globs import matcher
from tagward_service.admission.objects import is_owned
from tagward_service.scan.interface import Found, Part, ReadError
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.kubernetes.cluster.connecting import Connection
from tagward_service.sources.kubernetes.cluster.inventory import found
from tagward_service.sources.kubernetes.cluster.kinds import NAMESPACES, Kind, served
from tagward_service.sources.kubernetes.cluster.listing import objects
from tagward_service.sources.kubernetes.cluster.namespaces import Namespaces

_SYSTEM = "a system namespace, left alone as by the webhook: what runs in it is the cluster's own"


class Workloads:
    """One cluster, and what is known of it; `exempt` are globs of namespaces. Raises ReadError."""

    def __init__(self, connection: Connection, exempt: tuple[str, ...], known: Kinds) -> None:
        self._connection = connection
        self._known = known
        self._is_exempt = matcher(exempt) if exempt else lambda _: False
        self._namespaces = Namespaces(connection)
        self._lock = Lock()
        self._kinds: dict[str, Kind] = {}

    @property
    def called(self) -> str:
        """What people call it."""
        return self._connection.name or "(of this pod)"

    @cached_property
    def uid(self) -> str:
        """What it is, whatever it is called; "" where that cannot be told."""
        return self._namespaces.uid

    @cached_property
    def name(self) -> str:
        """Its name, which identifies its objects: its uid where nobody has named it."""
        name = self._connection.name or self.uid
        if not name:
            raise ReadError("no kube-system whose uid would name the cluster: name it, as `--contexts NAME=`")
        return name

    def parts(self) -> Iterator[Part | NotEvaluated]:
        """List the kinds that it serves, and what is left alone or does not answer."""
        for namespace in filter(self._is_exempt, self._namespaces.names):
            yield NotEvaluated(f"{self.name}/{namespace}", _SYSTEM)
        kinds, silent = self._served()
        yield from (Part(self.name, "", kind) for kind in sorted(kinds))
        for group, error in silent:
            yield NotEvaluated(f"{self.name} {group}", error.why, incomplete=True)

    def read(self, name: str, stop: Event) -> Iterator[Found]:
        """Read the objects of a kind, without those that another object answers for."""
        kind = self._kind(name)
        for data in objects(self._connection, kind, stop):
            metadata = data["metadata"]
            namespace = metadata.get("namespace", "")
            home = metadata["name"] if kind == NAMESPACES else namespace
            if not is_owned(data, self._known) and not self._is_exempt(home):
                layer = self._namespaces.layer(namespace)
                yield from found(self.name, kind, data, layer, self._known)

    def _kind(self, name: str) -> Kind:
        with self._lock:
            if not self._kinds:
                self._kinds = self._served()[0]
        if name not in self._kinds:
            raise ReadError(f"the cluster does not serve {name} any more")
        return self._kinds[name]

    def _served(self) -> tuple[dict[str, Kind], list[tuple[str, ReadError]]]:
        kinds, silent = {NAMESPACES.name: NAMESPACES}, []
        for each in served(self._connection, self._known):
            if isinstance(each, Kind):
                kinds[each.name] = each
            else:
                silent.append(each)
        return kinds, silent
