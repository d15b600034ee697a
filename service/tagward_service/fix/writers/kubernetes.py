"""Labels of Kubernetes objects: `metadata.labels` and nothing else, never selectors or templates of pods.

They are written by a JSON patch that the API server refuses where the object is not any more what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from tagward_service.admission.objects import is_leaving, is_owned
from tagward_service.fix.interface import Change, Failed, HaltError, Job, Refused, Target
from tagward_service.fix.writers import Reach
from tagward_service.scan.interface import ExpiredError, ReadError
from tagward_service.sources.kubernetes.cluster.asking import GoneError, RefusedError, asked
from tagward_service.sources.kubernetes.cluster.connecting import Connection, connections
from tagward_service.sources.kubernetes.cluster.kinds import Kind, find
from tagward_service.sources.kubernetes.objects import Data, as_mapping

ATTEMPTS = 3
"""So often an object is written anew that somebody else writes at the same moment."""

_CONFLICTS = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
_MANAGER = "tagward"


def writer(reach: Reach) -> KubernetesWriter:
    """Make a writer for the clusters of contexts, or of the current one."""
    return KubernetesWriter(connections(reach.contexts))


class _Object(Struct, frozen=True):
    """Where an object is."""

    connection: Connection
    kind: Kind
    namespace: str
    name: str

    def ask(self, verb: str, *body: object, **query: object) -> Data:
        """Read or patch it."""
        allowed = self.kind.right("get" if verb == "read" else verb)
        method, place = self._method(verb)
        return asked(method, *place, *body, answers=dict[str, Any], right=allowed, **query)

    def _method(self, verb: str) -> tuple[Callable[..., Any], tuple[str, ...]]:
        kind, spaced = self.kind, bool(self.namespace)
        if not kind.group:
            method = getattr(self.connection.core, f"{verb}{'_namespaced' if spaced else ''}_{kind.words}")
            return method, ((self.name, self.namespace) if spaced else (self.name,))
        verb, scope = "get" if verb == "read" else verb, "namespaced" if spaced else "cluster"
        method = getattr(self.connection.custom, f"{verb}_{scope}_custom_object")
        within = (self.namespace,) if spaced else ()
        return method, (kind.group, kind.version, *within, kind.plural, self.name)


class KubernetesWriter:
    """Reads and writes labels, object by object."""

    chunk = 1

    def __init__(self, clusters: Sequence[Connection]) -> None:
        self._clusters = {each.name: each for each in clusters}
        self._kinds: dict[tuple[str, str], Kind | None] = {}
        self._seen: dict[Target, tuple[_Object, Data]] = {}

    def current(self, targets: Sequence[Target]) -> Mapping[Target, Mapping[str, str] | Refused]:
        """Read labels."""
        return {target: self._read(target) for target in targets}

    def batches(self, jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
        """Write one object at a time."""
        return ([job] for job in jobs)

    def write(self, batch: Sequence[Job]) -> Mapping[Target, Failed]:
        """Patch the labels of an object, as long as it has those that it had."""
        (job,) = batch
        place, data = self._seen.pop(job.target)
        for attempt in range(ATTEMPTS):
            try:
                if attempt:
                    data = place.ask("read")
                if not _holds(job.changes, _labels(data)):
                    return {job.target: Failed("somebody else writes the same labels")}
                place.ask("patch", _patch(data, job), field_manager=_MANAGER)
            except RefusedError as error:
                if error.status not in _CONFLICTS or attempt + 1 == ATTEMPTS:
                    return {job.target: Failed(error.why, unsure=error.retry)}
            except (ReadError, GoneError) as error:
                return {job.target: _failed(error)}
            else:
                break
        return {}

    def _read(self, target: Target) -> Mapping[str, str] | Refused:
        try:
            place = self._place(target)
            if isinstance(place, Refused):
                return place
            data = place.ask("read")
        except (ReadError, GoneError) as error:
            return Refused(f"its labels could not be read: {_failed(error).why}")
        if is_owned(data):
            return Refused("a controller made it and would make it anew: label what it is made from")
        if is_leaving(data):
            return Refused("it is being deleted")
        self._seen[target] = place, data
        return _labels(data)

    def _place(self, target: Target) -> _Object | Refused:
        connection = self._clusters.get(target.account)
        if connection is None:
            known = ", ".join(f"`{name}`" for name in self._clusters)
            return Refused(f"it is in the cluster `{target.account}`, and `--contexts` leads to {known}")
        kind = self._kind(connection, target.type.removeprefix("kubernetes:"))
        if kind is None:
            return Refused(f"the cluster does not serve {target.type}")
        namespace, _, rest = target.id.removeprefix(f"{target.account}/").partition("/")
        inner, _, name = rest.rpartition("/")
        return _Object(connection, kind, namespace if inner else "", name)

    def _kind(self, connection: Connection, name: str) -> Kind | None:
        if (connection.name, name) not in self._kinds:
            group, _, kind = name.rpartition("/")
            self._kinds[connection.name, name] = find(connection, group, kind)
        return self._kinds[connection.name, name]


def _labels(data: Data) -> Mapping[str, str]:
    return as_mapping(as_mapping(data.get("metadata")).get("labels"))


def _holds(changes: Sequence[Change], labels: Mapping[str, str]) -> bool:
    return all(labels.get(change.key) == change.before for change in changes)


def _patch(data: Data, job: Job) -> list[dict[str, Any]]:
    """Write the changes of an object that must still be as it was read."""
    version = data["metadata"]["resourceVersion"]
    operations = [{"op": "test", "path": "/metadata/resourceVersion", "value": version}]
    if not _labels(data):
        operations.append({"op": "add", "path": "/metadata/labels", "value": {}})
    for change in job.changes:
        path = "/metadata/labels/" + change.key.replace("~", "~0").replace("/", "~1")
        if change.after is None:
            operations.append({"op": "remove", "path": path})
        else:
            operations.append({"op": "add", "path": path, "value": change.after})
    return operations


def _failed(error: ReadError | GoneError) -> Failed:
    if isinstance(error, ExpiredError):
        raise HaltError(error.why)
    return Failed(error.why, unsure=error.retry) if isinstance(error, ReadError) else Failed("it is gone")
