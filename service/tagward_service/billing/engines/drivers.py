"""The drivers of engines, as Ibis uses them: how to connect, and how to fetch rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from tagward.errors import UsageError
from tagward_generators.sql.dialects import ATHENA, BIGQUERY, SNOWFLAKE, SPARK, TRINO, Dialect
from tagward_service.billing.engines.addresses import Address
from tagward_service.billing.engines.duckdb_tags import AS_FILES

FETCHED = 10_000
Rows = Iterator[dict[str, Any]]

LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
}
"""A Spark of one process listens on this machine only."""


@contextmanager
def unwarned() -> Iterator[None]:
    """Keep what drivers warn their programmers of from those who look at bills."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Known(Struct, frozen=True):
    """An engine that bills are asked of: its extra of Ibis, its dialect, how to connect and to fetch rows."""

    extra: str
    dialect: Dialect
    connect: Callable[[Address], Any]
    fetch: Callable[[Any], Rows]


def _duckdb(at: Address) -> Any:
    import ibis

    path = Path(at.place)
    if at.place in ("", ":memory:") or not path.is_file():
        raise UsageError("`--engine duckdb://FILE`: there is no such file")
    return ibis.duckdb.connect(path, read_only=True)


def _spark(at: Address) -> Any:
    """Start Spark, or join it: `spark://local[2]`, `spark://host:7077`, `sc://host` for Spark Connect."""
    import ibis
    from pyspark.sql import SparkSession  # type: ignore[import-not-found]  # a driver is no dependency

    builder = SparkSession.builder.appName("tagward")
    if at.scheme == "sc":
        return ibis.pyspark.connect(builder.remote(at.url).getOrCreate())
    is_local = at.place.startswith("local")
    if at.place:
        builder = builder.master(at.place if is_local else f"spark://{at.place}")
    quiet = {"spark.ui.showConsoleProgress": "false"}
    for name, value in {**quiet, **(LOCAL if is_local else {}), **at.parameters}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return ibis.pyspark.connect(session)


def _by_url(at: Address) -> Any:
    import ibis

    return ibis.connect(at.url)


def _trino(at: Address) -> Any:
    """Connect to Trino; with a password only over TLS, which is how its driver wants to be told."""
    import ibis

    parsed = urlsplit(at.url)
    secure = {"host": f"https://{parsed.hostname}"} if parsed.password else {}
    return ibis.connect(at.url, **secure)


def _athena(at: Address) -> Any:
    """Connect to Athena: `athena://REGION/DATABASE?s3_staging_dir=s3://...`."""
    import ibis

    region, _, database = at.place.partition("/")
    options = {"region_name": region, "schema_name": database, **at.parameters}
    if "s3_staging_dir" not in options:
        raise UsageError(
            "Athena keeps results in S3; say where: `athena://REGION/DATABASE?s3_staging_dir=s3://...`"
        )
    return ibis.athena.connect(**{name: value for name, value in options.items() if value})


def _snowflake(at: Address) -> Any:
    """Connect to Snowflake, without the database of functions that Ibis would create."""
    import ibis

    return ibis.connect(at.url, create_object_udfs=False)


def _from_cursor(cursor: Any) -> Rows:
    """Fetch from a cursor as PEP 249 has it."""
    names = [each[0] for each in cursor.description or ()]
    while rows := cursor.fetchmany(FETCHED):
        yield from (dict(zip(names, row, strict=True)) for row in rows)


def _from_spark(frame: Any) -> Rows:
    return (row.asDict() for row in frame.toLocalIterator())


def _from_bigquery(rows: Any) -> Rows:
    return (dict(row.items()) for row in rows)


_SPARK = Known("pyspark", SPARK, _spark, _from_spark)

ENGINES: Mapping[str, Known] = {
    "duckdb": Known("duckdb", AS_FILES, _duckdb, _from_cursor),
    "spark": _SPARK,
    "pyspark": _SPARK,
    "sc": _SPARK,
    "trino": Known("trino", TRINO, _trino, _from_cursor),
    "athena": Known("athena", ATHENA, _athena, _from_cursor),
    "bigquery": Known("bigquery", BIGQUERY, _by_url, _from_bigquery),
    "snowflake": Known("snowflake", SNOWFLAKE, _snowflake, _from_cursor),
}
"""By scheme."""
