"""How many inputs each campaign gets, where failures are kept, and its figures for the end of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.campaign import Check, Make, Outcome, report, run
from tests.fuzz.figures import FIGURES, figures

Fuzz = Callable[[str, float, Make, Check, str], Outcome]
Tell = Callable[[Outcome], None]


@pytest.fixture
def fuzz(request: pytest.FixtureRequest, told: Tell) -> Fuzz:
    """Run a campaign: its name, its share of all inputs, the recipe, the check, the suffix of kept inputs."""
    config = request.config

    def start(name: str, share: float, make: Make, check: Check, suffix: str) -> Outcome:
        count = round(share * config.getoption("--fuzz-examples"))
        outcome = run(name, count, config.getoption("--fuzz-seed"), make, check)
        told(outcome)
        report(outcome, config.rootpath / ".hypothesis" / "fuzz", suffix)
        return outcome

    return start


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Tell:
    """Take the figures of inputs, also of those that something else has made."""
    return lambda outcome: record_property(FIGURES, figures(outcome))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Give a path for the input of the moment."""
    return tmp_path / "input"
