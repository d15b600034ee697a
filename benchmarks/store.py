"""Evaluate and store generated estates: `python benchmarks/store.py [SIZE...] [--snapshots]`.

Each size runs in a process of its own, twice: a first scan, and the same again as the next night would.
What is counted is evaluating and storing, tallies apart; making the resources is left out. The floor is
what bare sqlite3 needs for the same findings: one `executemany` into one table, without life or identity.
"""

import argparse
import resource as usage
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.estate_generator import PER_PART, parts, read
from tagward.evaluation import Evaluator
from tagward.findings import Assessment
from tagward.loader import load
from tagward_service.coverage.tallying import Tallies
from tagward_service.store import open_store
from tagward_service.store.interface import ScanState, Store, Wanted

DAY = date(2026, 11, 21)
SIZES = (10_000, 100_000, 1_000_000)
PAGE = 1_000


class Run(msgspec.Struct):
    """Seconds of processor and of wall clock, by what they went to."""

    wall: dict[str, float] = {}
    cpu: dict[str, float] = {}
    findings: int = 0

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Count what a block takes."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall[what] = self.wall.get(what, 0) + time.perf_counter() - wall
        self.cpu[what] = self.cpu.get(what, 0) + time.process_time() - cpu


class Sample(msgspec.Struct):
    """One size: the first scan, its repeat, the floor, and the most memory, in MiB."""

    resources: int
    runs: tuple[Run, ...]
    floor: float
    peak_mib: float
    megabytes: float


def scan(store: Store, resources: int) -> Run:
    """Scan an estate into a store."""
    policy = load("pack:ml-platform", as_of=DAY)
    evaluator = Evaluator(policy, as_of=DAY, surface="cloud")
    run, planned = Run(), parts(resources)
    with run.on("store"):
        writing = store.begin("aws", {"organization": "o-1"}, policy, as_of=DAY, resume=False)
        writing.plan(planned, [])
    for number, part in enumerate(planned):
        tallies = Tallies(evaluator)
        with run.on("make"):
            made = list(read(part, number, min(PER_PART, resources - number * PER_PART)))
        with run.on("store"):
            writer = writing.part(part)
        for start in range(0, len(made), PAGE):
            with run.on("evaluate"):
                assessments = [evaluator.assess(each) for each in made[start : start + PAGE]]
            run.findings += sum(len(each.findings) for each in assessments)
            with run.on("tally"):
                tallies.add(assessments)
            with run.on("store"):
                writer.add(assessments)
        with run.on("tally"):
            told = tallies.tallies(), tallies.tags()
        with run.on("store"):
            writer.done(*told)
    with run.on("store"):
        writing.finish(ScanState.COMPLETE)
    assert store.count(Wanted()) == run.findings
    return run


def floor(resources: int, path: Path) -> float:
    """Return the processor seconds that evaluating and the plainest storing of the same findings take."""
    evaluator = Evaluator(load("pack:ml-platform", as_of=DAY), as_of=DAY, surface="cloud")
    run = Run()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE finding (resource TEXT, code TEXT, rule TEXT, tag TEXT, message TEXT)")
    for number, part in enumerate(parts(resources)):
        made = list(read(part, number, min(PER_PART, resources - number * PER_PART)))
        with run.on("floor"):
            rows = [_row(each) for each in map(evaluator.assess, made)]
            with connection:
                connection.executemany(
                    "INSERT INTO finding VALUES (?, ?, ?, ?, ?)", [row for some in rows for row in some]
                )
    connection.close()
    return run.cpu["floor"]


def _row(assessment: Assessment) -> list[tuple[str, ...]]:
    key = assessment.resource.id
    return [(key, each.code, each.rule, each.tag, each.message) for each in assessment.findings]


def sample(resources: int, url: str, folder: Path, snapshots: bool) -> Sample:
    """Measure one size."""
    store = open_store(url, snapshots=str(folder / "snapshots") if snapshots else None)
    runs = tuple(scan(store, resources) for _ in range(2))
    store.close()
    peak = usage.getrusage(usage.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(path.stat().st_size for path in folder.glob("store.db*")) / 1e6
    return Sample(resources, runs, floor(resources, folder / "floor.db"), peak, size)


def apart(resources: int, options: Sequence[str]) -> Sample:
    """Measure one size in a process of its own."""
    command = [sys.executable, __file__, str(resources), "--alone", *options]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return msgspec.json.decode(printed, type=Sample)


def table(samples: Sequence[Sample]) -> str:
    """Write the samples as a table."""
    lines = [
        "| resources | findings | scan | evaluated and stored/s (wall) | (cpu) | us each: evaluate | store |"
        " tally | x floor | peak MiB | database MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for each in samples:
        for run, name in zip(each.runs, ("first", "repeat"), strict=True):
            wall, cpu = (took["evaluate"] + took["store"] for took in (run.wall, run.cpu))
            cells = [f"{each.resources:,}", f"{run.findings:,}", name]
            cells += [f"{each.resources / wall:,.0f}", f"{each.resources / cpu:,.0f}"]
            cells += [
                f"{run.cpu[what] / each.resources * 1e6:.1f}" for what in ("evaluate", "store", "tally")
            ]
            cells += [f"{cpu / each.floor:.2f}", f"{each.peak_mib:.0f}", f"{each.megabytes:.0f}"]
            lines.append(f"| {' | '.join(cells)} |")
    for small, large in pairwise(samples):
        for index, name in enumerate(("first", "repeat")):
            small_cost, large_cost = (
                sum(each.runs[index].cpu[what] for what in ("evaluate", "store")) / each.resources
                for each in (small, large)
            )
            ratio = f"{large_cost / small_cost:.2f} times"
            lines.append(
                f"{name}: a resource of {large.resources:,} costs {ratio} one of {small.resources:,}"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--snapshots", action="store_true")
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.alone:
        options = ["--snapshots"] * arguments.snapshots
        options += ["--postgres", arguments.postgres] if arguments.postgres else []
        print(table([apart(size, options) for size in arguments.sizes]))
        return
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.postgres or str(Path(folder) / "store.db")
        measured = sample(arguments.sizes[0], url, Path(folder), arguments.snapshots)
        print(msgspec.json.encode(measured).decode())


if __name__ == "__main__":
    main()
