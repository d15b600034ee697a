"""Exact sums of money in SQL: no engine shares a decimal type, but all of them add integers up exactly.

An amount with at most 18 decimals is kept in four integers of nine digits each, the highest of which may have
more. The sums of so many rows as a store can hold fit into 64 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

DECIMALS = 18
"""As many as the money of bills has (DECIMAL(38, 18))."""

_BASE = 10**9
_EXACT = Context(prec=100)


def parts_of(amount: str) -> tuple[int, int, int, int]:
    """Take an amount apart, the highest part first; each has the sign of the amount."""
    whole = int(_EXACT.scaleb(Decimal(amount), DECIMALS))
    sign, left = (-1, -whole) if whole < 0 else (1, whole)
    parts = []
    for _ in range(3):
        left, part = divmod(left, _BASE)
        parts.append(sign * part)
    return sign * left, parts[2], parts[1], parts[0]


def put_together(parts: Sequence[int]) -> str:
    """Write the amount that sums of parts come to."""
    whole = 0
    for part in parts:
        whole = whole * _BASE + part
    return f"{_EXACT.scaleb(Decimal(whole), -DECIMALS):f}"
