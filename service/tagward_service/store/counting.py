"""What scans counted, summed over their parts; what several have read counts once, as the newest tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, Connection, func, select

from tagward_service.store.interface import Existed, TagTally, Tally
from tagward_service.store.overlapping import told_anew
from tagward_service.store.packing import Counted, sum_tag_tallies, sum_tallies
from tagward_service.store.schema import part, scan


def tallies(connection: Connection, numbers: Sequence[int]) -> list[Tally]:
    """Sum the tallies of some scans."""
    return sum_tallies(_packed(connection, part.c.tallies, numbers))


def tag_tallies(connection: Connection, numbers: Sequence[int]) -> list[TagTally]:
    """Sum the tallies by tag and value of some scans."""
    return sum_tag_tallies(_packed(connection, part.c.tag_tallies, numbers))


def existed(connection: Connection, numbers: Sequence[int]) -> Existed:
    """Sum up what some scans told together."""
    found = tallies(connection, numbers)
    compliant = sum(each.compliant for each in found)
    lacking = sum(each.violating + each.unknown + each.exempt for each in found)
    return Existed(compliant + lacking, compliant)


def _packed(connection: Connection, column: Column[bytes], numbers: Sequence[int]) -> Iterator[Counted]:
    """Give what is packed in the parts of some scans, and what of it newer ones have told in other parts."""
    same = (scan.c.policy, scan.c.cloud, part.c.digest)
    age = func.row_number().over(partition_by=same, order_by=part.c.scan_id.desc())
    read = (
        select(part.c.id, age.label("age"))
        .join_from(part, scan, part.c.scan_id == scan.c.id)
        .where(part.c.scan_id.in_(numbers), column.is_not(None))
        .subquery()
    )
    anew = told_anew(connection, numbers)
    chosen = select(part.c.scan_id, column).join(read, read.c.id == part.c.id).where(read.c.age == 1)
    rows = connection.execute(chosen.order_by(part.c.id).execution_options(yield_per=100))
    return ((packed, anew.get(number, ())) for number, packed in rows)
