"""Kubernetes kinds whose pods or volumes are billed, and where the labels of those sit."""

from collections.abc import Iterable
from functools import cache

import msgspec

from tagward.catalog.files import read
from tagward.policy import Workload

ANY, EACH, VALUE = "*", "[]", "{}"
"""Steps of a path to every element: of a list or map, of a list alone, of a map alone."""

_POLICY = "the policy"
_BUILT_IN = {"", "apps", "batch", "extensions"}


class LabelPlace(msgspec.Struct, frozen=True):
    """Where the labels of one set of pods or volumes sit.

    `at` is a dotted path from the object's root (empty for the root, with steps as ANY for every element):
    where it exists, there are pods. `labels` are relative to it and the later wins; `inherits` are paths from
    the root that apply to a key that none of `labels` has. Where `only_with` names fields, one of them must
    be there too.
    """

    at: str
    labels: tuple[str, ...]
    inherits: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()

    @property
    def label_paths(self) -> tuple[str, ...]:
        """The paths of the labels from the object's root."""
        return tuple(f"{self.at}.{path}" if self.at else path for path in self.labels)

    @property
    def repeats(self) -> int:
        """Count the lists and maps on the way."""
        return sum(step in (ANY, EACH, VALUE) for step in self.at.split("."))


class KubernetesKind(msgspec.Struct, frozen=True):
    """One kind; `name` is `group/Kind`, or `Kind` in the core group.

    `propagates`: the object's own labels reach its pods. `merges` are paths of what names other objects
    whose labels the pods get too. `runs` is false for a mere template that others use. `resource` is the
    plural where it is not regular.
    """

    templates: tuple[LabelPlace, ...]
    source: str
    volumes: tuple[LabelPlace, ...] = ()
    propagates: bool = False
    merges: tuple[str, ...] = ()
    runs: bool = True
    namespaced: bool = True
    why: str = ""
    name: str = ""
    resource: str = ""

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""
        return self.name.rpartition("/")[0]

    @property
    def kind(self) -> str:
        """The kind without its group."""
        return self.name.rpartition("/")[2]

    @property
    def plural(self) -> str:
        """The name of the resource in the API, as the API server guesses it (UnsafeGuessKindToResource)."""
        single = self.kind.lower()
        if self.resource or single.endswith("s"):
            return self.resource or f"{single}es"
        return f"{single[:-1]}ies" if single.endswith("y") else f"{single}s"

    @property
    def catalogued(self) -> bool:
        """Say whether its shape is known; of one that a policy names, objects may have another."""
        return self.source != _POLICY

    @property
    def always_has_template(self) -> bool:
        """Say whether the API server refuses one without a pod template; others may refer to one instead."""
        return self.group in _BUILT_IN


class _File(msgspec.Struct, frozen=True):
    kinds: dict[str, KubernetesKind]


def written(path: str) -> str:
    """Write a path as a policy does: `spec.workers[*].template`, `spec.replicas.*.template`."""
    return path.replace(f".{EACH}", "[*]").replace(VALUE, "*")


def kubernetes_kind(group: str, kind: str) -> KubernetesKind | None:
    """Return a kind of an API group (without version); None for one that is not known to run pods."""
    return _kinds().get(f"{group}/{kind}" if group else kind)


def kubernetes_kinds() -> tuple[KubernetesKind, ...]:
    """Return every known kind, sorted by name."""
    return tuple(_kinds().values())


class Kinds:
    """The kinds of the catalogue, and those that a policy adds."""

    def __init__(self, workloads: Iterable[Workload] = ()) -> None:
        self.further = tuple(map(_added, workloads))
        self._by_name = _kinds() | {kind.name: kind for kind in self.further}

    def find(self, group: str, kind: str) -> KubernetesKind | None:
        """Return a kind of an API group (without version); None for one that is not known to run pods."""
        return self._by_name.get(f"{group}/{kind}" if group else kind)

    def all(self) -> tuple[KubernetesKind, ...]:
        """Return every kind, those of the catalogue first."""
        return tuple(self._by_name.values())


def _added(workload: Workload) -> KubernetesKind:
    own = ("metadata.labels",)
    inherits = own if workload.propagates else ()
    return KubernetesKind(
        tuple(LabelPlace(at, own, inherits) for at in workload.templates) or (LabelPlace("", own),),
        source=_POLICY,
        propagates=workload.propagates,
        namespaced=workload.namespaced,
        why="the policy names it under `workloads`",
        name=workload.name,
        resource=workload.plural,
    )


@cache
def _kinds() -> dict[str, KubernetesKind]:
    kinds = read("kubernetes", _File).kinds
    return {name: msgspec.structs.replace(kind, name=name) for name, kind in kinds.items()}
