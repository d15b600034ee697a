"""The parts of a CEL expression say together what the whole says."""

from random import Random
from typing import Any

import pytest
import yaml

from tagward_generators import target
from tagward_generators.deciding.cel.splitting import MOST, conjuncts, disjuncts
from tests.generators.random_policies import DAY, policy
from tests.generators.random_tags import tags
from tests.generators.worlds import GCP
from tests.oracles.cel_engine import gcp


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("a", ["a"]),
        ("(a || b)", ["a", "b"]),
        ("a || (b || c) && d", ["a", "(b) && (d)", "(c) && (d)"]),
        ('a == "x || y" || b', ['a == "x || y"', "b"]),
        ("a ? b || c : d", ["a ? b || c : d"]),
        ("a.?b.orValue(c || d) || x[?e].hasValue()", ["a.?b.orValue(c || d)", "x[?e].hasValue()"]),
        ("f(a || b) || [c || d][0]", ["f(a || b)", "[c || d][0]"]),
        (
            '["x", "y"].exists(k, k in m || m[k] == "k" || n.k)',
            *[['"x" in m', 'm["x"] == "k"', "n.k", '"y" in m', 'm["y"] == "k"', "n.k"]],
        ),
        ('["x"].exists(k, k in m) == b', ['["x"].exists(k, k in m) == b']),
        ('["x", "y"].all(k, k in m)', ['["x", "y"].all(k, k in m)']),
    ],
)
def test_what_is_enough(expression: str, parts: list[str]) -> None:
    assert [each.strip() for each in disjuncts(expression)] == parts


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("a && (b && c)", ["a", "b", "c"]),
        ("a && b || c", ["a && b || c"]),
        ('["x", "y"].all(k, k in m && f(k))', ['"x" in m', 'f("x")', '"y" in m', 'f("y")']),
    ],
)
def test_what_is_needed(expression: str, parts: list[str]) -> None:
    assert [each.strip() for each in conjuncts(expression)] == parts


def test_what_falls_into_too_many_parts_stays_whole() -> None:
    many = " || ".join(f"a{number}" for number in range(MOST + 1))

    assert disjuncts(many) == (many,)


@pytest.mark.parametrize("seed", range(10))
def test_conditions_of_google_hold_when_one_of_their_parts_does(seed: int) -> None:
    rng = Random(seed)
    drawn = policy(rng, GCP)
    made = target("gcp-org-policy").compile(drawn, as_of=DAY)
    conditions = {each["condition"] for each in map(_read, made.artifacts) if "condition" in each}
    for condition in sorted(conditions)[:6]:
        for _ in range(10):
            labels = tags(rng, drawn, GCP)
            resource = {"labels": labels, "resourceLabels": labels} if labels else {}
            said = [gcp().evaluate(part, {"resource": resource}) for part in disjuncts(condition)]

            assert (True in said) is (gcp().evaluate(condition, {"resource": resource}) is True)


def _read(artifact: Any) -> Any:
    return yaml.safe_load(artifact.content)
