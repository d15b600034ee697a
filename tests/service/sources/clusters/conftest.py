"""A cluster that stands in for real ones, and the source that scans it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tagward_service.sources.kubernetes.cluster.connecting import connections
from tagward_service.sources.kubernetes.cluster.source import KubernetesSource
from tests.service.sources.clusters.stand_in import ApiServer, kubeconfig, serving

Source = Callable[..., KubernetesSource]


@pytest.fixture
def api() -> ApiServer:
    """A cluster with deployments, jobs and pods to be."""
    server = ApiServer()
    server.serve("apps/v1", "Deployment", "deployments")
    server.serve("v1", "Pod", "pods")
    return server


@pytest.fixture
def source(api: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """Make a source of the cluster, by what is given as `--contexts`."""
    with serving(api) as url:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path, live=url, again=url)))
        yield lambda *contexts, **options: KubernetesSource(connections(contexts), **options)
