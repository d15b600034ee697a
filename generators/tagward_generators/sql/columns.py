"""The columns of staged lines: what the policy is asked of, whatever engine holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LINE: Mapping[str, str] = {
    "period": "string",
    "cloud": "string",
    "provider": "string",
    "account": "string",
    "account_name": "string",
    "service": "string",
    "region": "string",
    "resource_id": "string",
    "resource_name": "string",
    "charge_category": "string",
    "charge_class": "string",
    "commitment": "string",
    "commitment_status": "string",
    "currency": "string",
    "taggable": "boolean",
    "negative": "boolean",
    "billed": "decimal(38, 18)",
    "effective": "decimal(38, 18)",
    "lines": "int64",
    "last_start": "timestamp",
}
"""What every staged line has, with types as Ibis names them."""

KEYS, VALUES = "tag_keys", "tag_values"
"""All keys, and all values, of a line in one text, each between two marks (see `portable_regex`)."""


PAIRS = "tag_pairs"
"""All tags of a line that have a value, in one text, in order: which sets of tags there are."""


def tag_columns(ids: Iterable[str]) -> dict[str, str]:
    """Name the column of each tag, `tag_ml_team` for ml-team; no two alike."""
    columns: dict[str, str] = {}
    for each in ids:
        plain = "tag_" + re.sub(r"[^a-z0-9]+", "_", each.lower())
        taken = {KEYS, VALUES, PAIRS, *columns.values()}
        columns[each] = next(name for name in _numbered(plain) if name not in taken)
    return columns


def _numbered(name: str) -> Iterable[str]:
    yield name
    yield from (f"{name}_{number}" for number in range(2, 10_000))
