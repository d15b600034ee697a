"""`tagward serve --workers`: several processes at one address that count, end and are replaced together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tagward_service.admission.workers import AT_LEAST
from tests.oracles.admission_contract import verify
from tests.service.admission.test_endpoint import JSON, body
from tests.service.admission.test_review import deployment
from tests.service.admission.test_serving import PATIENCE, Served, wait_until_ready

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")

WORKERS = 2


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve with several workers."""
    served = Served(tmp_path, "--workers", str(WORKERS))
    try:
        wait_until_ready(served)
        served.wait_for("listening", WORKERS)
        yield served
    finally:
        for each in workers(served):
            os.kill(each, signal.SIGKILL)
        served.end()


def workers(served: Served) -> list[int]:
    """List the processes that the parent has."""
    pid = served.process.pid
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def ask(served: Served) -> None:
    """Ask once, by a connection of its own, so that any worker may answer."""
    with served.client() as client:
        answer = client.post("/admission/validate", content=body(deployment({})), headers=JSON)
    verify(answer.content, "u-9", mutating=False)


def reviews(served: Served) -> float:
    """Read how many reviews were counted."""
    with served.client() as client:
        lines = client.get("/metrics").text.splitlines()
    return sum(
        float(line.split()[-1]) for line in lines if line.startswith("tagward_admission_reviews_total")
    )


def eventually_gone(pids: list[int]) -> bool:
    """Wait until processes are no more."""
    until = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_workers_count_together(served: Served) -> None:
    for _ in range(30):
        ask(served)
    assert {reviews(served) for _ in range(10)} == {30.0}


def test_a_worker_that_dies_is_replaced_and_none_of_its_counts_are_lost(served: Served) -> None:
    for _ in range(10):
        ask(served)
    time.sleep(AT_LEAST)
    before = workers(served)
    os.kill(before[0], signal.SIGKILL)
    served.wait_for("listening", WORKERS + 1)
    assert len(workers(served)) == WORKERS
    assert workers(served) != before
    ask(served)
    assert reviews(served) == 11.0


def test_all_end_together(served: Served) -> None:
    pids = workers(served)
    assert len(pids) == WORKERS
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(PATIENCE) == 0
    assert eventually_gone(pids)


def test_workers_end_when_their_parent_is_gone(served: Served) -> None:
    pids = workers(served)
    served.process.kill()
    served.process.wait(PATIENCE)
    assert eventually_gone(pids)


def test_what_cannot_work_ends_with_the_reason(tmp_path: Path) -> None:
    served = Served(tmp_path, "--workers", str(WORKERS), "--tls-key", str(tmp_path / "nowhere.key"))
    try:
        assert served.process.wait(PATIENCE) == 2
    finally:
        served.end()
    faults = [line["fault"] for line in served.lines if line["event"] == "worker failed"]
    assert faults
    assert "cannot read the certificate or its key" in faults[0]


ENDED_AT_ONCE = """
import os, signal, time
from tagward_service.admission.log import Log
from tagward_service.admission.workers import Workers

def work(number):
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(600)

raise SystemExit(Workers(work, Log()).run(3))
"""


@pytest.mark.parametrize("attempt", range(3))
def test_a_signal_while_workers_are_started_ends_all_of_them(tmp_path: Path, attempt: int) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", ENDED_AT_ONCE], env=environment, timeout=PATIENCE, check=False
    )
    assert ended.returncode == 0, attempt
