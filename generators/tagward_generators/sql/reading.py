"""The columns of a bill read out of a table: texts, times, costs and tags, in the words of its engine.

What all engines have is written as DuckDB has it, and transpiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from tagward_generators.sql.bill_table import BillTable, Held
from tagward_generators.sql.categories import FIXED, NATIVE_CATEGORY
from tagward_generators.sql.dialects import Dialect

TEXTS = (
    "provider",
    "account",
    "account_name",
    "service",
    "region",
    "resource_name",
    "charge_category",
    "charge_class",
    "commitment",
    "commitment_status",
    "currency",
)
"""The columns that are plain texts."""

NOTHING = "CAST(NULL AS VARCHAR)"
_SLASHED = "substr({0}, 7, 4) || '-' || substr({0}, 1, 2) || '-' || substr({0}, 4, 2)"
_CLOSE = "substr({0}, 1, 4) || '-' || substr({0}, 5, 2) || '-' || substr({0}, 7, 2)"
ISO = (
    f"CASE WHEN {{0}} LIKE '__/__/____%' THEN {_SLASHED} WHEN length({{0}}) = 8 THEN {_CLOSE} "
    "ELSE substr(replace({0}, 'T', ' '), 1, 19) END"
)
"""A time in UTC, written in one of three ways, as every engine reads it."""


class Reading:
    """How an engine reads a table."""

    def __init__(self, dialect: Dialect, table: BillTable) -> None:
        self.dialect = dialect
        self.table = table

    def columns(self) -> Iterator[tuple[str, str]]:
        """List (name, SQL) of what is read of each line."""
        for ours in TEXTS:
            yield ours, self._said(self._text(ours))
        yield "resource_id", self._said(self._resource())
        yield "first_day", self._first_day()
        yield "last_start", self._time("charge_start")
        yield "taggable", self._taggable()
        yield "billed", self._cost("billed")
        yield "effective", self._cost("effective")
        yield "rounded", self._rounded()
        yield "raw_tags", self._raw_tags()
        yield "own_tags", self._tags("tags")
        if "allocated_tags" in self.table.columns:
            yield "allocated_tags", self._tags("allocated_tags")

    def _said(self, duckdb: str) -> str:
        return transpiled(duckdb, self.dialect.name)

    def _named(self, held: Held) -> str:
        """Name a column as DuckDB does."""
        return f'"{held.name.replace(chr(34), chr(34) * 2)}"' if self.table.asked else held.name

    def _column(self, ours: str) -> str:
        held = self.table.columns.get(ours)
        if held is None:
            return NOTHING
        return self._named(held) if held.kind == "plain" else f"CAST({self._named(held)} AS VARCHAR)"

    def _text(self, ours: str) -> str:
        column, native = self._column(ours), self.table.native
        category = self._column("charge_category")
        if native and ours == "provider":
            return "'Microsoft'"
        if native and ours == "charge_category":
            return NATIVE_CATEGORY.format(category)
        if native and ours == "commitment_status":
            return f"CASE WHEN lower({category}) LIKE 'unused%' THEN 'Unused' END"
        if ours not in self.table.columns:
            return column
        if ours == "provider" and "older_provider" in self.table.columns:
            return f"coalesce({self._tidy(column)}, {self._tidy(self._column('older_provider'))})"
        if ours in FIXED and self.table.asked:
            return f"CASE lower({column}) {FIXED[ours]} ELSE {self._tidy(column)} END"
        return self._filled_up(column) if self._is_number(ours) else self._tidy(column)

    def _is_number(self, ours: str) -> bool:
        return ours == "account" and self.table.columns[ours].kind == "number"

    def _filled_up(self, account: str) -> str:
        """Fill accounts of AWS up that lost their zeros as numbers."""
        provider = self._text("provider")
        is_aws = f"(lower({provider}) LIKE 'aws%' OR lower({provider}) LIKE '%amazon%')"
        is_short = f"length({account}) < 12"
        return f"CASE WHEN {is_aws} AND {is_short} THEN lpad({account}, 12, '0') ELSE {account} END"

    def _tidy(self, text: str) -> str:
        """Make NULL of a text that stands for nothing."""
        return f"CASE WHEN {text} NOT IN ({self._nulls()}) THEN {text} END" if self.table.asked else text

    def _nulls(self, *more: str) -> str:
        return ", ".join(f"'{each}'" for each in (*self.table.nulls, *more))

    def _resource(self) -> str:
        """Return the resource: what a cost was split to comes before what was split."""
        if "allocated_resource" not in self.table.columns:
            return self._tidy(self._column("resource_id"))
        found = (self._tidy(self._column(each)) for each in ("allocated_resource", "resource_id"))
        return f"coalesce({', '.join(found)})"

    def _time(self, ours: str) -> str:
        held = self.table.columns[ours]
        column = self._said(self._named(held))
        if held.kind == "text":
            return f"{self.dialect.safe}({self._said(ISO.format(self._column(ours)))} AS TIMESTAMP)"
        if held.kind == "zoned":
            return self.dialect.utc(column)
        return column if held.kind == "time" else f"CAST({column} AS TIMESTAMP)"

    def _first_day(self) -> str:
        """Return the day that the billing period begins; without one the day of the charge."""
        there = [each for each in ("billing_start", "charge_start") if each in self.table.columns]
        days = [f"CAST({self._time(each)} AS DATE)" for each in there]
        return f"COALESCE({', '.join(days)})" if len(days) > 1 and self.table.asked else days[0]

    def _taggable(self) -> str:
        """Say what FOCUS 1.4 says of a charge: whether it could carry tags, NULL where nobody told."""
        if not self.table.tells:
            return "CAST(NULL AS BOOLEAN)"
        return f"{self._said(self._named(self.table.columns['tag_details']))} IS NOT NULL"

    def _cost(self, ours: str) -> str:
        """Return an exact cost, NULL where there is none."""
        held = self.table.columns[ours]
        column, money = self._said(self._named(held)), self.dialect.money
        if held.kind == "text":
            return f"{self.dialect.safe}({column} AS {money})"
        if held.kind == "double":
            return f"CAST({self.dialect.tenth(column)} AS {money})"
        return f"CAST({self.dialect.cost(column) if held.kind == 'plain' else column} AS {money})"

    def _rounded(self) -> str:
        """Say that a cost which is a text has more decimals than are kept."""
        held = (self.table.columns[each] for each in ("billed", "effective"))
        texts = [self._named(each) for each in held if each.kind == "text"]
        rest = "length(rtrim(substr({0}, strpos({0}, '.') + 19), '0')) > 0 AND strpos({0}, '.') > 0"
        asked = " OR ".join(f"({rest.format(each)})" for each in texts)
        return self._said(f"CASE WHEN {asked} THEN 1 ELSE 0 END") if asked else "0"

    def _raw_tags(self) -> str:
        """Say whether there is anything where tags are to be."""
        held = self.table.columns["tags"]
        if held.kind == "json" and self.table.asked:
            return self._said(f"coalesce({self._named(held)} NOT IN ({self._nulls('[]')}), false)")
        return f"{self._said(self._named(held))} IS NOT NULL"

    def _tags(self, ours: str) -> str:
        """Return tags decoded, NULL where they cannot be read."""
        held = self.table.columns[ours]
        column = self._said(self._named(held))
        if held.kind == "array" and self.dialect.maps.from_pairs:
            return self.dialect.maps.from_pairs(column, held.key, held.value)
        braced = held.kind == "json" and self.table.asked and not self.dialect.reads_bare
        return self.dialect.decode[held.kind](self._braced(column, held) if braced else column)

    def _braced(self, column: str, held: Held) -> str:
        """Put braces around JSON text that lost them, as in Azure's own export."""
        start = column
        for blank in "\t\r\n":
            start = f"REPLACE({start}, {self.dialect.literal(blank)}, '')"
        named = self._named(held)
        there = self._said(f"CASE WHEN {named} NOT IN ({self._nulls('[]')}) THEN {named} END")
        bare = f"CONCAT('{{', {there}, '}}')"
        return f"CASE WHEN SUBSTR(LTRIM({start}), 1, 1) = '{{' THEN {there} ELSE {bare} END"


@lru_cache(maxsize=4096)
def transpiled(duckdb: str, dialect: str) -> str:
    """Write an expression of DuckDB as another engine reads it."""
    import sqlglot

    return str(sqlglot.transpile(duckdb, read="duckdb", write=dialect)[0])
