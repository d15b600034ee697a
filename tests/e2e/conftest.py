"""One real API server for all end-to-end tests: who is who is looked at, and who may do what (RBAC)."""

from collections.abc import Iterator

import pytest

from tests.e2e.cluster import Cluster
from tests.oracles.apiserver_engine import absent, running


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server, and a kubeconfig of somebody who may do everything."""
    if absent():
        pytest.skip(absent())
    with running("RBAC") as client:
        yield Cluster(client, tmp_path_factory.mktemp("cluster"))
