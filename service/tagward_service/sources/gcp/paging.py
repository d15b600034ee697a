"""Listings of Google Cloud, page by page; the SDK's pagers do not ask again for one that failed."""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event
from typing import Any

from tagward_service.sources.gcp.failing import delay
from tagward_service.sources.patience import Gate, ask
from tagward_service.sources.tokens import Tokens

_TIMEOUT = 60.0

Listing = Callable[..., Any]
"""A method of a client that returns a pager."""


def answer(method: Callable[..., Any], request: Any, gate: Gate, stop: Event) -> Any:
    """Call a method until it answers; raises Stopped, and what the SDK does."""
    return ask(partial(method, request, retry=None, timeout=_TIMEOUT), delay, gate, stop)


def pages(method: Listing, request: Any, gate: Gate, stop: Event) -> Iterator[Any]:
    """Yield every page of a listing, as protobuf has it."""
    tokens = Tokens("a listing of Google Cloud")
    while True:
        page = next(iter(answer(method, request, gate, stop).pages))
        # What wraps the messages for Python costs more than reading them.
        yield type(page).pb(page)
        if not page.next_page_token:
            return
        tokens.take(page.next_page_token)
        request.page_token = page.next_page_token
