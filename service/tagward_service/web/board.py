"""What the pages tell of: how it stands, put together once whenever the store has something new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from tagward_service.api.store_answers import ServedScan
from tagward_service.billing.json_billing import JsonBilling
from tagward_service.coverage.json_coverage import JsonCoverage, JsonNotScanned
from tagward_service.outputs.json_report import JsonPolicy
from tagward_service.showback.json_showback import JsonShowback
from tagward_service.store.gap_interface import GapChoices


class Costs(Struct, frozen=True):
    """What the newest bill came to; `gaps` of its resources are in the store, and `kept` says how many."""

    made_at: datetime
    report: JsonBilling
    gaps: int = 0
    kept: int = 0
    choices: GapChoices = GapChoices()


class Shares(Struct, frozen=True):
    """What the newest showback came to; `strangers` are teams in it that the registry does not have.

    `registry` is the name of that registry, "" where the policy has none for teams.
    """

    made_at: datetime
    report: JsonShowback
    team_tag: str = ""
    registry: str = ""
    strangers: tuple[str, ...] = ()


class Value(Struct, frozen=True):
    """One value of a tag: resources that have it, and those of them on which it is wrong."""

    value: str
    resources: int
    wrong: int


class Nearly(Struct, frozen=True):
    """One way in which a key or value is nearly right, and how many resources it is on."""

    code: str
    message: str
    resources: int


class TagBoard(Struct, frozen=True):
    """One tag of the policy; `rule` says in words which values it takes."""

    id: str
    title: str
    description: str
    rule: str
    example: str
    values: tuple[Value, ...]
    nearly: tuple[Nearly, ...]


class ExemptionBoard(Struct, frozen=True):
    """One exemption; `covered` counts resources, None where nothing has been scanned."""

    id: str
    owner: str
    reason: str
    expires: date
    tags: tuple[str, ...]
    match: tuple[tuple[str, str], ...]
    covered: int | None


class ScanBoard(Struct, frozen=True):
    """One scan, and what it could not read; `is_latest` where it tells what exists now."""

    scan: ServedScan
    is_latest: bool
    unread: tuple[JsonNotScanned, ...] = ()


class Named(Struct, frozen=True):
    """How many findings are open under one name."""

    name: str
    count: int


class Board(Struct, frozen=True):
    """Everything but single findings. `faults` are kept reports that cannot be read."""

    stamp: str
    policy: JsonPolicy
    threshold: float
    measure: str
    as_of: date
    coverage: JsonCoverage
    costs: Costs | None
    shares: Shares | None
    tags: tuple[TagBoard, ...]
    exemptions: tuple[ExemptionBoard, ...]
    scans: tuple[ScanBoard, ...]
    by_code: tuple[Named, ...]
    faults: tuple[str, ...] = ()

    def tag(self, name: str) -> TagBoard | None:
        """Return the tag with an id."""
        return next((each for each in self.tags if each.id == name), None)


def named(counts: Sequence[tuple[str, int]]) -> tuple[Named, ...]:
    """Put counts into order, the largest first."""
    return tuple(Named(name, count) for name, count in sorted(counts, key=lambda each: (-each[1], each[0])))
