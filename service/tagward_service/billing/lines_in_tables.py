"""The lines of tables, which stay where they are: every question becomes one query of their engine.

What the engine is told is the staging projection in its own words, and over it the same expressions as
everywhere. Only answers travel: sums, counts, one row for each resource with a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec.structs import replace

from tagward.errors import InputError
from tagward.policy import Policy
from tagward_generators.sql.bill_table import BillTable
from tagward_generators.sql.columns import PAIRS
from tagward_generators.sql.dialects import Dialect
from tagward_service.billing.engines.interface import Engine
from tagward_service.billing.engines.tables import bill_table
from tagward_service.billing.holder import STAGED, Row, Table, staged_schema
from tagward_service.billing.ingest_findings import CHECKS, Check, IngestFinding

TOLD = "sum(lines) FILTER (taggable)"
"""Counts the lines of which TagDetails say something."""


class LinesInTables:
    """Tables of an engine; what holds of all lines is asked once, when they are opened."""

    def __init__(self, engine: Engine, named: Sequence[str]) -> None:
        self.engine = engine
        self.tables: list[BillTable] = []
        self.currencies: tuple[str, ...] = ()
        self.findings: tuple[IngestFinding, ...] = ()
        self.staging = ""
        for each in dict.fromkeys(named):
            self._look_at(each)
        if not self.currencies:
            raise InputError(named[0], "the bill has no lines")

    @property
    def places(self) -> int:
        """How many tables there are."""
        return len(self.tables)

    def _look_at(self, named: str) -> None:
        """Ask which currencies a table has, and what is wrong with its lines."""
        table = bill_table(self.engine, named)
        asked = replace(table, tells="tag_details" in table.columns)
        rows = list(self.engine.rows(checks_query(self.engine.dialect, asked)))
        tells = any(row["told"] for row in rows)
        self.tables.append(replace(asked, tells=asked.tells and tells))
        self.currencies = tuple(sorted({*self.currencies, *(row["currency"] for row in rows)}))
        self.findings += (*_wrong(named, rows), untold(named))

    def stage(self, policy: Policy, as_of: date, currency: str, period: str) -> Table:
        """Write the projections of all tables, which every query begins with."""
        import ibis

        from tagward_generators.sql.staging import staging

        dialect = self.engine.dialect
        only = _only(dialect, currency, period)
        parts = (
            f"SELECT * FROM (\n{staging(policy, as_of, dialect, table)}) AS lines_{number} WHERE {only}"  # noqa: S608
            for number, table in enumerate(self.tables, 1)
        )
        self.staging = "\nUNION ALL\n".join(parts)
        return ibis.table(staged_schema(policy, PAIRS, "string"), name=STAGED)

    def keep(self, judged: Table) -> Table:
        """Keep nothing: nobody writes into a warehouse."""
        return judged

    def rows(self, expression: Table) -> Iterator[Row]:
        """Let the engine answer an expression of Ibis."""
        return self.engine.rows(self.query(expression))

    def query(self, expression: Table) -> str:
        """Return the query of an expression, with the projection before it."""
        from tagward_generators.sql.compiling import sql_of

        asked = sql_of(expression, self.engine.dialect.name)
        head = f"WITH {self.engine.dialect.quoted(STAGED)} AS (\n{self.staging}\n)"
        more = asked.removeprefix("WITH ")
        return f"{head}\n{asked}" if more == asked else f"{head}, {more}"


def checks_query(dialect: Dialect, table: BillTable) -> str:
    """Return the query for currencies, what is wrong with lines, and whether TagDetails tell anything."""
    from tagward_generators.sql.staging import decoding

    currency = f"COALESCE({dialect.quoted('currency')}, '')"
    counted = {_column(each): each.counted for each in CHECKS} | {"told": TOLD}
    listed = ",\n  ".join(
        f"{_everywhere(sql, dialect)} AS {dialect.quoted(name)}" for name, sql in counted.items()
    )
    asked = f"SELECT\n  {currency} AS {dialect.quoted('currency')},\n  {listed}\nFROM decoded"
    return f"{decoding(dialect, table)}\n{asked}\nGROUP BY {currency}"


def _column(check: Check) -> str:
    return check.code.replace("-", "_")


def _everywhere(counted: str, dialect: Dialect) -> str:
    """Write a sum that DuckDB filters as one that every engine reads, with its names in quotes."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(counted, read="duckdb")
    for column in tree.find_all(exp.Column):
        column.this.set("quoted", True)
    if isinstance(tree, exp.Filter):
        added, where = tree.this.this, tree.expression.this
        tree = exp.Sum(this=exp.Case().when(where, added).else_(exp.Literal.number(0)))
    return tree.sql(dialect=dialect.name)


def _wrong(named: str, rows: Sequence[Row]) -> Iterator[IngestFinding]:
    for check in CHECKS:
        lines = sum(int(row[_column(check)] or 0) for row in rows)
        if lines:
            yield IngestFinding(check.code, named, check.message, check.fix, lines)


def untold(named: str) -> IngestFinding:
    """Say what only files tell."""
    message = "is a table: whether files were loaded twice, or months in two versions, cannot be told from it"
    return IngestFinding("not-checked", named, message, "see to it where the table is loaded")


def _only(dialect: Dialect, currency: str, period: str) -> str:
    chosen = f"COALESCE({dialect.quoted('currency')}, '') = {dialect.literal(currency)}"
    return f"{chosen} AND {dialect.quoted('period')} = {dialect.literal(period)}" if period else chosen
