"""Money as people read it."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

_CENTS = Context(prec=60, rounding=ROUND_HALF_EVEN)


def shown(amount: Decimal) -> str:
    """Write an amount for people: cents, or as many digits as a small one needs; JSON has them all."""
    if amount and abs(amount) < Decimal("0.005"):
        return f"{amount:.2g}" if abs(amount) >= Decimal("1e-6") else "<0.000001"
    return f"{amount.quantize(Decimal('0.01'), context=_CENTS):,}"
