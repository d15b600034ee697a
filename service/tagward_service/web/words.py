"""Figures as people read them; what is exact stays in CSV and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

NOTHING = "\u2013"
"""What stands where there is no figure."""

MINUS, SPACE = "\u2212", "\u202f"
_CENT = Decimal("0.01")
_UNITS = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))

CLASSES: Mapping[str, str] = {
    "credits": "Credits",
    "refunds": "Refunds",
    "corrections": "Corrections",
    "adjustments": "Adjustments",
    "tax": "Tax",
    "support": "Support",
    "shared": "Shared services",
    "untaggable": "Untaggable",
    "commitment_purchases": "Commitments bought",
    "commitment_unused": "Commitments unused",
    "elsewhere": "Other providers",
}
"""Classes of cost that nobody is charged for by tag, in the order in which they leave the bill."""


def money(amount: str | Decimal) -> str:
    """Write an amount to the cent."""
    rounded = Decimal(amount).quantize(_CENT, ROUND_HALF_EVEN)
    return f"{rounded:,.2f}".replace("-", MINUS)


def brief(amount: str | Decimal) -> str:
    """Write an amount in three or four figures, as `16.4 M`."""
    exact = Decimal(amount)
    for size, unit in _UNITS:
        if abs(exact) >= size:
            short = exact / size
            digits = 2 if abs(short) < 10 else 1
            return f"{short:,.{digits}f}{SPACE}{unit}".replace("-", MINUS)
    digits = 2 if exact and abs(exact) < 100 else 0
    return f"{exact:,.{digits}f}".replace("-", MINUS)


def percent(share: float | None) -> str:
    """Write a share that was rounded down."""
    return NOTHING if share is None else f"{share:.1f}{SPACE}%"


def count(number: int | None) -> str:
    """Write a number with its thousands apart."""
    return NOTHING if number is None else f"{number:,}"


def day(when: date | None) -> str:
    """Write a day, as `21 Nov 2026`."""
    return NOTHING if when is None else f"{when.day} {when:%b %Y}"


def moment(when: datetime | None) -> str:
    """Write a time in UTC."""
    return NOTHING if when is None else f"{day(when.astimezone(UTC))}, {when.astimezone(UTC):%H:%M} UTC"


def month(period: str) -> str:
    """Write a month, as `Nov 2026`; what is none stays as it is."""
    try:
        return f"{date(int(period[:4]), int(period[5:7]), 1):%b %Y}"
    except ValueError:
        return period or "no date"


def plural(number: int, word: str, many: str = "") -> str:
    """Write a number with its word."""
    return f"{number:,} {word if number == 1 else many or word + 's'}"
