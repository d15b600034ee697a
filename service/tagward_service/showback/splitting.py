"""Splitting an amount of money so that the shares are the amount again, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal, localcontext

from tagward_service.billing.money import EXACT

SCALE = Decimal(1).scaleb(-10)
"""Shares are rounded to ten decimals, the precision in which bills are read."""


def split(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Split an amount in proportion to weights; {} when nobody has a weight above 0.

    Shares are rounded toward zero, and what is left over goes to the largest, the first by name among
    equals: so their sum is the amount exactly, and the order of the weights does not matter.
    """
    counted = {name: weight for name, weight in sorted(weights.items()) if weight > 0}
    if not counted:
        return {}
    with localcontext(EXACT):
        whole = sum(counted.values(), Decimal(0))
        shares = {name: rounded(amount * weight / whole) for name, weight in counted.items()}
        largest = max(counted, key=lambda name: counted[name])
        shares[largest] += amount - sum(shares.values(), Decimal(0))
    return shares


def rounded(share: Decimal) -> Decimal:
    """Cut a number off after ten decimals."""
    return share.quantize(SCALE, rounding=ROUND_DOWN)
