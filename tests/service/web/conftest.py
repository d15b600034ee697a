"""One estate and one service for all tests of the dashboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.web.estate import make
from tests.service.web.harness import Web

pytest.importorskip("jinja2")
pytest.importorskip("vl_convert")


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with bills, rules, a policy and a store."""
    folder = tmp_path_factory.mktemp("estate")
    make(folder, 200, (0, 5, 11))
    return folder


@pytest.fixture(scope="session")
def web(estate: Path) -> Iterator[Web]:
    """The dashboard over the estate."""
    with Web(estate / "tagward.yaml", str(estate / "tagward.db")) as served:
        yield served
