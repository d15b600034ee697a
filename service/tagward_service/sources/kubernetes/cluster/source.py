"""Clusters as a source of scans: workloads of every known kind, in all namespaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Event

from tagward.catalog import Kinds
from tagward_service.admission.review import SYSTEM_NAMESPACES
from tagward_service.scan.interface import Found, Part, ReadError
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.kubernetes.cluster.connecting import Connection
from tagward_service.sources.kubernetes.cluster.workloads import Workloads
from tagward_service.sources.kubernetes.manifests import CATALOGUE


class KubernetesSource:
    """Some clusters.

    `exempt` are globs of namespaces that are left alone, `kinds` those of the catalogue and of the policy.
    """

    cloud = "kubernetes"

    def __init__(
        self,
        clusters: Sequence[Connection],
        kinds: Kinds = CATALOGUE,
        exempt: Sequence[str] = SYSTEM_NAMESPACES,
    ) -> None:
        self._clusters = [Workloads(each, tuple(exempt), kinds) for each in clusters]

    @property
    def scope(self) -> Mapping[str, str]:
        """Name the clusters."""
        return {"clusters": ", ".join(sorted(each.name for each in self._clusters))}

    def parts(self) -> Iterator[Part | NotEvaluated]:
        """List the kinds of every cluster; one that cannot be asked is told, and the others go on."""
        seen: dict[str, str] = {}
        for cluster in self._clusters:
            try:
                name, uid = cluster.name, cluster.uid
                if uid in seen:
                    yield NotEvaluated(f"cluster {name}", f"it is the same as `{seen[uid]}`, and read once")
                    continue
                yield from list(cluster.parts())
                seen |= {uid: name} if uid else {}
            except ReadError as error:
                yield NotEvaluated(f"cluster {cluster.called}", error.why, incomplete=True)

    def read(self, part: Part, stop: Event) -> Iterator[Found]:
        """Read the objects of one kind."""
        for cluster in self._clusters:
            if cluster.name == part.account:
                yield from cluster.read(part.service, stop)
                return
        raise ReadError(f"no cluster `{part.account}` is scanned")
