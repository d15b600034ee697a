"""Tallies as they are kept: packed, a part at a time.

They are read whole and summed, never searched, and a tag whose value is another one on every resource makes
as many of them as there are resources.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator

import msgspec

from tagward_service.store.interface import OTHER, TagTally, Tally
from tagward_service.store.texts import storable

MOST_VALUES = 1000
"""So many values of one tag in one account and region are told apart in a sum; the rest are gathered."""

Place = tuple[str, str, str, str]
"""Cloud, account, region, and a service or a tag."""

PackedPlace = tuple[str, ...]
"""A place as it is kept: behind a tag there is the service, though older programs wrote none."""

Counts = tuple[int, ...]
Packed = list[tuple[PackedPlace, dict[str, Counts]]]
"""The counts of each type or value in each place."""

Told = tuple[str, str, str, str]
"""Cloud, account, region and service: what a part may tell of."""

Counted = tuple[bytes, Collection[Told]]
"""What a part counted, and of what that does not count, as newer scans have told it anew."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Packed).decode


def pack_tallies(tallies: Iterable[Tally]) -> bytes:
    """Pack tallies."""
    return _pack(
        (
            (t.cloud, t.account, t.region, t.service),
            t.type,
            (t.compliant, t.violating, t.unknown, t.exempt, t.untaggable, t.untold),
        )
        for t in tallies
    )


def pack_tag_tallies(tallies: Iterable[TagTally]) -> bytes:
    """Pack tallies by tag and value."""
    return _pack(
        (
            (t.cloud, t.account, t.region, t.tag, t.service),
            t.value,
            (t.resources, t.asked, t.present, t.valid, t.compliant),
        )
        for t in tallies
    )


def told_of(packed: bytes) -> frozenset[Told]:
    """Say of what packed tallies tell."""
    return frozenset(_told(place) for place, _ in _decode(zlib.decompress(packed)))


def sum_tallies(packed: Iterable[Counted]) -> list[Tally]:
    """Sum packed tallies, sorted."""
    return [Tally(*place, name, *counts) for place, name, counts in _sorted(_sum(packed))]


def sum_tag_tallies(packed: Iterable[Counted]) -> list[TagTally]:
    """Sum packed tallies by tag and value over services, sorted."""
    sums = {place: _gathered(values) for place, values in _sum(packed, 8 * MOST_VALUES).items()}
    return [_tag_tally(place, value, counts) for place, value, counts in _sorted(sums)]


def _tag_tally(place: Place, value: str, counts: Counts) -> TagTally:
    resources, asked, present, valid, compliant = counts
    return TagTally(*place, value, resources, asked, present, valid, compliant)


def _told(place: PackedPlace) -> Told:
    cloud, account, region, *_, service = place
    return cloud, account, region, service


def _pack(rows: Iterable[tuple[PackedPlace, str, Counts]]) -> bytes:
    places: dict[PackedPlace, dict[str, Counts]] = {}
    for place, name, counts in rows:
        places.setdefault(place, {})[name] = counts
    try:
        packed = _encode(list(places.items()))
    except UnicodeEncodeError:
        packed = _encode([(_storable(place), _storable(named)) for place, named in places.items()])
    return zlib.compress(packed, 1)


def _storable(value: PackedPlace | dict[str, Counts]) -> object:
    """Replace halves of surrogate pairs."""
    if isinstance(value, dict):
        return {storable(name): counts for name, counts in value.items()}
    return tuple(map(storable, value))


def _sum(packed: Iterable[Counted], most: int | None = None) -> dict[Place, dict[str, Counts]]:
    """Sum counts, gathering the rarer names of a place when there are too many."""
    sums: dict[Place, dict[str, Counts]] = {}
    for each, anew in packed:
        for whole, named in _decode(zlib.decompress(each)):
            if anew and _told(whole) in anew:
                continue
            cloud, account, region, what, *_ = whole
            place = (cloud, account, region, what)
            known = sums.setdefault(place, {})
            for name, counts in named.items():
                known[name] = _added(known[name], counts) if name in known else counts
            if most and len(known) > most:
                sums[place] = _gathered(known)
    return sums


def _added(some: Counts, others: Counts) -> Counts:
    return tuple([a + b for a, b in zip(some, others, strict=True)])


def _gathered(values: dict[str, Counts]) -> dict[str, Counts]:
    """Keep the most common values and those without one, and gather the others."""
    named = [value for value in values if value not in ("", OTHER)]
    if len(named) <= MOST_VALUES:
        return values
    named.sort(key=lambda value: (-values[value][0], value))
    kept = {value: values[value] for value in ("", *named[:MOST_VALUES]) if value in values}
    rest = [values[value] for value in (OTHER, *named[MOST_VALUES:]) if value in values]
    kept[OTHER] = tuple(map(sum, zip(*rest, strict=True)))
    return kept


def _sorted(sums: dict[Place, dict[str, Counts]]) -> Iterator[tuple[Place, str, Counts]]:
    for place in sorted(sums):
        for name in sorted(sums[place]):
            yield place, name, sums[place][name]
