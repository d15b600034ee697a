"""`make bench-webhook`: load the admission webhook with wrk, beside a bare endpoint that does five checks."""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
CONNECTIONS = 32
SIZE = 6_000
LABELS = {
    "app": "trainer",
    "ml-team": "fraud-detection",
    "ml-project": "card-scoring",
    "ml-workload-type": "training",
    "ml-environment": "prod",
    "ml-experiment-id": "exp-0042",
}


class Figures(msgspec.Struct, frozen=True):
    """One run of wrk: requests per second, latencies in milliseconds, and requests that failed.

    `cpu` is what the server took for a request, in microseconds; other work of the machine disturbs it least.
    """

    rate: float
    median: float
    p99: float
    errors: int
    cpu: float


def review(labels: dict[str, str]) -> bytes:
    """Make a review of a pod of about 6 KB, as the API server sends it."""
    metadata = {"name": "trainer", "namespace": "ml", "labels": labels, "managedFields": []}
    settings: list[dict[str, str]] = []
    container = {"name": "main", "image": "registry.example/train:1", "env": settings}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "name": "trainer",
        "namespace": "ml",
        "operation": "CREATE",
        "userInfo": {"username": "system:serviceaccount:ml:trainer", "groups": ["system:authenticated"]},
        "object": pod,
        "oldObject": None,
        "dryRun": False,
    }
    asked = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    while len(json.dumps(asked)) < SIZE:
        number = len(settings)
        settings.append({"name": f"SETTING_{number}", "value": f"value of setting {number}"})
    return json.dumps(asked).encode()


@contextmanager
def serving(command: Sequence[str], port: int, log: Path) -> Iterator[int]:
    """Start a server and wait until it listens; give its process id, and end it afterwards."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
    try:
        _await(port, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"a server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


def free_port() -> int:
    """Find a port of loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def load(port: int, pid: int, seconds: float, reviews: Sequence[Path]) -> Figures:
    """Run wrk once, on the server with a process id."""
    before = cpu_seconds(pid)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "-s", str(HERE / "webhook.lua")]
    ran = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/admission/validate"],
        env=os.environ | {"REVIEWS": ":".join(map(str, reviews))},
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(each for each in ran.stdout.splitlines() if each.startswith("figures "))
    rate, median, p99, errors, count = line.split()[1:]
    cpu = (cpu_seconds(pid) - before) * 1e6 / int(count)
    return Figures(float(rate), float(median), float(p99), int(errors), cpu)


def cpu_seconds(pid: int) -> float:
    """Read what a process and its children have taken, in seconds."""
    ticks = 0
    for each in (pid, *_children(pid)):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """Read what a process holds in memory, with its children."""
    pages = 0
    for each in (pid, *_children(pid)):
        pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in listed.split()]


def commands(floor_port: int, port: int, workers: int) -> dict[str, list[str]]:
    """Return how the servers are started: one loop, one parser, no access log, for both."""
    uvicorn = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    several = ["--workers", str(workers)] if workers > 1 else []
    return {
        "bare Starlette": [
            str(BIN / "uvicorn"),
            "benchmarks.webhook_floor:app",
            "--port",
            str(floor_port),
            *uvicorn,
            *several,
        ],
        "tagward serve": [
            str(BIN / "tagward"),
            "serve",
            "--policy",
            "pack:ml-platform",
            "--admission-port",
            str(port),
            *several,
        ],
    }


def measure(options: argparse.Namespace, folder: Path) -> tuple[dict[str, Figures], dict[str, list[float]]]:
    """Load both servers in turn; give the medians, and the memory before and after."""
    good, bad = folder / "good.json", folder / "bad.json"
    good.write_bytes(review(LABELS))
    bad.write_bytes(review({key: value for key, value in LABELS.items() if key != "ml-team"}))
    ports = (free_port(), free_port())
    started = commands(*ports, options.workers)
    names = list(started)
    found: dict[str, list[Figures]] = {name: [] for name in names}
    with (
        serving(started[names[0]], ports[0], folder / "floor.log") as floor,
        serving(started[names[1]], ports[1], folder / "tagward.log") as tagward,
    ):
        pids = dict(zip(names, (floor, tagward), strict=True))
        servers = tuple(zip(names, ports, pids.values(), strict=True))
        for _, port, pid in servers:
            load(port, pid, 1, (good, bad))
        memory = {name: [resident_mib(pid)] for name, pid in pids.items()}
        for _ in range(options.rounds):
            for name, port, pid in servers:
                found[name].append(load(port, pid, options.seconds, (good, bad)))
        if options.soak:
            found[names[1]].append(load(ports[1], tagward, options.soak, (good, bad)))
        for name, pid in pids.items():
            memory[name].append(resident_mib(pid))
    return {name: _middle(each) for name, each in found.items()}, memory


def _middle(figures: Sequence[Figures]) -> Figures:
    return Figures(
        statistics.median(each.rate for each in figures),
        statistics.median(each.median for each in figures),
        statistics.median(each.p99 for each in figures),
        sum(each.errors for each in figures),
        statistics.median(each.cpu for each in figures),
    )


def table(options: argparse.Namespace, figures: dict[str, Figures], memory: dict[str, list[float]]) -> str:
    """Write the results as Markdown."""
    floor = figures["bare Starlette"]
    lines = [
        "# The webhook under load",
        "",
        f"Written by `make bench-webhook`: wrk, {CONNECTIONS} connections on loopback, reviews of pods",
        f"of {SIZE:,} bytes, every other one denied, {options.workers} worker(s), medians of",
        f"{options.rounds} interleaved rounds of {options.seconds:g} s. The bare endpoint decodes the pod,",
        "makes five checks by hand, and neither logs nor counts anything.",
        "",
        "| server | requests/s | ratio | median ms | p99 ms | ratio | CPU us per request | failed "
        "| MiB before | MiB after |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, each in figures.items():
        before, after = memory[name]
        lines.append(
            f"| {name} | {each.rate:,.0f} | {each.rate / floor.rate:.2f} | {each.median:.2f} "
            f"| {each.p99:.2f} | {each.p99 / floor.p99:.2f} | {each.cpu:.0f} | {each.errors} "
            f"| {before:.0f} | {after:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--soak", type=int, default=0, help="seconds of load on tagward at the end")
    parser.add_argument("--write", type=Path, help="where to write the table as well")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is not installed: apt-get install wrk", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        shown = table(options, *measure(options, Path(folder)))
    print(shown, end="")
    if options.write:
        options.write.write_text(shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
