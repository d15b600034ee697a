"""Small policies for ValidatingAdmissionPolicies, and what is said of objects under them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tagward.language import KubernetesVap, Targets
from tagward.policy import Policy, Requirement, Tag
from tagward_generators import target
from tagward_generators.targets import Compilation
from tests.generators.admission_laws import Asked, Stage, documents, stages
from tests.generators.kubernetes_objects import Data
from tests.generators.random_policies import DAY
from tests.oracles.manifests import namespace

TEAM = {"team": "nlp"}


def tag(name: str = "team", **fields: Any) -> Tag:
    """Make a tag that objects carry, required unless said otherwise."""
    known = {"title": name, "requirements": (Requirement(),), "keys": {"kubernetes": name}}
    return Tag(name, **(known | fields))


def policy(*tags: Tag, settings: KubernetesVap | None = None, **fields: Any) -> Policy:
    """Make a policy with settings of the target."""
    targets = Targets(kubernetes_vap=settings or KubernetesVap())
    return Policy("acme", "1", "0" * 64, tags=tags or (tag(),), targets=targets, **fields)


def compiled(made: Policy) -> Compilation:
    """Compile a policy as it stands on the day of the tests."""
    return target("kubernetes-vap").compile(made, as_of=DAY)


def manifests(made: Policy) -> list[Data]:
    """Return what is deployed."""
    return [each for artifact in compiled(made).artifacts for each in documents(artifact)]


class Cluster(Struct, frozen=True):
    """Policies in force."""

    stages: tuple[Stage, ...]

    def refusal(self, made: Data, *, old: Data | None = None, around: Data | None = None) -> str | None:
        """Return why mode deny refuses an object, made or changed; None when it does not."""
        where = made["metadata"].get("namespace")
        one = Asked("UPDATE" if old else "CREATE", made, old, around or (namespace(where) if where else None))
        for stage in self.stages:
            verdict = stage.decide(one)
            if stage.mode == "deny" and verdict and verdict.denied:
                return verdict.message
        return None


def cluster(made: Policy, params: Data | None = None) -> Cluster:
    """Put a policy in force; `params` stand in for those that were compiled."""
    every = tuple(stages(compiled(made)))
    return Cluster(tuple(replace(each, params=params) for each in every) if params else every)


def obj(kind: str, version: str, spec: Data | None = None, **metadata: Any) -> Data:
    """Make an object."""
    made = {"apiVersion": version, "kind": kind, "metadata": {"name": "web", "namespace": "ml"} | metadata}
    return made if spec is None else made | {"spec": spec}


def pod(labels: Data | None = None, **metadata: Any) -> Data:
    """Make a Pod, without a map of labels unless one is given."""
    return obj("Pod", "v1", {}, **(metadata if labels is None else metadata | {"labels": labels}))


def deployment(template: Data | None, **metadata: Any) -> Data:
    """Make a Deployment with a template."""
    return obj("Deployment", "apps/v1", {"template": template}, **metadata)
