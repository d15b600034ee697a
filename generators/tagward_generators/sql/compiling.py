"""Ibis expressions as SQL, without putting selects together that were kept apart for a reason."""

from __future__ import annotations

from threading import Lock

from tagward_generators.sql.writing import Column

_ONE_AT_A_TIME = Lock()


def sql_of(expression: Column, dialect: str) -> str:
    """Compile an expression for an engine.

    Ibis would write each fact out wherever it is used; kept in a select of their own they are worked out
    once, and the text stays readable.
    """
    import ibis

    with _ONE_AT_A_TIME:
        before = ibis.options.sql.fuse_selects
        ibis.options.sql.fuse_selects = False
        try:
            return str(ibis.to_sql(expression, dialect=dialect))
        finally:
            ibis.options.sql.fuse_selects = before
