"""`tagward scan azure`: every subscription that the credentials can see, or those that are named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from threading import Event, Lock

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.scan.interface import Found, Part
from tagward_service.sources.azure.connecting import connect
from tagward_service.sources.azure.failing import is_denied, read_error
from tagward_service.sources.azure.graph import Asked, Graph, Row
from tagward_service.sources.azure.manager import Manager, Subscription
from tagward_service.sources.azure.rows import Rows
from tagward_service.sources.azure.types import SUBSCRIPTION, Types
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.patience import Patience, Stopped

PATIENCE = Patience()

# Containers come first, so that nothing else has to be kept. Tags are taken as a whole: what they are worth
# is decided here, as a key in a query would have to be spelled exactly.
INVENTORY = """\
resourcecontainers
| where type in~ ('microsoft.resources/subscriptions', 'microsoft.resources/subscriptions/resourcegroups')
| extend rank = 0
| project id, name, type, location, tags, rank
| union (resources | extend rank = 1 | project id, name, type, location, tags, rank)
| order by rank asc, id asc"""
SUBSCRIPTIONS = """\
resourcecontainers
| where type =~ 'microsoft.resources/subscriptions'
| extend state = tostring(properties.state)
| project id, name, subscriptionId, state
| order by id asc"""

_ID = re.compile(r"(?:/subscriptions/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?", re.IGNORECASE)
# A subscription that is disabled can still be read; its resources are there and may cost.
_GONE = "Deleted"
_NEVER = Event()


class AzureSource:
    """The resources, resource groups and subscriptions of Azure; a part is one subscription.

    Named subscriptions are read; else those under a management group; else all that can be seen. Raises
    UsageError for what is no subscription id, and for an endpoint that cannot be trusted.
    """

    cloud = "azure"

    def __init__(
        self,
        subscriptions: Sequence[str] = (),
        *,
        management_group: str = "",
        endpoint: str = "",
        credential: TokenCredential | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._named = tuple(sorted(set(map(_subscription, subscriptions))))
        self._group = management_group
        connection = connect(endpoint, credential)
        self._graph = Graph(connection.graph(), patience)
        self._manager = Manager(connection, patience)
        self._capabilities: Mapping[str, bool] | None = None
        self._asking = Lock()

    @property
    def scope(self) -> Mapping[str, str]:
        """Say what is scanned."""
        if self._named:
            return {"subscriptions": ",".join(self._named)}
        return {"management-group": self._group} if self._group else {"subscriptions": "all that can be seen"}

    def parts(self) -> Iterator[Part | NotEvaluated]:
        """List the subscriptions, by id."""
        if self._named:
            yield from map(Part, self._named)
            return
        try:
            found = list(self._in_group() if self._group else self._manager.subscriptions(_NEVER))
        except AzureError as error:
            raise read_error(error) from error
        yield from (each for each in found if isinstance(each, NotEvaluated))
        for each in sorted(
            (each for each in found if isinstance(each, Subscription)), key=lambda one: one.id
        ):
            if each.state == _GONE:
                yield NotEvaluated(f"subscription {each.id}", "it is deleted")
            else:
                yield Part(each.id)

    def _in_group(self) -> Iterator[Subscription | NotEvaluated]:
        asked = Asked(SUBSCRIPTIONS, f"management group {self._group}", management_groups=[self._group])
        for row in self._graph.rows(asked, _NEVER):
            if isinstance(row, NotEvaluated):
                yield row
            else:
                yield Subscription(row["subscriptionId"], row["name"], row["state"])

    def read(self, part: Part, stop: Event) -> Iterator[Found]:
        """Read a subscription."""
        rows = Rows(part.account, Types(lambda: self._takes_tags(part.account, stop)))
        try:
            yield from rows.resources(self._rows(part.account, stop))
        except Stopped:
            return
        except AzureError as error:
            raise read_error(error) from error

    def _rows(self, subscription: str, stop: Event) -> Iterator[Row | NotEvaluated]:
        """Read rows from the graph, and from Resource Manager where the graph shows nothing.

        To those who may not read a subscription, the graph shows an empty one as often as it says so;
        Resource Manager knows which it is.
        """
        asked = Asked(INVENTORY, f"subscription {subscription}", subscriptions=[subscription])
        rows = self._graph.rows(asked, stop)
        try:
            first = next(rows, None)
        except HttpResponseError as error:
            if not is_denied(error):
                raise
            first = None
        if isinstance(first, Mapping) and first["type"].casefold() == SUBSCRIPTION:
            return chain((first,), rows)
        return self._manager.rows(subscription, stop)

    def _takes_tags(self, subscription: str, stop: Event) -> Mapping[str, bool]:
        """Ask once in a scan which types take tags; an Azure that does not tell leaves them open."""
        with self._asking:
            if self._capabilities is None:
                try:
                    self._capabilities = self._manager.capabilities(subscription, stop)
                except HttpResponseError:
                    self._capabilities = {}
            return self._capabilities


def _subscription(text: str) -> str:
    found = _ID.fullmatch(text)
    if found is None:
        raise UsageError(f"{quoted(text)} is no subscription: write its id, as `az account list` has it")
    return found[1].lower()
