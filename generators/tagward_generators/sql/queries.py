"""The texts of the queries: the projection of each engine, and coverage by cost over it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tagward.policy import Policy
from tagward_generators.sql.bill_table import Kind, focus
from tagward_generators.sql.columns import KEYS, LINE, VALUES, tag_columns
from tagward_generators.sql.compiling import sql_of
from tagward_generators.sql.coverage import classed, sums
from tagward_generators.sql.dialects import Dialect
from tagward_generators.sql.staging import staging
from tagward_generators.sql.verdicts import asks_all, verdicts

STAGED = "staged"

ENCODINGS: Mapping[Kind, str] = {
    "map": "maps",
    "json": "JSON text",
    "array": "lists of structs with key and value",
}


def staging_sql(policy: Policy, day: date, dialect: Dialect, encoding: Kind) -> str:
    """Return the projection to make the view `staged` of."""
    head = (
        f"-- The view `{STAGED}`: lines of the table `focus`, whose tags are {ENCODINGS[encoding]}, "
        f"as {_named(policy)} asks for them.\n"
    )
    return head + staging(policy, day, dialect, focus(encoding))


def coverage_sql(policy: Policy, day: date, dialect: Dialect) -> str:
    """Return coverage by cost over the view `staged`."""
    import ibis

    schema = {**LINE, **dict.fromkeys(tag_columns(tag.id for tag in policy.tags).values(), "string")}
    schema |= {KEYS: "string", VALUES: "string"} if asks_all(policy) else {}
    found = verdicts(ibis.table(schema, name=STAGED), policy, day)
    query = sums(classed(found, policy.costs), found)
    head = (
        f"-- Coverage by cost of {_named(policy)} on {day}, over the view `{STAGED}`: of what is\n"
        "-- `chargeable` the attributable part carries valid tags. Every line is of one class.\n"
    )
    return f"{head}{sql_of(query, dialect.name)}\n"


def _named(policy: Policy) -> str:
    return " ".join(f"{policy.name} {policy.version}".split())
