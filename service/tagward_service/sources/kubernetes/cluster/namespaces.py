"""The namespaces of a cluster while it is scanned: their labels, and which cluster it is."""

from __future__ import annotations

from threading import Event, Lock

from tagward.resource import Layer
from tagward_service.sources.kubernetes.cluster.connecting import Connection
from tagward_service.sources.kubernetes.cluster.kinds import NAMESPACES
from tagward_service.sources.kubernetes.cluster.listing import objects
from tagward_service.sources.kubernetes.labels import read_labels
from tagward_service.sources.kubernetes.parts import OWN

_MARK = "kube-system"
_NEVER = Event()


class Namespaces:
    """The labels of namespaces, listed once and again where one turns up that is new. Raises ReadError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._layers: dict[str, Layer | None] = {}
        self._uid = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that there are, sorted."""
        with self._lock:
            self._listed()
            return tuple(sorted(name for name, layer in self._layers.items() if layer))

    @property
    def uid(self) -> str:
        """What tells this cluster from any other: the uid of kube-system, "" without one."""
        with self._lock:
            self._listed()
            return self._uid

    def layer(self, name: str) -> Layer | None:
        """Return the labels of a namespace; None for what is in none, or in one that is gone meanwhile."""
        if not name:
            return None
        with self._lock:
            self._listed()
            if name not in self._layers:
                self._list()
            return self._layers.setdefault(name, None)

    def _listed(self) -> None:
        if not self._layers:
            self._list()

    def _list(self) -> None:
        for data in objects(self._connection, NAMESPACES, _NEVER):
            metadata = data["metadata"]
            name = metadata["name"]
            self._layers[name] = Layer("namespace", name, read_labels(metadata.get("labels"), OWN).tags)
            if name == _MARK:
                self._uid = metadata["uid"]
