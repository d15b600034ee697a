"""Random bills as FOCUS tables: tags as maps beside costs as doubles, as JSON text beside decimals."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tagward.resource import Resource
from tests.generators.bill_laws import BillWorld

Encoding = Literal["map", "json"]

PROVIDERS: Mapping[str, str] = {"aws": "AWS", "azure": "Microsoft", "gcp": "Google Cloud"}
SERVICES = (
    "Amazon Elastic Compute Cloud",
    "AWS Support (Business)",
    "Virtual Machines",
    "Größe→",
    "it's",
    None,
)
MONTHS = (datetime(2026, 4, 1), datetime(2026, 5, 1))
UNREADABLE = ("{", "[]", "null", "", "{}", '{"a": 12.20, "b": true, "c": null, "d": 3}')
"""What stands in place of tags now and then, where they are JSON text."""

_TEXTS = (
    *(
        "ProviderName",
        "SubAccountId",
        "SubAccountName",
        "ServiceName",
        "RegionId",
        "ResourceId",
        "ResourceName",
    ),
    *("ChargeCategory", "ChargeClass", "CommitmentDiscountId", "CommitmentDiscountStatus", "BillingCurrency"),
)
_TIMES = ("BillingPeriodStart", "ChargePeriodStart")
_COSTS = ("BilledCost", "EffectiveCost")


def schema(encoding: Encoding) -> pa.Schema:
    """Give the columns of a bill, as AWS types them with maps, and Azure with JSON text."""
    money = pa.float64() if encoding == "map" else pa.decimal128(38, 18)
    tags = pa.map_(pa.string(), pa.string()) if encoding == "map" else pa.string()
    kinds = {**dict.fromkeys(_TEXTS, pa.string()), **dict.fromkeys(_TIMES, pa.timestamp("us"))}
    return pa.schema([*{**kinds, **dict.fromkeys(_COSTS, money), "Tags": tags}.items()])


def write(path: Path, rng: Random, world: BillWorld, encoding: Encoding) -> int:
    """Write a bill of the resources of a world as Parquet; return how many lines it has."""
    lines = [_line(rng, each, encoding) for each in world.lines for _ in range(rng.randint(1, 3))]
    pq.write_table(pa.Table.from_pylist(lines, schema=schema(encoding)), path)
    return len(lines)


def _line(rng: Random, resource: Resource, encoding: Encoding) -> dict[str, Any]:
    money = _double if encoding == "map" else _decimal
    return {
        "ProviderName": rng.choice((PROVIDERS[resource.cloud],) * 9 + ("Oracle",)),
        "SubAccountId": resource.account or None,
        "SubAccountName": rng.choice(("training", None)),
        "ServiceName": rng.choice(SERVICES),
        "RegionId": resource.region or None,
        "ResourceId": resource.id or None,
        "ResourceName": resource.name or None,
        "ChargeCategory": rng.choice(("Usage",) * 6 + ("Purchase", "Tax", "Credit", "Adjustment")),
        "ChargeClass": rng.choice((None,) * 9 + ("Correction",)),
        "CommitmentDiscountId": rng.choice((None, None, "sp-1")),
        "CommitmentDiscountStatus": rng.choice((None, None, "Used", "Unused")),
        "BillingCurrency": "USD",
        "BillingPeriodStart": rng.choice(MONTHS),
        "ChargePeriodStart": datetime(2026, 5, rng.randint(1, 28), rng.randint(0, 23)),
        "BilledCost": money(rng),
        "EffectiveCost": money(rng),
        "Tags": _tags(rng, {key: str(value) for key, value in resource.tags.items()}, encoding),
    }


def _tags(rng: Random, tags: Mapping[str, str], encoding: Encoding) -> Any:
    if rng.random() < 0.1:
        return None if encoding == "map" or rng.random() < 0.3 else rng.choice(UNREADABLE)
    return list(tags.items()) if encoding == "map" else json.dumps(tags, ensure_ascii=rng.random() < 0.5)


def _decimal(rng: Random) -> Decimal:
    """Draw a cost with up to 18 decimals: tiny, huge, nothing, or below zero."""
    digits = rng.choice(("0", "0.00000000011", "0.1", f"{rng.random():.18f}", f"{rng.randint(0, 10**12)}.07"))
    return Decimal(f"-{digits}" if rng.random() < 0.1 else digits)


def _double(rng: Random) -> float:
    """Draw a cost as a double has it, with noise behind the tenth decimal; no line costs a million."""
    amount = rng.choice((0.0, 1.1e-10, 0.1, 0.1 + 0.2, rng.random(), rng.random() * 1e5, 123456.789))
    return -amount if rng.random() < 0.1 else amount
