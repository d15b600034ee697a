"""What a pattern may say, and what is refused with which portable spelling at which place."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward import patterns
from tagward.patterns.syntax import PatternError, body, parse
from tests.effort import effort
from tests.policies.patterns.strategies import examples

ACCEPTED = [
    "prod",
    "dev|staging|prod",
    "[a-z][a-z0-9-]{1,40}",
    "^exp-[0-9]{4}$",
    "^a|b$",
    "(a|b)?c*d+e{2}f{2,}g{2,3}",
    r"a\.b\-c\\d\/e\[f\]g\{h\}i\(j\)k\|l\?m\*n\+o\^p\$",
    r"price\$",
    r"[\]\[\\\-\^]",
    "[-a]",
    "[a-]",
    "[^-a]",
    "[a^$.|?*+(){}]",
    "[+-\\-]",
    "team é",
    "𝒳é[\u03b1-\u03c9]",
    "(a{0})b",
    "((((a))))",
    "[a-z]{1,1000}",
]


@pytest.mark.parametrize("pattern", ACCEPTED)
def test_the_portable_subset_is_accepted(pattern: str) -> None:
    parse(pattern)


def refusal_offset(pattern: str) -> int | None:
    try:
        parse(pattern)
    except PatternError as error:
        return error.offset
    return None


# pattern, what is refused in it, offset, portable spelling, words of the message
REFUSED: list[tuple[str, str, int, str | None, str]] = [
    ("ab.c", ".", 2, "[ -~]", "line breaks"),
    (r"a\d+", r"\d", 1, "[0-9]", "a digit"),
    (r"a\D", r"\D", 1, "[^0-9]", "not a digit"),
    (r"\w+", r"\w", 0, "[0-9A-Za-z_]", "a word character"),
    (r"\W", r"\W", 0, "[^0-9A-Za-z_]", "not a word character"),
    (r"a\sb", r"\s", 1, "[ ]", "white space"),
    (r"a\Sb", r"\S", 1, "[^ ]", "not white space"),
    (r"[\d-]", r"\d", 1, "0-9", "a digit"),
    (r"[a\w]", r"\w", 2, "0-9A-Za-z_", "a word character"),
    (r"[a\S]", r"\S", 2, None, "not white space"),
    (r"\bprod\b", r"\b", 0, None, "a word boundary"),
    (r"a\B", r"\B", 1, None, "a word boundary"),
    (r"\Aprod", r"\A", 0, "", "start of text"),
    (r"prod\z", r"\z", 4, "", "end of text"),
    (r"prod\Z", r"\Z", 4, "", "end of text"),
    ("(?i)prod", "(?i)", 0, None, "a flag"),
    ("a(?:b|c)", "(?:", 1, "(", "a group without capture"),
    ("(?P<n>b)", "(?P<n>", 0, "(", "a named group"),
    ("(?<n>b)", "(?<n>", 0, "(", "a named group"),
    ("a(?=b)", "(?=", 1, None, "a look-ahead"),
    ("(?!tbd)[a-z]+", "(?!", 0, None, "a look-ahead"),
    ("(?<=a)b", "(?<=", 0, None, "a look-behind"),
    ("(?<!a)b", "(?<!", 0, None, "a look-behind"),
    ("(?>a+)b", "(?>", 0, None, "an atomic group"),
    ("(?#why)b", "(?#", 0, None, "a comment"),
    ("(?i:prod)", "(?i:", 0, None, "a flag"),
    ("(?-s)a", "(?-s)", 0, None, "a flag"),
    ("(?&name)", "(?&", 0, None, "opens a group"),
    (r"(a)\1", r"\1", 3, None, "a back-reference"),
    (r"(a)\k<n>", r"\k", 3, None, "a back-reference"),
    ("(a)(?P=n)", "(?P=", 3, None, "a back-reference"),
    ("a+?", "?", 2, "", "a lazy count"),
    ("a??", "?", 2, "", "a lazy count"),
    ("a{2,3}?", "?", 6, "", "a lazy count"),
    ("a++", "+", 2, "", "a possessive count"),
    ("a**", "*", 2, None, "two counts in a row"),
    ("a{2}{3}", "{3}", 4, None, "two counts in a row"),
    ("[[:alpha:]]", "[:alpha:]", 1, "A-Za-z", "a POSIX class"),
    ("x[[:punct:]]", "[:punct:]", 2, "!-/:-@\\[-`{-~", "a POSIX class"),
    ("[:digit:]+", "[:digit:]", 0, "[0-9]", "a POSIX class"),
    (r"\p{Lu}x", r"\p{Lu}", 0, "[A-Z]", "a Unicode property"),
    (r"[\p{L}]", r"\p{L}", 1, "A-Za-z", "a Unicode property"),
    (r"\pN", r"\pN", 0, "[0-9]", "a Unicode property"),
    (r"\P{L}", r"\P{L}", 0, None, "a Unicode property"),
    (r"\p{Greek}", r"\p{Greek}", 0, None, "list the characters"),
    (r"\Qa.b\E", r"\Qa.b\E", 0, r"a\.b", "quoted text"),
    (r"\x41", r"\x41", 0, "A", "a character by its code"),
    (r"\u0024", r"\u0024", 0, r"\$", "a character by its code"),
    (r"\u00", r"\u00", 0, None, "a character by its code"),
    (r"a\nb", r"\n", 1, None, "a control character"),
    (r"\t", r"\t", 0, None, "a control character"),
    (r"\e", r"\e", 0, None, "a control character"),
    (r"\y", r"\y", 0, "y", "does not mean the same"),
    (r"\é", r"\é", 0, "é", "does not mean the same"),
    (r"\<a", r"\<", 0, "<", "does not mean the same"),
    (r"a\ b", r"\ ", 1, " ", "does not mean the same"),
    ("a\\", "\\", 1, "\\\\", "nothing follows"),
    ("[a-z&&[aeiou]]", "&&", 4, r"\&\&", "set operator"),
    ("[a||b]", "||", 2, r"\|\|", "set operator"),
    ("[a~~b]", "~~", 2, r"\~\~", "set operator"),
    ("[a--b]", "--", 2, r"\-\-", "set operator"),
    ("[+--]", "--", 2, r"\-\-", "set operator"),
    ("[a-c-e]", "-", 4, r"\-", "ambiguous"),
    ("[a[b]", "[", 2, r"\[", "opens another class"),
    ("[]a]", "]", 1, r"\]", "first in a class"),
    ("[^]a]", "]", 2, r"\]", "first in a class"),
    ("[]", "[]", 0, r"\[\]", "the class is empty"),
    ("a[^]", "[^]", 1, r"\[\^\]", "the class is empty"),
    ("a]", "]", 1, r"\]", "as a character"),
    ("a}", "}", 1, r"\}", "as a character"),
    ("a{", "{", 1, r"\{", "as a character"),
    ("a{x}", "{", 1, r"\{", "as a character"),
    ("{a", "{", 0, r"\{", "as a character"),
    ("a{,3}", "{,3}", 1, "{0,3}", "does not mean the same"),
    ("a{3,2}", "{3,2}", 1, "{2,3}", "runs backwards"),
    ("[z-a]", "z-a", 1, "a-z", "runs backwards"),
    ("a^b", "^", 1, "", "always a full match"),
    ("a$b", "$", 1, "", "always a full match"),
    ("(^a)", "^", 1, "", "always a full match"),
    ("a|^b", "^", 2, "", "always a full match"),
    ("*a", "*", 0, r"\*", "nothing to repeat"),
    ("a|+", "+", 2, r"\+", "nothing to repeat"),
    ("(?", "(?", 0, None, "group"),
    ("{2}", "{", 0, r"\{", "nothing to repeat"),
    ("(a", "(", 0, r"\(", "not closed"),
    ("(", "(", 0, r"\(", "not closed"),
    ("a)", ")", 1, r"\)", "closes no group"),
    ("[a", "[", 0, r"\[", "not closed"),
    ("a|", "", 2, None, "empty alternative"),
    ("a||b", "", 2, None, "empty alternative"),
    ("a()", "", 2, None, "empty alternative"),
    ("a\nb", "\n", 1, None, "U+000A"),
    ("[\0]", "\0", 1, None, "U+0000"),
    ("a\u2028", "\u2028", 1, None, "U+2028"),
    ("\ud800", "\ud800", 0, None, "U+D800"),
    ("", "", 0, None, "empty"),
    ("^$", "", 1, None, "empty"),
    ("a{0}", "", 0, None, "only the empty value"),
    ("a{1001}", "{1001}", 1, None, "more than 1000"),
    ("a{99999999999999999999,}", "{", 1, None, "more than 1000"),
    ("(a{100}){11}", "", 0, None, "multiply to 1100"),
    ("a{1000}b{1000}c", "", 0, None, "too complex"),
    ("a" * 1001, "", 1000, None, "1001 characters"),
    ("(" * 51 + "a" + ")" * 51, "", 50, None, "nested deeper"),
]


@pytest.mark.parametrize(("pattern", "construct", "offset", "portable", "words"), REFUSED)
def test_a_refusal_names_the_construct_the_place_and_the_portable_spelling(
    pattern: str, construct: str, offset: int, portable: str | None, words: str
) -> None:
    with pytest.raises(PatternError) as caught:
        parse(pattern)
    error = caught.value
    assert (error.offset, error.portable) == (offset, portable)
    assert words in str(error)
    assert pattern[offset:].startswith(construct)
    assert str(error)[:1] in "`-" or str(error)[0].islower()
    assert not str(error).endswith(".")


@pytest.mark.parametrize(
    ("pattern", "construct", "offset", "portable"),
    [row[:4] for row in REFUSED if row[3] is not None],
)
def test_the_portable_spelling_is_accepted_in_place_of_the_construct(
    pattern: str, construct: str, offset: int, portable: str
) -> None:
    fixed = pattern[:offset] + portable + pattern[offset + len(construct) :]
    refused_at = refusal_offset(fixed)
    # A second construct further on may be refused in its turn, never the spelling that was proposed.
    assert refused_at is None or refused_at >= offset + len(portable)


@pytest.mark.parametrize(
    ("pattern", "inside"),
    [("^a|b$", "a|b"), ("a", "a"), (r"a\$", r"a\$"), (r"^a\\$", r"a\\"), ("^a", "a"), ("[$]", "[$]")],
)
def test_the_body_is_the_pattern_without_its_anchors(pattern: str, inside: str) -> None:
    assert body(pattern) == inside
    assert parse(pattern) == parse(inside)


@examples(500)
@given(st.text(st.sampled_from("ab-09\\^$.|?*+()[]{},:&dpQ\n é"), max_size=25))
def test_any_text_is_parsed_or_refused_at_a_place_inside_it(text: str) -> None:
    offset = refusal_offset(text)
    assert offset is None or 0 <= offset <= len(text)


@pytest.mark.parametrize(
    "pattern",
    ["([a-z]{1,1000}){1,1000}", "((a{100}){100}){100}", "(" * 500 + "a" + ")" * 500, "[a-z]{1000}" * 90],
)
def test_a_nasty_pattern_is_refused_quickly(pattern: str) -> None:
    def refused() -> None:
        with pytest.raises(PatternError):
            parse(pattern)

    assert effort(refused) < 20


def test_a_refusal_survives_pickling() -> None:
    with pytest.raises(PatternError) as caught:
        parse(r"\d")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.offset, again.portable) == (str(caught.value), 0, "[0-9]")


def test_parsing_needs_neither_re2_nor_the_automaton() -> None:
    heavy = "[name for name in sys.modules if 're2' in name or 'automaton' in name]"
    code = f"import sys, tagward.patterns.syntax; print({heavy})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(getattr(patterns, name) is not None for name in patterns.__all__)
    with pytest.raises(AttributeError, match="no attribute 'compile_patern'"):
        getattr(patterns, "compile_patern")  # noqa: B009
