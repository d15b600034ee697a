"""How long pages of the dashboard take in the service: with a year of nightly scans, and with very many rows.

`python -m benchmarks.dashboard` prints, for each page, how long it takes right after a start, and median and
worst of 30 requests, beside the floor: what the same listener takes for `/healthz`. Charts are drawn before,
by a process of their own, as in service.
"""

from __future__ import annotations

import argparse
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.nightly_scans import scan_nightly
from tagward_service.store import open_store
from tests.browser.service import Service
from tests.service.web.estate import (
    TODAY,
    at,
    hopeless,
    keep_reports,
    scan_all,
    things,
    write_bill,
    write_files,
)

YEAR = ("/", "/gaps", "/findings", "/tags/ml-team", "/teams", "/scans")
FINDINGS = (
    "/",
    "/findings",
    "/findings?sort=-severity",
    "/findings?sort=-first_seen&tag=ml-team",
    "/findings?text=ranker&cloud=gcp",
)
GAPS = (
    "/",
    "/gaps",
    "/gaps?page=1900",
    "/gaps?tag=ml-team&sort=account",
    "/gaps?text=ranker&cloud=gcp",
)
TIMES = 30


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=2400, help="of the estate with a year of history")
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--gaps", type=int, default=100_000)
    arguments = parser.parse_args()
    print("| store | page | first ms | median ms | worst ms | bytes |\n|---|---|--:|--:|--:|--:|")
    year = partial(_year, resources=arguments.resources, nights=arguments.nights)
    _case("a year of nights", year, YEAR)
    _case("many findings", partial(_findings, findings=arguments.findings), FINDINGS)
    _case("many gaps", partial(_gaps, gaps=arguments.gaps), GAPS)


def _year(folder: Path, resources: int, nights: int) -> str:
    """Scan four sources every night, and keep a bill of twelve months."""
    policy, found = write_files(folder), things(resources)
    write_bill(folder / "focus.parquet", found)
    store = open_store(str(folder / "tagward.db"))
    scans = scan_nightly(store, policy, found, nights)
    with at(datetime(TODAY.year, TODAY.month, TODAY.day, 8, tzinfo=UTC)):
        keep_reports(store, policy, folder)
    store.close()
    return f"{scans:,} scans of {resources:,} resources"


def _findings(folder: Path, findings: int) -> str:
    policy = write_files(folder)
    store = open_store(str(folder / "tagward.db"))
    scan_all(store, policy, hopeless(findings // 3), [11])
    store.close()
    return f"{findings:,} findings"


def _gaps(folder: Path, gaps: int) -> str:
    """Keep a bill of one month, on which nothing is attributable."""
    policy = write_files(folder)
    write_bill(folder / "focus.parquet", hopeless(gaps), [10])
    store = open_store(str(folder / "tagward.db"))
    keep_reports(store, policy, folder)
    store.close()
    return f"{gaps:,} gaps"


def _case(name: str, fill: Callable[[Path], str], paths: tuple[str, ...]) -> None:
    with TemporaryDirectory() as folder:
        told = f"{name}: {fill(Path(folder))}"
        first = {path: _first(Path(folder), path) for path in paths[:1]}
        with Service(Path(folder) / "tagward.yaml", Path(folder) / "tagward.db") as service:
            service.wait_for_charts()
            for path in ("/healthz", *paths):
                took, size = zip(*_asked(service.url + path), strict=True)
                start = f"{first[path]:.0f}" if path in first else ""
                print(
                    f"| {told} | `{path}` | {start} | {median(took):.0f} | {max(took):.0f} | {size[0]:,} |",
                    flush=True,
                )


def _first(folder: Path, path: str) -> float:
    """Ask for a page the moment that the service listens."""
    with Service(folder / "tagward.yaml", folder / "tagward.db") as service:
        started = time.perf_counter()
        _once(service.url + path)
        return 1000 * (time.perf_counter() - started)


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
