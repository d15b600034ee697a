"""From the lines of a file to those of a bill: named alike, summed up by month, tags as a map.

A staged line sums up all lines of a month that differ in nothing that a question looks at. Money stays
exact: it is cast to a decimal before anything is added.
"""

from __future__ import annotations

from collections.abc import Iterator

from tagward_generators.sql.aws_keys import unprefixed
from tagward_generators.sql.categories import FIXED, NATIVE_CATEGORY
from tagward_generators.sql.dialects import DUCKDB
from tagward_service.billing.casting import (
    DECIMALS,
    MONEY,
    as_money,
    as_text,
    as_time,
    is_number,
    unless_null,
)
from tagward_service.billing.columns import Layout
from tagward_service.billing.notations import Dates, Numbers
from tagward_service.billing.raw_files import RawFile
from tagward_service.billing.sql_text import listed, literal, name
from tagward_service.billing.tag_maps import MAP, tag_map
from tagward_service.billing.told_twice import cells

TEXTS = (
    "provider",
    "billing_account",
    "account",
    "account_name",
    "service",
    "service_category",
    "region",
    "resource_id",
    "resource_name",
    "resource_type",
    "charge_category",
    "charge_class",
    "commitment",
    "commitment_status",
    "currency",
)
"""The columns of a staged line that are plain texts."""

COSTS = ("billed", "effective")

CLOUDS = (
    "CASE WHEN provider ILIKE 'aws%' OR provider ILIKE '%amazon%' THEN 'aws' "
    "WHEN provider ILIKE '%microsoft%' OR provider ILIKE '%azure%' THEN 'azure' "
    "WHEN provider ILIKE '%google%' OR provider ILIKE 'gcp%' THEN 'gcp' ELSE '' END"
)

_AS_ISO = Dates()


class Staging:
    """How the lines of one file become lines of a bill.

    `tells` says that its TagDetails are filled in, `dates` and `numbers` how it writes them.
    """

    def __init__(
        self,
        raw: RawFile,
        columns: Layout,
        *,
        tells: bool = False,
        dates: Dates = _AS_ISO,
        numbers: Numbers | None = None,
    ) -> None:
        self.raw = raw
        self.layout = columns
        self.tells = tells
        self.dates = dates
        self.numbers = numbers

    def sql(self) -> str:
        """Return the query: lines grouped first, so that tags are parsed once for each group."""
        grouped = f"SELECT\n  {listed(self._inner())}\nFROM {self.raw.source}\nGROUP BY ALL"
        read = f"SELECT\n  {listed(self._read())}\nFROM ({grouped})"
        return f"SELECT\n  {listed(self._outer())}\nFROM ({read})"

    def days(self) -> str:
        """Return the query of what each day costs, by which files that tell the same are found."""
        nothing = {
            each: unless_null(self._text(each))
            for each in ("account", "resource_id", "currency", "commitment")
        }
        return cells(
            self.raw.source, {**nothing, "time": self._time("charge_start"), "cost": self._money("billed")}
        )

    def _inner(self) -> Iterator[str]:
        """List what lines are grouped by, and what is summed up."""
        for each in TEXTS:
            yield f"{self._text(each)} AS {each}"
        yield f"{self._column('allocated_resource')} AS allocated_resource"
        begins = f"coalesce({self._time('billing_start')}, {self._time('charge_start')})"
        yield f"strftime({begins}, '%Y-%m') AS period"
        yield f"{self._raw_tags('tags')} AS raw_tags"
        yield f"{self._raw_tags('allocated_tags')} AS raw_allocated_tags"
        yield f"{self._taggable()} AS taggable"
        billed, effective = self._money("billed"), self._money("effective")
        yield f"coalesce({billed} < 0 OR {effective} < 0, false) AS negative"
        yield "count(*) AS lines"
        yield f"coalesce(sum({billed}), 0)::{MONEY} AS billed"
        yield f"coalesce(sum({effective}), 0)::{MONEY} AS effective"
        yield f"min({self._time('charge_start')}) AS first_start"
        yield f"max({self._time('charge_start')}) AS last_start"
        yield f"count(*) FILTER ({billed} IS NULL OR {effective} IS NULL) AS unpriced"
        yield f"count(*) FILTER ({self._is_rounded()}) AS rounded"

    def _read(self) -> Iterator[str]:
        """Parse the tags of each group."""
        yield "* EXCLUDE (raw_tags, raw_allocated_tags)"
        yield "raw_tags"
        yield f"{tag_map('raw_tags', self._kind('tags'))} AS own_tags"
        yield f"{tag_map('raw_allocated_tags', self._kind('allocated_tags'))} AS allocated_tags"

    def _outer(self) -> Iterator[str]:
        """Tidy the texts up; the tags that a cost was split by come before those of what was split."""
        for each in TEXTS:
            yield f"{self._tidy(each)} AS {each}"
        yield f"{CLOUDS} AS cloud"
        yield "coalesce(period, '') AS period"
        own = f"CASE WHEN {CLOUDS} = 'aws' THEN {unprefixed(DUCKDB, 'own_tags')} ELSE own_tags END"
        yield f"coalesce(map_concat({own}, allocated_tags), MAP {{}}::{MAP}) AS tags"
        yield "taggable"
        yield "negative"
        yield "lines"
        yield "billed"
        yield "effective"
        yield "first_start"
        yield "last_start"
        yield "unpriced"
        yield "rounded"
        yield "CASE WHEN raw_tags IS NOT NULL AND own_tags IS NULL THEN lines ELSE 0 END AS unreadable"

    def _tidy(self, ours: str) -> str:
        """Take out what stands for nothing, and fill accounts of AWS that lost their zeros as numbers up."""
        if ours == "resource_id":
            return f"coalesce({unless_null('allocated_resource')}, {unless_null('resource_id')})"
        if ours in ("account", "billing_account") and is_number(self._kind(ours)):
            is_short = f"{CLOUDS} = 'aws' AND length({ours}) < 12"
            return f"CASE WHEN {is_short} THEN lpad({ours}, 12, '0') ELSE {ours} END"
        return (
            f"CASE lower({ours}) {FIXED[ours]} ELSE {unless_null(ours)} END"
            if ours in FIXED
            else unless_null(ours)
        )

    def _column(self, ours: str) -> str:
        if ours not in self.layout:
            return "NULL::VARCHAR"
        return as_text(name(self.layout.columns[ours]), self._kind(ours))

    def _kind(self, ours: str) -> str:
        return self.raw.types[self.layout.columns[ours]] if ours in self.layout else "VARCHAR"

    def _text(self, ours: str) -> str:
        if ours == "provider" and "older_provider" in self.layout:
            return f"coalesce({unless_null(self._column(ours))}, {self._column('older_provider')})"
        if not self.layout.native:
            return self._column(ours)
        if ours == "provider":
            return literal("Microsoft")
        category = self._column("charge_category")
        if ours == "charge_category":
            return NATIVE_CATEGORY.format(category)
        if ours == "commitment_status":
            return f"CASE WHEN {category} ILIKE 'unused%' THEN 'Unused' END"
        return self._column(ours)

    def _raw_tags(self, ours: str) -> str:
        """Keep maps and lists as they are; a text that stands for nothing is none."""
        if ours not in self.layout:
            return "NULL::VARCHAR"
        column = name(self.layout.columns[ours])
        return unless_null(column) if self._kind(ours) == "VARCHAR" else column

    def _taggable(self) -> str:
        """Say what FOCUS 1.4 says of a charge: whether it could carry tags, NULL where nobody told."""
        return f"({self._column('tag_details')} IS NOT NULL)" if self.tells else "NULL::BOOLEAN"

    def _time(self, ours: str) -> str:
        if ours not in self.layout:
            return "NULL::TIMESTAMP"
        return as_time(name(self.layout.columns[ours]), self._kind(ours), self.dates)

    def _money(self, ours: str) -> str:
        return as_money(name(self.layout.columns[ours]), self._kind(ours), self.numbers)

    def _is_rounded(self) -> str:
        """Say that a cost has more decimals than are kept."""
        asked = (self._has_more_decimals(name(self.layout.columns[each]), self._kind(each)) for each in COSTS)
        return " OR ".join(filter(None, asked)) or "false"

    def _has_more_decimals(self, column: str, kind: str) -> str:
        if kind == "VARCHAR":
            return f"regexp_matches({column}, '[.,][0-9]{{18}}[0-9]*[1-9]')"
        if kind.startswith("DECIMAL") and int(kind.rstrip(")").rpartition(",")[2]) > DECIMALS:
            return f"TRY_CAST(TRY_CAST({column} AS {MONEY}) AS {kind}) IS DISTINCT FROM {column}"
        return ""
