"""Random Kubernetes objects of every known kind, with labels near what a policy asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from tagward.catalog import ANY, EACH, VALUE, Kinds, KubernetesKind, LabelPlace
from tagward.policy import Policy
from tests.generators.random_tags import tags
from tests.generators.worlds import KUBERNETES

Data = dict[str, Any]
Labels = dict[str, str]

NAMESPACES = ("prod-a", "prod-x", "dev", "team-a", "team-b")
NAMES = ("web-1", "web-x", "db-1")

VERSIONS = {
    "": "v1",
    "apps": "v1",
    "batch": "v1",
    "extensions": "v1beta1",
    "ray.io": "v1",
    "kubeflow.org": "v1",
    "serving.kserve.io": "v1beta1",
    "jobset.x-k8s.io": "v1alpha2",
}
SELECTED = {"app.kubernetes.io/name": "web"}
"""What selectors select; a key of the platform's, which no rule is about."""

POD: Data = {"containers": [{"name": "main", "image": "example.com/main:1"}]}
CLAIM: Data = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}

NAMES_OF_ELEMENTS = {"workerGroupSpecs": "groupName", "runtimePatches": "manager"}


class Objects:
    """Makes objects that meet the rules of a policy."""

    def __init__(self, rng: Random, policy: Policy) -> None:
        self.rng = rng
        self.policy = policy
        self.kinds = Kinds(policy.workloads)

    def labels(self) -> Labels:
        """Make labels."""
        return tags(self.rng, self.policy, KUBERNETES)

    def object(self, kind: KubernetesKind | None = None) -> Data:
        """Make an object, of any kind unless one is asked for."""
        kind = kind or self.rng.choice(self.kinds.all())
        version = VERSIONS.get(kind.group, "v1alpha1")
        made: Data = {
            "apiVersion": f"{kind.group}/{version}" if kind.group else version,
            "kind": kind.kind,
            "metadata": self._metadata(kind),
        }
        for place in (*kind.templates, *kind.volumes):
            if place.at:
                self._fill(made, place, always=kind.always_has_template)
        self._refer(made, kind)
        complete(made, kind)
        return made

    def relabelled(self, made: Data) -> Data:
        """Make the object that an update changes into another: with other labels, or with the same."""
        before = deepcopy(made)
        before["metadata"]["annotations"] = {"note": "before"}
        if self.rng.random() < 0.5:
            for labels in labels_in(before):
                if self.rng.random() < 0.5:
                    labels.clear()
                    labels.update(self.labels())
        return before

    def _metadata(self, kind: KubernetesKind) -> Data:
        rng = self.rng
        made: Data = {"name": rng.choice(NAMES)} if rng.random() < 0.9 else {"generateName": "web-"}
        if kind.namespaced:
            made["namespace"] = rng.choice(NAMESPACES)
        if rng.random() < 0.9:
            made["labels"] = self.labels()
        if rng.random() < 0.1:
            made["ownerReferences"] = [self._owner()]
        return made

    def _owner(self) -> Data:
        version, kind = self.rng.choice(
            (
                ("apps/v1", "ReplicaSet"),
                ("kubeflow.org/v1", "PyTorchJob"),
                ("v1", "Pod"),
                ("example.com/v1", "Thing"),
                ("argoproj.io/v1alpha1", "WorkflowTemplate"),
            )
        )
        owner: Data = {"apiVersion": version, "kind": kind, "name": "owner", "uid": "0-1"}
        return owner | self.rng.choice(
            ({"controller": True}, {"controller": True}, {"controller": False}, {})
        )

    def _fill(self, made: Data, place: LabelPlace, *, always: bool) -> None:
        if not always and self.rng.random() < 0.15:
            return
        for spot in self._spots(made, place.at.split(".")):
            for path in place.labels:
                if self.rng.random() < 0.85:
                    put(spot, path, self.labels())
            if place.only_with and self.rng.random() < 0.8:
                spot[self.rng.choice(place.only_with)] = {}
        for path in place.inherits:
            if path != "metadata.labels" and self.rng.random() < 0.4:
                put(made, path, self.labels())

    def _spots(self, root: Data, steps: list[str]) -> Iterator[Data]:
        """Make what stands at a path, several elements where it says so."""
        if not steps:
            yield root
        elif steps[1:2] and steps[1] in (ANY, EACH, VALUE):
            for each in self._elements(root, steps[0], is_map=steps[1] == VALUE):
                yield from self._spots(each, steps[2:])
        else:
            yield from self._spots(root.setdefault(steps[0], {}), steps[1:])

    def _elements(self, root: Data, step: str, *, is_map: bool) -> list[Data]:
        number = self.rng.choice((0, 1, 1, 2))
        if is_map or step.endswith("ReplicaSpecs"):
            made: dict[str, Data] = {name: {} for name in ("Master", "Worker")[:number]}
            return list(root.setdefault(step, made).values())
        if step == "volumeClaimTemplates":
            listed: list[Data] = [
                {"metadata": {"name": f"data-{each}"}, "spec": CLAIM} for each in range(number)
            ]
        else:
            key = NAMES_OF_ELEMENTS.get(step, "name")
            listed = [{key: f"part-{each}"} for each in range(number)]
        elements: list[Data] = root.setdefault(step, listed)
        return elements

    def _refer(self, made: Data, kind: KubernetesKind) -> None:
        for path in kind.merges:
            if self.rng.random() < 0.7:
                named = {"name": "base"}
                put(made, path.removesuffix(".*"), [named] if path.endswith(".*") else named)


def put(root: Data, path: str, value: object) -> None:
    """Set what stands at a path."""
    *way, last = path.split(".")
    for step in way:
        root = root.setdefault(step, {})
    root[last] = value


def complete(made: Data, kind: KubernetesKind) -> None:
    """Add what the API server asks of the kinds that it knows."""
    if kind.group in _BUILT_IN:
        _COMPLETE[kind.kind](made)


_BUILT_IN = ("", "apps", "batch")


def _workload(made: Data) -> None:
    made["spec"]["selector"] = {"matchLabels": SELECTED}
    _template(made["spec"])


def _template(spec: Data, **more: Any) -> None:
    template = spec.setdefault("template", {})
    template["spec"] = POD | more
    labels = template.setdefault("metadata", {}).setdefault("labels", {})
    labels |= SELECTED


def _controller(made: Data) -> None:
    _template(made["spec"])
    made["spec"]["selector"] = SELECTED


def _stateful(made: Data) -> None:
    _workload(made)
    made["spec"]["serviceName"] = "web"


def _cron(made: Data) -> None:
    made["spec"]["schedule"] = "0 0 * * *"
    _template(made["spec"]["jobTemplate"]["spec"], restartPolicy="Never")


_COMPLETE: dict[str, Callable[[Data], None]] = {
    "Pod": lambda made: made.update(spec=POD),
    "PersistentVolumeClaim": lambda made: made.update(spec=CLAIM),
    "ReplicationController": _controller,
    "PodTemplate": _template,
    "Deployment": _workload,
    "DaemonSet": _workload,
    "ReplicaSet": _workload,
    "StatefulSet": _stateful,
    "Job": lambda made: _template(made["spec"], restartPolicy="Never"),
    "CronJob": _cron,
}


def labels_in(node: Any) -> list[Labels]:
    """List every map of labels in an object."""
    return list(_labels_in(node))


def _labels_in(node: Any) -> Iterator[Labels]:
    if isinstance(node, dict):
        for key, each in node.items():
            if key == "labels":
                yield each
            else:
                yield from _labels_in(each)
    elif isinstance(node, list):
        for each in node:
            yield from _labels_in(each)
