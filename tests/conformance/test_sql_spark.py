"""Queries over bills on DuckDB and Apache Spark: every column of every line, every sum, to the last digit."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import ibis
import pytest
from msgspec.structs import replace

from benchmarks.billing import generate
from tagward.loader import load
from tagward.policy import Policy
from tagward_generators.sql.columns import LINE, tag_columns
from tagward_generators.sql.compiling import sql_of
from tagward_generators.sql.coverage import classed
from tagward_generators.sql.dialects import DUCKDB, SPARK, Dialect
from tagward_generators.sql.queries import STAGED, coverage_sql, staging_sql
from tagward_generators.sql.verdicts import asks_all, verdicts
from tests.conformance.tally import tally
from tests.generators.bill_laws import drawn
from tests.generators.random_bills import Encoding, write
from tests.generators.random_policies import DAY
from tests.oracles import spark_engine
from tests.oracles.spark_engine import Row, Spark

TALLY = tally("sql", spark_engine)
pytestmark = TALLY.marks

POLICIES = 20
LINES = 100
MANY_LINES = 4_000_000


@pytest.fixture(scope="module")
def spark() -> Iterator[Spark]:
    with Spark() as session:
        yield session


@pytest.mark.parametrize("encoding", ["map", "json"])
@pytest.mark.parametrize("seed", range(POLICIES))
def test_both_engines_say_the_same(seed: int, encoding: Encoding, spark: Spark, tmp_path: Path) -> None:
    rng = Random(seed)
    world = drawn(rng, LINES)
    file = tmp_path / "bill.parquet"
    lines = write(file, rng, world, encoding)

    for law, ask in (("every line", judged_sql), ("every sum", coverage_sql)):
        here = on_duckdb(file, staged(world.policy, DUCKDB, encoding), ask(world.policy, DAY, DUCKDB))
        there = on_spark(spark, file, staged(world.policy, SPARK, encoding), ask(world.policy, DAY, SPARK))
        TALLY.case(law, times=lines)
        differing = list(differences(here, there))
        if differing:
            TALLY.breach(law)
        assert differing == []
        assert here


def differences(here: list[Row], there: list[Row]) -> Iterator[tuple[int, str, object, object]]:
    """Say where two answers differ: row, column, and what each has there."""
    if [list(row) for row in here] != [list(row) for row in there]:
        yield len(here), "columns or number of rows", here[:1], there[:1]
        return
    for number, (ours, theirs) in enumerate(zip(here, there, strict=True)):
        for column, value in ours.items():
            if value != theirs[column]:
                yield number, column, value, theirs[column]


def test_both_engines_say_the_same_of_millions_of_lines(spark: Spark, tmp_path: Path) -> None:
    file = tmp_path / "bill.parquet"
    generate(MANY_LINES, str(file))
    policy = load("pack:ml-platform", as_of=DAY)

    here = on_duckdb(file, staged(policy, DUCKDB, "map"), coverage_sql(policy, DAY, DUCKDB))
    there = on_spark(spark, file, staged(policy, SPARK, "map"), coverage_sql(policy, DAY, SPARK))

    TALLY.case("every sum", times=MANY_LINES)
    assert list(differences(here, there)) == []
    assert sum(int(row["lines"]) for row in here) == MANY_LINES


def test_a_cost_cast_from_a_double_is_caught(spark: Spark, tmp_path: Path) -> None:
    world, file = drawn(Random(0), LINES), tmp_path / "bill.parquet"
    write(file, Random(0), world, "map")
    mutant = replace(DUCKDB, cost=SPARK.cost)

    here = on_duckdb(file, staged(world.policy, mutant, "map"), judged_sql(world.policy, DAY, mutant))
    there = on_spark(spark, file, staged(world.policy, SPARK, "map"), judged_sql(world.policy, DAY, SPARK))

    assert {column for _, column, *_ in differences(here, there)} & {"billed", "effective"}


def staged(policy: Policy, dialect: Dialect, encoding: Encoding) -> str:
    return staging_sql(policy, DAY, dialect, encoding)


def judged_sql(policy: Policy, day: date, dialect: Dialect) -> str:
    """Ask for all that is said of each line."""
    schema = {**LINE, **dict.fromkeys(tag_columns(tag.id for tag in policy.tags).values(), "string")}
    schema |= {"tag_keys": "string", "tag_values": "string"} if asks_all(policy) else {}
    return sql_of(classed(verdicts(ibis.table(schema, name=STAGED), policy, day), policy.costs), dialect.name)


def on_duckdb(file: Path, view: str, query: str) -> list[Row]:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW focus AS FROM '{file}'")
        connection.execute(f"CREATE VIEW {STAGED} AS {view}")
        ran = connection.execute(query)
        names = [each[0] for each in ran.description or ()]
        rows = [dict(zip(names, map(plain, row), strict=True)) for row in ran.fetchall()]
    return sorted(rows, key=repr)


def on_spark(spark: Spark, file: Path, view: str, query: str) -> list[Row]:
    return sorted(spark.rows(query, files={"focus": file}, views={STAGED: view}), key=repr)


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime) else value
