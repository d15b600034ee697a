"""What the latest scans saw of resources: their tags, and those of what they live in."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from tagward.errors import UsageError
from tagward.resource import Layer, Resource, Taggability
from tagward_service.object_stores import opened
from tagward_service.store.snapshots import HIDDEN

COLUMNS = ("cloud", "type", "id", "name", "account", "region", "namespace", "tags")

_NAMESPACE = "kubernetes:Namespace"
_GROUP = re.compile(r"(/subscriptions/[^/]+)/resourcegroups/[^/]+", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"/subscriptions/[^/]+", re.IGNORECASE)
_PROJECT = "//cloudresourcemanager.googleapis.com/projects/"


class Known(Struct, frozen=True):
    """A resource as it was scanned; values that are not shown to anybody are left out of `tags`."""

    cloud: str
    type: str
    id: str
    name: str
    account: str
    region: str
    namespace: str
    tags: Mapping[str, str]
    hidden: frozenset[str] = frozenset()

    def resource(self, tags: Mapping[str, str]) -> Resource:
        """Return it as something that can be judged, with these tags."""
        return Resource(
            cloud=self.cloud,
            type=self.type,
            address=self.id,
            id=self.id,
            name=self.name,
            account=self.account,
            region=self.region,
            namespace=self.namespace,
            tags=tags,
            taggability=Taggability(True, "it has findings"),
        )


class Inventory:
    """The resources that are asked for, and the tags of everything that others live in.

    `files` are those of a store whose snapshots are at `root`.
    """

    def __init__(self, files: Iterable[str], root: str, wanted: Container[str]) -> None:
        self._known: dict[str, Known] = {}
        self._around: dict[tuple[str, str], Layer] = {}
        for known in _read(files, root):
            if known.id in wanted:
                self._known[known.id] = known
            self._keep(known)

    def known(self, resource_id: str) -> Known | None:
        """Return a resource as it was scanned."""
        return self._known.get(resource_id)

    def layers(self, known: Known) -> Iterator[Layer]:
        """Return what a resource lives in, nearest first."""
        for place in _places(known):
            layer = self._around.get(place)
            if layer is not None:
                yield layer

    def _keep(self, known: Known) -> None:
        """Keep what others may live in."""
        if known.type == _NAMESPACE:
            place, origin = (f"{known.account}/{known.name}", "namespace")
        elif known.cloud == "azure" and _GROUP.fullmatch(known.id):
            place, origin = (known.id.lower(), "resource-group")
        elif known.cloud == "azure" and _SUBSCRIPTION.fullmatch(known.id):
            place, origin = (known.id.lower(), "subscription")
        elif known.cloud == "gcp" and known.id.startswith(_PROJECT):
            place, origin = (known.account, "project")
        else:
            return
        self._around[known.cloud, place] = Layer(origin, known.name, known.tags)


def _places(known: Known) -> Iterator[tuple[str, str]]:
    if known.cloud == "kubernetes" and known.namespace:
        yield known.cloud, f"{known.account}/{known.namespace}"
    elif known.cloud == "azure":
        for pattern in (_GROUP, _SUBSCRIPTION):
            found = pattern.match(known.id)
            if found and found[0] != known.id:
                yield known.cloud, found[0].lower()
    elif known.cloud == "gcp" and not known.id.startswith(_PROJECT):
        yield known.cloud, known.account


def _read(files: Iterable[str], root: str) -> Iterator[Known]:
    """Read snapshots, one group of rows after the other."""
    for file in files:
        parquet = _opened(file, root)
        for batch in parquet.iter_batches(columns=list(COLUMNS)):
            for row in zip(*(batch.column(name).to_pylist() for name in COLUMNS), strict=True):
                *texts, tags = row
                yield _known([text or "" for text in texts], dict(tags or ()))


def _opened(file: str, root: str) -> Any:
    """Open a file of a store whose snapshots are at `root`, a folder or the URI of an object store."""
    from pyarrow import ArrowException, fs, parquet

    try:
        place = opened(root)[0] if "://" in root else fs.LocalFileSystem()
        return parquet.ParquetFile(file, filesystem=place)
    except (OSError, ArrowException) as error:
        said = str(error).splitlines()[0]
        raise UsageError(f"the snapshot `{file}` cannot be read: {said}; scan again") from None


def _known(texts: list[str], tags: dict[str, str | None]) -> Known:
    hidden = frozenset(key for key, value in tags.items() if value is None or value == HIDDEN)
    shown = {key: value for key, value in tags.items() if value is not None and key not in hidden}
    return Known(*texts, shown, hidden)  # type: ignore[call-arg, arg-type]
