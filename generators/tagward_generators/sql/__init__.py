"""SQL over bills: what a policy says of the lines of FOCUS exports, for the engines that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec

from tagward.policy import Policy
from tagward_generators.days import changes_on
from tagward_generators.rules import rules
from tagward_generators.targets import Artifact, Compilation, MissingExtraError

PROJECTION, QUERY = "SQL projection", "SQL query"

RAN = (
    "run on DuckDB and Apache Spark (`databricks`); for Trino, Athena, BigQuery and Snowflake it is compiled "
    "and parsed, not run"
)
INHERITED = "tags that a resource inherits count where the bill has them (Azure: switch tag inheritance on)"
REFUSED = "a value that its cloud would have refused is not looked for"
MODES = "whatever is denied, warned of or recorded counts alike: what a line lacks cannot be charged for"
COLUMNS = "`focus` is FOCUS 1.0 to 1.3; in 1.4 `ProviderName` is called `ServiceProviderName`"


class Sql:
    """The target `sql`."""

    name = "sql"
    clouds: tuple[str, ...] = ()
    """It guards nothing: it counts."""

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day; raises MissingExtraError where Ibis is not installed."""
        if find_spec("ibis") is None or find_spec("sqlglot") is None:
            raise MissingExtraError("queries are written by Ibis; pip install 'tagward[billing]'")
        from tagward_generators.sql.judging import CLOUDS, SURFACE
        from tagward_generators.sql.outcomes import Outcomes

        outcomes = Outcomes(policy, as_of)
        days = {day for cloud in CLOUDS for day in changes_on(policy, as_of, cloud=cloud, surface=SURFACE)}
        return Compilation(
            self.name,
            tuple(_artifacts(policy, as_of)),
            tuple(map(outcomes.row, rules(policy))),
            (RAN, COLUMNS, INHERITED, REFUSED, MODES),
            tuple(sorted(days)),
        )


def _artifacts(policy: Policy, day: date) -> Iterator[Artifact]:
    """Write for every engine one projection for each encoding of tags, and the query over it."""
    from tagward_generators.sql.dialects import DIALECTS
    from tagward_generators.sql.queries import coverage_sql, staging_sql

    for dialect in DIALECTS:
        for encoding in dialect.encodings:
            path = f"{policy.name}.{dialect.name}.staging-{encoding}.sql"
            yield Artifact(path, staging_sql(policy, day, dialect, encoding), PROJECTION)
        yield Artifact(
            f"{policy.name}.{dialect.name}.coverage.sql", coverage_sql(policy, day, dialect), QUERY
        )
