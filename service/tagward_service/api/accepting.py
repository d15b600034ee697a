"""Which format a client wants: as a parameter says, else as its header `accept` does (RFC 9110, 12.5.1)."""

from __future__ import annotations

from typing import Literal

from tagward_service.api.bodies import JSON

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"

Format = Literal["json", "csv", "parquet"]

_BY_MEDIA: dict[str, Format] = {JSON: "json", CSV: "csv", PARQUET: "parquet", "*/*": "json", "text/*": "csv"}


def wanted_format(named: Format | None, accept: str) -> Format:
    """Choose a format: the one that is named, the one that is liked best, else JSON."""
    if named is not None:
        return named
    liked = [_liking(each) for each in accept.split(",")]
    best = max((each for each in liked if each[0] > 0), key=lambda each: each[0], default=None)
    return best[1] if best else "json"


def _liking(text: str) -> tuple[float, Format]:
    """Read one media type with its weight; one that is not known is not liked at all."""
    media, *parameters = (each.strip().lower() for each in text.split(";"))
    weights = [each.removeprefix("q=") for each in parameters if each.startswith("q=")]
    known = _BY_MEDIA.get(media)
    return (0.0, "json") if known is None else (_weight(weights[-1]) if weights else 1.0, known)


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
