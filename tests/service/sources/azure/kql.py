"""As much of the query language of Resource Graph as a scan uses; everything else is refused, as there."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

Row = dict[str, Any]
Tables = Mapping[str, Iterable[Row]]


class InvalidQuery(Exception):  # noqa: N818
    """What Resource Graph calls it."""


class Answered(NamedTuple):
    rows: list[Row]
    pages: bool
    """Whether there is a token for the next page: not where the query has a limit of its own."""


def run(query: str, tables: Tables) -> Answered:
    """Answer a query."""
    first, *steps = _split(query)
    if first.lower() not in tables:
        raise InvalidQuery(f"no table {first}")
    rows = [dict(row) for row in tables[first.lower()]]
    for step in steps:
        rows = _step(step, rows, tables)
    limited = any(re.match(r"(limit|take|sample)\b", step) for step in steps)
    return Answered(rows, not limited)


def _split(query: str) -> list[str]:
    """Split at the bars that are in no parentheses."""
    parts, depth = [""], 0
    for letter in query:
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _step(step: str, rows: list[Row], tables: Tables) -> list[Row]:
    operator, _, rest = step.partition(" ")
    steps: dict[str, Callable[[], list[Row]]] = {
        "where": lambda: [row for row in rows if _holds(rest, row)],
        "extend": lambda: [_extended(rest, row) for row in rows],
        "project": lambda: [
            {name.strip(): row.get(name.strip()) for name in rest.split(",")} for row in rows
        ],
        "union": lambda: rows + run(rest.strip()[1:-1], tables).rows,
        "order": lambda: _ordered(rest, rows),
        "limit": lambda: rows[: int(rest)],
    }
    if operator not in steps:
        raise InvalidQuery(f"no operator {operator}")
    return steps[operator]()


def _holds(condition: str, row: Row) -> bool:
    found = re.fullmatch(r"(\w+) (?:in~ \((.*)\)|=~ (.*))", condition)
    if found is None:
        raise InvalidQuery(condition)
    values = [value.strip().strip("'").lower() for value in (found[2] or found[3]).split(",")]
    return str(row[found[1]]).lower() in values


def _extended(rest: str, row: Row) -> Row:
    name, _, expression = (part.strip() for part in rest.partition("="))
    found = re.fullmatch(r"tostring\(properties\.(\w+)\)", expression)
    if found:
        return row | {name: str(row["properties"][found[1]])}
    return row | {name: int(expression)}


def _ordered(rest: str, rows: list[Row]) -> list[Row]:
    columns = re.findall(r"(\w+) asc", rest)
    if not columns:
        raise InvalidQuery(rest)
    return sorted(rows, key=lambda row: [row[column] for column in columns])
