"""The rules by which shared costs are split, as they are written in YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

Method = Literal["even", "fixed", "proportional", "metric"]

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

POOL = "pool:"
"""A share that goes to `pool:ID` feeds another pool, which is split after it."""


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines of a bill a pool is made of: AND between fields, OR inside one, shell globs.

    `classes` are classes of cost (`support`, `tax`, `shared`, `untaggable` ...), `tags` effective values.
    """

    services: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = {}


class Metric(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose usage decides: a metric of a metric file; `weights` add several of them up.

    `map` turns what the metric is told by (a namespace, a prefix) into a value of the target tag.
    """

    name: str | UnsetType = UNSET
    weights: Mapping[str, Decimal] = {}
    map: Mapping[str, str] = {}

    @property
    def parts(self) -> Mapping[str, Decimal]:
        """The metrics that count, each with its weight."""
        return {self.name: Decimal(1)} if isinstance(self.name, str) else self.weights


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One pool of shared costs, and how it is split.

    `even`: alike among the `among` values, or all that have direct costs; `fixed`: by `shares`;
    `proportional`: by direct costs; `metric`: by usage, and by `fallback` where no usage is known.
    """

    id: str
    source: Source
    method: Method
    owner: str = ""
    among: tuple[str, ...] = ()
    shares: Mapping[str, Decimal] = {}
    metric: Metric | UnsetType = UNSET
    fallback: Literal["even", "proportional"] | UnsetType = UNSET


class Dimensions(Struct, frozen=True, forbid_unknown_fields=True):
    """Which tags showback is told by."""

    team: str = "ml-team"
    project: str = "ml-project"
    workload_type: str = "ml-workload-type"
    environment: str = "ml-environment"
    run: str = "ml-experiment-id"

    @property
    def names(self) -> tuple[str, str, str, str]:
        """The four tags that costs are grouped by, team first."""
        return (self.team, self.project, self.workload_type, self.environment)


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """What a team means to spend in a month, and from which shares of it (percent) it is told."""

    amount: Decimal
    currency: str
    alert_at: tuple[Decimal, ...] = (Decimal(80), Decimal(100))
    rise: Decimal = Decimal(50)
    """A month that costs so many percent more than the median of the three before it is told, too."""


class Dispute(Struct, frozen=True, forbid_unknown_fields=True):
    """Costs that a team says are not theirs, and what came of it.

    What it is about: AND between fields, OR inside one, exact names or shell globs; `periods` are months.
    """

    id: str
    team: str
    reason: str
    resources: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    outcome: Literal["open", "rejected", "excluded", "reassigned"] = "open"
    to: str = ""
    """The team that takes the costs over when they are reassigned."""
    decision: str = ""
    """Why it was decided so."""

    @property
    def is_decided_for(self) -> bool:
        """Say whether the team got its way, so that costs move."""
        return self.outcome in ("excluded", "reassigned")


class StoredDispute(Dispute, frozen=True, kw_only=True):
    """A dispute that is kept in a store, with who did what when."""

    opened_by: str
    opened_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None


class Showback(Struct, frozen=True, forbid_unknown_fields=True, rename={"api_version": "apiVersion"}):
    """A whole file of showback rules."""

    api_version: Literal["tagward/v1"]
    kind: Literal["Showback"]
    dimensions: Dimensions = field(default_factory=Dimensions)
    allocations: tuple[Rule, ...] = ()
    budgets: Mapping[str, Budget] = {}
    disputes: tuple[Dispute, ...] = ()
