"""Manifests are read as the Kubernetes API server reads them, and know their lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tagward.errors import InputError
from tagward.reading import manifest_reader
from tagward.reading.yaml_reader import Manifest, read_manifests
from tests.effort import effort

STREAM = b"""\
# a comment
---
apiVersion: v1
kind: Pod
metadata:
  labels:
    ml-team: fraud
---
# nothing here
---

kind: List
items:
- kind: Pod
- kind: Job
  spec: {a: 1}
...
"""


def read(text: str | bytes) -> list[Manifest]:
    return list(read_manifests(text.encode() if isinstance(text, str) else text, "m.yaml"))


def data(text: str | bytes) -> list[Any]:
    return [manifest.data for manifest in read(text)]


def refused(text: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(text)
    return caught.value


def test_every_document_that_holds_something_is_a_manifest_with_its_lines() -> None:
    pod, listed = read(STREAM)
    assert pod.data == {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"ml-team": "fraud"}}}
    assert (pod.line, listed.line) == (3, 12)
    assert pod.line_of(("metadata", "labels", "ml-team")) == 7
    assert pod.line_of(("metadata", "labels", "ml-project")) == 6
    assert pod.line_of(("spec",)) == 3
    assert listed.line_of(("items", 1)) == 15
    assert listed.line_of(("items", 1, "spec", "a")) == 16


@pytest.mark.parametrize("text", ["", "---\n---\n", "# c\n", "null\n", "\ufeff"])
def test_a_stream_without_content_holds_no_manifest(text: str) -> None:
    assert read(text) == []


def test_documents_before_the_broken_one_are_given() -> None:
    documents = read_manifests(b"a: 1\n---\nb: [\n", "m.yaml")
    assert next(documents).data == {"a": 1}
    with pytest.raises(InputError, match=r"^m\.yaml:3: expected a value here"):
        next(documents)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, True) for word in ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE")),
        *((word, False) for word in ("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "FALSE")),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, word) for word in ("yEs", "oN", "nuLL", "2027-03-31", "12:30:45", "_1", "0x", "1.2.3", "+")),
        ("'on'", "on"),
        ("0o17", 15),
        ("017", 15),
        ("-017", -15),
        ("089", 89.0),
        ("0x1F", 31),
        ("0b101", 5),
        ("1_000", 1000),
        ("18446744073709551615", 18446744073709551615),
        ("-9223372036854775808", -9223372036854775808),
        ("18446744073709551616", 18446744073709551616.0),
        ("-9223372036854775809", -9223372036854775809.0),
        ("0xFFFFFFFFFFFFFFFFFF", 0xFFFFFFFFFFFFFFFFFF),
        ("1e3", 1000.0),
        ("012e4567", "012e4567"),
        (".5", 0.5),
        (".5_0", ".5_0"),
        ("1.", 1.0),
        ("-.inf", float("-inf")),
        ("!!str on", "on"),
        ("!!bool 'on'", True),
        ("=", "="),
    ],
)
def test_unquoted_texts_mean_what_they_mean_to_kubernetes(text: str, value: object) -> None:
    (found,) = (document["a"] for document in data(f"a: {text}"))
    assert found == value
    assert type(found) is type(value)


def test_keys_become_text_as_in_kubernetes() -> None:
    assert data("on: 1\n8080: 2\n1.50: 3\nno: 4\n0x10: 5") == [
        {"true": 1, "8080": 2, "1.5": 3, "false": 4, "16": 5}
    ]


def test_the_last_of_two_equal_keys_counts_and_the_repetition_is_told() -> None:
    (manifest,) = read("a: 1\nb: {c: 1,\n c: 2}\na: 3\n")
    assert manifest.data == {"a": 3, "b": {"c": 2}}
    assert manifest.duplicates == ((3, "c"), (4, "a"))
    assert manifest.line_of(("a",)) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<: *x\nb: 2", {"a": 1, "b": 2}),
        ("<<: [*x, {a: 5, c: 6}]", {"a": 1, "b": 0, "c": 6}),
        ("<<: {<<: *x, a: 7}", {"a": 7, "b": 0}),
        ("a: 9\n<<: *x", {"a": 1, "b": 0}),
        ("'<<': 1", {"<<": 1}),
    ],
)
def test_merge_keys_are_followed_in_the_order_they_are_written(text: str, expected: object) -> None:
    lines = "".join(f"\n  {line}" for line in text.split("\n"))
    (manifest,) = read(f"x: &x {{a: 1, b: 0}}\nm:{lines}")
    assert manifest.data["m"] == expected
    assert manifest.duplicates == ()


def test_a_merged_key_has_the_line_where_it_is_written() -> None:
    (manifest,) = read("x: &x\n  a: 1\nm:\n  <<: *x\n  b: 2\n")
    assert manifest.line_of(("m", "a")) == 2
    assert manifest.line_of(("m", "b")) == 5


@pytest.mark.parametrize("text", ["a:\n  <<: 1", "a:\n  <<: [1]", "a:\n  <<: ~"])
def test_only_mappings_can_be_merged(text: str) -> None:
    assert refused(text).what == "the merge key `<<` takes a mapping or a list of mappings"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: !Ref x", 2, "the tag `!Ref` is not allowed"),
        ("a: !!binary aGk=", 1, "the tag `!!binary` is not allowed"),
        ("a: *x", 1, "`*x` refers to an anchor that is not defined above"),
        ("a: &x [*x]", 1, "`*x` contains itself"),
        ("a: 1\n? [b]\n: c", 2, "a key must be text, not a list or a mapping"),
        ("~: 1", 1, "a key must be text, not a list, a mapping or nothing"),
        ("a:\n\tb: 1", 2, "a tab indents this line, and YAML allows only spaces there"),
        ("a: 1\nb: \x1b", 2, "the control character U+001B is not allowed"),
        (b"a: 1\nb: \xff", 2, "the byte 0xff is not UTF-8 text"),
        ("a: 1".encode("utf-16"), None, "the file is UTF-16, not UTF-8"),
        ('{"a": 1', 1, "the mapping that opens on line 1 is not closed: expected `,` or `}` here"),
    ],
)
def test_what_cannot_be_read_is_an_input_error_with_its_line(
    text: str | bytes, line: int | None, what: str
) -> None:
    error = refused(text)
    assert (error.file, error.line, error.what) == ("m.yaml", line, what)


@pytest.mark.parametrize(
    "text",
    [
        "metadata:\n  name: {{ .Release.Name }}\n",
        "{{- if .Values.enabled }}\nkind: Pod\n{{- end }}\n",
        'metadata:\n  labels:\n    {{- include "x.labels" . | nindent 4 }}\n',
        "a: {{ $x }}",
    ],
)
def test_a_helm_template_is_named_as_such(text: str) -> None:
    assert refused(text).instead == "this looks like a Helm template: render it first with `helm template`"


@pytest.mark.parametrize("text", ["{% if x %}\na: 1\n{% endif %}", "a: {{ name }}"])
def test_other_templates_are_named_too(text: str) -> None:
    assert refused(text).instead == "this looks like a template (Jinja or similar): render it first"


def test_quoted_braces_are_no_template() -> None:
    assert data("a: '{{ .Values.x }}'") == [{"a": "{{ .Values.x }}"}]


def test_json_is_read_with_lines_and_repetitions() -> None:
    (manifest,) = read('\n{\n "a": 1, "k\\u0065y": [\n  {"b": "\\ud83d\\ude00 {"},\n  2],\n "a":\n 3}')
    assert manifest.data == {"a": 3, "key": [{"b": "😀 {"}, 2]}
    assert manifest.line == 2
    assert manifest.line_of(("key", 0, "b")) == 4
    assert manifest.line_of(("key", 1)) == 5
    assert manifest.line_of(("a",)) == 6
    assert manifest.duplicates == ((6, "a"),)


@pytest.mark.parametrize(
    ("text", "values"), [("[]1", [[], 1]), ("{}null{}", [{}, {}]), ('{} "x"', [{}, "x"])]
)
def test_json_values_of_any_kind_may_follow(text: str, values: list[object]) -> None:
    assert data(text) == values


@pytest.mark.parametrize("number", ["9" * 5_000, "0x" + "f" * 5_000])
@pytest.mark.parametrize("text", ["a: %s", '{"a": %s}'])
def test_no_number_is_too_long_to_print(text: str, number: str) -> None:
    assert data(text % number) == [{"a": number}]


@pytest.mark.parametrize("between", ["", "\n", "\n\n  ", " "])
def test_json_values_may_follow_each_other(between: str) -> None:
    first, second = read('\n{"a": [\n1]}' + between + '{"b": 2}')
    assert (first.data, second.data) == ({"a": [1]}, {"b": 2})
    assert (first.line, second.line) == (2, 3 + between.count("\n"))
    assert second.line_of(("b",)) == second.line


def test_yaml_in_flow_style_is_read_although_it_begins_like_json() -> None:
    assert data("{a: 1, b: on}\n---\n{c: [2]}") == [{"a": 1, "b": True}, {"c": [2]}]


def test_documents_may_be_json_in_a_yaml_stream() -> None:
    assert data('---\n{"a": 1}\n---\n{"b": 2}\n') == [{"a": 1}, {"b": 2}]


DEEP = "the nesting is deeper than 256 levels"


def laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("[" * 100_000, DEEP, id="open brackets"),
        pytest.param("[" * 257 + "]" * 257, DEEP, id="JSON just too deep"),
        pytest.param("[" * 100_000 + "]" * 100_000, DEEP, id="JSON far too deep"),
        pytest.param('{"a":' * 5_000 + "1" + "}" * 5_000, DEEP, id="JSON objects"),
        pytest.param("- " * 100_000, DEEP, id="lists in lists"),
        pytest.param(laughs(), "the aliases expand to more than 2,000,000 values", id="a billion laughs"),
        pytest.param(
            "".join(f"%TAG !a{n}! !\n" for n in range(200_000)), "the file has too many `%TAG` lines"
        ),
    ],
)
def test_hostile_streams_are_refused_quickly(text: str, what: str) -> None:
    said: list[str] = []
    assert effort(lambda: said.append(refused(text).what)) < 200
    assert said == [what]


def test_deep_json_within_the_limit_is_read() -> None:
    assert len(read("[" * 256 + "]" * 256)) == 1


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_reader, "MAX_MANIFEST_BYTES", 1024 * 1024)
    assert refused(b"#" * (1024 * 1024 + 1)).what == "the file is larger than 1 MiB"


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=9
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
MAPPINGS = st.dictionaries(TEXT, DATA, max_size=5)


@given(MAPPINGS, st.booleans(), st.sampled_from([None, 2]))
def test_what_json_writes_is_read_back(value: dict[str, Any], ascii_only: bool, indent: int | None) -> None:
    assert data(json.dumps(value, ensure_ascii=ascii_only, indent=indent)) == [value]


@given(st.lists(MAPPINGS, max_size=3))
def test_what_yaml_writes_in_quotes_is_read_back(values: list[dict[str, Any]]) -> None:
    assert data(yaml.safe_dump_all(values, default_style='"', allow_unicode=True)) == values


@given(MAPPINGS.filter(bool))
def test_json_and_yaml_agree_on_lines(value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    (as_json,), (as_yaml,) = read(text), read(f"---\n{text}")
    for key in value:
        assert as_yaml.line_of((key,)) == as_json.line_of((key,)) + 1


INDICATORS = st.sampled_from("a1\n \t[]{},'\"\\#~\0é\u2028\ufeff:")
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
        "1e999",
    ]
)
PIECES = st.lists(INDICATORS | CONSTRUCTS, max_size=40)


@given(st.binary(max_size=200) | PIECES.map(lambda parts: "".join(parts).encode()))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        manifests = read(content)
    except InputError:
        return
    for manifest in manifests:
        assert manifest.line >= 1
        assert manifest.line_of(("a", 0)) >= 1
