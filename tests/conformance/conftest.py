"""Differential tests run when somebody asks for them, and say so when they cannot."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = "conformance" in str(config.getoption("markexpr"))
    for item in items:
        if item.get_closest_marker("conformance") and not asked:
            item.add_marker(pytest.mark.skip(reason="differential test: run `make conformance`"))
