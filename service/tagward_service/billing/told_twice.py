"""Files of one run that tell the same costs: a bill in two notations, a month in two versions.

Azure exports actual and amortized costs as two files that agree in all but commitments, and a folder may keep
the month so far beside the whole month. The sign is what one day of one account costs, among resources whose
ids end alike: parts of one bill do not come to the same lines, times, resources and money by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FEWEST_LINES = 20
"""Fewer lines that agree are no sign: small bills may be alike by chance."""

CELL = ("account", "day", "currency", "ending")
AGREES = ("lines", "times", "first_resource", "last_resource")

_NOISE = "0.0000001"
"""Costs may differ by so much for each line, where one notation has doubles."""


def cells(source: str, columns: dict[str, str]) -> str:
    """Return the query of what each day costs, without what commitments cover; `columns` are SQL by name."""
    resource = f"lower({columns['resource_id']})"
    days = f"""SELECT {columns["account"]} AS account,
  CAST({columns["time"]} AS DATE) AS day,
  {columns["currency"]} AS currency,
  right({resource}, 1) AS ending,
  count(*) AS lines,
  CAST(sum(epoch_us({columns["time"]}) // 1000000) AS BIGINT) AS times,
  min({resource}) AS first_resource,
  max({resource}) AS last_resource,
  sum({columns["cost"]}) AS cost
FROM {source} WHERE {columns["commitment"]} IS NULL
GROUP BY ALL HAVING sum({columns["cost"]}) <> 0"""  # noqa: S608
    named = ", ".join(f"coalesce({each}, '') AS {each}" for each in ("currency", "ending", *AGREES[2:]))
    account = "regexp_extract(lower(coalesce(account, '')), '[^/]*$')"
    return f"SELECT {account} AS account, day, {named}, lines, times, cost FROM ({days})"  # noqa: S608


def pairs(connection: DuckDBPyConnection, relations: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Find files that tell the same: the numbers of both, and how many lines agree.

    Two files do where half the lines of the smaller one agree in all but the last decimals of costs.
    """
    if len(relations) < 2:
        return
    told = " UNION ALL BY NAME ".join(
        f"SELECT {number} AS file, * FROM {relation}"  # noqa: S608
        for number, relation in enumerate(relations)
    )
    agreed = " AND ".join(f"one.{each} = other.{each}" for each in (*CELL, *AGREES))
    asked = f"""WITH told AS MATERIALIZED ({told}),
  sizes AS (SELECT file, sum(lines) AS size FROM told GROUP BY file),
  agreeing AS (
    SELECT one.file AS first, other.file AS second, sum(one.lines) AS lines
    FROM told AS one JOIN told AS other
      ON one.file < other.file AND {agreed} AND abs(one.cost - other.cost) <= {_NOISE} * one.lines
    GROUP BY ALL)
SELECT first, second, lines FROM agreeing
  JOIN sizes AS one ON one.file = first JOIN sizes AS other ON other.file = second
WHERE lines >= {FEWEST_LINES} AND lines * 2 >= least(one.size, other.size)
ORDER BY second, first"""  # noqa: S608
    for first, second, lines in connection.execute(asked).fetchall():
        yield int(first), int(second), int(lines)
