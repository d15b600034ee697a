"""Connections to engines, opened by Ibis: from an address to whoever answers queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import InputError, UsageError
from tagward_generators.sql.dialects import ATHENA, BIGQUERY, SNOWFLAKE, SPARK, TRINO, Dialect
from tagward_service.billing.engines.addresses import Address, address
from tagward_service.billing.engines.duckdb_tags import AS_FILES
from tagward_service.billing.engines.interface import Engine, Table

FETCHED = 10_000
Rows = Iterator[dict[str, Any]]


class Known(Struct, frozen=True):
    """An engine that bills are asked of: its extra of Ibis, its dialect, how to connect and to fetch rows."""

    extra: str
    dialect: Dialect
    connect: Callable[[Address], Any]
    fetch: Callable[[Any], Rows]


class IbisEngine:
    """A backend of Ibis, which says what tables hold and runs queries."""

    def __init__(self, at: Address, known: Known, backend: Any) -> None:
        self.address, self.known, self.backend = at, known, backend
        self.name = known.extra
        self.dialect = known.dialect

    def table(self, named: str) -> Table:
        """Look a table up; raises InputError."""
        try:
            source, found = _looked_up(self.backend, self.dialect.name, named)
        except Exception as error:
            raise self._failed(named, error) from None
        return Table(source, dict(found.schema().items()))

    def rows(self, query: str) -> Rows:
        """Run a query; raises InputError."""
        try:
            yield from self.known.fetch(self.backend.raw_sql(query))
        except Exception as error:
            raise self._failed(self.name, error) from None

    def _failed(self, where: str, error: Exception) -> InputError:
        said = self.address.without_secrets(error) or type(error).__name__
        return InputError(where, f"{self.name} says: {said}", "look at the table and at your rights to it")


def connected(url: str) -> Engine:
    """Connect to an engine; raises UsageError, and InputError where it does not answer.

    Neither shows anything of the address but its scheme, as there may be a password in it.
    """
    at = address(url)
    if at.scheme not in ENGINES:
        guess = did_you_mean(at.scheme, list(ENGINES))
        hint = f"did you mean `{guess}://`?" if guess else f"choose from {', '.join(ENGINES)}"
        raise UsageError(f"`--engine`: no engine is called {quoted(at.scheme)}; {hint}")
    known = ENGINES[at.scheme]
    try:
        return IbisEngine(at, known, known.connect(at))
    except ImportError:
        driver = f"pip install 'ibis-framework[{known.extra}]'"
        raise UsageError(f"the driver of {known.extra} is not installed; {driver}") from None
    except UsageError:
        raise
    except Exception as error:
        said = at.without_secrets(error) or type(error).__name__
        raise InputError(known.extra, f"no connection: {said}", "look at `--engine`") from None


def _looked_up(backend: Any, dialect: str, named: str) -> tuple[str, Any]:
    """Find a table by a name of up to three parts, in the case in which the engine keeps names."""
    from sqlglot import exp
    from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

    if dialect == SPARK.name and "/" in named:
        return _view_of_files(backend, named)
    parsed = normalize_identifiers(exp.to_table(named, dialect=dialect), dialect=dialect)
    for part in parsed.parts:
        part.set("quoted", True)
    *above, name = (part.name for part in parsed.parts)
    database = tuple(above) if len(above) > 1 else above[0] if above else None
    return parsed.sql(dialect=dialect), backend.table(name, database=database)


def _view_of_files(backend: Any, path: str) -> tuple[str, Any]:
    """Let Spark read files as a view of its session, every column of a CSV a text."""
    name = f"tagward_{abs(hash(path)):x}"
    if path.removesuffix(".gz").endswith(".csv"):
        options = {"header": True, "quote": '"', "escape": '"', "multiLine": True, "nullValue": ""}
        return name, backend.read_csv(path, table_name=name, inferSchema=False, **options)
    return name, backend.read_parquet(path, table_name=name)


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

    builder = SparkSession.builder.appName("tagward").config("spark.ui.showConsoleProgress", "false")
    if at.scheme == "sc":
        return ibis.pyspark.connect(builder.remote(at.url).getOrCreate())
    if at.place:
        is_local = at.place.startswith("local")
        builder = builder.master(at.place if is_local else f"spark://{at.place}")
    for name, value in at.parameters.items():
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
