"""What a store keeps and answers; `open_store` gives one. Times are UTC, percentages are never stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from tagward.findings import Assessment
from tagward.policy import Policy
from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.dispute_interface import Disputes
from tagward_service.store.forget_interface import Keeping
from tagward_service.store.gap_interface import Gaps, KeptGap


class ScanState(StrEnum):
    """How far a scan got."""

    RUNNING = "running"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    """It ran to its end, and something could not be read."""
    INTERRUPTED = "interrupted"
    """It was cancelled, ran out of time or credentials, or died; it can be resumed."""


class Scan(Struct, frozen=True):
    """One scan. `scope` is what the source said of itself; `shard` is `2/8` for the second of eight."""

    id: int
    cloud: str
    scope: Mapping[str, str]
    shard: str
    policy_name: str
    policy_version: str
    policy_sha256: str
    as_of: date
    state: ScanState
    started_at: datetime
    finished_at: datetime | None
    parts: int
    parts_done: int


class Existed(Struct, frozen=True):
    """What was known to exist: resources that take tags, and those of them that were compliant."""

    taggable: int
    compliant: int


class Ended(Struct, frozen=True):
    """A scan that ran to its end, in a few figures: `existed` is what it and others told together then.

    None where that was not summed up: an older program wrote the scan, and none has ended since.
    """

    id: int
    cloud: str
    scope: Mapping[str, str]
    shard: str
    policy_version: str
    complete: bool
    finished_at: datetime
    existed: Existed | None = None


class Tally(Struct, frozen=True):
    """How many resources of one kind one part holds; taggable = compliant + violating + unknown + exempt."""

    cloud: str
    account: str
    region: str
    service: str
    type: str
    compliant: int = 0
    violating: int = 0
    unknown: int = 0
    exempt: int = 0
    untaggable: int = 0
    untold: int = 0


class TagTally(Struct, frozen=True):
    """How many taggable resources of one part have one effective value of one tag.

    `value` is "" for those without; `asked` counts those that the policy requires the tag of, `present`
    those that have it, `valid` those of them that no finding of the tag says is wrong; `compliant` counts
    the resources that are compliant as a whole. Values beyond the most common thousand are gathered as
    `OTHER`. `service` is "" in a sum over services.
    """

    cloud: str
    account: str
    region: str
    tag: str
    value: str
    resources: int = 0
    asked: int = 0
    present: int = 0
    valid: int = 0
    compliant: int = 0
    service: str = ""


OTHER = "(other)"


class Life(StrEnum):
    """Where a finding stands in its life."""

    OPEN = "open"
    EXEMPT = "exempt"
    RESOLVED = "resolved"


class KeptFinding(Struct, frozen=True):
    """A finding with its life; it is the same finding while policy, resource, code, rule and tag stay.

    Where no tag is meant, its key tells it apart, and what is still alike (one rule broken twice by one
    resource) is told apart by its turn.

    `resource_id` is the ARN, Azure id or full resource name; for Kubernetes cluster/namespace/kind/name.
    """

    id: int
    life: Life
    code: str
    rule: str
    tag: str
    key: str
    severity: str
    mode: str
    status: str
    message: str
    fix: str
    value: str | None
    source: str | None
    cloud: str
    type: str
    resource_id: str
    name: str
    account: str
    region: str
    namespace: str
    service: str
    policy: str
    first_seen: datetime
    last_seen: datetime
    resolved_at: datetime | None
    reopened: int


class Wanted(Struct, frozen=True):
    """Which findings are asked for: AND between fields, OR inside one; None and () leave a field open."""

    policy: str | None = None
    life: Sequence[Life] = (Life.OPEN,)
    clouds: Sequence[str] = ()
    accounts: Sequence[str] = ()
    regions: Sequence[str] = ()
    namespaces: Sequence[str] = ()
    services: Sequence[str] = ()
    types: Sequence[str] = ()
    codes: Sequence[str] = ()
    tags: Sequence[str] = ()
    severities: Sequence[str] = ()
    text: str = ""
    """Part of a resource id or name, case aside."""
    seen_in: int | None = None
    """The scan that saw them last."""
    opened_in: int | None = None
    """The scan that saw them first, or again after they had been resolved."""
    resolved_in: int | None = None
    id: int | None = None
    """The one finding of this id."""


class Wrong(Struct, frozen=True):
    """One thing that is wrong with resources, open or exempt."""

    code: str
    rule: str
    tag: str
    status: str
    message: str
    life: Life


class Alike(Struct, frozen=True):
    """How many resources of one account are wrong in the same way."""

    cloud: str
    account: str
    resources: int
    wrong: tuple[Wrong, ...]


SORTS = ("id", "first_seen", "last_seen", "severity", "code", "tag", "account", "type", "resource_id")
"""What findings can be sorted by; `-` before it turns it round, and equal ones follow by id."""


class Page(Struct, frozen=True):
    """Some findings, and the opaque cursor of those that follow (None at the end)."""

    findings: tuple[KeptFinding, ...]
    cursor: str | None


class Pruned(Struct, frozen=True):
    """How much was forgotten: scans, findings that were resolved, and snapshots of whole scans."""

    scans: int
    findings: int
    snapshots: int


class KeptReport(Struct, frozen=True):
    """What a bill came to on a day, as JSON; `kind` is `costs` or `showback`."""

    kind: str
    policy: str
    as_of: date
    made_at: datetime
    content: bytes


class PartWriter(Protocol):
    """Takes what one part holds; nothing of it counts before `done`, and then all of it at once."""

    def add(self, assessments: Sequence[Assessment]) -> None:
        """Keep some assessments: all go to the snapshot, findings to the findings."""
        ...

    def done(
        self, tallies: Sequence[Tally], tags: Sequence[TagTally], unread: Sequence[NotEvaluated] = ()
    ) -> None:
        """Finish the part. Findings of it that were not seen are resolved, unless something was unread."""
        ...

    def failed(self, why: str) -> None:
        """Drop what was added, and keep that the part could not be read; its findings stay as they were."""
        ...


class ScanRun(Protocol):
    """A scan that is being written; it holds a lease, so that no other process writes to the same scan."""

    id: int

    def done_parts(self) -> frozenset[Part]:
        """Give the parts that an earlier attempt finished."""
        ...

    def plan(self, parts: Sequence[Part], unread: Sequence[NotEvaluated]) -> None:
        """Keep what there is to read, and what is known not to be readable."""
        ...

    def part(self, part: Part) -> PartWriter:
        """Begin to write a part; parts may be written at the same time, each by its own writer."""
        ...

    def finish(self, state: ScanState) -> None:
        """End the scan.

        Findings of parts that are no longer there (a closed account) are resolved only when the scan is
        complete; one of a shard resolves those of its own accounts.
        """
        ...


class Store(Keeping, Protocol):
    """A store of scans, reports and disputes."""

    @property
    def disputes(self) -> Disputes:
        """The disputes that are kept."""
        ...

    def begin(
        self,
        cloud: str,
        scope: Mapping[str, str],
        policy: Policy,
        *,
        as_of: date,
        shard: str = "",
        resume: bool = True,
    ) -> ScanRun:
        """Begin a scan, or go on with an interrupted one of the same cloud, scope, shard, policy and day.

        A scan whose process died is taken over when its lease has run out. Raises BusyError while another
        process holds the lease.
        """
        ...

    def scan(self, number: int) -> Scan:
        """Give one scan by its id; raises QueryError when there is none."""
        ...

    def scans(self, *, cloud: str | None = None, policy: str | None = None, limit: int = 100) -> list[Scan]:
        """List scans, newest first."""
        ...

    @property
    def gaps(self) -> Gaps:
        """The gaps of the newest bill."""
        ...

    def history(self, policy: str) -> list[Ended]:
        """List the scans of a policy that ran to their end, the one that ended last first."""
        ...

    def findings(
        self, wanted: Wanted, *, sort: str = "id", limit: int = 100, cursor: str | None = None
    ) -> Page:
        """Give a page of findings; raises QueryError for an unknown sort or a cursor of another question."""
        ...

    def every_finding(self, wanted: Wanted) -> Iterator[KeptFinding]:
        """Give all findings, streamed, for an export."""
        ...

    def alike(self, policy: str) -> Iterator[Alike]:
        """Count the resources with findings that are not resolved, by account and by all that is wrong."""
        ...

    def count(self, wanted: Wanted) -> int:
        """Count findings."""
        ...

    def tallies(self, scans: Sequence[int]) -> list[Tally]:
        """Give the tallies of some scans, summed; of what several have read the newest counts."""
        ...

    def tag_tallies(self, scans: Sequence[int]) -> list[TagTally]:
        """Give the tallies by tag and value of some scans, summed over their parts."""
        ...

    def unread(self, scan: int) -> list[NotEvaluated]:
        """Say what a scan could not read."""
        ...

    def latest(self, policy: str) -> list[Scan]:
        """Give the finished scans that say together what exists now, newest first.

        They are the newest of each cloud, scope and shard; those are left out that newer ones, of the same
        scope or a wider one, have told anew as a whole.
        """
        ...

    def unfinished(self, policy: str) -> list[Scan]:
        """Give the scans that are running or were interrupted, newest first.

        Those are left out that newer ones have told anew as a whole; of several that were interrupted, one
        after the other, the newest is enough.
        """
        ...

    def drop(self, number: int, *, dry: bool) -> Scan:
        """Forget a scan that has not ended, and give it, or say which that would be.

        What it saw of findings stays until somebody looks again. Raises QueryError where there is none, or
        it has ended, and BusyError while it is written.
        """
        ...

    def snapshot(self, scan: int) -> list[str]:
        """Give the Parquet files that hold the inventory of a scan."""
        ...

    def keep_report(
        self, kind: str, policy: str, as_of: date, content: bytes, gaps: Iterable[KeptGap] = ()
    ) -> None:
        """Keep a report in place of the one that was there for the day, with its gaps, the dearest first."""
        ...

    def report(self, kind: str, policy: str) -> KeptReport | None:
        """Give the newest report of a kind."""
        ...

    def prune(self, *, keep_days: int, now: datetime) -> Pruned:
        """Forget scans, snapshots and resolved findings older than so many days, and say how many.

        What `latest` gives and what is being written is kept, however old.
        """
        ...

    def close(self) -> None:
        """Close connections."""
        ...
