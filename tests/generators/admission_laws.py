"""What an admission policy does to a request, next to what evaluation says of the object in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Literal

import yaml
from msgspec import Struct

from tagward.catalog import kubernetes_kind
from tagward.evaluation import Evaluator
from tagward.globs import matcher
from tagward.policy import MODES, Policy
from tagward.resource import Layer, Resource
from tagward_generators.kubernetes.matching import SYSTEM_NAMESPACES
from tagward_generators.targets import Artifact, Compilation
from tagward_service.admission.contract import Request
from tagward_service.admission.objects import is_owned, resource_of
from tests.generators.kubernetes_objects import NAMESPACES, Data, Objects
from tests.generators.laws import Breach, Row, breaches, broken_rows
from tests.generators.random_policies import DAY
from tests.generators.random_tags import tags
from tests.generators.worlds import KUBERNETES
from tests.oracles.manifests import namespace
from tests.oracles.vap_engine import Policy as Admission
from tests.oracles.vap_engine import Verdict
from tests.oracles.vap_matching import matches


class Asked(Struct, frozen=True):
    """A request, as the API server sends it, and the namespace that it is about."""

    operation: Literal["CREATE", "UPDATE"]
    object: Data
    old: Data | None
    namespace: Data | None

    @property
    def request(self) -> Data:
        """The request as admission policies see it."""
        version, metadata = self.object["apiVersion"], self.object["metadata"]
        group, _, number = version.rpartition("/")
        known = kubernetes_kind(group, self.object["kind"])
        assert known is not None
        return {
            "operation": self.operation,
            "kind": {"group": group, "version": number, "kind": self.object["kind"]},
            "resource": {"group": group, "version": number, "resource": known.plural},
            "name": metadata.get("name", ""),
            "namespace": metadata.get("namespace", ""),
            "object": self.object,
            "oldObject": self.old,
        }

    def resource(self, data: Data) -> Resource:
        """Read an object as the webhook does, which reads it as the manifests source does."""
        where = self.namespace["metadata"] if self.namespace else None
        layer = Layer("namespace", where["name"], where["labels"]) if where else None
        group, _, number = data["apiVersion"].rpartition("/")
        kind = {"group": group, "version": number, "kind": data["kind"]}
        name = data["metadata"].get("namespace", "")
        return resource_of(_request(kind, name), data, layer)


def _request(kind: Mapping[str, str], where: str) -> Request:
    from msgspec import convert

    return convert({"uid": "0", "kind": kind, "operation": "CREATE", "namespace": where}, Request)


def asked(rng: Random, policy: Policy, *, kind: Any = None) -> Asked:
    """Make a request."""
    objects = Objects(rng, policy)
    made = objects.object(kind)
    where = made["metadata"].get("namespace")
    if where and rng.random() < 0.03:
        where = made["metadata"]["namespace"] = "kube-system"
    if rng.random() < 0.03:
        made["metadata"]["deletionTimestamp"] = "2026-11-21T00:00:00Z"
    labels = tags(rng, policy, KUBERNETES) if rng.random() < 0.5 else {}
    around = namespace(where, labels) if where else None
    if rng.random() < 0.8:
        return Asked("CREATE", made, None, around)
    return Asked("UPDATE", made, objects.relabelled(made), around)


def namespaces() -> tuple[str, ...]:
    """Name every namespace that objects live in."""
    return NAMESPACES


class Stage(Struct, frozen=True):
    """A compiled policy of one mode, made ready for the engine."""

    mode: str
    document: Data
    admission: Admission

    def decide(self, one: Asked, params: Any = None) -> Verdict | None:
        """Decide a request; None when the policy is not about it."""
        request = one.request
        if not matches(self.document["spec"]["matchConstraints"], request, one.namespace):
            return None
        return self.admission.decide(request, namespace=one.namespace, params=params)


def stages(compilation: Compilation) -> Iterator[Stage]:
    """Make every policy of a compilation ready."""
    for artifact in compilation.artifacts:
        policy, *_ = documents(artifact)
        if policy["kind"] != "ConfigMap":
            yield Stage(policy["metadata"]["name"].rpartition("-")[2], policy, Admission(policy))


def documents(artifact: Artifact) -> list[Data]:
    """Read the manifests of a file."""
    return list(yaml.safe_load_all(artifact.content))


class Judge:
    """Evaluation on admission, with what a guardrail leaves alone."""

    def __init__(
        self, policy: Policy, excluded: tuple[str, ...] = SYSTEM_NAMESPACES, *, fair: bool = True
    ) -> None:
        self.assess = Evaluator(policy, as_of=DAY, surface="admission").assess
        self.is_excluded = matcher(excluded) if excluded else lambda _: False
        self.fair = fair

    def broken(self, one: Asked, mode: str) -> frozenset[Row]:
        """Return the rules that an object breaks in a mode, where it is anybody's to judge."""
        metadata = one.object["metadata"]
        if self.is_excluded(metadata.get("namespace", "")) or "deletionTimestamp" in metadata:
            return frozenset()
        if is_owned(one.object) or (mode == "deny" and self.fair and _is_unchanged(one)):
            return frozenset()
        return broken_rows(self.assess(one.resource(one.object)), mode)


def _is_unchanged(one: Asked) -> bool:
    return one.old is not None and _labels(one.resource(one.old)) == _labels(one.resource(one.object))


def _labels(resource: Resource) -> tuple[object, ...]:
    return resource.tags, tuple((part.what, part.tags) for part in resource.parts)


def law_breaches(judge: Judge, compilation: Compilation, ready: list[Stage], one: Asked) -> Iterator[Breach]:
    """List the breaches of the laws by one request, mode by mode."""
    by_mode = {stage.mode: stage for stage in ready}
    for mode in MODES:
        verdict = by_mode[mode].decide(one) if mode in by_mode else None
        refused = verdict is not None and verdict.denied
        yield from breaches(compilation, judge.broken(one, mode), denied=refused)
        errors = [each.message for each in verdict.decisions if each.outcome == "error"] if verdict else []
        if errors:
            yield Breach("L1", f"an error: {errors[0]}")
