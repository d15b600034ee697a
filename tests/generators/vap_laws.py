"""What each validation of a ValidatingAdmissionPolicy says of a request, next to the rule that it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from msgspec import Struct

from tagward.policy import MODES, Policy
from tagward_generators.kubernetes.checks import Checks
from tagward_generators.kubernetes.shapes import judged_kinds
from tagward_generators.rules import Rule
from tagward_generators.targets import Compilation
from tests.generators.admission_laws import (
    Asked,
    Judge,
    Stage,
    asked,
    documents,
    drawn_policy,
    law_breaches,
    stages,
)
from tests.generators.admission_limits import refusals
from tests.generators.laws import Breach, Row, exact_rows, row_breaches
from tests.generators.random_policies import DAY
from tests.generators.recalled import drawn_and_compiled
from tests.oracles.cel_engine import CompileError

Broken = Callable[[Compilation], Compilation]


class Case(Struct, frozen=True):
    """A policy, what it compiles to, and who decides what it says of objects."""

    policy: Policy
    compilation: Compilation
    judge: Judge
    stages: tuple[Stage, ...]
    rules: dict[str, list[Rule]]
    """By mode, in the order of the validations."""


def case(rng: Random, broken: Broken = lambda compilation: compilation) -> Case:
    """Draw and compile a policy; `broken` may break what was compiled."""
    drawn, compiled = drawn_and_compiled(rng, drawn_policy, "kubernetes-vap")
    compilation = broken(compiled)
    every = tuple(Checks(drawn, DAY, judged_kinds(drawn)).checks())
    rules = {mode: [each.rule for each in every if each.mode == mode] for mode in MODES}
    return Case(
        drawn, compilation, Judge(drawn, drawn.targets.kubernetes_vap), tuple(stages(compilation)), rules
    )


def found(rng: Random, number: int, broken: Broken = lambda compilation: compilation) -> Iterator[Breach]:
    """List the breaches of a random policy by random requests."""
    try:
        drawn = case(rng, broken)
    except CompileError as error:
        yield Breach("L4", str(error))
        return
    yield from row_breaches(drawn.policy, drawn.compilation)
    yield from limit_breaches(drawn.compilation)
    yield from binding_breaches(drawn)
    for _ in range(number):
        yield from case_breaches(drawn, asked(rng, drawn.policy))


def limit_breaches(compilation: Compilation) -> Iterator[Breach]:
    """List what an API server would refuse."""
    for artifact in compilation.artifacts:
        for document in documents(artifact):
            yield from (Breach("L4", said) for said in refusals(document))


def binding_breaches(drawn: Case) -> Iterator[Breach]:
    """Compare what is done in each mode with what the mode is called."""
    every = [each for artifact in drawn.compilation.artifacts for each in documents(artifact)]
    bound = [each["spec"] for each in every if each["kind"].endswith("Binding")]
    for stage in drawn.stages:
        name = stage.document["metadata"]["name"]
        done = {
            action for each in bound if each["policyName"] == name for action in each["validationActions"]
        }
        if not done - {"Audit"} <= {stage.mode.title()}:
            yield Breach("L1", f"mode {stage.mode} does {done}")
        if stage.mode.title() not in done:
            yield Breach("L2", f"mode {stage.mode} does {done}")


def case_breaches(drawn: Case, one: Asked) -> Iterator[Breach]:
    """List the breaches by one request, of policies as a whole and validation by validation."""
    yield from law_breaches(drawn.judge, drawn.compilation, drawn.stages, one)
    exact = exact_rows(drawn.compilation)
    for stage in drawn.stages:
        verdict = stage.decide(one)
        if verdict and verdict.decisions:
            pairs = zip(drawn.rules[stage.mode], verdict.decisions, strict=False)
            refused = {rule for rule, decision in pairs if decision.outcome == "deny"}
            yield from _own(refused, drawn.judge.broken(one, stage.mode), exact)


def _own(refused: set[Rule], broken: frozenset[Row], exact: frozenset[Row]) -> Iterator[Breach]:
    for rule in refused:
        if not any(map(broken.__contains__, _answers(rule, broken))):
            yield Breach("L3", f"refused for {rule.tag} {rule.name}, which holds")
    missed = (broken & exact) - {(rule.tag, rule.name) for rule in refused}
    if missed:
        yield Breach("L2", f"let through what breaks {sorted(missed)}, or refused it for another rule")


def _answers(rule: Rule, broken: frozenset[Row]) -> Iterator[Row]:
    """List the rows under which evaluation tells of what a validation refuses.

    Of the requirements of a tag evaluation names the first that is broken, and a misspelt key is missing and
    not unknown; validations know nothing of one another.
    """
    yield rule.tag, rule.name
    for tag, name in broken:
        same = rule.kind == "required" and tag == rule.tag
        if name.startswith("required") and (same or rule.kind == "limits.closed"):
            yield tag, name
