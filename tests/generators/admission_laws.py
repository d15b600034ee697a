"""What admission policies do to a request, next to what evaluation says of the object in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, Literal

import yaml
from msgspec import UNSET, Struct, convert
from msgspec.structs import replace

from tagward.catalog import Kinds, KubernetesKind
from tagward.evaluation import Evaluator
from tagward.globs import matcher
from tagward.language import KubernetesVap, Kyverno, Targets
from tagward.policy import MODES, Policy
from tagward.resource import Layer, Resource
from tagward_generators import target
from tagward_generators.kubernetes.settings import settings_of
from tagward_generators.targets import Artifact, Compilation
from tagward_service.admission.contract import Request
from tagward_service.admission.objects import is_owned, resource_of
from tagward_service.sources.kubernetes.manifests import CATALOGUE
from tests.generators.kubernetes_objects import Data, Objects, labels_in
from tests.generators.laws import Breach, Row, breaches, broken_rows, row_breaches
from tests.generators.random_policies import DAY, policy
from tests.generators.random_tags import tags
from tests.generators.worlds import KUBERNETES
from tests.oracles.manifests import namespace
from tests.oracles.vap_engine import Policy as Admission
from tests.oracles.vap_engine import Verdict
from tests.oracles.vap_matching import matches

Broken = Callable[[Compilation], Compilation]


class Asked(Struct, frozen=True):
    """A request, as the API server sends it, and the namespace that it is about."""

    operation: Literal["CREATE", "UPDATE"]
    object: Data
    old: Data | None
    namespace: Data | None
    kinds: Kinds = CATALOGUE

    @property
    def request(self) -> Data:
        """The request as admission policies see it."""
        kind, metadata = self.kind, self.object["metadata"]
        known = self.kinds.find(kind["group"], kind["kind"])
        assert known is not None
        return {
            "operation": self.operation,
            "kind": kind,
            "resource": {"group": kind["group"], "version": kind["version"], "resource": known.plural},
            "name": metadata.get("name", ""),
            "namespace": metadata.get("namespace", ""),
            "object": self.object,
            "oldObject": self.old,
        }

    @property
    def kind(self) -> dict[str, str]:
        """The kind of the object."""
        group, _, version = self.object["apiVersion"].rpartition("/")
        return {"group": group, "version": version, "kind": self.object["kind"]}

    def resource(self, data: Data) -> Resource:
        """Read an object as the webhook does, which reads it as the manifests source does."""
        around = self.namespace["metadata"] if self.namespace else None
        layer = Layer("namespace", around["name"], around["labels"]) if around else None
        return resource_of(
            _request(self.kind, data["metadata"].get("namespace", "")), data, layer, self.kinds
        )


def _request(kind: Mapping[str, str], where: str) -> Request:
    return convert({"uid": "0", "kind": kind, "operation": "CREATE", "namespace": where}, Request)


def drawn_policy(rng: Random) -> Policy:
    """Make a policy with settings of the targets for Kubernetes."""
    excluded: Any = rng.choice((UNSET, UNSET, ["kube-system"], ["kube-system", "team-*"], []))
    updates: Any = rng.choice((UNSET, "fair", "strict"))
    vap = KubernetesVap(exclude_namespaces=excluded, updates=updates, parameters=rng.random() < 0.3)
    kyverno = Kyverno(exclude_namespaces=excluded, updates=updates)
    return replace(policy(rng, KUBERNETES), targets=Targets(kubernetes_vap=vap, kyverno=kyverno))


def asked(rng: Random, policy: Policy, kind: KubernetesKind | None = None) -> Asked:
    """Make a request, about an object of any kind unless one is asked for."""
    objects = Objects(rng, policy)
    made = objects.object(kind)
    where = made["metadata"].get("namespace")
    if where and rng.random() < 0.03:
        where = made["metadata"]["namespace"] = "kube-system"
    if rng.random() < 0.03:
        made["metadata"]["deletionTimestamp"] = "2026-11-21T00:00:00Z"
    labels = tags(rng, policy, KUBERNETES) if rng.random() < 0.5 else {}
    around = namespace(where, labels) if where else None
    old = objects.relabelled(made)
    updated = Asked("UPDATE", made, old, around, objects.kinds)
    # Labels that move, and mean the same where they are now, are changed or not: nobody says.
    moved = is_unchanged(updated) is not (labels_in(old) == labels_in(made))
    return Asked("CREATE", made, None, around, objects.kinds) if moved or rng.random() < 0.8 else updated


def is_unchanged(one: Asked) -> bool:
    """Say whether an update leaves the labels as they are."""
    return one.old is not None and _labels(one.resource(one.old)) == _labels(one.resource(one.object))


def _labels(resource: Resource) -> tuple[object, ...]:
    return resource.tags, tuple((part.what, part.tags) for part in resource.parts)


class Stage(Struct, frozen=True):
    """A compiled policy of one mode, made ready for the engine."""

    mode: str
    document: Data
    admission: Admission
    params: Data | None

    def decide(self, one: Asked) -> Verdict | None:
        """Decide a request; None when the policy is not about it."""
        request = one.request
        if not matches(self.document["spec"]["matchConstraints"], request, one.namespace):
            return None
        return self.admission.decide(request, namespace=one.namespace, params=self.params)


def stages(compilation: Compilation) -> Iterator[Stage]:
    """Make every policy of a compilation ready."""
    every = [each for artifact in compilation.artifacts for each in documents(artifact)]
    params = next((each for each in every if each["kind"] == "ConfigMap"), None)
    for each in every:
        if each["kind"].endswith("Policy"):
            mode = each["metadata"]["name"].rpartition("-")[2]
            yield Stage(mode, each, Admission(each), params)


def documents(artifact: Artifact) -> list[Data]:
    """Read the manifests of a file."""
    return list(yaml.load_all(artifact.content, Loader=yaml.CSafeLoader))


class Judge:
    """Evaluation on admission, with what a guardrail leaves alone."""

    def __init__(self, policy: Policy, given: KubernetesVap | Kyverno) -> None:
        settings = settings_of(given)
        self.assess = Evaluator(policy, as_of=DAY, surface="admission").assess
        self.is_excluded = matcher(settings.exclude_namespaces or ("nowhere",))
        self.fair = settings.is_fair

    def broken(self, one: Asked, mode: str) -> frozenset[Row]:
        """Return the rules that an object breaks in a mode, where it is anybody's to judge."""
        metadata = one.object["metadata"]
        if self.is_excluded(metadata.get("namespace", "")) or "deletionTimestamp" in metadata:
            return frozenset()
        if is_owned(one.object, one.kinds) or (mode == "deny" and self.fair and is_unchanged(one)):
            return frozenset()
        return broken_rows(self.assess(one.resource(one.object)), mode)


def found(rng: Random, number: int, *, broken: Broken = lambda compilation: compilation) -> Iterator[Breach]:
    """List the breaches of a random policy by random requests; `broken` may break what was compiled."""
    drawn = drawn_policy(rng)
    compilation = broken(target("kubernetes-vap").compile(drawn, as_of=DAY))
    yield from row_breaches(drawn, compilation)
    judge, ready = Judge(drawn, drawn.targets.kubernetes_vap), tuple(stages(compilation))
    for _ in range(number):
        yield from law_breaches(judge, compilation, ready, asked(rng, drawn))


def law_breaches(
    judge: Judge, compilation: Compilation, ready: tuple[Stage, ...], one: Asked
) -> Iterator[Breach]:
    """List the breaches of the laws by one request, mode by mode; an error is a refusal that nobody meant."""
    by_mode = {stage.mode: stage for stage in ready}
    for mode in MODES:
        verdict = by_mode[mode].decide(one) if mode in by_mode else None
        refused = verdict is not None and verdict.denied
        yield from breaches(compilation, judge.broken(one, mode), denied=refused)
        errors = [each.message for each in verdict.decisions if each.outcome == "error"] if verdict else []
        if errors:
            yield Breach("L1", f"an error: {errors[0]}")
