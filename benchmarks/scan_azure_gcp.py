"""Scan 100,000 resources of Azure and of Google Cloud: `python -m benchmarks.scan_azure_gcp [COUNT]`.

The SDKs are those of Microsoft and Google; what answers is a server in a process of its own, which pages,
throttles and fails as the clouds do. Memory is that of the scanning process alone.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from itertools import count
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any, NamedTuple

from tagward.evaluation import Evaluator
from tagward.loader import load
from tagward_service.scan.interface import Found, Part, Source
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.patience import Patience
from tests.service.sources.azure.tenant import Tenant
from tests.service.sources.cloud_server import Answer, Request, serving
from tests.service.sources.gcp.organization import ROOT, Organization

AS_OF = date(2026, 11, 21)
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: bench, version: '1'}
tags:
  ml-team: {required: true, values: [fraud, search], inherit: [resource-group, project]}
  ml-environment: {required: true, values: [dev, prod]}
"""
GOOD = {
    "ml-team": "fraud",
    "ml-environment": "dev",
    "cost-center": "4711",
    "created-by": "someone@example.com",
}
PARTS = 20
EVERY = 13
"""One of so many resources is wrong, and one of so many requests fails."""
THREADS = 4
EAGER = Patience(times=20, first=0.01, longest=0.05)


def tags_of(number: int) -> dict[str, str] | None:
    """A third are never tagged; of the others, one in EVERY has a value that is not allowed."""
    if number % 3 == 0:
        return None
    return GOOD | {"ml-environment": "test"} if number % EVERY == 0 else GOOD


def is_wrong(number: int) -> bool:
    return number % 3 == 0 or number % EVERY == 0


class Case(NamedTuple):
    """One scan: how the server behaves, and how patient the scan is."""

    cloud: str
    title: str
    patience: Patience = EAGER
    quota: int = sys.maxsize
    failing: bool = False
    cut: bool = False


CASES = (
    Case("azure", "as fast as it goes"),
    Case("azure", "one request in 13 fails", failing=True),
    Case("azure", "15 queries in 5 s, as documented", Patience(), quota=15),
    Case("azure", "the graph gives half of each subscription", cut=True),
    Case("gcp", "as fast as it goes"),
    Case("gcp", "one request in 13 fails", failing=True),
)


def tenant(total: int, case: Case) -> Tenant:
    made = Tenant(time.monotonic, quota=case.quota, truncated_after=total // PARTS // 2 if case.cut else None)
    for part in range(PARTS):
        added = made.add(part, f"subscription-{part}", GOOD)
        added.groups = {f"group-{group}": GOOD for group in range(10)}
        for number in range(part, total, PARTS):
            group, tags = f"group-{number % 10}", tags_of(number)
            added.add("Microsoft.Compute/virtualMachines", f"m-{number}", group, tags)
    return made


def organization(total: int) -> Organization:
    made = Organization()
    for part in range(PARTS):
        added = made.add(f"project-{part:02}", GOOD)
        for number in range(part, total, PARTS):
            added.add(f"m-{number}", tags_of(number))
    return made


def serve(case: Case, total: int, pipe: Connection) -> None:
    """Answer until the other end closes; then say how often it was refused and asked."""
    cloud: Any = tenant(total, case) if case.cloud == "azure" else organization(total)
    asked = count(1)

    def disturb(_: Request) -> Answer | None:
        number = next(asked)
        if case.failing and number % EVERY == 0:
            status = (429, 500, 503)[number % 3]
            return Answer(status, {"error": {"code": str(status), "message": "later"}})
        return None

    cloud.disturb, cloud.tokens = disturb, {"anonymous"}
    with serving(cloud.answer) as server:
        cloud.url = server.url
        pipe.send(server.url)
        pipe.recv()
        pipe.send((next(asked) - 1, getattr(cloud, "refused", 0)))


@contextmanager
def served(case: Case, total: int) -> Iterator[tuple[str, Callable[[], tuple[int, int]]]]:
    here, there = Pipe()
    process = Process(target=serve, args=(case, total, there), daemon=True)
    process.start()

    def stop() -> tuple[int, int]:
        here.send("stop")
        asked: tuple[int, int] = here.recv()
        return asked

    try:
        yield here.recv(), stop
    finally:
        process.terminate()
        process.join()


def source_of(case: Case, url: str) -> Source:
    if case.cloud == "azure":
        from tagward_service.sources.azure.source import AzureSource

        return AzureSource(endpoint=url, patience=case.patience)
    from tagward_service.sources.gcp.source import GcpSource

    return GcpSource([ROOT], endpoint=url, patience=case.patience)


class Tally:
    """What a scan found, without keeping it."""

    def __init__(self, total: int, evaluator: Evaluator) -> None:
        self.seen = bytearray(total)
        self.wrong = bytearray(total)
        self.notes: list[NotEvaluated] = []
        self._evaluator = evaluator

    def take(self, found: Iterable[Found]) -> None:
        for each in found:
            if isinstance(each, NotEvaluated):
                self.notes.append(each)
            elif each.name.startswith("m-"):
                number = int(each.name[2:])
                self.seen[number] += 1
                self.wrong[number] += bool(self._evaluator.assess(each).findings)


def scan(source: Source, tally: Tally) -> None:
    parts = [each for each in source.parts() if isinstance(each, Part)]
    stop = Event()
    with ThreadPoolExecutor(THREADS) as pool:
        for done in pool.map(lambda part: tally.take(source.read(part, stop)), parts):
            assert done is None


def peak() -> float:
    """Return the most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(case: Case, total: int, evaluator: Evaluator) -> None:
    """Scan in a process of its own, so that its memory is its own too."""
    with served(case, total) as (url, stop):
        source = source_of(case, url)
        before, began = peak(), time.perf_counter()
        tally = Tally(total, evaluator)
        scan(source, tally)
        took = time.perf_counter() - began
        asked, refused = stop()
    told = sum(1 for each in tally.notes if each.incomplete)
    seen = sum(map(bool, tally.seen))
    missed = sum(
        1 for number in range(total) if is_wrong(number) and tally.seen[number] > tally.wrong[number]
    )
    invented = sum(1 for number in range(total) if tally.wrong[number] and not is_wrong(number))
    print(f"{case.cloud}: {case.title}")
    twice = sum(tally.seen) - seen
    print(f"  resources {seen:,} of {total:,}, read twice {twice}, parts told incomplete {told}")
    print(f"  violations found {sum(tally.wrong):,}, missed {missed}, invented {invented}")
    print(f"  {took:.1f} s, {seen / took:,.0f} resources/s; {asked} requests, {refused} refused for quota")
    print(f"  memory {peak():.0f} MB at most, {peak() - before:.0f} MB more than before the scan", flush=True)
    assert missed == invented == 0, case
    assert (told == PARTS) if case.cut else (seen == total and not told), case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=100_000)
    total = parser.parse_args().count
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tagward.yaml"
        path.write_text(POLICY)
        evaluator = Evaluator(load(path, as_of=AS_OF), as_of=AS_OF, surface="cloud")
        for case in CASES:
            # A process for each case: what one needed would hide what the next needs.
            process = Process(target=run, args=(case, total, evaluator))
            process.start()
            process.join()
            if process.exitcode:
                sys.exit(f"{case.cloud}: {case.title}: failed")


if __name__ == "__main__":
    main()
