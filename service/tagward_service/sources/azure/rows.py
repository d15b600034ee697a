"""Resources from the rows of an inventory of Azure."""

from collections.abc import Iterable, Iterator
from typing import Any

from tagward.resource import NO_TAGS, Layer, Resource, Tags
from tagward_service.scan.interface import Found
from tagward_service.sources.azure.containers import Containers
from tagward_service.sources.azure.graph import Row
from tagward_service.sources.azure.types import RESOURCE_GROUP, SUBSCRIPTION, Types
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.terraform.where import region_of_azure


class Rows:
    """The rows of one subscription, which come with containers first."""

    def __init__(self, subscription: str, types: Types) -> None:
        self._subscription = subscription
        self._types = types
        self._containers = Containers()

    def resources(self, rows: Iterable[Row | NotEvaluated]) -> Iterator[Found]:
        """Yield a resource for each row, and at the end what the rows leave open."""
        for row in rows:
            yield row if isinstance(row, NotEvaluated) else self._resource(row)
        yield from self._doubts()

    @property
    def shown(self) -> bool:
        """Say whether the subscription itself was among the rows."""
        return self._containers.subscription is not None

    def _resource(self, row: Row) -> Resource:
        identifier, tags = row["id"], tags_of(row.get("tags"))
        known = self._types.of(row["type"], identifier)
        return Resource(
            cloud="azure",
            type=known.type,
            native=known.native,
            address=identifier,
            id=identifier,
            name=row.get("name") or identifier.rpartition("/")[2],
            account=self._subscription,
            region=region_of_azure(row.get("location") or ""),
            tags=tags,
            inherited=self._inherited(row, tags),
            taggability=known.taggability(bool(tags)),
        )

    def _inherited(self, row: Row, tags: Tags) -> tuple[Layer, ...]:
        """Return what a resource lives in; what others live in is kept."""
        kind = row["type"].casefold()
        if kind == SUBSCRIPTION:
            self._containers.add_subscription(row["name"], tags)
            return ()
        if kind == RESOURCE_GROUP:
            self._containers.add_group(row["name"], tags)
        return self._containers.around(row["id"])

    def _doubts(self) -> Iterator[NotEvaluated]:
        """Say which containers were not shown: what lives in them may inherit tags that nobody saw."""
        if not self.shown:
            what, why = self._subscription, "the subscription itself was not shown: what it has is not known"
            yield NotEvaluated(f"subscription {what}", f"{why}: is it one of the scan's?", incomplete=True)
        for group in sorted(self._containers.strange):
            why = "the resource group was not shown, so what its resources inherit is not known"
            yield NotEvaluated(f"{self._subscription} {group}", why, incomplete=True)


def tags_of(told: Any) -> Tags:
    """Return tags as given; null, an empty bag and none at all are the same."""
    return {name: "" if value is None else str(value) for name, value in (told or {}).items()} or NO_TAGS
