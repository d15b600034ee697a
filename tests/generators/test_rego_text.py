"""Expressions written as Rego mean what they mean, to OPA."""

from collections.abc import Iterator
from random import Random

import pytest

from tagward.globs import matcher
from tagward.resource import Resource
from tagward_generators.facts import Fits, Has, OneOf, Placed, Slot
from tagward_generators.logic import Expression, every, negate, some, sound
from tagward_generators.regexes import platform_keys
from tagward_generators.rego_lines import Constants, fails, identifier, quoted, raw, rule
from tagward_generators.rego_text import Rego
from tagward_generators.rules import rules
from tagward_generators.selecting import Kind
from tagward_generators.violations import Violations
from tests.generators.random_policies import DAY, policy
from tests.generators.test_violations import CLUSTER, pod
from tests.generators.truth import holds
from tests.generators.worlds import KUBERNETES
from tests.oracles import opa_engine

needs_engine = pytest.mark.skipif(bool(opa_engine.absent()), reason=opa_engine.absent())

FIELDS = {name: f"thing.{name}" for name in ("namespace", "name", "address")}
A, B = Slot("a"), Slot("b")


def writer() -> Rego:
    maps = {"": "thing.labels", "namespace": "thing.above"}
    return Rego("thing", maps, FIELDS, platform_keys("kubernetes"))


def module(numbered: list[tuple[int, Expression]]) -> str:
    """Write a module that says which of the expressions hold for what."""
    rego = writer()
    written = [
        rule(f"held contains [place, {number}]", ("some place, thing in input", *body))
        for number, expression in numbered
        for body in rego.bodies(expression, "it")
    ]
    return "\n\n".join(("package laws", "import rego.v1", *written, *rego.definitions())) + "\n"


def test_what_holds_together_is_a_rule_and_what_may_hold_instead_another() -> None:
    rego = writer()
    told = some(every(Has(A), OneOf(B, ("x", "y"))), negate(Has(B)))

    assert rego.bodies(told, "it") == (
        ("thing.labels.a", 'thing.labels.b in {"x", "y"}'),
        ("not thing.labels.b",),
    )


def test_an_alternative_among_what_must_hold_is_a_helper() -> None:
    rego = writer()
    told = every(Has(A), some(Has(B), OneOf(A, ("x",))))

    assert rego.bodies(told, "it") == (("thing.labels.a", "when_it_1(thing)"),)
    assert rego.definitions() == (
        "when_it_1(thing) if thing.labels.b",
        'when_it_1(thing) if thing.labels.a == "x"',
    )


def test_a_value_that_may_be_missing_is_negated_through_a_helper() -> None:
    rego = writer()

    assert rego.bodies(negate(Fits(A, "[a-z]+")), "it") == (("not when_it_1(thing)",),)
    assert rego.bodies(every(Has(A), negate(Fits(A, "[a-z]+"))), "it") == (
        ("thing.labels.a", "not regex.match(`^(?:[a-z]+)$`, thing.labels.a)"),
    )


def test_long_sets_have_a_name_and_sets_alike_have_one() -> None:
    constants = Constants()
    long = [f"value-{number}" for number in range(20)]

    assert constants.set("a", ["x", "y"]) == '{"x", "y"}'
    assert [constants.set(name, long) for name in ("cost-center", "b")] == ["cost_center", "cost_center"]
    assert constants.set("cost center", long[1:]) == "cost_center_2"
    assert [each.partition(" ")[0] for each in constants.definitions()] == ["cost_center", "cost_center_2"]


@pytest.mark.parametrize(
    ("text", "written"), [("^a\\.b$", "`^a\\.b$`"), ("a`b", '"a`b"'), ("a\nb", '"a\\nb"'), ('"', '`"`')]
)
def test_texts_without_escapes_are_raw(text: str, written: str) -> None:
    assert raw(text) == written
    assert quoted("a\nb") == '"a\\nb"'


def test_names_are_words_and_a_no_of_a_no_is_a_yes() -> None:
    assert [identifier(text) for text in ("acme.io/Team", "1st", "é", "--")] == [
        "acme_io_team",
        "of_1st",
        "of_",
        "of_",
    ]
    assert fails(fails("a == 1")) == "a == 1"


@needs_engine
@pytest.mark.parametrize("globs", [("a*", "!ab"), ("*",), ("!*",), ("!a*",), ("[!a]?",), ("", "b"), ("!b",)])
def test_globs_hold_for_fields_as_in_evaluation_also_where_there_is_none(globs: tuple[str, ...]) -> None:
    names = ["ab", "ac", "b", "bc", ""]
    things = {name: {"name": name} for name in names}
    text = module([(0, Placed("name", globs)), (1, negate(Placed("name", globs)))])

    said = opa_engine.evaluate({"laws.rego": text}, "data.laws.held", [things])[0]

    wanted = {
        name: matcher(globs)(name) if name else all(glob.startswith("!") for glob in globs) for name in names
    }
    assert {place: not number for place, number in said} == wanted


@needs_engine
def test_expressions_hold_for_the_same_resources() -> None:
    decided = 0
    for seed in range(60):
        rng = Random(seed)
        drawn = policy(rng, KUBERNETES)
        pods = [pod(rng, drawn) for _ in range(20)]
        told = [
            sound(each.broken)
            for rule in rules(drawn)
            for each in Violations(drawn, CLUSTER, DAY).of(rule, Kind(pods[0].type))
        ]
        things = {
            str(number): {
                "labels": dict(each.tags),
                "above": dict(each.inherited[0].tags),
                "namespace": each.namespace,
                "name": each.name,
                "address": each.address,
            }
            for number, each in enumerate(pods)
        }
        text = module(list(enumerate(told)))
        assert opa_engine.check({"laws.rego": text}) == ""
        assert opa_engine.misformatted({"laws.rego": text}) == ""
        said = {
            (int(place), number)
            for place, number in opa_engine.evaluate({"laws.rego": text}, "data.laws.held", [things])[0]
        }
        assert said == set(held(told, pods)), (seed, text)
        decided += len(told) * len(pods)
    assert decided > 3_000


def held(told: list[Expression], pods: list[Resource]) -> Iterator[tuple[int, int]]:
    for place, each in enumerate(pods):
        yield from ((place, number) for number, expression in enumerate(told) if holds(expression, each))
