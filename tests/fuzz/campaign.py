"""A campaign: many inputs from one recipe, each tried under a time limit; what fails is kept for replay."""

from __future__ import annotations

import base64
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from msgspec import Struct, field

from tests.fuzz.deadline import TooSlowError, deadline

Make = Callable[[Random], bytes]
Check = Callable[[bytes], str]
"""Tries one input and says in a word how far it came; whatever it raises is a failure."""

MOST_KINDS = 20
SHORT = 600
_SHRINK_SECONDS = 5.0
_LIBRARY = "/lib/python"


class Failure(Struct, frozen=True):
    """One kind of failure: the place it comes from, the first input that showed it, and how many did."""

    kind: str
    trace: str
    name: str
    content: bytes


class Outcome(Struct):
    """What a campaign came to."""

    name: str
    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    depths: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = []
    failed: int = 0

    def summary(self) -> str:
        """Say it in one line."""
        depths = ", ".join(f"{count:,} {depth}" for depth, count in self.depths.most_common())
        rate = self.inputs / self.seconds if self.seconds else 0
        return (
            f"{self.name}: {self.inputs:,} inputs in {self.seconds:.0f} s ({rate:.0f}/s, slowest "
            f"{self.slowest * 1000:.0f} ms), {self.failed:,} failed; {depths}"
        )


def run(name: str, count: int, seed: int, make: Make, check: Check) -> Outcome:
    """Try inputs number 0 to `count`; the same name, seed and number always give the same input."""
    outcome = Outcome(name)
    began = time.perf_counter()
    for number in range(count):
        label = f"{name}-{seed}-{number}"
        content = make(Random(label))
        start = time.perf_counter()
        failure = attempt(check, content, label, outcome.depths)
        outcome.slowest = max(outcome.slowest, time.perf_counter() - start)
        outcome.inputs += 1
        if failure is not None:
            _note(outcome, failure, check)
        if len(outcome.failures) >= MOST_KINDS:
            break
    outcome.seconds = time.perf_counter() - began
    return outcome


def attempt(check: Check, content: bytes, label: str, depths: Counter[str]) -> Failure | None:
    """Try one input."""
    try:
        with deadline():
            depths[check(content)] += 1
    except (Exception, TooSlowError) as error:
        return Failure(_kind(error), "".join(traceback.format_exception(error)), label, content)
    return None


def _kind(error: BaseException) -> str:
    """Name what failed and where in this repository; a slow input stops anywhere in its loop."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if _LIBRARY not in each.filename]
    if isinstance(error, TooSlowError) or not frames:
        return type(error).__name__
    return f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"


def _note(outcome: Outcome, failure: Failure, check: Check) -> None:
    outcome.failed += 1
    if all(failure.kind != known.kind for known in outcome.failures):
        outcome.failures.append(shrunk(failure, check))


def shrunk(failure: Failure, check: Check) -> Failure:
    """Leave out stretches of an input as long as it fails in the same way; stop after a few seconds."""
    until = time.monotonic() + _SHRINK_SECONDS
    content, size = failure.content, len(failure.content) // 2
    while size:
        at = 0
        while at < len(content) and time.monotonic() < until:
            shorter = content[:at] + content[at + size :]
            again = attempt(check, shorter, failure.name, Counter())
            if again is not None and again.kind == failure.kind:
                content = shorter
            else:
                at += size
        size //= 2
    return Failure(failure.kind, failure.trace, failure.name, content)


def report(outcome: Outcome, folder: Path, suffix: str) -> None:
    """Fail the test when an input failed: keep each kind's input in a file, and show it when it is short."""
    if not outcome.failures:
        return
    folder.mkdir(parents=True, exist_ok=True)
    parts = [f"{outcome.failed} of {outcome.inputs} inputs failed, in {len(outcome.failures)} ways"]
    for failure in outcome.failures:
        file = folder / f"{failure.name}{suffix}"
        file.write_bytes(failure.content)
        short = base64.b64encode(failure.content).decode() if len(failure.content) <= SHORT else "(long)"
        parts.append(f"{failure.kind}\n  input {file}\n  base64 {short}\n{failure.trace}")
    pytest.fail("\n\n".join(parts), pytrace=False)
