"""Differential tests run when somebody asks for them, say so when they cannot, and end with one table."""

import pytest

from tests.conformance.tally import TALLIES, Tally, every_tally, table

INCOMPLETE = 8
"""Exit status of a whole run in which every test passed and something was compared with no engine."""


VERDICT = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="exit with 8 when an engine is absent or unused")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("conformance") and not asked(config):
            item.add_marker(pytest.mark.skip(reason="differential test: run `make conformance`"))


def asked(config: pytest.Config) -> bool:
    return "conformance" in str(config.getoption("markexpr"))


def shown(config: pytest.Config) -> list[Tally]:
    """Return what the run is about: every pair when it is whole, else those whose tests were collected."""
    return every_tally() if config.getoption("whole", False) else list(TALLIES.values())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if asked(config) and shown(config):
        terminalreporter.section("conformance")
        for line in table(shown(config)):
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if exitstatus == 0 and config.getoption("whole", False) and left_out(config):
        session.exitstatus = INCOMPLETE
    config.stash[VERDICT] = verdict(config, exitstatus)


def pytest_unconfigure(config: pytest.Config) -> None:
    if asked(config) and shown(config):
        print(config.stash.get(VERDICT, "conformance interrupted"))


def verdict(config: pytest.Config, exitstatus: int) -> str:
    if exitstatus:
        return "conformance failed"
    names = "; ".join(left_out(config))
    return f"conformance incomplete: {names}" if names else "conformance complete"


def left_out(config: pytest.Config) -> list[str]:
    return [
        f"{each.target}, {each.name()}: {each.incomplete()}" for each in shown(config) if each.incomplete()
    ]
