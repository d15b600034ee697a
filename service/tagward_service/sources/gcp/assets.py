"""Cloud Asset Inventory: every resource in a scope.

Nothing is asked of the search but the scope and types: its query language takes words apart, folds case and
ends at ten comparisons (cloud.google.com/asset-inventory/docs/query-syntax), so labels are judged here.
"""

from collections.abc import Iterator, Sequence
from threading import Event
from typing import Any

from google.cloud.asset_v1 import SearchAllResourcesRequest

from tagward_service.sources.gcp.connecting import Connection
from tagward_service.sources.gcp.paging import pages
from tagward_service.sources.patience import Gate, Patience

PAGE = 500
"""The largest page that is given, whatever is asked for."""

_FIELDS = ("name", "asset_type", "display_name", "location", "labels", "state", "additional_attributes")

Asset = Any
"""A google.cloud.asset.v1.ResourceSearchResult, as protobuf has it."""


class Assets:
    """One identity's access to the search of assets; its quota is shared by all threads."""

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self._connection = connection
        self._gate = Gate(patience)

    def search(self, scope: str, stop: Event, types: Sequence[str] = ()) -> Iterator[Asset]:
        """Yield what is in `projects/ID`, `folders/N` or `organizations/N`; raises Stopped."""
        request = SearchAllResourcesRequest(
            scope=scope, asset_types=types, page_size=PAGE, read_mask={"paths": _FIELDS}
        )
        with self._connection.assets() as client:
            for page in pages(client.search_all_resources, request, self._gate, stop):
                yield from page.results
