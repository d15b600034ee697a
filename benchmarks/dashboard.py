"""How long pages of the dashboard take in the service: with a year of history, and with many findings.

`python -m benchmarks.dashboard` prints median and worst of 30 requests for each page, beside the floor: what
the same listener takes for `/healthz`. Charts are drawn before, by a process of their own, as in service.
"""

from __future__ import annotations

import argparse
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tagward_service.store import open_store
from tests.browser.service import Service
from tests.service.web.estate import hopeless, make, scan_all, write_files

YEAR = ("/healthz", "/", "/gaps", "/findings", "/tags/ml-team", "/teams", "/scans")
MANY = (
    "/healthz",
    "/findings",
    "/findings?sort=-severity",
    "/findings?sort=-first_seen&tag=ml-team",
    "/findings?text=ranker&cloud=gcp",
)
TIMES = 30


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=2400, help="of the estate with a year of history")
    parser.add_argument("--findings", type=int, default=100_000)
    arguments = parser.parse_args()
    print("| store | page | median ms | worst ms | bytes |\n|---|---|--:|--:|--:|")
    with TemporaryDirectory() as folder:
        make(Path(folder), arguments.resources)
        _measure("a year", Path(folder), YEAR)
    with TemporaryDirectory() as folder:
        _fill(Path(folder), arguments.findings)
        _measure(f"{arguments.findings:,} findings", Path(folder), MANY)


def _fill(folder: Path, findings: int) -> None:
    policy = write_files(folder)
    store = open_store(str(folder / "tagward.db"))
    scan_all(store, policy, hopeless(findings // 3), [11])
    store.close()


def _measure(name: str, folder: Path, paths: tuple[str, ...]) -> None:
    with Service(folder / "tagward.yaml", folder / "tagward.db") as service:
        if "/" in paths:
            service.wait_for_charts()
        for path in paths:
            took, size = zip(*_asked(service.url + path), strict=True)
            print(f"| {name} | {path} | {median(took):.0f} | {max(took):.0f} | {size[0]:,} |", flush=True)


def _asked(url: str) -> Iterator[tuple[float, int]]:
    _once(url)
    for _ in range(TIMES):
        started = time.perf_counter()
        size = _once(url)
        yield 1000 * (time.perf_counter() - started), size


def _once(url: str) -> int:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return len(answer.read())


if __name__ == "__main__":
    main()
