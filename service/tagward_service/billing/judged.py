"""A bill with what the policy says of each line, ready to be summed up in any way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_generators.sql.columns import LINE, tag_columns
from tagward_generators.sql.verdicts import Verdicts, asks_all
from tagward_service.billing.bill import LINES, Bill
from tagward_service.billing.sql_text import literal

STAGED, JUDGED = "staged", "judged"
FETCHED = 10_000
Row = dict[str, Any]


class JudgedBill(Struct, frozen=True):
    """`table` is the Ibis table of judged lines, `found` names their columns, `columns` those of the tags."""

    bill: Bill
    policy: Policy
    as_of: date
    currency: str
    table: Any
    found: Verdicts
    columns: Mapping[str, str]

    def rows(self, expression: Any) -> list[Row]:
        """Run an Ibis expression over the judged lines."""
        return list(self.each_row(expression))

    def each_row(self, expression: Any) -> Iterator[Row]:
        """Run an Ibis expression over the judged lines, and hold few rows at a time."""
        from tagward_generators.sql.compiling import sql_of

        ran = self.bill.connection.execute(sql_of(expression, "duckdb"))
        names = [each[0] for each in ran.description or ()]
        while rows := ran.fetchmany(FETCHED):
            yield from (dict(zip(names, row, strict=True)) for row in rows)


def judge_bill(
    bill: Bill,
    policy: Policy,
    as_of: date,
    *,
    currency: str = "",
    period: str = "",
) -> JudgedBill:
    """Judge every line of a bill, or those of one currency or period.

    Raises UsageError for several currencies, which cannot be added up, and where Ibis is not installed.
    """
    try:
        import ibis
    except ImportError as error:
        raise UsageError("bills are judged with Ibis; pip install 'tagward[billing]'") from error
    from tagward_generators.sql.compiling import sql_of
    from tagward_generators.sql.coverage import classed
    from tagward_generators.sql.verdicts import verdicts

    currency = _currency(bill, currency)
    columns = tag_columns(tag.id for tag in policy.tags)
    bill.connection.execute(_staging(policy, as_of, currency, period))
    schema = {**LINE, **dict.fromkeys(columns.values(), "string"), "tags": "map<string, string>"}
    schema |= {"tag_keys": "string", "tag_values": "string"} if asks_all(policy) else {}
    found = verdicts(ibis.table(schema, name=STAGED), policy, as_of)
    lines = classed(found, policy.costs)
    bill.connection.execute(f"CREATE OR REPLACE TEMP TABLE {JUDGED} AS {sql_of(lines, 'duckdb')}")
    table = ibis.table(lines.schema(), name=JUDGED)
    return JudgedBill(bill, policy, as_of, currency, table, found, columns)


def _currency(bill: Bill, wanted: str) -> str:
    there = bill.currencies
    if wanted and wanted not in there:
        raise UsageError(f"the bill has no currency `{wanted}`; it has {', '.join(there)}")
    if not wanted and len(there) > 1:
        listed = ", ".join(each or "(none)" for each in there)
        raise UsageError(
            f"the bill is in several currencies, which cannot be added up: {listed}; name one of them"
        )
    return wanted or there[0]


def _staging(policy: Policy, as_of: date, currency: str, period: str) -> str:
    """Return the view with a column for each tag, as the policy asks for it."""
    from tagward_generators.sql.dialects import DUCKDB
    from tagward_generators.sql.staging import tag_projections

    tags = (f"{sql} AS {name}" for name, sql in tag_projections(policy, as_of, DUCKDB, "tags"))
    listed = ",\n  ".join((*LINE, "tags", *tags))
    only = f"coalesce(currency, '') = {literal(currency)}" + (
        f" AND period = {literal(period)}" if period else ""
    )
    return f"CREATE OR REPLACE TEMP VIEW {STAGED} AS SELECT\n  {listed}\nFROM {LINES}\nWHERE {only}"
