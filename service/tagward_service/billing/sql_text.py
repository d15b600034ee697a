"""Names and texts as DuckDB reads them."""

from collections.abc import Iterable


def name(text: str) -> str:
    """Quote the name of a column or table."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text."""
    return "'" + text.replace("'", "''") + "'"


def listed(expressions: Iterable[str]) -> str:
    """Write a list of expressions, one a line."""
    return ",\n  ".join(expressions)
