"""Shares in percent, rounded down: 100 % means all, and a threshold is never reached early."""

from math import ceil


def percent(part: int, whole: int) -> float | None:
    """Return a share in percent, rounded down to one decimal; None of nothing."""
    return part * 1000 // whole / 10 if whole else None


def needed(threshold: float, whole: int) -> int:
    """Count how many of so many reach a threshold in percent."""
    return ceil(round(threshold * whole / 100, 6))
