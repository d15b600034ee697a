"""`--engine spark://`: the command tells the same of a bill on Apache Spark as of the file that it is.

Every case is a process that runs the command, with the driver of Spark beside it. On millions of lines all
columns of all judged lines are compared, too.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest

from benchmarks.billing import generate
from tagward.loader import load
from tagward.policy import Policy
from tagward_generators.sql.columns import LINE, tag_columns
from tagward_generators.sql.compiling import sql_of
from tagward_generators.sql.coverage import classed
from tagward_generators.sql.dialects import DUCKDB, SPARK, Dialect
from tagward_generators.sql.queries import STAGED, staging_sql
from tagward_generators.sql.verdicts import verdicts
from tests.conformance.tally import tally
from tests.generators.bill_laws import HOSTILE
from tests.generators.random_policies import DAY
from tests.oracles import spark_engine
from tests.oracles.spark_engine import Spark
from tests.service.billing.bills import line, write_csv, write_parquet

TALLY = tally("sql", spark_engine)
pytestmark = TALLY.marks

REAL = Path(__file__).parents[1] / "service" / "billing" / "real"
ENGINE = "spark://local[2]"
MAPS = pa.map_(pa.string(), pa.string())
SOME_LINES, MANY_LINES = 100_000, 4_000_000
PARTS = 8
"""All columns of so many lines are compared part by part, to hold few of them."""


def told(command: str, file: Path, *options: str) -> Any:
    """Run the command on a file, and return what it writes but for where the lines came from."""
    main = "import sys; from tagward_service.cli import entry; sys.argv[0] = 'tagward'; sys.exit(entry())"
    given = [command, "--billing", str(file), "--as-of", DAY.isoformat(), "-f", "json", *options]
    ran = subprocess.run(
        [sys.executable, "-c", main, *given], env=spark_engine.beside(), capture_output=True, text=True
    )
    assert ran.stdout, ran.stderr
    report = json.loads(ran.stdout)
    found = [{**each, "file": ""} for each in report.get("findings", ()) if each["code"] != "not-checked"]
    return {**report, "findings": found}


def check(file: Path, lines: int, policy: str = "pack:ml-platform", command: str = "coverage") -> Any:
    """Compare what is told of a file here and on Spark."""
    here = told(command, file, "--policy", policy)
    there = told(command, file, "--policy", policy, "--engine", ENGINE)
    TALLY.case("every number", times=lines)
    if here != there:
        TALLY.breach("every number")
    assert there == here
    return there


def test_the_real_bill(tmp_path: Path) -> None:
    report = check(REAL / "focus_sample_1.0.csv.gz", 1000, str(REAL / "tagward.yaml"))

    assert report["gaps"]


def test_a_bill_of_maps_and_doubles(tmp_path: Path) -> None:
    file = tmp_path / "bill.parquet"
    generate(SOME_LINES, str(file))

    report = check(file, SOME_LINES)

    assert len(report["gaps"]) >= 1000


def odd_bills() -> Iterator[tuple[str, Sequence[dict[str, Any]], dict[str, Any]]]:
    """List bills with hostile keys, in every encoding, and with costs that are hard to read."""
    prefixed: list[dict[str, str]] = [
        {"resourceTags/ml-team": "fraud", "costCategory/ml-team": "no"},
        {"resourceTags/ml-team": "no", "ml-team": "fraud"},
        {"userAttribute/ml-team": "fraud"},
        {"resourceTags/resourceTags/ml-team": "fraud"},
        {"user_ml-team": "fraud", "aws_createdBy": "me"},
        {"user_ml-team": "no", "other": "x"},
        {},
        *({f"resourceTags/{key}": key, "resourceTags/ml-team": "fraud"} for key in HOSTILE),
        *({key: key, "ml-team": "fraud"} for key in HOSTILE),
    ]
    rng = Random(1)
    costs = [rng.choice((rng.random(), rng.random() * 1e5, 0.1 + 0.2, -1.1e-10)) for _ in prefixed]
    pairs = pa.list_(pa.struct([("Key", pa.string()), ("Value", pa.string()), ("x_Inherited", pa.bool_())]))
    lines = [line(ResourceId=f"r-{number}") for number in range(len(prefixed))]
    yield (
        "maps",
        [
            {**each, "Tags": list(tags.items()), "BilledCost": cost, "EffectiveCost": cost}
            for each, tags, cost in zip(lines, prefixed, costs, strict=True)
        ],
        {"Tags": MAPS, "BilledCost": pa.float64(), "EffectiveCost": pa.float64()},
    )
    yield (
        "pairs",
        [
            {**each, "Tags": [{"Key": key, "Value": tags[key]} for key in (*tags, *tags)]}
            for each, tags in zip(lines, prefixed, strict=True)
        ],
        {"Tags": pairs},
    )
    bad = ("{", "[]", "null", "", "NULL", '"ml-team": "fraud"', '\t{"ml-team": "fraud", "n": 12.20}', "{}")
    texts = [
        *({"Tags": json.dumps(tags, ensure_ascii=False)} for tags in prefixed),
        *({"Tags": t} for t in bad),
    ]
    texts += [{"BilledCost": "much"}, {"EffectiveCost": "0.0000000000000000005"}, {"ProviderName": "Oracle"}]
    nulls: dict[str, Any] = {"BillingPeriodStart": None, "ChargePeriodStart": "05/31/2026"}
    texts += [{"BillingPeriodStart": "soon"}, nulls]
    yield "texts", [line(**each, ResourceId=f"r-{number}") for number, each in enumerate(texts)], {}
    split: dict[str, Any] = {"AllocatedResourceId": "part", "TagDetails": "{}"}
    split["AllocatedTags"] = [("ml-team", "fraud")]
    whole: dict[str, Any] = dict.fromkeys(split)
    yield (
        "split",
        [
            line(Tags=[("ml-team", "no")], **split),
            line(Tags=[("ml-team", "fraud")], ResourceId="r-2", **whole),
        ],
        {"Tags": MAPS, "AllocatedTags": MAPS},
    )


BILLS = {name: (lines, types) for name, lines, types in odd_bills()}


@pytest.mark.parametrize("name", BILLS)
def test_odd_bills(name: str, tmp_path: Path) -> None:
    lines, types = BILLS[name]
    parquet, csv = tmp_path / "bill.parquet", tmp_path / "bill.csv"
    file = Path(write_parquet(parquet, lines, types)) if types else Path(write_csv(csv, lines))

    check(file, len(lines))


def test_showback_of_the_real_bill(tmp_path: Path) -> None:
    report = check(REAL / "focus_sample_1.0.csv.gz", 1000, command="showback")

    assert report["months"]


def test_all_columns_of_millions_of_judged_lines(tmp_path: Path) -> None:
    file, there = tmp_path / "bill.parquet", tmp_path / "there"
    generate(MANY_LINES, str(file))
    policy = load("pack:ml-platform", as_of=DAY)
    written = f"INSERT OVERWRITE DIRECTORY '{there}' USING parquet {judged(policy, SPARK)}"
    with Spark() as spark:
        view = {STAGED: staging_sql(policy, DAY, SPARK, "map")}
        spark.rows(written, files={"focus": file}, views=view)

    differing, lines, columns = compared(file, there, policy)

    TALLY.case("every line", times=lines)
    assert (differing, lines) == (0, MANY_LINES)
    assert columns > 35


def judged(policy: Policy, dialect: Dialect) -> str:
    """Ask for all that is said of each line."""
    schema = {**LINE, **dict.fromkeys(tag_columns(tag.id for tag in policy.tags).values(), "string")}
    found = verdicts(ibis.table(schema, name=STAGED), policy, DAY)
    return sql_of(classed(found, policy.costs), dialect.name)


def compared(file: Path, there: Path, policy: Policy) -> tuple[int, int, int]:
    """Count the lines that only one engine has, those that both have, and the columns compared."""
    with duckdb.connect(config={"memory_limit": "3GB"}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE VIEW focus AS FROM '{file}'")
        connection.execute(f"CREATE VIEW {STAGED} AS {staging_sql(policy, DAY, DUCKDB, 'map')}")
        connection.execute(f"CREATE VIEW here AS {judged(policy, DUCKDB)}")
        connection.execute(f"CREATE VIEW there AS FROM '{there}/*.parquet'")
        columns = [row[0] for row in connection.execute("DESCRIBE here").fetchall()]
        shown = ", ".join(f'"{each}"::VARCHAR AS "{each}"' for each in columns)
        differing = lines = 0
        for part in range(PARTS):
            where = f"WHERE hash(coalesce(resource_id, account)) % {PARTS} = {part}"
            sides = (f"SELECT {shown} FROM {side} {where}" for side in ("here", "there"))
            for side, query in zip(("ours", "theirs"), sides, strict=True):
                connection.execute(f"CREATE OR REPLACE TEMP TABLE {side} AS {query}")
            counts = (
                "(SELECT count(*) FROM (FROM ours EXCEPT ALL FROM theirs))",
                "(SELECT count(*) FROM (FROM theirs EXCEPT ALL FROM ours))",
                "(SELECT count(*) FROM ours)",
            )
            row = connection.execute(f"SELECT {', '.join(counts)}").fetchone()
            assert row is not None
            differing, lines = differing + row[0] + row[1], lines + row[2]
    return differing, lines, len(columns)
