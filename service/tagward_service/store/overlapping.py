"""What scans have told anew in other parts: an account by an inventory, and then some services one by one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from tagward_service.scan.interface import Part
from tagward_service.store.packing import Told, told_of
from tagward_service.store.schema import part, scan

_WHERE = (part.c.account, part.c.region, part.c.service)

Parts = dict[bytes, frozenset[Told]]
"""What each part of a scan told of, by its digest: nothing, if it could not be read."""


def told_anew(connection: Connection, numbers: Sequence[int]) -> dict[int, frozenset[Told]]:
    """Say of each scan what newer ones of its cloud told in parts that it does not have.

    A part that both have needs no such care: the newer one counts.
    """
    anew: dict[int, frozenset[Told]] = {}
    by_cloud: dict[str, list[Parts]] = {}
    for number, cloud, parts in _newest_first(connection, numbers) if len(numbers) > 1 else ():
        newer = by_cloud.setdefault(cloud, [])
        anew[number] = _foreign(parts, newer)
        newer.append(parts)
    return {number: told for number, told in anew.items() if told}


def _foreign(parts: Parts, newer: Sequence[Parts]) -> frozenset[Told]:
    """Gather what newer scans told in parts that are not among these."""
    return frozenset().union(
        *(told for each in newer for digest, told in each.items() if digest not in parts)
    )


def _told(cloud: str, read: Part, tallies: bytes) -> frozenset[Told]:
    """Say of what a part tells: of what it holds, and of services that it holds nothing of any more."""
    _, services = read.narrowed()
    return told_of(tallies) | {(cloud, read.account, read.region, each) for each in services}


def _newest_first(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, str, Parts]]:
    columns = (part.c.scan_id, scan.c.cloud, part.c.digest, part.c.tallies, *_WHERE)
    asked = select(*columns).join_from(part, scan, part.c.scan_id == scan.c.id).where(scan.c.id.in_(numbers))
    found: dict[int, tuple[int, str, Parts]] = {}
    for number, cloud, digest, tallies, *where in connection.execute(asked.execution_options(yield_per=100)):
        _, _, parts = found.setdefault(number, (number, cloud, {}))
        parts[bytes(digest)] = _told(cloud, Part(*where), tallies) if tallies is not None else frozenset()
    return [found[number] for number in sorted(found, reverse=True)]
