"""The staging projection: lines of a bill as an engine holds them, as the policy asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tagward.policy import Policy
from tagward_generators.selecting import Platform
from tagward_generators.sql.aws_keys import unprefixed
from tagward_generators.sql.bill_table import BillTable
from tagward_generators.sql.columns import KEYS, LINE, PAIRS, VALUES, tag_columns
from tagward_generators.sql.dialects import Dialect
from tagward_generators.sql.judging import CLOUDS, SURFACE
from tagward_generators.sql.reading import TEXTS, Reading, transpiled
from tagward_generators.sql.verdicts import asks_all
from tagward_generators.tag_facts import TagFacts

DECODED = "tag_map"
"""The tags of a line, in the form that the engine looks into."""

AWS = "LOWER({0}) LIKE 'aws%' OR LOWER({0}) LIKE '%amazon%'"
CLOUD = (
    f"CASE WHEN {AWS} THEN 'aws' "
    "WHEN LOWER({0}) LIKE '%microsoft%' OR LOWER({0}) LIKE '%azure%' THEN 'azure' "
    "WHEN LOWER({0}) LIKE '%google%' OR LOWER({0}) LIKE 'gcp%' THEN 'gcp' ELSE '' END"
)
"""Whose prices a provider has; every engine reads this alike."""

KEPT = (*TEXTS, "resource_id", "taggable", "last_start")
"""What is staged as it was read."""


def tag_projections(policy: Policy, day: date, dialect: Dialect, column: str) -> Iterator[tuple[str, str]]:
    """List (name, SQL) of the columns that hold the tags: one for each tag, all keys and values if asked for.

    A key that differs from cloud to cloud is looked up by the cloud of the line; the first of a tag's keys
    that is there counts, whatever its value.
    """
    columns = tag_columns(tag.id for tag in policy.tags)
    keys: dict[str, dict[tuple[str, ...], list[str]]] = {tag.id: {} for tag in policy.tags}
    for cloud in CLOUDS:
        for tag in policy.tags:
            if cloud in tag.keys:
                names = TagFacts(tag, policy, Platform(cloud, SURFACE), day).keys
                keys[tag.id].setdefault((*names, *_MARK[cloud == "azure"]), []).append(cloud)
    for tag_id, name in columns.items():
        yield name, _by_cloud(keys[tag_id], dialect, column)
    if asks_all(policy):
        yield KEYS, dialect.every(column, "keys")
        yield VALUES, dialect.every(column, "values")


_MARK: dict[bool, tuple[str, ...]] = {False: (), True: ("",)}
"""What tells keys that are compared without case from others."""


def _by_cloud(keys: dict[tuple[str, ...], list[str]], dialect: Dialect, column: str) -> str:
    branches = []
    for names, clouds in keys.items():
        found = dialect.first_of(column, filter(None, names), any_case="" in names)
        listed = ", ".join(map(dialect.literal, clouds))
        branches.append(f"WHEN {dialect.quoted('cloud')} IN ({listed}) THEN {found}")
    return f"CASE {' '.join(branches)} END" if branches else "CAST(NULL AS VARCHAR)"


def staging(policy: Policy, day: date, dialect: Dialect, table: BillTable) -> str:
    """Return the staging projection of a table: what is read, its tags decoded, a column for each tag."""
    tags = dialect.quoted(DECODED)
    columns = [(each, dialect.quoted(each)) for each in LINE]
    if table.asked:
        columns.append((PAIRS, dialect.pairs(tags)))
    columns += tag_projections(policy, day, dialect, tags)
    return f"{decoding(dialect, table)}\n{_select(dialect, columns, 'decoded')}\n"


def decoding(dialect: Dialect, table: BillTable) -> str:
    """Return what a query begins with: the lines of a table as `decoded`, whatever a policy asks of them."""
    bill = _select(dialect, Reading(dialect, table).columns(), table.name)
    decoded = _select(dialect, _Decoding(dialect, table).columns(), "bill")
    # DuckDB would decode the tags again wherever they are looked at.
    once = "MATERIALIZED " if dialect.reads_bare else ""
    return f"WITH bill AS {once}(\n{_indented(bill)}\n), decoded AS {once}(\n{_indented(decoded)}\n)"


class _Decoding:
    """What is made of the columns that were read."""

    def __init__(self, dialect: Dialect, table: BillTable) -> None:
        self.dialect, self.table = dialect, table
        self.name = dialect.quoted

    def columns(self) -> Iterator[tuple[str, str]]:
        """List (name, SQL) with the cloud, the month and the tags under the keys that people gave."""
        name, zero = self.name, f"CAST(0 AS {self.dialect.money})"
        billed, effective = name("billed"), name("effective")
        yield from ((each, name(each)) for each in KEPT)
        month = transpiled("strftime(\"first_day\", '%Y-%m')", self.dialect.name)
        yield "period", f"COALESCE({month}, '')"
        yield "cloud", CLOUD.format(name("provider"))
        yield "negative", f"COALESCE({billed} < 0 OR {effective} < 0, FALSE)"
        yield "billed", f"COALESCE({billed}, {zero})"
        yield "effective", f"COALESCE({effective}, {zero})"
        yield "lines", "1"
        yield "unreadable", self._flag(f"{name('raw_tags')} AND {name('own_tags')} IS NULL")
        yield "unpriced", self._flag(f"{billed} IS NULL OR {effective} IS NULL")
        yield "rounded", name("rounded")
        yield DECODED, self._tags()

    def _flag(self, condition: str) -> str:
        return f"CASE WHEN {condition} THEN 1 ELSE 0 END"

    def _tags(self) -> str:
        """Return the tags; those that a cost was split by come before those of what was split."""
        own = self.name("own_tags")
        aws = AWS.format(self.name("provider"))
        own = f"CASE WHEN {aws} THEN {unprefixed(self.dialect, own)} ELSE {own} END"
        if "allocated_tags" not in self.table.columns:
            return own
        maps = self.dialect.maps
        both = (f"COALESCE({each}, {maps.empty})" for each in (own, self.name("allocated_tags")))
        return maps.merged(*both)


def _select(dialect: Dialect, columns: Iterable[tuple[str, str]], source: str) -> str:
    named = ((sql, dialect.quoted(name)) for name, sql in columns)
    listed = ",\n  ".join(sql if sql == name else f"{sql} AS {name}" for sql, name in named)
    return f"SELECT\n  {listed}\nFROM {source}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
