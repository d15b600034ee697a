"""Ibis expressions as SQL: one step after the other, each fact worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from tagward_generators.sql.writing import Column

_ONE_AT_A_TIME = Lock()


def sql_of(expression: Column, dialect: str) -> str:
    """Compile an expression for an engine."""
    import ibis.backends.sql.compilers as compilers
    from sqlglot.optimizer.eliminate_subqueries import eliminate_subqueries

    compiler = getattr(compilers, dialect).compiler
    with _selects_kept_apart():
        tree = compiler.to_sqlglot(expression.unbind())
    return str(eliminate_subqueries(tree).sql(dialect=compiler.dialect, pretty=True))


@contextmanager
def _selects_kept_apart() -> Iterator[None]:
    """Keep Ibis from putting selects together, which would write each fact out wherever it is used."""
    import ibis

    with _ONE_AT_A_TIME:
        before = ibis.options.sql.fuse_selects
        ibis.options.sql.fuse_selects = False
        try:
            yield
        finally:
            ibis.options.sql.fuse_selects = before
