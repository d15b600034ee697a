"""Money: exact sums, texts with every digit, shares that are never rounded up."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction

ZERO = Decimal(0)
EXACT = Context(prec=100)
"""More digits than any sum or product of money (DECIMAL(38, 18)) with a weight has: the context of the
process would round after 28."""


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts up exactly."""
    whole = ZERO
    for amount in amounts:
        whole = EXACT.add(whole, amount)
    return whole


def less(whole: Decimal, part: Decimal) -> Decimal:
    """Take an amount away exactly."""
    return EXACT.subtract(whole, part)


def text(amount: Decimal) -> str:
    """Write an amount with all its digits and without zeros at the end."""
    written = f"{amount:f}"
    return (written.rstrip("0").rstrip(".") if "." in written else written).replace(
        "-0", "0", written == "-0"
    )


def percent(part: Decimal, whole: Decimal) -> float | None:
    """Return a share in percent, rounded down to one decimal; None of nothing."""
    return int(Fraction(part) * 1000 / Fraction(whole)) / 10 if whole > 0 else None


def exact_percent(part: Decimal, whole: Decimal) -> float | None:
    """Return a share in percent as exactly as a float can be."""
    return float(Fraction(part) * 100 / Fraction(whole)) if whole > 0 else None


def reaches(part: Decimal, whole: Decimal, threshold: float) -> bool:
    """Say whether a share is at or above a threshold in percent."""
    return whole > 0 and Fraction(part) * 100 >= Fraction(str(threshold)) * Fraction(whole)


def needed(whole: Decimal, threshold: float) -> Decimal:
    """Return how much of an amount reaches a threshold in percent."""
    return EXACT.scaleb(EXACT.multiply(Decimal(str(threshold)), whole), -2)
