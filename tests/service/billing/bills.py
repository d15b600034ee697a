"""Bills that tests write: FOCUS lines of few columns, as CSV or Parquet."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Line = dict[str, Any]

LINE: Line = {
    "BillingPeriodStart": "2026-05-01T00:00:00Z",
    "ChargePeriodStart": "2026-05-03T00:00:00Z",
    "ProviderName": "AWS",
    "BillingAccountId": "000123456789",
    "SubAccountId": "111122223333",
    "SubAccountName": "training",
    "ServiceName": "Amazon Elastic Compute Cloud",
    "RegionId": "eu-west-1",
    "ResourceId": "arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
    "ResourceName": None,
    "ChargeCategory": "Usage",
    "ChargeClass": None,
    "CommitmentDiscountId": None,
    "CommitmentDiscountStatus": None,
    "BillingCurrency": "USD",
    "BilledCost": "1.5",
    "EffectiveCost": "1",
    "Tags": '{"team": "fraud"}',
}


def line(**changed: Any) -> Line:
    """Make a line; tags that are a dict are written as JSON text."""
    made = {**LINE, **changed}
    if isinstance(made["Tags"], dict):
        made["Tags"] = json.dumps(made["Tags"], ensure_ascii=False)
    return made


def write_csv(path: Path, lines: Sequence[Mapping[str, Any]]) -> str:
    """Write a CSV with the columns of the first line; None is an empty field."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return str(path)


def write_parquet(path: Path, lines: Sequence[Mapping[str, Any]], types: Mapping[str, Any]) -> str:
    """Write a Parquet file; columns are texts unless `types` says otherwise."""
    schema = pa.schema([(each, types.get(each, pa.string())) for each in lines[0]])
    pq.write_table(pa.Table.from_pylist([dict(each) for each in lines], schema=schema), path)
    return str(path)


def without(lines: Iterable[Line], *columns: str) -> list[Line]:
    """Leave columns out."""
    return [{each: value for each, value in line.items() if each not in columns} for line in lines]
