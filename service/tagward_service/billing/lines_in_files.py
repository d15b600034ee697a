"""The lines of files, held by DuckDB in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from tagward.errors import InputError
from tagward.policy import Policy
from tagward_generators.sql.columns import LINE, PAIRS
from tagward_service.billing.bill import Bill
from tagward_service.billing.holder import STAGED, Row, Table, staged_schema
from tagward_service.billing.ingest_findings import IngestFinding
from tagward_service.billing.sql_text import literal

JUDGED, TAGS = "judged", "tags"
FETCHED = 10_000
LINES = "lines"
"""The view of all lines that count, as reading left it."""


class LinesInFiles:
    """A bill that was read: its lines are judged once and kept, as many questions follow."""

    def __init__(self, bill: Bill) -> None:
        self.bill = bill
        self.connection = bill.connection

    @property
    def findings(self) -> tuple[IngestFinding, ...]:
        """What is wrong with the files."""
        return self.bill.findings

    @property
    def places(self) -> int:
        """How many files there are."""
        return len({entry.path for entry in self.bill.entries})

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the lines."""
        return self.bill.currencies

    def stage(self, policy: Policy, as_of: date, currency: str, period: str) -> Table:
        """Make the view with a column for each tag, as the policy asks for it."""
        import ibis

        self.connection.execute(_staging(policy, as_of, currency, period))
        return ibis.table(staged_schema(policy, TAGS, "map<string, string>"), name=STAGED)

    def keep(self, judged: Table) -> Table:
        """Keep judged lines in a table; the text of all tags is made only where a question asks for it."""
        import ibis

        from tagward_generators.sql.compiling import sql_of
        from tagward_generators.sql.dialects import DUCKDB

        lines = f"{JUDGED}_lines"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {lines} AS {sql_of(judged, DUCKDB.name)}")
        shown = f"SELECT * EXCLUDE ({TAGS}), {DUCKDB.pairs(TAGS)} AS {PAIRS} FROM {lines}"  # noqa: S608
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {JUDGED} AS {shown}")
        schema = {name: kind for name, kind in judged.schema().items() if name != TAGS}
        return ibis.table({**schema, PAIRS: "string"}, name=JUDGED)

    def rows(self, expression: Table) -> Iterator[Row]:
        """Run an expression of Ibis."""
        from tagward_generators.sql.compiling import sql_of

        with _sums_that_fit():
            ran = self.connection.execute(sql_of(expression, "duckdb"))
            names = [each[0] for each in ran.description or ()]
            while rows := ran.fetchmany(FETCHED):
                yield from (dict(zip(names, row, strict=True)) for row in rows)


@contextmanager
def _sums_that_fit() -> Iterator[None]:
    """Sums are kept to 18 decimals in 128 bits, and so end at about 1.7e20."""
    import duckdb

    try:
        yield
    except duckdb.OutOfRangeException as error:
        raise InputError(
            "the bill",
            "its costs are too large to be added up exactly: no sum may be over 1.7e20",
            "see whether a cost column holds something else",
        ) from error


def _staging(policy: Policy, as_of: date, currency: str, period: str) -> str:
    from tagward_generators.sql.dialects import DUCKDB
    from tagward_generators.sql.staging import tag_projections

    tags = (f"{sql} AS {name}" for name, sql in tag_projections(policy, as_of, DUCKDB, TAGS))
    listed = ",\n  ".join((*LINE, TAGS, *tags))
    only = f"coalesce(currency, '') = {literal(currency)}" + (
        f" AND period = {literal(period)}" if period else ""
    )
    return f"CREATE OR REPLACE TEMP VIEW {STAGED} AS SELECT\n  {listed}\nFROM {LINES}\nWHERE {only}"
