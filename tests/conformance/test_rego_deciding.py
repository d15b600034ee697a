"""What `tagward diff` tells of Rego modules, by OPA; every example is asked again by itself."""

import os
from collections.abc import Mapping
from random import Random

import pytest

from tagward_generators import target
from tagward_generators.deciding.comparing import Comparison, compare
from tagward_generators.deciding.rego.family import VERDICTS, Rego
from tagward_generators.deciding.rego.modules import holding_rules
from tagward_generators.deciding.rego.plans import address, plan
from tagward_generators.deciding.rulings import Place, Tags, Verdict
from tests.conformance.tally import tally
from tests.generators.plan_laws import by_address
from tests.generators.random_plans import plan_policy
from tests.generators.random_policies import DAY
from tests.oracles import opa_engine
from tests.oracles.tool import TOOLS

pytestmark = tally("rego", opa_engine).marks

Objects = Mapping[str, str]


@pytest.fixture(autouse=True)
def _on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{TOOLS / 'bin'}{os.pathsep}{os.environ['PATH']}")


def compiled(seed: int) -> dict[str, str]:
    made = target("rego").compile(plan_policy(Random(seed)), as_of=DAY)
    return {
        name: text
        for each in made.artifacts
        for name, text in Rego().objects(each.path, each.content).items()
    }


def compared(was: Objects, now: Objects) -> Comparison:
    family = Rego()
    return compare(family, family.read(was), family.read(now), {})


def said(modules: Objects, place: Place, tags: Tags) -> Verdict:
    files = {f"{name}.rego": text for name, text in modules.items()}
    query = f"data.{holding_rules(modules).package}"
    (answer,) = opa_engine.evaluate(files, query, [plan([place], tags)])
    modes = [mode for mode in VERDICTS if address(place) in by_address(answer.get(mode, ()))]
    return max((VERDICTS[mode] for mode in modes), default=Verdict.ALLOWED)


@pytest.mark.parametrize("seed", range(4))
def test_a_compilation_does_not_differ_from_itself(seed: int) -> None:
    comparison = compared(compiled(seed), compiled(seed))

    assert (comparison.differences, comparison.undecided) == ((), ())


@pytest.mark.parametrize("seed", range(4))
def test_the_examples_of_two_random_policies_are_true(seed: int) -> None:
    was, now = compiled(seed), compiled(seed + 50)

    for difference in compared(was, now).differences[:20]:
        tags, place = dict(difference.finding.tags), difference.places[0]
        assert [said(each, place, tags) for each in (was, now)] == list(difference.finding.verdicts)


def test_nothing_reaches_out() -> None:
    modules = compiled(1)
    name = next(name for name, text in modules.items() if "deny contains" in text)
    calling = modules | {
        name: modules[name] + '\nx := http.send({"method": "get", "url": "http://127.0.0.1"})\n'
    }

    undecided = Rego().read(calling).undecided

    assert len(undecided) == len(modules)
    assert all("undefined function http.send" in each.why for each in undecided)
