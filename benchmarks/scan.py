"""The whole way of a scan, from resources to a store, on generated estates: how fast, and how much memory.

`python -m benchmarks.scan [SIZES] [--snapshots]`. What the source itself costs is measured beside it, and is
part of the figures: it runs in the threads of the scan.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from threading import Event

import msgspec

from benchmarks.estate_generator import PER_PART, parts, read
from tagward.loader import load
from tagward.resource import Resource
from tagward_service.scan.engine import Limits
from tagward_service.scan.interface import Part
from tagward_service.scan.progress import Silent
from tagward_service.scan.running import Asked, scan
from tagward_service.store import open_store

DAY = date(2026, 11, 21)


class Estate:
    """A source of so many resources."""

    cloud = "aws"

    def __init__(self, resources: int) -> None:
        self._parts = parts(resources)
        self._seeds = {part: seed for seed, part in enumerate(self._parts)}

    @property
    def scope(self) -> Mapping[str, str]:
        """Say what is scanned."""
        return {"organization": "o-generated"}

    def parts(self) -> Iterator[Part]:
        """List the parts."""
        return iter(self._parts)

    def read(self, part: Part, stop: Event) -> Iterator[Resource]:
        """Make the resources of a part."""
        for found in read(part, self._seeds[part], PER_PART):
            if stop.is_set():
                return
            yield found


class Figures(msgspec.Struct, frozen=True):
    """One scan: resources per second of time and of processor time, and megabytes at the most so far."""

    resources: int
    which: str
    per_second: int
    per_cpu_second: int
    source_per_cpu_second: int
    peak_mib: int


def main() -> int:
    """Scan estates of several sizes twice, and print the figures as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--snapshots", action="store_true")
    given = parser.parse_args()
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            for which in ("first", "repeat"):
                figures = measured(size, which, Path(folder), snapshots=given.snapshots)
                print(msgspec.json.encode(figures).decode(), flush=True)
    return 0


def measured(size: int, which: str, folder: Path, *, snapshots: bool) -> Figures:
    """Scan an estate into a store."""
    policy = load("pack:ml-platform", as_of=DAY)
    alone = _source_alone(size)
    store = open_store(str(folder / "scan.db"), snapshots=str(folder / "snapshots") if snapshots else None)
    wall, cpu = time.perf_counter(), time.process_time()
    scan(Estate(size), store, Asked(policy, DAY, Limits()), Silent())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Figures(size, which, int(size / wall), int(size / cpu), int(size / alone), peak)


def _source_alone(size: int) -> float:
    """Measure what making the resources costs."""
    source, never, began = Estate(size), Event(), time.process_time()
    for part in source.parts():
        for _ in source.read(part, never):
            pass
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
