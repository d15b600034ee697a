"""Options of the whole test suite; pytest reads them only from here."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    fuzz = parser.getgroup("fuzz", "fuzzing (tests/fuzz)")
    fuzz.addoption("--fuzz-examples", type=int, default=800, metavar="N", help="inputs to try in all")
    fuzz.addoption("--fuzz-seed", type=int, default=1, metavar="N", help="where the random numbers begin")
