"""The Kubernetes objects in a document: lists are opened, admission requests unwrapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.kubernetes.documents import Document

Data = Mapping[str, Any]


class Found(Struct, frozen=True):
    """One object, the line it begins on, and the namespace that its request names."""

    data: Data
    line: int
    namespace: str | None = None

    @property
    def version(self) -> str:
        """The API version as written: group/version, or the version alone for the core group."""
        return str(self.data["apiVersion"])

    @property
    def group(self) -> str:
        """The API group, "" for the core group."""
        return self.version.rpartition("/")[0]

    @property
    def kind(self) -> str:
        """The kind as written."""
        return str(self.data["kind"])

    @property
    def metadata(self) -> Data:
        """The metadata, empty when it is missing or is no mapping."""
        return as_mapping(self.data.get("metadata"))


_NO_OBJECT = {"DELETE": "it deletes", "CONNECT": "it connects to something that runs"}
_MOST_NESTED = 8


def as_mapping(value: Any) -> Data:
    """Give a mapping as it is, and anything else as an empty one."""
    return value if isinstance(value, (dict, Mapping)) else {}  # the former is asked in no time


def find_objects(document: Document, file: str) -> Iterator[Found | NotEvaluated]:
    """List the objects of a document, and what in it is none."""
    items = _items_of(document.data)
    if items is None:
        yield from _unwrap(document.data, document.line, file, _MOST_NESTED)
        return
    for index, item in enumerate(items):
        yield from _unwrap(item, document.item_line(index), file, _MOST_NESTED)


def _items_of(data: Any) -> list[Any] | None:
    """Give the items of a list or list kind; those of a typed list may leave out what the list says."""
    if isinstance(data, list):
        return data
    if not isinstance(data, Mapping):
        return None
    kind, items = data.get("kind"), data.get("items")
    if not isinstance(kind, str) or not kind.endswith("List") or not isinstance(items, list | None):
        return None
    if items is None:
        return [] if "items" in data else None
    if kind == "List":
        return items
    outer = {"apiVersion": data.get("apiVersion"), "kind": kind.removesuffix("List")}
    return [{**outer, **item} if isinstance(item, Mapping) else item for item in items]


def _unwrap(data: Any, line: int, file: str, depth: int) -> Iterator[Found | NotEvaluated]:
    items = _items_of(data) if depth else None
    if items is not None:
        for item in items:
            yield from _unwrap(item, line, file, depth - 1)
    elif not isinstance(data, Mapping):
        yield NotEvaluated(f"{file}:{line}", "not a Kubernetes object: it is no mapping")
    elif data.get("kind") == "AdmissionReview":
        yield _requested(as_mapping(data.get("request")), line, file)
    elif isinstance(data.get("kind"), Mapping) and "operation" in data:
        yield _requested(data, line, file)
    elif isinstance(data.get("kind"), str) and isinstance(data.get("apiVersion"), str):
        yield Found(data, line)
    else:
        yield NotEvaluated(f"{file}:{line}", "not a Kubernetes object: it has no `apiVersion` and `kind`")


def _requested(request: Data, line: int, file: str) -> Found | NotEvaluated:
    if not request:
        return NotEvaluated(f"{file}:{line}", "an AdmissionReview without a request")
    target = as_mapping(request.get("kind"))
    operation = str(request.get("operation", ""))
    what = f"{file}:{line} {operation} of {target.get('kind', 'an object')}/{request.get('name', '')}"
    if operation in _NO_OBJECT:
        return NotEvaluated(what, f"an admission request with nothing to judge: {_NO_OBJECT[operation]}")
    obj = request.get("object")
    if not isinstance(obj, Mapping):
        return NotEvaluated(what, "an admission request without an object")
    namespace = request.get("namespace")
    return Found({**_named_kind(target), **obj}, line, namespace if isinstance(namespace, str) else None)


def _named_kind(target: Data) -> dict[str, str]:
    group, version = target.get("group") or "", target.get("version") or "v1"
    api_version = f"{group}/{version}" if group else str(version)
    return {"apiVersion": api_version, "kind": str(target.get("kind", ""))}
