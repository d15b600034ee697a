"""The same bill as a file and as a table of an engine: what is told of both."""

import json
from pathlib import Path
from typing import Any

import duckdb

from tagward.policy import Policy
from tagward_service.billing.json_billing import render
from tagward_service.billing.report import BillingReport, billing_report
from tests.generators.random_policies import DAY

TABLE = "bills.focus"


def in_duckdb(file: Path, folder: Path) -> str:
    """Put a file into a table of a DuckDB database, as somebody would who loads exports; say where."""
    place = folder / "warehouse.duckdb"
    source = f"'{file}'" if file.suffix == ".parquet" else f"read_csv('{file}', all_varchar = true)"
    with duckdb.connect(str(place)) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS bills")
        connection.execute(f"CREATE OR REPLACE TABLE {TABLE} AS FROM {source}")
    return f"duckdb://{place}"


def comparable(report: BillingReport) -> dict[str, Any]:
    """Return a report as JSON, but for where its lines came from."""
    told: dict[str, Any] = json.loads(render(report))
    found = [{**each, "file": ""} for each in told["findings"] if each["code"] != "not-checked"]
    return {**told, "findings": found}


def from_both(file: Path, folder: Path, policy: Policy, **options: Any) -> tuple[Any, Any]:
    """Tell of a file, and of the same lines in a table."""
    engine = in_duckdb(file, folder)
    told = billing_report(policy, [str(file)], DAY, **options)
    asked = billing_report(policy, [TABLE], DAY, engine=engine, **options)
    return comparable(told), comparable(asked)
