"""Who holds the lines of a bill and answers questions about them: files read here, or tables of an engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Protocol

from tagward.policy import Policy
from tagward_generators.sql.columns import KEYS, LINE, VALUES, tag_columns
from tagward_generators.sql.verdicts import asks_all
from tagward_service.billing.ingest_findings import IngestFinding

STAGED = "staged"
"""What the staged lines are called in every query."""

Row = dict[str, Any]
Table = Any
"""An expression of Ibis, which has no types of its own for checkers."""


class Holder(Protocol):
    """Whoever holds the lines."""

    @property
    def findings(self) -> tuple[IngestFinding, ...]:
        """What is wrong with the lines, and what nobody could look at."""

    @property
    def places(self) -> int:
        """How many files or tables there are."""

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the lines."""

    def stage(self, policy: Policy, as_of: date, currency: str, period: str) -> Table:
        """Return the lines of one currency, or also of one month, staged as a policy asks for them."""

    def keep(self, judged: Table) -> Table:
        """Return judged lines for many questions, with all tags of a line as one text (`columns.PAIRS`)."""

    def rows(self, expression: Table) -> Iterator[Row]:
        """Answer a question, holding few rows at a time."""


def staged_schema(policy: Policy, tags: str, kind: str) -> dict[str, str]:
    """Give the columns of staged lines with types as Ibis names them; `tags` is the column of all tags."""
    schema = {
        **LINE,
        **dict.fromkeys(tag_columns(tag.id for tag in policy.tags).values(), "string"),
        tags: kind,
    }
    return schema | ({KEYS: "string", VALUES: "string"} if asks_all(policy) else {})
