"""What a case judges: the resource that it describes, or one that a source reads for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeVar

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from tagward import catalog
from tagward.clouds import cloud_of_type
from tagward.diagnostics import Diagnostic, Steps, quoted
from tagward.errors import InputError
from tagward.reading.yaml_reader import Document
from tagward.resource import Layer, Resource, Taggability, TagValue, Unknown
from tagward_service.sources import read_content, read_inputs
from tagward_service.sources.interface import Place
from tagward_service.testing.shape import Context, Manifest, Subject, UnknownTag

PROVIDER = "provider"
LAYERS = ("namespace", "resource-group", "subscription", "project")
"""What a resource may live in, the nearest first."""

T = TypeVar("T")


def check_subject(document: Document, subject: Subject, path: Steps) -> Iterator[Diagnostic]:
    """List what is wrong with a resource that is written at a path."""
    at = (*path, "type")
    if cloud_of_type(subject.type) == "kubernetes":
        hint = "write the object under `manifest`: where its labels count depends on all of it"
        yield document.diagnostic(at, "an object of Kubernetes is no mere list of labels", hint=hint)
    elif not catalog.known_type(subject.type):
        close = catalog.close_types(subject.type)
        hint = f"did you mean `{close[0]}`?" if close else "types are written like `aws:ec2:instance`"
        yield document.diagnostic(at, f"no type in the catalogue is {quoted(subject.type)}", hint=hint)


def described(subject: Subject, context: Context, file: str, line: int) -> Resource:
    """Make the resource that a case describes."""
    type_ = catalog.tagward_type(subject.type) or subject.type
    tags = {key: _value(value) for key, value in _or(subject.tags, {}).items()}
    defaults = {key: value for key, value in _inherited(context, PROVIDER).items() if key not in tags}
    name = _or(subject.name, "")
    resource = Resource(
        cloud=cloud_of_type(subject.type) or "",
        type=type_,
        native=subject.type,
        address=_or(subject.address, _or(subject.id, name or subject.type)),
        id=_or(subject.id, ""),
        name=name,
        account=_or(subject.account, _or(context.account, None)),
        region=_or(subject.region, _or(context.region, None)),
        namespace="",
        file=file,
        line=line,
        tags={**defaults, **tags},
        origins=dict.fromkeys(defaults, "provider default tags"),
        open=None if isinstance(subject.unknown_tags, UnsetType) else Unknown(subject.unknown_tags),
        taggability=_taggability(type_, subject.type, tagged=bool(tags)),
    )
    return surrounded(resource, context)


def surrounded(resource: Resource, context: Context) -> Resource:
    """Put a resource into what it may inherit from; that counts as nearer than what its file shows."""
    layers = tuple(
        Layer(origin, "of the test", tags) for origin in LAYERS if (tags := _inherited(context, origin))
    )
    return replace(resource, inherited=(*layers, *resource.inherited)) if layers else resource


def in_manifest(manifest: Manifest | list[Manifest], file: str, place: Place) -> list[Resource]:
    """Read the objects of Kubernetes that a case holds. Raises InputError."""
    return _taken(read_content(msgspec.json.encode(manifest), file, place=place))


def in_file(path: str, place: Place) -> list[Resource]:
    """Read the resources of a file. Raises InputError."""
    return _taken(read_inputs([path], place=place))


def _taken(readings: Iterator[object]) -> list[Resource]:
    resources: list[Resource] = []
    for reading in readings:
        if isinstance(reading, InputError):
            raise reading
        assert hasattr(reading, "resources")
        resources += reading.resources
    return resources


def place_of(context: Context) -> Place:
    """Say where the resources of a file live, as far as a case knows."""
    return Place(_or(context.account, None), _or(context.region, None), _or(context.namespace, None))


def _value(written: str | UnknownTag) -> TagValue:
    return written if isinstance(written, str) else Unknown(written.unknown)


def _inherited(context: Context, origin: str) -> Mapping[str, str]:
    layers = () if isinstance(context.inherited, UnsetType) else context.inherited.items()
    return next((tags for name, tags in layers if name == origin), {})


@cache
def _by_catalogue(type_: str, native: str) -> Taggability:
    from tagward_service.sources.aws.types import taggability_of
    from tagward_service.sources.gcp.types import gcp_type

    known = catalog.terraform_type(native) or catalog.cloudformation_type(native)
    if known is not None:
        says = "takes tags" if known.taggable else "takes no tags"
        return Taggability(known.taggable, f"the catalogue says that `{native}` {says}")
    if type_.startswith("gcp:"):
        return gcp_type(type_.removeprefix("gcp:")).unlabelled
    return taggability_of(type_)


def _taggability(type_: str, native: str, *, tagged: bool) -> Taggability:
    """Say whether a type takes tags; one that carries some does."""
    return Taggability(True, "it carries tags") if tagged else _by_catalogue(type_, native)


def _or(given: T | UnsetType, otherwise: T) -> T:
    return otherwise if isinstance(given, UnsetType) else given
