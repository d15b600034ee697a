"""All objects of a kind, page by page, each decoded by itself so that only one is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import msgspec
from msgspec import Raw, Struct

from tagward_service.scan.interface import ReadError
from tagward_service.sources.kubernetes.cluster.asking import GoneError, asked
from tagward_service.sources.kubernetes.cluster.connecting import Connection
from tagward_service.sources.kubernetes.cluster.kinds import NAMESPACES, Kind
from tagward_service.sources.tokens import Tokens

PAGE = 500
"""Objects asked for at once, as kubectl does."""


class _Metadata(Struct):
    more: str = msgspec.field(default="", name="continue")


class _Page(Struct):
    metadata: _Metadata
    items: list[Raw] | None


def objects(connection: Connection, kind: Kind, stop: Event) -> Iterator[dict[str, Any]]:
    """List the objects of a kind in all namespaces, until `stop` is set. Raises ReadError."""
    more, tokens = "", Tokens("the API server")
    while not stop.is_set():
        page = _page(connection, kind, more)
        for item in page.items or ():
            if stop.is_set():
                return
            yield msgspec.json.decode(item)
        more = page.metadata.more
        if not more:
            return
        tokens.take(more)


def _page(connection: Connection, kind: Kind, more: str) -> _Page:
    """Read a page.

    An API server forgets a list after some minutes, and may offer to go on behind the same object in a
    newer one (API concepts, "410 Gone"). For an inventory that is good enough: what is there throughout is
    read exactly once.
    """
    try:
        return _asked(connection, kind, more)
    except GoneError as gone:
        if not gone.more:
            raise ReadError("the API server forgot the list while it was read", retry=True) from None
        more = gone.more
    try:
        return _asked(connection, kind, more)
    except GoneError:
        raise ReadError("the API server forgets lists faster than they can be read", retry=True) from None


def _asked(connection: Connection, kind: Kind, more: str) -> _Page:
    query: dict[str, object] = {"limit": PAGE} | ({"_continue": more} if more else {})
    if not kind.group:
        return asked(getattr(connection.core, _method(kind)), answers=_Page, right=kind.right(), **query)
    ask, place = connection.custom.list_cluster_custom_object, (kind.group, kind.version, kind.plural)
    return asked(ask, *place, answers=_Page, right=kind.right(), **query)


def _method(kind: Kind) -> str:
    """Name the method of the client that lists a core kind."""
    return "list_namespace" if kind == NAMESPACES else f"list_{kind.words}_for_all_namespaces"
