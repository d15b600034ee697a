"""Kubernetes objects inside Terraform resources: `kubernetes_manifest` has one, `kubectl_manifest` its YAML.

What the provider of Kubernetes makes of a number or a boolean where the API wants text is that text (its
`morph` package); the other one sends what the YAML says.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec import DecodeError, json
from msgspec.structs import replace

from tagward.catalog import Kinds
from tagward.errors import InputError
from tagward.policy import Workload
from tagward.resource import Part, Resource, Taggability, Unknown
from tagward_service.sources.kubernetes.documents import read_documents
from tagward_service.sources.kubernetes.manifests import read_object
from tagward_service.sources.kubernetes.objects import Found
from tagward_service.sources.kubernetes.unseen import Unseen
from tagward_service.sources.terraform.schema import (
    Json,
    ManifestAttributes,
    Marks,
    ResourceChange,
    marks_in,
)
from tagward_service.sources.terraform.types import NOBODY, Context, Kind

_STORED = {"type", "value"}
"""What a state writes of an attribute that may be of any type."""


class ManifestKind(Kind[ManifestAttributes]):
    """A type whose resources are Kubernetes objects, judged as manifests are."""

    def __init__(self, native: str) -> None:
        super().__init__(native, "kubernetes", ManifestAttributes)
        self.attribute = "manifest" if native == "kubernetes_manifest" else "yaml_body"

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one object; its address is that of the resource."""
        after = self.attributes(change.change.after)
        unknown = change.change.after_unknown
        marks = getattr(unknown, self.attribute) if type(unknown) is Marks else None
        try:
            data = self._data(after, marks, context.configuration.cause(change, self.attribute) or Unknown())
        except (InputError, DecodeError) as error:
            why = error.what if isinstance(error, InputError) else str(error)
            return self._unread(change, context, f"its `{self.attribute}` cannot be read: {why}")
        if not isinstance(data, Mapping) or not _is_object(data):
            return self._unread(change, context, _why_none(data, self.attribute))
        found = Found(data, 1, after.override_namespace if type(after.override_namespace) is str else None)
        resource, _ = read_object(found, context.file, context.place, _kinds(context.place.workloads))
        if found.namespace and resource.namespace:
            resource = replace(resource, namespace=found.namespace)
        return replace(
            resource,
            address=change.address,
            id=change.address,
            native=self.native,
            line=None,
            sensitive=self._sensitive(change, after, resource),
        )

    def _data(self, after: ManifestAttributes, marks: Json, cause: Unknown) -> Json:
        """Return the object with what is not known yet marked as such. Raises InputError, DecodeError."""
        if self.attribute == "manifest":
            return _merged(_plain(after.manifest), marks, cause)
        text = next((each for each in (after.yaml_body_parsed, after.yaml_body) if type(each) is str), None)
        if text is None:
            return Unseen(cause) if marks else None
        documents = list(read_documents(text.encode(), self.attribute))
        if len(documents) != 1:
            raise InputError(self.attribute, f"it holds {len(documents)} documents, not one")
        return documents[0].data

    def _unread(self, change: ResourceChange, context: Context, why: str) -> Resource:
        return Resource(
            cloud=self.cloud,
            type=self.native,
            address=change.address,
            native=self.native,
            id=change.address,
            account="",
            region="",
            file=context.file,
            taggability=Taggability(None, why),
        )

    def _sensitive(
        self, change: ResourceChange, after: ManifestAttributes, resource: Resource
    ) -> frozenset[str]:
        """Return the labels that are secret, or part of something that is."""
        raw = change.change.after_sensitive
        if b"true" not in bytes(raw):
            return NOBODY
        found = marks_in(raw)
        if self.attribute == "yaml_body" and type(after.yaml_body_parsed) is str and type(found) is Marks:
            return NOBODY  # the provider shows it, without the fields that it was told are sensitive
        marks = getattr(found, self.attribute) if type(found) is Marks else found
        paths = list(_marked(marks, ()))
        holders: tuple[Resource | Part, ...] = (resource, *resource.parts)
        return frozenset(key for each in holders for key in each.tags if _is_secret(key, each.place, paths))


def _is_object(data: Mapping[str, Any]) -> bool:
    return isinstance(data.get("kind"), str) and isinstance(data.get("apiVersion"), str)


def _why_none(data: Json, attribute: str) -> str:
    unseen = [each for each in (data, *_named(data)) if isinstance(each, Unseen)]
    if unseen:
        because = f": {unseen[0].unknown.because}" if unseen[0].unknown.because else ""
        return f"what kind of object its `{attribute}` describes is known only after the apply{because}"
    return f"its `{attribute}` is no Kubernetes object: it has no `apiVersion` and `kind`"


def _named(data: Json) -> tuple[Json, ...]:
    return (data.get("apiVersion"), data.get("kind")) if isinstance(data, Mapping) else ()


def _plain(value: Json) -> Json:
    """Take an attribute of any type out of its wrapping in a state."""
    return value["value"] if type(value) is dict and value.keys() == _STORED else value


def _merged(value: Json, marks: Json, cause: Unknown) -> Json:
    """Mark what is not known yet; numbers and booleans are text, as labels have them."""
    if marks is True:
        return Unseen(cause)
    if type(value) is list:
        known = marks if type(marks) is list else []
        return [_merged(*each, cause) for each in _zipped(value, known)]
    if type(value) is dict or type(marks) is dict:
        values, inner = (each if type(each) is dict else {} for each in (value, marks))
        keys = dict.fromkeys((*values, *(key for key, mark in inner.items() if mark)))
        return {key: _merged(values.get(key), inner.get(key), cause) for key in keys}
    return json.encode(value).decode() if isinstance(value, bool | int | float) else value


def _zipped(values: list[Json], marks: list[Json]) -> Iterator[tuple[Json, Json]]:
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
