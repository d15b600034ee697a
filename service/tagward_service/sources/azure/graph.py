"""Azure Resource Graph: every row of a query, page by page, and whether any were held back.

The graph is not paged by its SDK. A query answers 1,000 rows at most and a token for the next, and there are
about 15 queries in 5 seconds for one identity, wherever it asks from
(learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests).
"""

from collections.abc import Iterator, Mapping
from threading import Event, Semaphore
from typing import Any

from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions, QueryResponse
from msgspec import Struct

from tagward_service.sources.azure.failing import clock, delay
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.patience import Gate, Patience, ask
from tagward_service.sources.tokens import Tokens

PAGE = 1000
AT_ONCE = 4
"""How many queries are under way; the quota that they may still need is left to them."""

Row = Mapping[str, Any]


class Asked(Struct, frozen=True):
    """A query, and where it is put: to subscriptions, or to a management group."""

    query: str
    what: str
    subscriptions: list[str] | None = None
    management_groups: list[str] | None = None

    def page(self, token: str | None) -> QueryRequest:
        """Ask for the page that a token stands for."""
        options = QueryRequestOptions(
            top=PAGE,
            skip_token=token,
            result_format="objectArray",
            allow_partial_scopes=self.management_groups is not None,
        )
        return QueryRequest(
            query=self.query,
            subscriptions=self.subscriptions,
            management_groups=self.management_groups,
            options=options,
        )


class Graph:
    """One identity's access to Resource Graph; its quota is shared by all threads."""

    def __init__(self, client: ResourceGraphClient, patience: Patience) -> None:
        self._client = client
        self._gate = Gate(patience)
        self._room = Semaphore(AT_ONCE)

    def rows(self, asked: Asked, stop: Event) -> Iterator[Row | NotEvaluated]:
        """Yield every row, and what is missing; raises AzureError, and Stopped."""
        read, partial, tokens = 0, False, Tokens("Resource Graph")
        token: str | None = None
        while True:
            page, limited = self._page(asked.page(token), stop)
            rows: Any = page.data
            yield from rows
            read += len(rows)
            partial = partial or limited
            token = page.skip_token
            if not token or not rows:
                break
            tokens.take(token)
        if partial:
            yield _missing(asked, "Resource Graph answers for 10,000 subscriptions at once: name fewer")
        if page.result_truncated == "true" or read < page.total_records:
            yield _missing(asked, f"Resource Graph gave {read} of {page.total_records} rows: scan it again")

    def _page(self, request: QueryRequest, stop: Event) -> tuple[QueryResponse, bool]:
        """Read one page; tell whether there were more subscriptions than the graph looks into."""
        headers: dict[str, str] = {}

        def answered(response: Any) -> None:
            headers.update({name.lower(): value for name, value in response.http_response.headers.items()})
            self._spare(headers)

        def call() -> QueryResponse:
            return self._client.resources(request, raw_response_hook=answered)

        with self._room:
            page = ask(call, delay, self._gate, stop)
        return page, headers.get("x-ms-tenant-subscription-limit-hit", "").lower() == "true"

    def _spare(self, headers: Mapping[str, str]) -> None:
        """Wait for a new quota before the old one is used up."""
        left = headers.get("x-ms-user-quota-remaining", "")
        if left.isdigit() and int(left) < AT_ONCE:
            self._gate.close(clock(headers.get("x-ms-user-quota-resets-after", "")))


def _missing(asked: Asked, why: str) -> NotEvaluated:
    return NotEvaluated(asked.what, why, incomplete=True)
