"""Near misses of keys and values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.judging.spelling import is_near, nearest, one_edit, shorten

KEYS = st.text("abAB-_. ", max_size=8)
WORDS = st.text("abc", min_size=0, max_size=6)


@pytest.mark.parametrize(
    "key", ["ML-TEAM", "ml_team", "mlteam", "ml team", "ml.team", "MlTeam", "ml-taem", "ml-tam", "ml-teams"]
)
def test_a_near_miss_is_one(key: str) -> None:
    assert is_near(key, "ml-team")


@pytest.mark.parametrize(
    ("key", "expected"), [("env", "end"), ("ml-team", "ml-team"), ("team", "ml-team"), ("a", "b")]
)
def test_another_word_is_none(key: str, expected: str) -> None:
    assert not is_near(key, expected)


@given(KEYS, KEYS)
def test_nearness_is_mutual(one: str, other: str) -> None:
    assert is_near(one, other) == is_near(other, one)


def edits(word: str) -> set[str]:
    letters = "abc"
    removed = {word[:i] + word[i + 1 :] for i in range(len(word))}
    replaced = {word[:i] + c + word[i + 1 :] for i in range(len(word)) for c in letters}
    added = {word[:i] + c + word[i:] for i in range(len(word) + 1) for c in letters}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return (removed | replaced | added | swapped) - {word}


@given(WORDS, WORDS)
def test_one_edit_is_one_insertion_deletion_replacement_or_swap(one: str, other: str) -> None:
    assert one_edit(one, other) == (other in edits(one))


@given(WORDS)
def test_every_single_edit_is_seen(word: str) -> None:
    assert all(one_edit(word, other) and one_edit(other, word) for other in edits(word))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Prod", "prod"),
        ("production", "prod"),
        ("stagin", "staging"),
        ("stagnig", "staging"),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_value_that_was_meant_is_found(word: str, meant: str | None) -> None:
    assert nearest(word, ("dev", "staging", "prod")) == meant


def test_a_long_text_is_cut() -> None:
    assert shorten("a" * 61) == "a" * 59 + "…"
    assert shorten("a" * 60) == "a" * 60
