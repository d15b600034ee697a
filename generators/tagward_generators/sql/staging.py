"""The staging projection: FOCUS lines as they are exported, named and typed as the policy asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tagward.policy import Policy
from tagward_generators.selecting import Platform
from tagward_generators.sql.columns import KEYS, VALUES, tag_columns
from tagward_generators.sql.dialects import Dialect
from tagward_generators.sql.judging import CLOUDS, SURFACE
from tagward_generators.sql.verdicts import asks_all
from tagward_generators.tag_facts import TagFacts

DECODED = "tag_map"
"""The tags of a line, in the form that the engine looks into."""

LINES = """\
SELECT
  strftime(BillingPeriodStart, '%Y-%m') AS period,
  CASE
    WHEN lower(ProviderName) LIKE 'aws%' OR lower(ProviderName) LIKE '%amazon%' THEN 'aws'
    WHEN lower(ProviderName) LIKE '%microsoft%' OR lower(ProviderName) LIKE '%azure%' THEN 'azure'
    WHEN lower(ProviderName) LIKE '%google%' OR lower(ProviderName) LIKE 'gcp%' THEN 'gcp'
    ELSE ''
  END AS cloud,
  ProviderName AS provider,
  SubAccountId AS account,
  SubAccountName AS account_name,
  ServiceName AS service,
  RegionId AS region,
  ResourceId AS resource_id,
  ResourceName AS resource_name,
  ChargeCategory AS charge_category,
  ChargeClass AS charge_class,
  CommitmentDiscountId AS commitment,
  CommitmentDiscountStatus AS commitment_status,
  BillingCurrency AS currency,
  CAST(NULL AS BOOLEAN) AS taggable,
  BilledCost < 0 OR EffectiveCost < 0 AS negative,
  CAST({billed} AS DECIMAL(38, 18)) AS billed,
  CAST({effective} AS DECIMAL(38, 18)) AS effective,
  1 AS lines,
  ChargePeriodStart AS last_start
FROM focus
"""
"""The columns that no engine has a word of its own for, as DuckDB reads them."""


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
        branches.append(f"WHEN cloud IN ({listed}) THEN {found}")
    return f"CASE {' '.join(branches)} END" if branches else "CAST(NULL AS VARCHAR)"


def staging(policy: Policy, day: date, dialect: Dialect, encoding: str) -> str:
    """Return the staging projection of the table `focus` for an engine and an encoding of its tags."""
    import sqlglot

    focus = LINES.format(billed=dialect.cost("BilledCost"), effective=dialect.cost("EffectiveCost"))
    (lines,) = sqlglot.transpile(focus, read="duckdb", write=dialect.name, pretty=True)
    lines = lines.replace(_money(dialect), dialect.money)
    decoded = f"  {dialect.decode[encoding]('Tags')} AS {DECODED}"
    body = lines.replace("\nFROM focus", f",\n{decoded}\nFROM focus")
    tags = ",\n  ".join(f"{sql} AS {name}" for name, sql in tag_projections(policy, day, dialect, DECODED))
    return f"WITH decoded AS (\n{_indented(body)}\n)\nSELECT\n  decoded.*,\n  {tags}\nFROM decoded\n"


def _money(dialect: Dialect) -> str:
    """Return what the type of money became for an engine."""
    import sqlglot

    (cast,) = sqlglot.transpile("CAST(x AS DECIMAL(38, 18))", read="duckdb", write=dialect.name)
    return cast.removeprefix("CAST(x AS ").removesuffix(")")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
