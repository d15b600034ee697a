"""What scans say of the resources on a bill: which findings are open, and what no scan has ever seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from tagward_service.billing.gap_list import Gap, Open, Seen
from tagward_service.store.interface import Life, Store, Wanted


def seen_by_scans(gaps: Sequence[Gap], store: Store, policy: str) -> tuple[Gap, ...]:
    """Say of every gap what the scans of a policy know of its resource."""
    looked_up = _LookUp(gaps, store, policy)
    looked_up.find()
    return tuple(replace(gap, scan=looked_up.seen(number)) for number, gap in enumerate(gaps))


class _LookUp:
    """Goes once through findings and inventories, whatever their number, with the gaps at hand."""

    def __init__(self, gaps: Sequence[Gap], store: Store, policy: str) -> None:
        self.gaps, self.store, self.policy = gaps, store, policy
        self.by_id: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.by_tail: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.ids: dict[int, set[str]] = defaultdict(set)
        self.open: dict[int, list[Open]] = defaultdict(list)
        for number, gap in enumerate(gaps):
            if gap.cloud == "aws" and not gap.resource.startswith("arn:"):
                self.by_tail[gap.account, gap.resource].append(number)
            elif gap.resource:
                self.by_id[gap.cloud, _plain(gap.cloud, gap.resource)].append(number)

    def find(self) -> None:
        """Look everything up."""
        clouds = sorted({gap.cloud for gap in self.gaps})
        wanted = Wanted(policy=self.policy, life=(Life.OPEN, Life.EXEMPT), clouds=clouds)
        for each in self.store.every_finding(wanted):
            found = Open(each.id, each.code, each.tag or each.key, each.first_seen.date())
            for number in self._meant(each.cloud, each.account, each.resource_id):
                self.open[number].append(found)
        scans = [scan.id for scan in self.store.latest(self.policy) if scan.cloud in clouds]
        self.accounts = {(each.cloud, each.account) for each in self.store.tallies(scans)}
        self.unlisted: set[str] = set()
        for scan in self.store.latest(self.policy):
            files = self.store.snapshot(scan.id)
            if not files or not all(Path(file).is_file() for file in files):
                self.unlisted.add(scan.cloud)
            for cloud, account, identity in _inventory(files):
                self._meant(cloud, account, identity)

    def seen(self, number: int) -> Seen:
        """Say what is known of one gap."""
        gap = self.gaps[number]
        if len(self.ids[number]) > 1:
            return Seen("untold")
        if self.open[number]:
            return Seen("findings", tuple(sorted(self.open[number], key=lambda each: each.id)))
        if self.ids[number]:
            return Seen("none")
        told = gap.cloud not in self.unlisted or (gap.cloud, gap.account) not in self.accounts
        return Seen("never" if told else "untold")

    def _meant(self, cloud: str, account: str, identity: str) -> list[int]:
        """List the gaps that a scanned resource is, and remember that it was seen."""
        numbers = [*self.by_id.get((cloud, _plain(cloud, identity)), ())]
        if cloud == "aws":
            numbers += [
                number for tail in tails(identity) for number in self.by_tail.get((account, tail), ())
            ]
        for number in numbers:
            self.ids[number].add(_plain(cloud, identity))
        return numbers


def tails(arn: str) -> tuple[str, ...]:
    """List what bills may call a resource of AWS in place of its ARN: what comes after its type."""
    name = arn.split(":", 5)[-1]
    ends = (name, *(name.partition(mark)[2] for mark in "/:"), *(name.rpartition(mark)[2] for mark in "/:"))
    return tuple(dict.fromkeys(filter(None, ends)))


def _plain(cloud: str, identity: str) -> str:
    """Write an id as it is compared: Azure passes over case, Google Cloud may leave the slashes out."""
    return identity.casefold() if cloud == "azure" else identity.removeprefix("//")


def _inventory(files: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Read cloud, account and id of everything in the snapshots that are on this machine."""
    from pyarrow import parquet

    for file in files:
        if Path(file).is_file():
            for batch in parquet.ParquetFile(file).iter_batches(columns=["cloud", "account", "id"]):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
