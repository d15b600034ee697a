"""Resources of Terraform that are Kubernetes objects: each is judged as the object alone would be."""

from abc import abstractmethod
from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from tagward.catalog import Kinds
from tagward.policy import Workload
from tagward.resource import Layer, Part, Resource
from tagward_service.sources.kubernetes.manifests import read_object
from tagward_service.sources.kubernetes.objects import Found
from tagward_service.sources.terraform.layers import NAMESPACE
from tagward_service.sources.terraform.schema import Json, Marks, ResourceChange, marks_in
from tagward_service.sources.terraform.types import NOBODY, A, Context, Kind


class ObjectKind(Kind[A]):
    """A type whose resources are Kubernetes objects; `holder` is the path to what holds the namespace."""

    def __init__(self, native: str, schema: type[A], holder: tuple[str, ...]) -> None:
        super().__init__(native, "kubernetes", schema)
        self.holder = holder

    def judged(self, found: Found, change: ResourceChange, context: Context) -> Resource:
        """Read an object; its address is that of the resource."""
        resource, _ = read_object(found, context.file, context.place, _kinds(context.place.workloads))
        return replace(resource, address=change.address, id=change.address, native=self.native, line=None)

    def inherited(self, change: ResourceChange, context: Context, namespace: str | None) -> tuple[Layer, ...]:
        """Return the namespace that an object lives in, if the file declares it."""
        layers = context.layers
        if namespace == "" or not layers or NAMESPACE not in layers.declared:
            return ()
        return layers.of(change, NAMESPACE, namespace, *self.holder)

    def secrets(self, change: ResourceChange, resource: Resource) -> frozenset[str]:
        """Return the labels that are secret, or part of something that is."""
        raw = change.change.after_sensitive
        if b"true" not in bytes(raw):
            return NOBODY
        found = marks_in(raw)
        paths = list(_marked(self.marked(found) if type(found) is Marks else found, ()))
        holders: tuple[Resource | Part, ...] = (resource, *resource.parts)
        return frozenset(key for each in holders for key in each.tags if _is_secret(key, each.place, paths))

    @abstractmethod
    def marked(self, marks: Marks) -> Json:
        """Return the marks of what holds the object, by the names on the way to labels."""


def zipped(values: list[Json], marks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Pair elements with their marks; of the one or the other there may be more."""
    for index in range(max(len(values), len(marks))):
        yield (
            values[index] if index < len(values) else None,
            marks[index] if index < len(marks) else None,
        )


def _marked(marks: Json, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """List the paths of what is marked, without the numbers of elements."""
    if marks is True:
        yield path
    for key, inner in marks.items() if type(marks) is dict else ():
        yield from _marked(inner, (*path, key))
    for inner in marks if type(marks) is list else ():
        yield from _marked(inner, path)


def _is_secret(key: str, place: str, paths: list[tuple[str, ...]]) -> bool:
    """Say whether a label at a place (`spec.tasks[0].template.metadata.labels`), or around it, is marked."""
    way = (*(step.partition("[")[0] for step in place.split(".")), key)
    return any(way[: len(path)] == path for path in paths)


@lru_cache(64)
def _kinds(workloads: tuple[Workload, ...]) -> Kinds:
    return Kinds(workloads)
