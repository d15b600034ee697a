"""What a template of Gatekeeper does to a request, by the admission policy that Gatekeeper makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from random import Random
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from tagward.language import Gatekeeper, KubernetesVap, Targets
from tagward.policy import MODES, Policy
from tagward_generators.targets import Compilation
from tests.generators.admission_laws import Asked, Judge, asked, documents
from tests.generators.kubernetes_objects import Data
from tests.generators.laws import Breach, breaches, row_breaches
from tests.generators.random_policies import policy
from tests.generators.recalled import drawn_and_compiled
from tests.generators.worlds import KUBERNETES
from tests.oracles.vap_engine import Policy as Admission
from tests.oracles.vap_engine import Verdict

Broken = Callable[[Compilation], Compilation]

TOLD = {"deny": "deny", "warn": "warn", "dryrun": "audit"}
"""The mode that an enforcement action stands for."""


def drawn_policy(rng: Random) -> Policy:
    """Make a policy with settings of the target; what judges it is told the same in another's words."""
    excluded: Any = rng.choice((UNSET, UNSET, ["kube-system"], ["kube-system", "team-*", "pr?d-x"], []))
    updates: Any = rng.choice((UNSET, "fair", "strict"))
    own = Gatekeeper(exclude_namespaces=excluded, updates=updates, parameters=rng.random() < 0.3)
    judged = KubernetesVap(exclude_namespaces=excluded, updates=updates)
    return replace(policy(rng, KUBERNETES), targets=Targets(gatekeeper=own, kubernetes_vap=judged))


class Judging(Judge):
    """What evaluation says of requests, with what the target leaves alone."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy, policy.targets.kubernetes_vap)
        self.inherits = any("namespace" in tag.inherit for tag in policy.tags)


class Guard(Struct, frozen=True, dict=True):
    """A template and its constraints."""

    template: Data
    constraints: Mapping[str, Data]
    """By the mode that they stand for."""

    @cached_property
    def admission(self) -> Admission:
        """The admission policy that Gatekeeper makes of the CEL in the template, without its matching."""
        source = code(self.template, "K8sNativeValidation")
        parameters = {"name": "params", "expression": "params.spec.parameters"}
        spec = {
            "paramKind": {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": self.kind},
            "failurePolicy": source["failurePolicy"],
            "matchConditions": source["matchCondition"],
            "variables": [parameters, *source["variables"]],
            "validations": source["validations"],
        }
        return Admission({"spec": spec})

    @property
    def kind(self) -> str:
        """The kind of the constraints."""
        return str(self.template["spec"]["crd"]["spec"]["names"]["kind"])

    def asks(self, mode: str, one: Asked) -> Data | None:
        """Return the constraint for a mode, unless it is not about the object of a request."""
        constraint = self.constraints.get(mode)
        return constraint if constraint and matches(constraint["spec"]["match"], one.object) else None

    def input(self, mode: str, one: Asked, *, hidden: bool = False) -> Data | None:
        """Return what Gatekeeper gives to Rego; a namespace that it does not know is an empty object."""
        constraint = self.asks(mode, one)
        namespace = {} if hidden or one.namespace is None else one.namespace
        review = one.request | {"namespaceObject": namespace}
        return constraint and {"review": review, "parameters": constraint["spec"]["parameters"]}

    def decide(self, mode: str, one: Asked, *, hidden: bool = False) -> Verdict | None:
        """Decide a request in a mode; `hidden` keeps the namespace back, None is for what is not matched."""
        constraint = self.asks(mode, one)
        if constraint is None:
            return None
        return self.admission.decide(
            one.request, namespace=None if hidden else one.namespace, params=constraint
        )


def guard(compilation: Compilation) -> Guard | None:
    """Read what was compiled; None where nothing was."""
    found = [document for artifact in compilation.artifacts for document in documents(artifact)]
    if not found:
        return None
    template, *constraints = found
    return Guard(template, {TOLD[each["spec"]["enforcementAction"]]: each for each in constraints})


def code(template: Data, engine: str) -> Data:
    """Return the source for an engine."""
    listed = template["spec"]["targets"][0]["code"]
    found: Data = next(each["source"] for each in listed if each["engine"] == engine)
    return found


def matches(match: Data, made: Data) -> bool:
    """Say whether a constraint is about an object (pkg/mutation/match in Gatekeeper)."""
    group = made["apiVersion"].rpartition("/")[0]
    where = made["metadata"].get("namespace", "")
    return any(
        group in each["apiGroups"] and made["kind"] in each["kinds"] for each in match["kinds"]
    ) and not (where and any(_is_like(where, glob) for glob in match.get("excludedNamespaces", ())))


def _is_like(name: str, glob: str) -> bool:
    plain = glob.strip("*")
    match glob.startswith("*"), glob.endswith("*"):
        case True, True:
            return plain in name
        case True, False:
            return name.endswith(plain)
        case False, True:
            return name.startswith(plain)
        case _:
            return name == plain


def found(rng: Random, number: int, *, broken: Broken = lambda compilation: compilation) -> Iterator[Breach]:
    """List the breaches of a random policy by random requests; `broken` may break what was compiled."""
    drawn, whole = drawn_and_compiled(rng, drawn_policy, "gatekeeper")
    compilation = broken(whole)
    yield from row_breaches(drawn, compilation)
    ready, judging = guard(compilation), Judging(drawn)
    for _ in range(number):
        yield from law_breaches(judging, compilation, ready, asked(rng, drawn), hidden=rng.random() < 0.2)


def law_breaches(
    judging: Judging, compilation: Compilation, ready: Guard | None, one: Asked, *, hidden: bool
) -> Iterator[Breach]:
    """List the breaches of the laws by one request, mode by mode; an error is a refusal that nobody meant."""
    for mode in MODES:
        verdict = ready.decide(mode, one, hidden=hidden) if ready else None
        refused = verdict is not None and verdict.denied
        yield from mode_breaches(judging, compilation, mode, one, denied=refused, hidden=hidden)
        errors = [each.message for each in verdict.decisions if each.outcome == "error"] if verdict else []
        if errors:
            yield Breach("L1", f"an error: {errors[0]}")


def mode_breaches(
    judging: Judging, compilation: Compilation, mode: str, one: Asked, *, denied: bool, hidden: bool
) -> Iterator[Breach]:
    """List the breaches in one mode; where something is out of sight, less may be denied, and never more."""
    for each in breaches(compilation, judging.broken(one, mode), denied=denied):
        if each.law == "L1" or not hides(judging, one, hidden=hidden):
            yield each


def hides(judging: Judging, one: Asked, *, hidden: bool) -> bool:
    """Say whether something that counts is out of sight."""
    return hidden and judging.inherits and one.namespace is not None
