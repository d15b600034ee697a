"""Timing whole processes: wall and processor time, peak memory, as the operating system accounts them."""

import os
import statistics
import subprocess
import time
from collections.abc import Sequence

import msgspec


class Sample(msgspec.Struct, frozen=True):
    """One run: seconds of wall clock and of processor, and the peak resident set in MiB."""

    wall: float
    cpu: float
    peak_mib: float


class Measurement(msgspec.Struct, frozen=True):
    """The medians of several runs of one command."""

    name: str
    runs: int
    wall: float
    cpu: float
    peak_mib: float


def run_once(command: Sequence[str], allowed: Sequence[int] = (0, 1)) -> Sample:
    """Run a command with its output going to a pipe; raise when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    while process.stdout.read(1 << 20):
        pass
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def interleaved(commands: dict[str, Sequence[str]], runs: int) -> dict[str, Measurement]:
    """Measure commands in turn (A B C A B C ...), so that a drift of the machine meets all alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for name, command in commands.items():
        run_once(command)
        samples[name].clear()
    for _ in range(runs):
        for name, command in commands.items():
            samples[name].append(run_once(command))
    return {name: _medians(name, each) for name, each in samples.items()}


def _medians(name: str, samples: Sequence[Sample]) -> Measurement:
    return Measurement(
        name,
        len(samples),
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.cpu for sample in samples),
        statistics.median(sample.peak_mib for sample in samples),
    )
