"""Azure Resource Manager: which subscriptions there are, what the graph keeps back, which types take tags."""

from collections.abc import Callable, Iterator, Mapping
from threading import Event
from typing import Any

from azure.core.rest import HttpRequest
from msgspec import Struct

from tagward_service.sources.azure.connecting import Connection
from tagward_service.sources.azure.failing import delay
from tagward_service.sources.azure.graph import Row
from tagward_service.sources.azure.types import RESOURCE_GROUP, SUBSCRIPTION
from tagward_service.sources.patience import Gate, Patience, ask
from tagward_service.sources.tokens import Tokens

# The SDK for subscriptions is a package of its own; this is its only call that a scan makes.
_SUBSCRIPTIONS = "2022-12-01"
_TAKES_TAGS = "SupportsTags"
_NAME = "Resource Manager"

Resource = Any


class Subscription(Struct, frozen=True):
    """A subscription; `state` is Enabled, Disabled, Warned, PastDue or Deleted."""

    id: str
    name: str
    state: str


class Manager:
    """One identity's access to Resource Manager."""

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self._connection = connection
        self._gate = Gate(patience)

    def subscriptions(self, stop: Event) -> Iterator[Subscription]:
        """List what the credentials can see; raises AzureError, and Stopped."""
        with self._connection.manager() as client:
            link, links = f"/subscriptions?api-version={_SUBSCRIPTIONS}", Tokens(_NAME)
            while link:
                links.take(link)
                page = self._get(client, link, stop)
                for each in page["value"]:
                    name, state = each.get("displayName"), each.get("state")
                    yield Subscription(each["subscriptionId"], name or each["subscriptionId"], state or "")
                link = page.get("nextLink") or ""

    def rows(self, subscription: str, stop: Event) -> Iterator[Row]:
        """Read a subscription as Resource Graph would give it: itself, its groups, their resources."""
        with self._connection.manager(subscription) as client:
            itself = self._get(client, f"/subscriptions/{subscription}?api-version={_SUBSCRIPTIONS}", stop)
            yield {**itself, "name": itself.get("displayName") or subscription, "type": SUBSCRIPTION}
            for group in self._listed(client.resource_groups.list, stop):
                yield _row(group) | {"type": RESOURCE_GROUP}
            for resource in self._listed(client.resources.list, stop):
                yield _row(resource)

    def capabilities(self, subscription: str, stop: Event) -> Mapping[str, bool]:
        """Return which types take tags, by their name in small letters."""
        with self._connection.manager(subscription) as client:
            return {
                f"{provider.namespace}/{kind.resource_type}".casefold(): _takes_tags(kind.capabilities)
                for provider in self._listed(client.providers.list, stop)
                for kind in provider.resource_types or ()
                if kind.capabilities
            }

    def _get(self, client: Any, link: str, stop: Event) -> dict[str, Any]:
        def call() -> dict[str, Any]:
            response = client.send_request(HttpRequest("GET", link))
            response.raise_for_status()
            body: dict[str, Any] = response.json()
            return body

        return ask(call, delay, self._gate, stop)

    def _listed(self, listing: Callable[[], Any], stop: Event) -> Iterator[Resource]:
        """List page by page; a page that fails is asked for again."""
        pages, links = listing().by_page(), Tokens(_NAME)

        def call() -> list[Resource] | None:
            page = next(pages, None)
            return None if page is None else list(page)

        while (page := ask(call, delay, self._gate, stop)) is not None:
            yield from page
            if pages.continuation_token:
                links.take(pages.continuation_token)


def _row(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in ("id", "name", "type", "location", "tags")}


def _takes_tags(capabilities: str) -> bool:
    """Read the list that a resource provider writes, as `SupportsTags, SupportsLocation`, or `None`."""
    return _TAKES_TAGS in (word.strip() for word in capabilities.split(","))
