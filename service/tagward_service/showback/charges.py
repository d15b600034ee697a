"""What costs come to: direct, shared or unallocated, each cent in exactly one of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

Kind = Literal["direct", "shared", "unallocated"]


class Place(Struct, frozen=True, order=True):
    """Whose a cost is: one month in one currency; "" where a tag is missing."""

    period: str
    currency: str
    team: str = ""
    project: str = ""
    workload_type: str = ""
    environment: str = ""


class Cost(Struct, frozen=True):
    """Costs of a bill, added up. With a `pool` they are shared; without a team nobody knows whose they are.

    `reason` says why costs without a team have none: the class of cost, or the dispute that took them away.
    """

    place: Place
    amount: Decimal
    pool: str = ""
    reason: str = ""
    dispute: str = ""
    """The id of the dispute that is about it."""


class Charge(Struct, frozen=True):
    """Costs after sharing. `rule` is the allocation of a shared cost, `reason` why nobody has a cost."""

    kind: Kind
    place: Place
    amount: Decimal
    rule: str = ""
    reason: str = ""
    ratio: Decimal | None = None
    """The share of the pool that this is, between 0 and 1, as FOCUS has it in AllocatedMethodDetails."""
    dispute: str = ""
    """The id of the dispute that is about it, whatever came of that."""
