"""What diagnostics look like, and that nothing hostile gets through them."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.diagnostics import WINDOW, Diagnostic, did_you_mean, in_order, printable, quoted, render
from tagward.errors import InputError, PolicyError, TagwardError, UsageError


def test_a_diagnostic_shows_the_place_the_line_the_caret_and_what_to_write() -> None:
    diagnostic = Diagnostic(
        file="policy.yaml",
        line=12,
        column=5,
        length=7,
        message="unknown key `requird`",
        hint="did you mean `required`?",
        accepted=("aliases", "description", "enforce"),
        source="    requird: true",
    )
    assert render(diagnostic).splitlines() == [
        "policy.yaml:12:5: error: unknown key `requird`",
        "   12 |     requird: true",
        "      |     ^^^^^^^",
        "      = help: did you mean `required`?",
        "      = accepted: aliases, description, enforce",
    ]


def test_a_warning_says_so_and_leaves_out_what_it_does_not_have() -> None:
    assert render(Diagnostic("a.yaml", 1, 1, "old key", severity="warning")) == "a.yaml:1:1: warning: old key"


def test_colour_only_when_asked_for() -> None:
    diagnostic = Diagnostic("a.yaml", 1, 1, "bad", source="x: 1", hint="good")
    assert "\x1b" not in render(diagnostic)
    colored = render(diagnostic, color=True)
    assert "\x1b[1;31merror\x1b[0m: bad" in colored
    assert "\x1b[1;31m^\x1b[0m" in colored


@pytest.mark.parametrize(
    ("source", "column", "length", "shown", "caret"),
    [
        ("\tkey: 1", 2, 3, "    key: 1", "    ^^^"),
        ("名前: x", 5, 1, "名前: x", "      ^"),
        ("名前: x", 1, 2, "名前: x", "^^^^"),
        ("e\u0301: x", 5, 1, "e\u0301: x", "   ^"),
        ("a\x1b[31m: x", 9, 1, "a\\x1b[31m: x", "           ^"),
        ("a\u202e: x", 5, 1, "a\\u202e: x", "         ^"),
        ("key:", 5, 1, "key:", "    ^"),
        ("key:", 99, 5, "key:", "    ^"),
        ("", 1, 1, "", "^"),
    ],
)
def test_the_caret_stands_under_the_text_it_means(
    source: str, column: int, length: int, shown: str, caret: str
) -> None:
    lines = render(Diagnostic("a.yaml", 3, column, "bad", length, source=source)).splitlines()
    assert lines[1:] == [f"    3 | {shown}", f"      | {caret}"]


@pytest.mark.parametrize("column", [1, 30, 5_000_000, 10_000_000])
def test_a_huge_line_is_cut_around_the_caret(column: int) -> None:
    source = "x" * (column - 1) + "Y" + "x" * (10_000_000 - column)
    _, line, caret = render(Diagnostic("a.yaml", 1, column, "bad", source=source)).splitlines()
    assert len(line) <= WINDOW + 20
    assert line[caret.index("^")] == "Y"


def test_a_mark_longer_than_the_window_is_cut_with_it() -> None:
    caret = render(Diagnostic("a.yaml", 1, 3, "bad", 50_000, source="x" * 60_000)).splitlines()[2]
    assert len(caret) <= WINDOW + 20


def test_long_messages_and_long_lists_are_cut() -> None:
    accepted = tuple(f"candidate-{number}" for number in range(5000))
    text = render(Diagnostic("a.yaml", 1, 1, "m" * 100_000, hint="h" * 100_000, accepted=accepted))
    assert len(text) < 2000
    assert "more)" in text


@given(st.text(), st.text(), st.text(), st.integers(-5, 300), st.integers(-5, 300), st.booleans())
def test_no_control_character_of_the_file_reaches_the_terminal(
    source: str, message: str, hint: str, column: int, length: int, color: bool
) -> None:
    diagnostic = Diagnostic("a.yaml", 1, column, message, length, hint, (hint,), source)
    text = render(diagnostic, color=color)
    for sequence in ("\x1b[1;31m", "\x1b[1;36m", "\x1b[0m"):
        text = text.replace(sequence, "")
    assert len(text.split("\n")) == 5
    assert all(
        unicodedata.category(character) not in ("Cc", "Cf", "Cs") for character in text.replace("\n", "")
    )
    text.encode()


def test_printable_escapes_what_a_terminal_acts_on() -> None:
    assert printable("a\x1b\n\u200b\U000e0001é") == "a\\x1b\\x0a\\u200b\\U000e0001é"


def test_quoted_keeps_messages_short() -> None:
    assert quoted("team") == "`team`"
    assert len(quoted("x" * 10_000)) < 100


@pytest.mark.parametrize("word", ["mlTeam", "ML_TEAM", "ml.team", "ml-tema", "ml-tean", "ml-teams", "mlteam"])
def test_the_meant_word_is_found_by_case_separator_or_a_typing_error(word: str) -> None:
    assert did_you_mean(word, ["ml-project", "ml-team", "ml-environment"]) == "ml-team"


@pytest.mark.parametrize("word", ["", "-", "colour", "x" * 100_000])
def test_no_guess_is_better_than_a_bad_one(word: str) -> None:
    assert did_you_mean(word, ["ml-project", "ml-team", "--"]) is None


@given(
    st.text(string.ascii_letters + "-_", min_size=1, max_size=20),
    st.permutations(["aa-b", "aa_b", "aab", "c"]),
)
def test_a_guess_does_not_depend_on_the_order_of_candidates(word: str, candidates: list[str]) -> None:
    assert did_you_mean(word, candidates) == did_you_mean(word, sorted(candidates))


def test_diagnostics_are_sorted_by_place() -> None:
    later, earlier = Diagnostic("a", 2, 1, "x", hint="h"), Diagnostic("a", 1, 9, "x")
    assert in_order([later, earlier, Diagnostic("a", 1, 9, "a")]) == (
        Diagnostic("a", 1, 9, "a"),
        earlier,
        later,
    )


def test_errors_say_where_what_and_what_instead() -> None:
    error = InputError("plan.out", "this is a binary Terraform plan", "run `terraform show -json`")
    assert str(error) == "plan.out: this is a binary Terraform plan; run `terraform show -json`"
    assert str(InputError("a.yaml", "bad", line=3)) == "a.yaml:3: bad"
    assert (error.file, error.what, error.instead) == error.args[:3]


def test_a_policy_error_lists_all_its_diagnostics() -> None:
    error = PolicyError([Diagnostic("a.yaml", 1, 2, "first"), Diagnostic("a.yaml", 3, 4, "second")])
    assert str(error) == "a.yaml:1:2: error: first\na.yaml:3:4: error: second"
    assert [one.message for one in error.diagnostics] == ["first", "second"]


def test_every_error_is_a_tagward_error() -> None:
    assert all(issubclass(kind, TagwardError) for kind in (PolicyError, InputError, UsageError))
