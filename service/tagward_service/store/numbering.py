"""The places of a store, and the numbers that stand for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tagward.clouds import service_of
from tagward.resource import Resource
from tagward_service.store.database import Database
from tagward_service.store.interning import Numbers, numbers_of
from tagward_service.store.schema import place
from tagward_service.store.texts import digest, storable

Texts = tuple[str, ...]

_PLACE = ("cloud", "account", "region", "namespace", "service", "type")


def place_of(resource: Resource) -> Texts:
    """Say where a resource lives, and what it is."""
    return (
        resource.cloud,
        resource.account or "",
        resource.region or "",
        resource.namespace or "",
        service_of(resource.type),
        resource.type,
    )


def places(database: Database) -> Numbers[Texts]:
    """Number places."""
    return Numbers(lambda keys: _find(database, keys))


def _find(database: Database, keys: Sequence[Texts]) -> Mapping[Texts, int]:
    texts = {key: tuple(map(storable, key)) for key in keys}
    digests = {key: digest(*each) for key, each in texts.items()}
    rows = {digests[key]: dict(zip(_PLACE, each, strict=True)) for key, each in texts.items()}
    numbers = numbers_of(database, place, rows)
    return {key: numbers[each] for key, each in digests.items()}
