"""Expressions written as CEL mean what they mean."""

from random import Random

import pytest

from tagward.globs import matcher
from tagward.judging.housekeeping import is_platform_key
from tagward.policy import CLOUDS
from tagward_generators.cel import Cel, matches
from tagward_generators.facts import Has, OneOf, Slot
from tagward_generators.logic import every, negate, some, sound
from tagward_generators.regexes import of_globs, platform_keys
from tagward_generators.rules import rules
from tagward_generators.selecting import Kind
from tagward_generators.violations import Violations
from tests.generators.random_policies import DAY, policy
from tests.generators.test_violations import CLUSTER, pod
from tests.generators.truth import holds
from tests.generators.worlds import KUBERNETES
from tests.oracles import cel_engine

needs_engine = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

CEL = Cel(
    {"": "resource.labels", "namespace": "resource.above"},
    {"namespace": "resource.namespace", "name": "resource.name", "address": "resource.address"},
    platform_keys=platform_keys("kubernetes"),
)


def test_what_is_settled_is_not_asked_again() -> None:
    slot = Slot("a")
    told = every(Has(slot), OneOf(slot, ("x", "y")))

    assert CEL.text(told) == '"a" in resource.labels && resource.labels["a"] in ["x", "y"]'
    assert CEL.text(some(negate(Has(slot)), negate(OneOf(slot, ("x",))))) == (
        '!("a" in resource.labels) || !(resource.labels["a"] == "x")'
    )


@needs_engine
@pytest.mark.parametrize(
    "glob", ["a*", "?b", "[ab]c", "[!a]*", "[]]x", "[^a]", "a.b", "x[0]", "[b-a]", "*\\d"]
)
@pytest.mark.parametrize("text", ["abc", "bc", "]x", "^", "a.b", "axb", "x[0]", "x0", "b", "\\d", "a\nb"])
def test_globs_as_regexes_match_what_globs_match(glob: str, text: str) -> None:
    said = cel_engine.gcp().evaluate(matches("resource", of_globs((glob,))), {"resource": text})

    assert said is matcher((glob,))(text)


@needs_engine
@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize(
    "key",
    [
        "app.kubernetes.io/name",
        "notkubernetes.io/x",
        "k8s.io",
        "k8s.io.x/y",
        "goog-x",
        "GOOG-x",
        "aws:x",
        "x",
    ],
)
def test_platform_keys_are_told_alike(cloud: str, key: str) -> None:
    said = cel_engine.gcp().evaluate(matches("resource", platform_keys(cloud)), {"resource": key})

    assert said is is_platform_key(cloud, key)


@needs_engine
def test_expressions_hold_for_the_same_resources() -> None:
    engine, decided = cel_engine.gcp(), 0
    for seed in range(60):
        rng = Random(seed)
        drawn = policy(rng, KUBERNETES)
        for _ in range(5):
            resource = pod(rng, drawn)
            data = {
                "labels": dict(resource.tags),
                "above": dict(resource.inherited[0].tags),
                "namespace": resource.namespace,
                "name": resource.name,
                "address": resource.address,
            }
            for rule in rules(drawn):
                for each in Violations(drawn, CLUSTER, DAY).of(rule, Kind(resource.type)):
                    broken = sound(each.broken)
                    said = engine.evaluate(CEL.text(broken), {"resource": data})
                    assert said is holds(broken, resource), (seed, rule, CEL.text(broken), data)
                    decided += 1
    assert decided > 500
