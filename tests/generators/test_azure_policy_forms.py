"""What Azure Policy says of a pattern holds for its values, and for no other where nothing is loosened."""

from random import Random

import pytest

from tagward.patterns import compile_pattern, of_pattern
from tagward_generators.azure_policy.forms import form_of
from tagward_generators.azure_policy.shapes import Shape
from tagward_generators.azure_policy.values import fits
from tagward_generators.facts import Slot
from tests.generators.worlds import MATCHING
from tests.oracles.azure_subset import holds
from tests.oracles.azure_template import Scene

PATTERNS = (
    *MATCHING,
    "[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?",
    "20[2-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    "[A-Z][A-Z0-9_]{2,9}",
    "(a|bb|ccc|dddd){1,3}",
    "([a-z]{1,5}-){0,3}[a-z]{2}",
    "x*",
    "a{3,40}",
    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "k[a-zA-Z]+",
    "[#?.]{2}",
    "[^a-z]+",
    "v[0-9]+\\.[0-9]+",
    "'[a-z']+'",
    "\\[[a-z]+\\]",
)
ODD = ("", " ", "a", "A", "ab", "aB", "\u212a", "k\u212ab", "é", "😀", "#?", "..", "[a]", "''", "x" * 257)


def accepted(pattern: str, value: str) -> bool:
    form = form_of(pattern)
    if form.says_nothing:
        return True
    return holds(fits(Slot("t"), form), Scene({"tags": {"t": value}}))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_value_of_a_pattern_passes_and_no_other_where_the_form_is_exact(pattern: str) -> None:
    rng, language, matches = Random(pattern), of_pattern(pattern), compile_pattern(pattern)
    values = [*filter(None, (language.sample(rng, 60) for _ in range(120)))]
    near = [changed(rng, each) for each in (*values, *ODD) for _ in range(3)]
    exact = form_of(pattern).loosens is None
    for value in (*values, *ODD, *near):
        if matches(value):
            assert accepted(pattern, value), value
        elif exact:
            assert not accepted(pattern, value), value


def changed(rng: Random, value: str) -> str:
    """Change a letter, its case, or the length."""
    at = rng.randrange(len(value) + 1)
    letter = rng.choice(("", "a", "Z", "5", "-", "😀", value[at : at + 1].swapcase()))
    return value[:at] + letter + value[at + rng.randint(0, 1) :]


@pytest.mark.parametrize(
    ("pattern", "shapes"),
    [
        ("exp-[0-9]{4,5}", (Shape("exp-####"), Shape("exp-#####"))),
        ("[a-z][a-z0-9-]{1,40}", (Shape("?", 1, 40),)),
        ("(dev|prod)-[a-z]+", (Shape("dev-?", 0, None), Shape("prod-?", 0, None))),
        ("[A-Z]{2}|x", (Shape("??"), Shape("x"))),
        ("[ -~]*", ()),
    ],
)
def test_shapes(pattern: str, shapes: tuple[Shape, ...]) -> None:
    assert form_of(pattern).shapes == shapes


@pytest.mark.parametrize(
    ("pattern", "loosens"),
    [
        ("exp-[0-9]{4}", None),
        ("[0-9]{4,6}", None),
        ("[a-z][a-z0-9-]{1,40}", None),
        ("[A-Z]{2,9}", None),
        ("v[0-9]\\.[0-9]", "also accepts `v0v0`"),
        ("[a-zA-Z]{1,3}", None),
        ("k[a-zA-Z]+", "also accepts `ka\u212a`"),
        ("[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?", "also accepts `-`"),
        ("[ -~]*", ""),
    ],
)
def test_what_gets_through_is_said(pattern: str, loosens: str | None) -> None:
    assert form_of(pattern).loosens == loosens
