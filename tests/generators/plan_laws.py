"""The laws of compilation for guardrails on plans: each resource of each plan, in each mode."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tagward.evaluation import Evaluator
from tagward.findings import SEVERITY, Assessment, Code
from tagward.policy import MODES, Policy
from tagward_generators.targets import Compilation
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.plan import read_plan
from tests.generators.laws import Breach, Row, broken_rows, exact_rows
from tests.generators.random_policies import DAY
from tests.oracles import opa_engine

Said = Mapping[str, Mapping[str, frozenset[Row]]]
"""The rules that something is said about, by mode and by the address of the resource."""

NOWHERE = Place()
WELL: frozenset[Row] = frozenset()


def said_by_opa(compilation: Compilation, package: str, plans: Sequence[Any]) -> list[Said]:
    """Ask OPA of which resources of each plan the rules of a package say what."""
    modules = {artifact.path: artifact.content for artifact in compilation.artifacts}
    answers = opa_engine.evaluate(modules, f"data.{package}", plans)
    return [{mode: by_address(answer.get(mode, ())) for mode in MODES} for answer in answers]


def by_address(found: Iterable[Mapping[str, str]]) -> dict[str, frozenset[Row]]:
    """Return the rules that findings are about, by resource."""
    rows: dict[str, set[Row]] = {}
    for each in found:
        if "resource" in each:
            rows.setdefault(each["resource"], set()).add((each["tag"], each["rule"]))
    return {address: frozenset(about) for address, about in rows.items()}


def assessed(policy: Policy, plan: Any, *, alone: bool = False) -> list[Assessment]:
    """Judge a plan as the linter does; with `alone`, without what resources make."""
    judging = Evaluator(policy, as_of=DAY, surface="ci")
    resources = read_plan(json.dumps(plan).encode(), "plan.json", NOWHERE).resources
    return [judging.assess(replace(each, parts=()) if alone else each) for each in resources]


def resource_breaches(compilation: Compilation, judged: Assessment, said: Said) -> Iterator[Breach]:
    """Compare what is said of one resource of a plan with what evaluation finds, rule by rule."""
    exact = exact_rows(compilation)
    for mode in MODES:
        about = said.get(mode, {}).get(judged.resource.address, WELL)
        broken = broken_rows(judged, mode)
        for row in sorted(about - excused(judged, mode)):
            if _plain(row) not in set(map(_plain, broken)):
                law = "L1" if not broken else "L2" if row in exact else "L3"
                yield Breach(law, f"{mode}: {row} is said of what does not break it: {judged}")
        for row in sorted(broken_rows(certain(judged), mode) & exact):
            if _plain(row) not in set(map(_plain, about)):
                yield Breach("L2", f"{mode}: let through what breaks {row}: {judged}")


def excused(judged: Assessment, mode: str) -> frozenset[Row]:
    """Return rules that may be said to be broken: a key that is misspelt is not in the policy either."""
    severity = SEVERITY[mode]
    misspelt = any(each.code is Code.MISSPELT and each.severity == severity for each in judged.findings)
    return frozenset({("*", "limits.closed")}) if misspelt else WELL


def certain(judged: Assessment) -> Assessment:
    """Leave out what is in doubt: keys misspelt or retired, where the right one may turn up at the apply."""
    if not judged.resource.open:
        return judged
    late = (Code.MISSPELT, Code.DEPRECATED)
    kept = (each for each in judged.findings if not (each.code in late and "/required" in each.rule))
    return replace(judged, findings=tuple(kept))


def _plain(row: Row) -> Row:
    """Leave out which of a tag's requirements is meant: evaluation names one of those that are broken."""
    return row[0], row[1].partition("[")[0]


def strangers(judged: Sequence[Assessment], said: Said) -> Iterator[Breach]:
    """List what is said of things that evaluation does not even look at."""
    known = {each.resource.address for each in judged}
    for mode, about in said.items():
        if about.keys() - known:
            yield Breach("L1", f"{mode}: says something of {sorted(about.keys() - known)}")
