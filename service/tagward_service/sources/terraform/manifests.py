"""Kubernetes objects inside Terraform resources: `kubernetes_manifest` has one, `kubectl_manifest` its YAML.

What the provider of Kubernetes makes of a number or a boolean where the API wants text is that text (its
`morph` package); the other one sends what the YAML says.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import DecodeError, json
from msgspec.structs import replace

from tagward.errors import InputError
from tagward.resource import Resource, Taggability, Unknown
from tagward_service.sources.kubernetes.documents import read_documents
from tagward_service.sources.kubernetes.objects import Found
from tagward_service.sources.kubernetes.unseen import Unseen
from tagward_service.sources.terraform.objects import ObjectKind, zipped
from tagward_service.sources.terraform.schema import (
    Json,
    ManifestAttributes,
    Marks,
    ResourceChange,
    marks_in,
)
from tagward_service.sources.terraform.types import Context

_STORED = {"type", "value"}
"""What a state writes of an attribute that may be of any type."""


class ManifestKind(ObjectKind[ManifestAttributes]):
    """A type whose resources are Kubernetes objects, judged as manifests are."""

    def __init__(self, native: str) -> None:
        self.attribute = "manifest" if native == "kubernetes_manifest" else "yaml_body"
        super().__init__(native, ManifestAttributes, (self.attribute,))

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
        resource = self.judged(found, change, context)
        if found.namespace and resource.namespace:
            resource = replace(resource, namespace=found.namespace)
        resource = replace(resource, inherited=self.inherited(change, context, resource.namespace))
        if self._is_shown(after, change):
            return resource
        return replace(resource, sensitive=self.secrets(change, resource))

    def marked(self, marks: Marks) -> Json:
        """Return the marks of the object, or of its text."""
        return getattr(marks, self.attribute)

    def _is_shown(self, after: ManifestAttributes, change: ResourceChange) -> bool:
        """Say whether the provider shows the text, which it does without the fields told to be sensitive."""
        has_text = self.attribute == "yaml_body" and type(after.yaml_body_parsed) is str
        return has_text and type(marks_in(change.change.after_sensitive)) is Marks

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
        return [_merged(*each, cause) for each in zipped(value, known)]
    if type(value) is dict or type(marks) is dict:
        values, inner = (each if type(each) is dict else {} for each in (value, marks))
        keys = dict.fromkeys((*values, *(key for key, mark in inner.items() if mark)))
        return {key: _merged(values.get(key), inner.get(key), cause) for key in keys}
    return json.encode(value).decode() if isinstance(value, bool | int | float) else value
