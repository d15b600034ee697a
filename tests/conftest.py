"""Options of the whole test suite, and what is said at its end; pytest reads both only from here."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tagward_service.api.tokens import PREFIX
from tests.fuzz.figures import FIGURES, table

# A busy machine is slow, which is no failure: what has to be quick is held to a floor (tests/effort.py).
# What a change is judged by draws the same examples each time; `make fuzz` draws new ones.
settings.register_profile(
    "tagward",
    settings(),
    deadline=None,
    derandomize="TAGWARD_RANDOM" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tagward")


def pytest_addoption(parser: pytest.Parser) -> None:
    fuzz = parser.getgroup("fuzz", "fuzzing (tests/fuzz)")
    fuzz.addoption("--fuzz-examples", type=int, default=800, metavar="N", help="inputs to try in all")
    fuzz.addoption("--fuzz-seed", type=int, default=1, metavar="N", help="where the random numbers begin")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", None) and "conformance" in str(config.getoption("markexpr")):
        raise pytest.UsageError("conformance is tallied in one process: leave out -n")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Call a token a token: it differs from process to process, and tests must be called alike in all."""
    return "token" if isinstance(val, str) and val.startswith(PREFIX) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures of the fuzzing, which come with the reports of tests, from whatever process."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    figures = [value for report in reports for name, value in report.user_properties if name == FIGURES]
    if figures:
        terminalreporter.section("fuzzing")
        for line in table(figures):
            terminalreporter.write_line(line)
