"""IAM globs never refuse a value of the pattern, and exact ones accept nothing else."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.patterns import PatternError, glob_language, iam_globs, legal_example, of_pattern
from tests.effort import effort
from tests.policies.patterns.strategies import examples, portable_patterns

EXACT = [
    ("dev|staging|prod", ("dev", "prod", "staging")),
    ("exp-[0-3]", ("exp-0", "exp-1", "exp-2", "exp-3")),
    (r"a\*b|c\?|d\$", ("c${?}", "d${$}", "a${*}b")),
    ("exp-[^|]*", ("exp-*",)),
    ("[^|]+", ("?*",)),
    ("[^|]{3}", ("???",)),
    ("[^|]{2,3}-x", ("??-x", "???-x")),
    ("[^|]*-[^|]*", ("*-*",)),
    ("(team|squad)-[^|]+", ("squad-?*", "team-?*")),
    ("(a[^|]*)?", ("", "a*")),
]


@pytest.mark.parametrize(("pattern", "values"), EXACT)
def test_what_globs_can_say_is_said_exactly(pattern: str, values: tuple[str, ...]) -> None:
    globs = iam_globs(pattern, 10)
    assert (globs.values, globs.exact, globs.loosens) == (values, True, None)


LOOSER = [
    ("[a-z][a-z0-9-]{1,40}", ("??*",), "aA"),
    ("exp-[0-9]{4,5}", ("exp-????", "exp-?????"), "exp-aaaa"),
    ("[Pp]rod(-[a-z]+)?", ("Prod", "Prod-?*", "prod", "prod-?*"), "prod-0"),
    (r"v[0-9]+\.[0-9]+", ("v?*.?*",), "va.a"),
    ("exp-[ -~]*", ("exp-*",), "exp-à"),
    ("[0-9a-f]{12}", ("????????????",), "aaaaaaaaaaag"),
    ("(ab)*c", ("*c",), "ac"),
]


@pytest.mark.parametrize(("pattern", "values", "example"), LOOSER)
def test_what_globs_cannot_say_is_loosened_with_an_example(
    pattern: str, values: tuple[str, ...], example: str
) -> None:
    globs = iam_globs(pattern, 10)
    assert (globs.values, globs.exact) == (values, False)
    assert globs.loosens == f"also accepts `{example}`"
    assert glob_language(globs.values).accepts(example)
    assert not of_pattern(pattern).accepts(example)


def test_too_many_values_are_merged_by_their_common_parts() -> None:
    pattern = "team-(alpha|alpine)-[ab]|squad-one"
    globs = iam_globs(pattern, 2)
    assert len(globs.values) <= 2
    assert "squad-one" in globs.values
    assert all(value.startswith(("team-alp", "squad-one")) for value in globs.values)


def test_merging_keeps_what_stays_most_specific() -> None:
    pattern = "|".join(f"{first}{second}[a-z]+" for first in "abc" for second in "klm")
    assert iam_globs(pattern, 4).values == ("a??*", "b??*", "c??*")
    assert iam_globs(pattern, 1).values == ("???*",)


@examples(250)
@given(portable_patterns(), st.integers(1, 12))
def test_globs_include_the_pattern_and_exact_ones_equal_it(pattern: str, limit: int) -> None:
    globs = iam_globs(pattern, limit)
    language, accepted = of_pattern(pattern), glob_language(globs.values)
    assert 1 <= len(globs.values) <= limit
    assert legal_example(language.minus(accepted), "aws") is None
    assert globs.exact is (legal_example(accepted.minus(language), "aws") is None)
    assert (globs.loosens is None) is globs.exact


@examples(150)
@given(portable_patterns(), st.integers(1, 12), st.integers())
def test_no_member_is_refused(pattern: str, limit: int, seed: int) -> None:
    accepted = glob_language(iam_globs(pattern, limit).values)
    member = of_pattern(pattern).sample(Random(seed), 30)
    assert member is None or accepted.accepts(member)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a|b){200}",
        "[a-z]{300}",
        "(a?b?){300}",
        "(a|b)*a(a|b){12}",
        "([a-z]{1,30}){1,33}",
        "((x|y|z)(a|b|c)){1,100}",
        "|".join(f"{a}{b}[a-z]+" for a in "abcdefghij" for b in "klmnopqrst"),
    ],
)
def test_nasty_patterns_are_lowered_in_bounded_time(pattern: str) -> None:
    assert effort(lambda: iam_globs(pattern, 20)) < 400
    assert 1 <= len(iam_globs(pattern, 20).values) <= 20


def test_a_pattern_too_complex_to_compare_is_not_called_exact() -> None:
    globs = iam_globs("(a|b)*a(a|b){20}", 5)
    assert not globs.exact
    assert "too complex" in (globs.loosens or "")


def test_a_pattern_that_is_not_portable_is_refused() -> None:
    with pytest.raises(PatternError):
        iam_globs(".*", 5)


def test_glob_text_reads_back() -> None:
    language = glob_language(["a${*}?", "${x", "*-$"])
    assert [language.accepts(text) for text in ("a*b", "ab", "axb", "${x", "q-$", "-$")] == [
        True,
        False,
        False,
        True,
        True,
        True,
    ]
