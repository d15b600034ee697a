"""Compiled Rego against OPA and conftest: random plans, plans that people made, and broken compilers."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec import json
from msgspec.structs import replace

from tagward.errors import InputError
from tagward.findings import Assessment
from tagward.loader import load
from tagward.policy import Policy
from tagward_generators import target
from tagward_generators.rego.outcomes import MADE
from tagward_generators.targets import Artifact, Compilation, Fidelity, Grade
from tests.conformance.tally import tally
from tests.generators.laws import Breach, broken_rows, laws, row_breaches
from tests.generators.plan_laws import Said, assessed, resource_breaches, said_by_opa, strangers
from tests.generators.random_plans import Plan, plan_policy
from tests.generators.random_policies import DAY
from tests.oracles import conftest_engine, opa_engine

TALLY = tally("rego", opa_engine)
BY_CONFTEST = tally("rego", conftest_engine)
pytestmark = TALLY.marks

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "tests" / "service" / "sources" / "data" / "terraform"
NAMES = ("pack:ml-platform", "pack:finops-core", str(ROOT / "policies" / "example" / "tagward.yaml"))

SEEDS = range(500)
EACH = 4
"""So many plans, of twenty resources, are made for each policy."""

Broken = Callable[[Compilation], Compilation]


def compiled(policy: Policy) -> Compilation:
    return target("rego").compile(policy, as_of=DAY)


def modules(compilation: Compilation) -> dict[str, str]:
    return {artifact.path: artifact.content for artifact in compilation.artifacts}


def as_it_is(compilation: Compilation) -> Compilation:
    return compilation


def found(seed: int, broken: Broken = as_it_is) -> Iterator[Breach]:
    """List the breaches of one random policy over random plans."""
    rng = Random(seed)
    drawn = plan_policy(rng)
    compilation = broken(compiled(drawn))
    plans = [Plan(rng, drawn).document() for _ in range(EACH)]
    yield from row_breaches(drawn, compilation)
    for plan, said in zip(plans, said_by_opa(compilation, "tagward.random", plans), strict=True):
        judged = assessed(drawn, plan)
        if broken is as_it_is:
            count(judged, said)
        yield from strangers(judged, said)
        yield from plan_breaches(compilation, judged, assessed(drawn, plan, alone=True), said)


def plan_breaches(
    compilation: Compilation, judged: list[Assessment], alone: list[Assessment], said: Said
) -> Iterator[Breach]:
    """List the breaches over one plan.

    Rules that are weaker only because they do not see what resources make are to be exact without that.
    """
    seen = as_far_as_seen(compilation)
    for whole, itself in zip(judged, alone, strict=True):
        yield from resource_breaches(compilation, whole, said)
        yield from resource_breaches(seen, itself, said)


def as_far_as_seen(compilation: Compilation) -> Compilation:
    """Take for exact what is weaker only for resources that make something."""
    rows = (
        Fidelity(row.tag, row.rule, Grade.EXACT) if row.why == MADE else row for row in compilation.fidelity
    )
    return replace(compilation, fidelity=tuple(rows))


def count(judged: list[Assessment], said: Said) -> None:
    for each in judged:
        laws_at_stake = ["L2" if broken_rows(each) else "L1"]
        denied = each.resource.address in said["deny"]
        TALLY.case(*laws_at_stake, *(["L3"] if denied else []))


def test_random_plans_obey_every_law() -> None:
    breaches = [(seed, breach) for seed in SEEDS for breach in found(seed)]
    for _, breach in breaches:
        TALLY.breach(breach.law)

    assert breaches == []


def refused(compilation: Compilation) -> Iterator[Breach]:
    """Say what OPA itself has against the modules."""
    for complaint in (opa_engine.check(modules(compilation)), opa_engine.misformatted(modules(compilation))):
        if complaint:
            yield Breach("L4", complaint)


def test_opa_takes_every_module_strictly_and_would_format_none_anew() -> None:
    for seed in SEEDS[:60]:
        assert list(refused(compiled(plan_policy(Random(seed))))) == []
        TALLY.case("L4")


def read(path: Path) -> Any:
    return json.decode(path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_plans_that_people_made_are_denied_only_where_lint_finds_a_violation(name: str) -> None:
    policy = load(name, as_of=DAY)
    compilation = compiled(policy)
    plans = {path: read(path) for path in sorted(PLANS.rglob("*.json"))}
    judged = {path: found for path, plan in plans.items() if (found := linted(policy, plan)) is not None}
    answers = said_by_opa(compilation, f"tagward.{policy.name.replace('-', '_')}", [plans[p] for p in judged])
    counts: Counter[str] = Counter()
    for plan, assessments, said in zip(map(plans.get, judged), judged.values(), answers, strict=True):
        count(assessments, said)
        breaches = plan_breaches(compilation, assessments, assessed(policy, plan, alone=True), said)
        assert [breach for breach in breaches if breach.law != "L2"] == []
        assert list(strangers(assessments, said)) == []
        for each in assessments:
            counts["resources"] += 1
            counts["violations"] += bool(broken_rows(each))
            counts["denied"] += each.resource.address in said["deny"]
    print(f"\n{name}: {len(judged)} plans, {dict(counts)}")
    assert counts["denied"]


def linted(policy: Policy, plan: Any) -> list[Assessment] | None:
    """Judge a plan; None for one that the linter refuses."""
    try:
        return assessed(policy, plan)
    except InputError:
        return None


@pytest.mark.skipif(bool(conftest_engine.absent()), reason=conftest_engine.absent())
def test_conftest_shows_what_opa_says() -> None:
    for seed in SEEDS[:20]:
        rng = Random(seed)
        drawn = plan_policy(rng)
        compilation = compiled(drawn)
        plans = {f"{number}.json": Plan(rng, drawn).document() for number in range(3)}
        wanted = opa_engine.evaluate(modules(compilation), "data.main", list(plans.values()))

        reports = conftest_engine.judge(modules(compilation), plans)

        for name, said in zip(plans, wanted, strict=True):
            assert reports[name].failures == tuple(sorted(each["msg"] for each in said["deny"]))
            assert reports[name].warnings == tuple(sorted(each["msg"] for each in said["warn"]))
            BY_CONFTEST.case("L1", "L3")


def text(old: str, new: str) -> Broken:
    """Break a compiler: change what it writes."""

    def changed(artifact: Artifact) -> Artifact:
        return replace(artifact, content=artifact.content.replace(old, new))

    return lambda compilation: replace(compilation, artifacts=tuple(map(changed, compilation.artifacts)))


def lines(without: str) -> Broken:
    """Break a compiler: leave out the lines that hold a text."""

    def changed(artifact: Artifact) -> Artifact:
        kept = (line for line in artifact.content.splitlines(keepends=True) if without not in line)
        return replace(artifact, content="".join(kept))

    return lambda compilation: replace(compilation, artifacts=tuple(map(changed, compilation.artifacts)))


MUTANTS: dict[str, tuple[Broken, str]] = {
    "what may turn up is missing": (lines("not labels.open"), "L1"),
    "values not known are not there": (text("late := marked(marks)", "late := {}"), "L1"),
    "default tags forgotten": (text("texts(written.constant_value)", "{}"), "L1"),
    "Azure with case": (text('labels.cloud == "azure"', 'labels.cloud == "none"'), "L1"),
    "data sources too": (lines('"mode", "managed"'), "L1"),
    "what is destroyed too": (lines("stays(change.change)"), "L1"),
    "conditions on what is not known": (lines("\tsettled(resource,"), "L1"),
    "blank values are wrong": (lines("not regex.match(blank"), "L3"),
    "types forgotten": (lines("resource.type)"), "L1"),
    "advice is denied": (text("warn contains", "deny contains"), "L1"),
    "what is inherited is missing": (lines("not may_inherit"), "L1"),
    "patterns match a part": (text("`^(?:", "`(?:"), "L2"),
    "no presence": (text("in resource.missing", "in set()"), "L2"),
    "labels in blocks forgotten": (lines('["settings", "user_labels"]'), "L2"),
    "default tags are not learnt": (text("count(given) > 0", "count(given) > 99"), "L2"),
    "spaces for tabs": (text("\t", "    "), "L4"),
    "a row lost": (lambda made: replace(made, fidelity=made.fidelity[:-1]), "L5"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]
    if law == "L4":
        assert law in laws(refused(broken(compiled(plan_policy(Random(0))))))
    else:
        assert any(law in laws(found(seed, broken)) for seed in SEEDS[:200])
