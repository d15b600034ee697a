"""Connections to engines, opened by Ibis: from an address to whoever answers queries."""

from __future__ import annotations

from typing import Any

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import InputError, UsageError
from tagward_generators.sql.dialects import SPARK
from tagward_service.billing.engines.addresses import Address, address
from tagward_service.billing.engines.drivers import ENGINES, Known, Rows, unwarned
from tagward_service.billing.engines.interface import Engine, Table


class IbisEngine:
    """A backend of Ibis, which says what tables hold and runs queries."""

    def __init__(self, at: Address, known: Known, backend: Any) -> None:
        self.address, self.known, self.backend = at, known, backend
        self.name = known.extra
        self.dialect = known.dialect

    def table(self, named: str) -> Table:
        """Look a table up; raises InputError."""
        try:
            with unwarned():
                source, found = _looked_up(self.backend, self.dialect.name, named)
                return Table(source, dict(found.schema().items()))
        except Exception as error:
            raise self._failed(named, error) from None

    def rows(self, query: str) -> Rows:
        """Run a query; raises InputError."""
        try:
            with unwarned():
                answer = self.backend.raw_sql(query)
            yield from self.known.fetch(answer)
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
        with unwarned():
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
