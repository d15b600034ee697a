"""How many inputs each campaign gets, where failures are kept, and the figures at the end of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.campaign import Check, Make, Outcome, report, run

Fuzz = Callable[[str, float, Make, Check, str], Outcome]

_OUTCOMES = pytest.StashKey[list[Outcome]]()


@pytest.fixture
def fuzz(request: pytest.FixtureRequest) -> Fuzz:
    """Run a campaign: its name, its share of all inputs, the recipe, the check, the suffix of kept inputs."""
    config = request.config

    def start(name: str, share: float, make: Make, check: Check, suffix: str) -> Outcome:
        count = round(share * config.getoption("--fuzz-examples"))
        outcome = run(name, count, config.getoption("--fuzz-seed"), make, check)
        config.stash.setdefault(_OUTCOMES, []).append(outcome)
        report(outcome, config.rootpath / ".hypothesis" / "fuzz", suffix)
        return outcome

    return start


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Callable[[Outcome], None]:
    """Take the figures of inputs that something else has made."""
    return request.config.stash.setdefault(_OUTCOMES, []).append


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Give a path for the input of the moment."""
    return tmp_path / "input"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    outcomes = terminalreporter.config.stash.get(_OUTCOMES, [])
    if not outcomes:
        return
    terminalreporter.section("fuzzing")
    for outcome in outcomes:
        terminalreporter.write_line(outcome.summary())
    total = sum(outcome.inputs for outcome in outcomes)
    terminalreporter.write_line(f"{total:,} inputs, {sum(outcome.failed for outcome in outcomes):,} failed")
