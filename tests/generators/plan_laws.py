"""The laws of compilation for guardrails on plans: each resource of each plan, in each mode."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Code
from tagward.policy import MODES, Policy
from tagward_generators.targets import Compilation
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.plan import read_plan
from tests.generators.laws import Breach, breaches, broken_rows
from tests.generators.random_policies import DAY
from tests.oracles import opa_engine

Said = Mapping[str, frozenset[str]]
"""The addresses of the resources that something is said of, by mode."""

NOWHERE = Place()
EVERYTHING_WELL: frozenset[str] = frozenset()


def said_by_opa(compilation: Compilation, package: str, plans: Sequence[Any]) -> list[Said]:
    """Ask OPA of which resources of each plan the rules of a package say something."""
    modules = {artifact.path: artifact.content for artifact in compilation.artifacts}
    answers = opa_engine.evaluate(modules, f"data.{package}", plans)
    return [{mode: addresses(answer.get(mode, ())) for mode in MODES} for answer in answers]


def addresses(found: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """Return the resources that findings are about."""
    return frozenset(each["resource"] for each in found if "resource" in each)


def assessed(policy: Policy, plan: Any) -> list[Assessment]:
    """Judge a plan as the linter does."""
    judging = Evaluator(policy, as_of=DAY, surface="ci")
    content = json.dumps(plan).encode()
    return [judging.assess(each) for each in read_plan(content, "plan.json", NOWHERE).resources]


def resource_breaches(compilation: Compilation, judged: Assessment, said: Said) -> Iterator[Breach]:
    """Compare what is said of one resource of a plan with what evaluation finds."""
    for mode in MODES:
        denied = judged.resource.address in said.get(mode, EVERYTHING_WELL)
        broken = broken_rows(sure(judged, denied=denied), mode)
        for each in breaches(compilation, broken, denied=denied):
            yield Breach(each.law, f"{mode}: {each.said}: {judged}")


def sure(judged: Assessment, *, denied: bool) -> Assessment:
    """Leave out doubts, which are no violations.

    What is let through may also be a misspelt or retired key where the right one may turn up at the apply.
    What is denied may also be advised, where evaluation names another piece of advice, which is in doubt.
    """
    late = (Code.MISSPELT, Code.DEPRECATED) if judged.resource.open and not denied else ()
    kept = (
        each
        for each in judged.findings
        if (each.code is not Code.UNKNOWN or (denied and each.status == "recommended"))
        and not (each.code in late and "/required" in each.rule)
    )
    return replace(judged, findings=tuple(kept))


def strangers(judged: Sequence[Assessment], said: Said) -> Iterator[Breach]:
    """List what is said of things that evaluation does not even look at."""
    known = {each.resource.address for each in judged}
    for mode, addresses in said.items():
        if addresses - known:
            yield Breach("L1", f"{mode}: says something of {sorted(addresses - known)}")
