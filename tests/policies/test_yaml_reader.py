"""What the policy reader accepts and refuses, and where it says things stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tagward.diagnostics import Diagnostic
from tagward.errors import PolicyError
from tagward.reading.yaml_reader import MAX_POLICY_BYTES, Mark, read_policy
from tests.effort import effort

POLICY = b"""\
# the policy
apiVersion: tagward/v1
tags:
  ml-team:
    required: true
    "on":   {clouds: [aws, 'gcp']}
  \xe5\x90\x8d: "x" # comment
empty:
"""


def read(text: str | bytes) -> Any:
    return read_policy(text.encode() if isinstance(text, str) else text, "p.yaml").data


def refused(text: str | bytes) -> tuple[Diagnostic, ...]:
    with pytest.raises(PolicyError) as caught:
        read(text)
    return caught.value.diagnostics


def places(text: str | bytes) -> list[tuple[int, int, str]]:
    return [(one.line, one.column, one.message) for one in refused(text)]


@pytest.fixture(params=["c", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.delattr(yaml, "CSafeLoader")


@pytest.mark.usefixtures("parser")
def test_a_policy_is_read_as_plain_data() -> None:
    assert read(POLICY) == {
        "apiVersion": "tagward/v1",
        "tags": {"ml-team": {"required": True, "on": {"clouds": ["aws", "gcp"]}}, "名": "x"},
        "empty": None,
    }


@pytest.mark.usefixtures("parser")
def test_marks_tell_where_keys_and_values_are_written() -> None:
    document = read_policy(POLICY, "p.yaml")
    assert document.file == "p.yaml"
    assert document.mark(("apiVersion",)) == Mark(2, 13, 10)
    assert document.key_mark(("apiVersion",)) == Mark(2, 1, 10)
    assert document.key_mark(("tags", "ml-team", "on")) == Mark(6, 5, 4)
    assert document.mark(("tags", "ml-team", "on", "clouds", 1)) == Mark(6, 28, 5)
    assert document.mark(("tags", "ml-team", "on")) == Mark(6, 13, 22)
    assert document.mark(("tags", "名")) == Mark(7, 6, 3)
    assert document.mark(("tags",)).line == 4
    assert document.line_text(6) == "    \"on\":   {clouds: [aws, 'gcp']}"
    assert document.line_text(99) is None


def test_a_missing_part_is_marked_at_what_should_hold_it() -> None:
    document = read_policy(POLICY, "p.yaml")
    assert document.key_mark(("tags", "ml-team", "pattern", "x")) == document.key_mark(("tags", "ml-team"))
    assert document.mark(("tags", "ml-team", "on", "clouds", 7)) == document.mark(
        ("tags", "ml-team", "on", "clouds")
    )
    assert document.mark(("nothing",)) == document.mark(())


def test_a_document_builds_diagnostics_about_its_parts() -> None:
    diagnostic = read_policy(POLICY, "p.yaml").diagnostic(
        ("tags", "ml-team", "required"), "no", at_key=True, hint="h", accepted=("a",)
    )
    assert diagnostic == Diagnostic("p.yaml", 5, 5, "no", 8, "h", ("a",), "    required: true")


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, word) for word in ("on", "off", "yes", "no", "y", "n", "On", "NO")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        ("2027-03-31", "2027-03-31"),
        ("12:30:45", "12:30:45"),
        ("0", 0),
        ("-12", -12),
        ("+12", 12),
        ("0o17", 15),
        ("0xff", 255),
        ("111122223333", 111122223333),
        ("012345678901", "012345678901"),
        ("0123", "0123"),
        ("012e4567", "012e4567"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("-.5e3", -500.0),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("1.2.3", "1.2.3"),
        ("9" * 5000, "9" * 5000),
        ("=", "="),
        ("'true'", "true"),
        ('"1"', "1"),
        ("!!str 1", "1"),
        ("! 1", "1"),
        ("!!float 1", 1.0),
        ("!!int '7'", 7),
        ("|\n  1\n", "1\n"),
    ],
)
def test_unquoted_texts_follow_the_yaml_1_2_core_schema(text: str, value: object) -> None:
    found = read(f"a: {text}")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.usefixtures("parser")
def test_the_key_on_is_text() -> None:
    assert read("on: {yes: no}\n2027-01-01: x") == {"on": {"yes": "no"}, "2027-01-01": "x"}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("---\n", "a policy is a mapping of keys to values, not an empty document"),
        ("- a\n", "a policy is a mapping of keys to values, not a list"),
        ("a\n", "a policy is a mapping of keys to values, not a single value"),
        ("a: 1\n---\nb: 2\n", "a second document begins here"),
        ("a: *b", "`*b` refers to an anchor that is not defined above"),
        ("a: &a [*a]", "`*a` contains itself"),
        ("a: &a {b: {c: *a}}", "`*a` contains itself"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge keys `<<` are not allowed"),
        ("1: x", "a key must be text, not a number"),
        ("true: x", "a key must be text, not true or false"),
        ("~: x", "a key must be text, not nothing"),
        ("? [a]\n: x", "a key must be text, not a list or a mapping"),
        (
            "a: !!python/object/apply:os.system [id]",
            "the tag `!!python/object/apply:os.system` is not allowed",
        ),
        ("a: !!python/name:os.system", "the tag `!!python/name:os.system` is not allowed"),
        ("a: !!binary aGk=", "the tag `!!binary` is not allowed"),
        ("a: !!set {b}", "the tag `!!set` is not allowed"),
        ("a: !custom b", "the tag `!custom` is not allowed"),
        ("a: !!timestamp 2027-01-01", "the tag `!!timestamp` is not allowed"),
        ("a: !!int b", "`b` is not what its tag `!!int` says"),
    ],
)
def test_what_a_policy_may_not_hold(text: str, expected: str) -> None:
    assert [one.message for one in refused(text)] == [expected]


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("a:\n\tb: 1\n", (2, 1), "a tab indents this line", "spaces"),
        ("a: 1\n\tb: 1\n", (2, 1), "a tab indents this line", "spaces"),
        ("a: b: c", (1, 5), "a `:` cannot stand here", "quotes"),
        ("a: @x", (1, 4), "a value cannot begin with `@`", "quotes"),
        ("a: [{b: %c}]", (1, 9), "a value cannot begin with `%`", "quotes"),
        ("a:\n- *password*", (2, 3), "`*` begins an alias", "`*` in quotes"),
        ("a:\n- !prod-*", (2, 3), "the tag `!prod-*` is not allowed", '`"!prod-*"`'),
        ("a:\n- *prod", (2, 3), "`*prod` refers to an anchor", '`"*prod"`'),
        ('a: "\\d+"', (1, 5), "unknown escape", "single quotes"),
        ("a: [1, 2\nb: 3\n", (2, 2), "the list that opens on line 1 is not closed", ""),
        (
            "a: {x: 1\nb: 3\n",
            (2, 2),
            "the mapping that opens on line 1 is not closed: expected `,` or `}`",
            "",
        ),
        ("a:\n  b: 1\n c: 2\n", (3, 2), "expected a key here, or the end of the mapping", "indentation"),
        ("a: 'it's'", (1, 8), "expected a key here", "quotes"),
        ("\n\na: 'x\n\n\n", (3, 6), "the quotes that open on line 3 are never closed", ""),
        ("- a\nb: 1\n", (2, 1), "expected `- ` here", "indentation"),
        ("{a: 1}\nb: 2", (2, 1), "the document ends before this", ""),
        ("a: - b", (1, 4), "a `- ` list cannot begin here", "next line"),
        ("%YAML 3.0\n---\na: 1", (1, 1), "this version of YAML", "%YAML"),
        ("a: !x!y z", (1, 4), "this is read as a YAML tag", "quotes"),
    ],
)
def test_yaml_errors_are_in_plain_words(text: str, place: tuple[int, int], message: str, hint: str) -> None:
    (found,) = refused(text)
    assert (found.line, found.column) == place
    assert found.message.startswith(message)
    assert hint in (found.hint or "")
    assert found.source == text.split("\n")[found.line - 1]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: 1\nb: \xff\n", (2, 4, "the byte 0xff is not UTF-8 text")),
        ("é: b\né".encode() + b"\xc3", (2, 2, "the byte 0xc3 is not UTF-8 text")),
        (b"a: \xed\xa0\x80", (1, 4, "the byte 0xed is not UTF-8 text")),
        (b"a: 1\nb: x\x00", (2, 5, "the file holds a NUL byte, so it is not text")),
        ("a: é\x1b[2J".encode(), (1, 5, "the control character U+001B is not allowed")),
        ("a: 1".encode("utf-16"), (1, 1, "the file is UTF-16, not UTF-8")),
        ("a: 1".encode("utf-16-le"), (1, 1, "the file is UTF-16, not UTF-8")),
        ("a: 1".encode("utf-16-be"), (1, 1, "the file is UTF-16, not UTF-8")),
    ],
)
def test_only_utf_8_text_is_read(data: bytes, expected: tuple[int, int, str]) -> None:
    assert places(data) == [expected]


@pytest.mark.usefixtures("parser")
def test_an_escape_that_is_no_character_is_refused() -> None:
    (found,) = refused('a: "\\UFFFFFFFF"')
    assert found.message == "this escape is not a character"


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_are_accepted(newline: str) -> None:
    document = read_policy(f"\ufeffa: 1{newline}b: 2{newline}".encode(), "p.yaml")
    assert document.data == {"a": 1, "b": 2}
    assert document.key_mark(("a",)) == Mark(1, 1, 1)
    assert document.key_mark(("b",)) == Mark(2, 1, 1)
    assert document.line_text(1) == "a: 1"


def test_everything_that_can_be_found_is_reported_at_once() -> None:
    assert places("a: 1\nb: !x y\na: 2\n3: c\nd: {e: 1, e: 2}\nf: [\n") == [
        (2, 4, "the tag `!x` is not allowed"),
        (3, 1, "the key `a` is here twice: it is first on line 1"),
        (4, 1, "a key must be text, not a number"),
        (5, 11, "the key `e` is here twice: it is first on line 5"),
        (6, 5, "expected a value here"),
    ]


def test_a_key_written_twice_in_other_quotes_is_the_same_key() -> None:
    assert places("a: 1\n'a': 2") == [(2, 1, "the key `a` is here twice: it is first on line 1")]


def test_aliases_within_the_limits_are_read_and_marked_where_they_are_used() -> None:
    document = read_policy(b"a: &x [1, 2]\nb: *x\nc: &k key\n*k : d\n", "p.yaml")
    assert document.data == {"a": [1, 2], "b": [1, 2], "c": "key", "key": "d"}
    assert document.mark(("b",)) == Mark(2, 4, 2)
    assert document.mark(("b", 1)) == Mark(1, 11, 1)


def laughs(levels: int) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines).encode()


def chain(length: int) -> bytes:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, length))]
    return "\n".join(lines).encode()


DEEP = "the nesting is deeper than 64 levels"
MANY = "the document holds more than 20,000 values"
FULL = MAX_POLICY_BYTES - 8

HOSTILE = [
    pytest.param(b"[" * 10_000, DEEP, id="open brackets"),
    pytest.param(b"[" * FULL, DEEP, id="a file of open brackets"),
    pytest.param(b"{a: " * 10_000, DEEP, id="open braces"),
    pytest.param(b"- " * 10_000, DEEP, id="lists in lists"),
    pytest.param(b"? " * 10_000, "a key must be text, not a list or a mapping", id="keys in keys"),
    pytest.param(b"".join(b" " * n + b"a:\n" for n in range(2_000)), DEEP, id="block mappings"),
    pytest.param(chain(1_000), DEEP, id="nesting by aliases"),
    pytest.param(laughs(10), "the aliases expand to more than 20,000 values", id="a billion laughs"),
    pytest.param(b"a: [" + b"x, " * 1_000_000, MANY, id="a long list"),
    pytest.param(b"".join(b"k%d: 1\n" % n for n in range(200_000)), MANY, id="many keys"),
    pytest.param(b"".join(b"- &a%d x\n" % n for n in range(200_000)), MANY, id="many anchors"),
    pytest.param(
        b"a: &a x\nb: [" + b"*a, " * 900_000,
        MANY,
        id="many aliases",
    ),
    pytest.param(
        b"".join(b"%%TAG !a%d! !\n" % n for n in range(200_000)),
        "the file has too many `%TAG` lines",
        id="many directives",
    ),
    pytest.param(b"a: " + b"x" * 70_000, "the text is longer than 65,536 characters", id="a long text"),
    pytest.param(b"#\n" * (FULL // 2), "the file is empty", id="comments"),
    pytest.param(b'a: "' + b"\n" * FULL, "the quotes that open on line 1 are never closed", id="open quotes"),
    pytest.param(b"a: " + b"x" * 100_000_000, "the file is larger than 4 MiB", id="100 MB"),
]


@pytest.mark.parametrize(("data", "expected"), HOSTILE)
def test_hostile_files_are_refused_quickly(data: bytes, expected: str) -> None:
    said: list[str] = []
    assert effort(lambda: said.extend(one.message for one in refused(data))) < 200
    assert expected in said


def test_the_limits_themselves_are_allowed() -> None:
    assert read(b"a: " + b"[" * 63 + b"]" * 63)
    assert len(read(b"a: [" + b"x, " * 19_997 + b"]")["a"]) == 19_997
    assert len(read(b"a: " + b"x" * 65_536)["a"]) == 65_536


def test_the_number_of_diagnostics_is_bounded() -> None:
    assert len(refused("a: 1\n" * 5_000)) == 100


def test_a_policy_of_ordinary_size_is_read_in_milliseconds() -> None:
    text = "".join(
        f"tag-{n}:\n  title: Team\n  required: {{when: {{a: [b, c]}}, level: required}}\n"
        f"  pattern: '[a-z]'\n  aliases: [{{key: team, until: 2027-03-31}}]\n"
        for n in range(14)
    ).encode()
    read(text)
    assert effort(lambda: read(text)) < 5


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=20
)
SCALARS = st.none() | st.booleans() | st.integers() | TEXT
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
# The writer knows YAML 1.1, where 1e3 is text: it leaves out the quotes that 1.2 wants.
LETTERS = st.text(st.characters(categories=["L", "P", "Zs"]), max_size=20)
PLAIN = SCALARS.filter(lambda value: type(value) is not str) | LETTERS
YAML_1_1 = st.dictionaries(LETTERS, st.lists(PLAIN, max_size=3) | st.dictionaries(LETTERS, PLAIN), max_size=4)
MAPPINGS = st.dictionaries(TEXT, DATA, max_size=5)


@given(MAPPINGS)
def test_what_json_writes_is_read_back(data: dict[str, Any]) -> None:
    assert read(json.dumps(data, ensure_ascii=False, indent=1)) == data


@given(YAML_1_1, st.booleans())
def test_what_yaml_writes_is_read_back(data: dict[str, Any], flow: bool) -> None:
    assert read(yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True)) == data


@settings(max_examples=40)
@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), YAML_1_1, min_size=1, max_size=3),
    st.booleans(),
)
def test_a_key_mark_covers_the_text_of_the_key(data: dict[str, Any], flow: bool) -> None:
    document = read_policy(yaml.safe_dump(data, default_flow_style=flow).encode(), "p.yaml")
    for key in data:
        mark = document.key_mark((key,))
        line = document.line_text(mark.line) or ""
        assert line[mark.column - 1 :][: mark.length].strip("'\"") == key


INDICATORS = st.sampled_from("a1\n \t[]{},'\"\\#~\0é\u2028\ufeff")
CONSTRUCTS = st.sampled_from(
    [
        "b: ",
        "- ",
        "&a ",
        "*a",
        "!x ",
        "!!int ",
        "<<: ",
        "? ",
        ">\n",
        "---\n",
        "...\n",
        "%TAG ! x\n",
        "{{",
        "\\U",
    ]
)
PIECES = st.lists(INDICATORS | CONSTRUCTS, max_size=40)
ANY_BYTES = st.binary(max_size=200) | PIECES.map(lambda parts: "".join(parts).encode())


@given(ANY_BYTES)
def test_any_bytes_are_read_or_refused_with_a_place(data: bytes) -> None:
    diagnostics: tuple[Diagnostic, ...] | None = None
    try:
        read(data)
    except PolicyError as error:
        diagnostics = error.diagnostics
    assert diagnostics is None or diagnostics
    assert all(one.line >= 1 and one.column >= 1 and one.length >= 1 for one in diagnostics or ())
