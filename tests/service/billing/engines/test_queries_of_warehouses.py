"""What warehouses would be asked: every query of a report is one that they can parse, and only reads.

Nothing here runs on them. DuckDB answers the same questions, and its answers stand in for theirs.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt
import pytest
import sqlglot
from msgspec.structs import replace
from sqlglot import exp

from tagward.errors import InputError
from tagward.loader import load
from tagward.policy import Policy
from tagward_generators.sql.dialects import ATHENA, BIGQUERY, SNOWFLAKE, SPARK, TRINO, Dialect
from tagward_service.billing.engines.connecting import connected
from tagward_service.billing.engines.interface import Engine, Table
from tagward_service.billing.engines.tables import bill_table
from tagward_service.billing.ingest_findings import CHECKS
from tagward_service.billing.judged import judge_bill
from tagward_service.billing.lines_in_tables import LinesInTables, checks_query
from tagward_service.billing.report import BillingReport, report_on
from tagward_service.showback.report import ShowbackReport
from tagward_service.showback.report import report_on as share_out
from tagward_service.showback.rule_file import read_rules
from tests.generators.random_policies import DAY
from tests.service.billing.bills import line, write_csv
from tests.service.billing.engines.tables_and_files import TABLE, in_duckdb

ROOT = Path(__file__).parents[4]
COLUMNS = (*line(), "TagDetails", "AllocatedTags", "AllocatedResourceId")

TEXTS = dict.fromkeys(COLUMNS, dt.string)
TIMES = {"BillingPeriodStart": dt.Timestamp(timezone="UTC"), "ChargePeriodStart": dt.Timestamp()}
COSTS = {"BilledCost": dt.float64, "EffectiveCost": dt.Decimal(38, 9)}
MAP = dt.Map(dt.string, dt.string)
PAIRS = dt.Array(dt.Struct({"Key": dt.string, "Value": dt.string, "x_Inherited": dt.boolean}))
FIELDS = dt.Struct({"team": dt.string, "a b": dt.string})

DIALECTS = (SPARK, TRINO, ATHENA, BIGQUERY, SNOWFLAKE)
TAGS: Mapping[str, tuple[Any, ...]] = {
    "databricks": (MAP, dt.string, PAIRS, FIELDS, dt.json),
    "trino": (MAP, dt.string, PAIRS, FIELDS, dt.json),
    "athena": (MAP, dt.string, PAIRS, FIELDS),
    "bigquery": (PAIRS, dt.string, FIELDS, dt.json),
    "snowflake": (dt.string, MAP, FIELDS, dt.json),
}
"""How each warehouse may hold tags, the usual way first."""

DENIED: Mapping[str, tuple[str, ...]] = {
    "": ("ILIKE", "IEEE_DIVIDE", "GET_JSON_OBJECT", "MEDIAN"),
    "databricks": ("UDF",),
    "trino": ("JSON_EXTRACT",),
    "athena": ("JSON_EXTRACT",),
    "bigquery": (r"\bMAP_", r"\bELEMENT_AT\b", r"\bNUMERIC\(38", r"AS DOUBLE\b", r"\bFILTER\s*\("),
    "snowflake": (r"TRY_CAST\(.*AS (DOUBLE|JSON)", "IBIS_UDFS", r"\bFILTER\s*\(\s*WHERE"),
}
"""Words that fail there, or answer otherwise: what they are, silently, is in docs/billing-engines.md."""


class Asked:
    """An engine whose queries are written down; answers come from somewhere else."""

    def __init__(self, dialect: Dialect, types: Mapping[str, Any], answers: Iterator[list[Any]]) -> None:
        self.name, self.dialect, self.types, self.answers = dialect.name, dialect, types, answers
        self.queries: list[str] = []

    def table(self, named: str) -> Table:
        return Table(exp.to_table(named).sql(dialect=self.dialect.name), self.types)

    def rows(self, query: str) -> Iterator[dict[str, Any]]:
        self.queries.append(query)
        yield from next(self.answers)


class Answering:
    """DuckDB, whose answers are written down."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.name, self.dialect = engine, engine.name, engine.dialect
        self.answers: list[list[dict[str, Any]]] = []

    def table(self, named: str) -> Table:
        return self.engine.table(named)

    def rows(self, query: str) -> Iterator[dict[str, Any]]:
        self.answers.append(list(self.engine.rows(query)))
        yield from self.answers[-1]


@pytest.fixture(scope="module")
def policy() -> Policy:
    """A policy that asks for everything: all keys, registries, scopes, cases, aliases."""
    found = load(ROOT / "policies" / "example" / "tagward.yaml", as_of=DAY)
    return replace(found, closed=True, max_tags=3, forbidden_keys=("*password*",))


def told(lines: LinesInTables, policy: Policy) -> tuple[BillingReport, ShowbackReport]:
    """Ask everything that reports ask."""
    rules = read_rules(ROOT / "docs" / "demo" / "showback.yaml")
    judged = judge_bill(lines, policy, DAY, period="2026-05")
    every = ("provider", "account", "service", "period", "tag:ml-team")
    return report_on(judged, "effective", every, 90), share_out(judged, rules, {}, "effective")


@pytest.fixture(scope="module")
def answered(policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, list[Any]]:
    folder = tmp_path_factory.mktemp("bill")
    tags: tuple[dict[str, str], ...] = ({"ml-team": "fraud"}, {"team": "fraud-detection"}, {})
    more = dict.fromkeys(("TagDetails", "AllocatedTags", "AllocatedResourceId"), "")
    lines = [
        {**line(Tags=each, ResourceId=f"r-{n}"), **more, "TagDetails": "{}"} for n, each in enumerate(tags)
    ]
    engine = Answering(connected(in_duckdb(Path(write_csv(folder / "bill.csv", lines)), folder)))
    return told(LinesInTables(engine, [TABLE]), policy), engine.answers


def types(dialect: Dialect, tags: Any) -> dict[str, Any]:
    """Type a table as a warehouse does; Snowflake and Athena have names in one case."""
    named = {**TEXTS, **TIMES, **COSTS, "Tags": tags, "AllocatedTags": tags}
    if dialect in (SNOWFLAKE, ATHENA):
        fold = str.upper if dialect is SNOWFLAKE else str.lower
        return {fold(name): kind for name, kind in named.items()}
    return named


def check(query: str, dialect: Dialect) -> None:
    """Check that a query is one statement that reads, and has no word that is denied."""
    (tree,) = sqlglot.parse(query, read=dialect.name, error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(tree, exp.Select)
    writing = (exp.Create, exp.Insert, exp.Update, exp.Delete, exp.Drop, exp.Merge, exp.Command, exp.Into)
    assert tree.find(*writing) is None
    for word in (*DENIED[""], *DENIED[dialect.name]):
        assert re.search(word, query, re.IGNORECASE) is None, word
    read = {table.name for table in tree.find_all(exp.Table) if table.db}
    assert read == {"focus"}


@pytest.mark.parametrize("dialect", [TRINO, ATHENA, BIGQUERY, SNOWFLAKE], ids=lambda each: each.name)
def test_every_query_of_a_report_reads_one_table(
    dialect: Dialect, policy: Policy, answered: tuple[Any, list[Any]]
) -> None:
    reports, answers = answered
    engine = Asked(dialect, types(dialect, TAGS[dialect.name][0]), iter(answers))

    lines = LinesInTables(engine, [TABLE])
    asked = told(lines, policy)

    assert asked == reports
    assert len(engine.queries) == len(answers) >= 10
    first, *more = engine.queries
    check(first, dialect)
    check(lines.staging, dialect)
    for query in more:
        assert lines.staging in query
        check(query.replace(lines.staging, "SELECT * FROM bills.focus"), dialect)  # parsed above, once


ENCODINGS = [(dialect, kind) for dialect in DIALECTS for kind in TAGS[dialect.name]]


@pytest.mark.parametrize(
    ("dialect", "kind"), ENCODINGS, ids=lambda each: getattr(each, "name", type(each).__name__)
)
def test_every_encoding_of_tags_is_read(dialect: Dialect, kind: Any, policy: Policy) -> None:
    every = types(dialect, kind) | (without_times(dialect) if kind == dt.string else {})
    codes = (each.code.replace("-", "_") for each in CHECKS)
    row = {"currency": "USD", "told": 1, **dict.fromkeys(codes, 0)}
    lines = LinesInTables(Asked(dialect, every, iter([[row]])), [TABLE])
    lines.stage(policy, DAY, "USD", "")

    check(lines.staging, dialect)
    if kind == dt.string:  # on Trino a text cast to JSON is a JSON string, and no tag is ever found in it
        assert re.search(r'CAST\("\w*tags" AS JSON\)', lines.staging, re.IGNORECASE) is None


def without_times(dialect: Dialect) -> dict[str, Any]:
    """Type times and costs as texts, as in a table loaded from CSV."""
    spelled = {name.lower(): name for name in types(dialect, dt.string)}
    return {spelled[name.lower()]: dt.string for name in (*TIMES, *COSTS)}


def test_names_are_written_as_the_warehouse_has_them(policy: Policy) -> None:
    query = checks_query(SNOWFLAKE, bill_table(Asked(SNOWFLAKE, types(SNOWFLAKE, MAP), iter(())), TABLE))

    assert '"TAGS"' in query
    assert '"SERVICEPROVIDERNAME"' in query or '"PROVIDERNAME"' in query


def test_tags_that_a_warehouse_cannot_read_are_refused() -> None:
    for dialect, kind in ((SNOWFLAKE, PAIRS), (BIGQUERY, MAP), (TRINO, dt.Array(dt.string))):
        with pytest.raises(InputError, match="cannot be read as tags"):
            bill_table(Asked(dialect, types(dialect, kind), iter(())), TABLE)
