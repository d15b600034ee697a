"""Plans and states that are broken on purpose: clear errors, and never anything else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tagward.errors import InputError
from tagward.resource import Resource
from tagward_service.sources.terraform.plan import read_plan
from tagward_service.sources.terraform.state import read_state
from tests.service.sources.terraform_plans import DATA, NOWHERE, change, plan

MADE = [
    json.loads((DATA / "made" / name / "plan.json").read_bytes())
    for name in ("defaults", "propagation", "manifests", "kubernetes")
]
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
ODD = st.recursive(
    LEAF | st.sampled_from([[], {}, "tags", True]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["tags", "key", "a"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def read_all(content: bytes, reader: Callable[..., Any] = read_plan) -> list[Resource] | InputError:
    try:
        return list(reader(content, "given", NOWHERE).resources)
    except InputError as error:
        return error


def refused(content: bytes, reader: Callable[..., Any] = read_plan) -> InputError:
    outcome = read_all(content, reader)
    assert isinstance(outcome, InputError)
    assert outcome.file == "given"
    return outcome


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List every place in a JSON value."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(inner for step, value in steps for inner in paths(value, (*path, step)))]


PLACES = [(number, path) for number, each in enumerate(MADE) for path in paths(each) if path]


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Copy a JSON value with another one at a place."""
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = replaced(node[path[0]], path[1:], value)
    return copy


@given(place=st.sampled_from(PLACES), value=ODD)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(place=(0, ("resource_changes", 0, "change", "after")), value=[])
@example(place=(0, ("configuration", "provider_config", "aws")), value=3)
@example(place=(0, ("configuration", "provider_config", "aws", "expressions", "default_tags")), value=[[]])
@example(place=(1, ("resource_changes", 1, "change", "after", "tag")), value=[{"key": {}}])
def test_a_plan_with_anything_anywhere_is_read_or_refused(
    place: tuple[int, tuple[Any, ...]], value: Any
) -> None:
    number, path = place
    outcome = read_all(json.dumps(replaced(MADE[number], path, value)).encode())
    for resource in outcome if isinstance(outcome, list) else ():
        for tags in (resource.tags, *(part.tags for part in resource.parts)):
            assert all(isinstance(key, str) for key in tags)


@pytest.mark.parametrize("whole", MADE)
def test_a_truncated_plan_is_refused_with_the_byte_where_it_ends(whole: Any) -> None:
    content = json.dumps(whole).encode()
    for length in range(0, len(content) - 1, 997):
        assert f"at byte {length}" in refused(content[:length]).what


@given(junk=st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_bytes_that_are_no_plan_are_refused_or_empty(junk: bytes) -> None:
    for reader in (read_plan, read_state):
        outcome = read_all(junk, reader)
        assert isinstance(outcome, InputError) or outcome == []


@given(position=st.integers(min_value=0, max_value=2000), byte=st.integers(min_value=0, max_value=255))
@settings(max_examples=150, deadline=None)
def test_a_plan_with_one_byte_changed_is_read_or_refused(position: int, byte: int) -> None:
    content = bytearray(plan(*(change(f"aws_s3_bucket.b{n}", {"tags": {"a": "b"}}) for n in range(8))))
    content[position % len(content)] = byte
    read_all(bytes(content))


def test_the_error_tells_the_byte_where_the_json_breaks() -> None:
    assert "byte 18" in refused(b'{"format_version":?}').what


@pytest.mark.parametrize("depth", [20_000, 100_000])
@pytest.mark.parametrize("reader", [read_plan, read_state])
def test_deep_nesting_is_refused(depth: int, reader: Callable[..., Any]) -> None:
    deep = b'{"format_version":"1.2","resource_changes":[],"odd":' + b"[" * depth + b"]" * depth + b"}"
    assert "nested too deeply" in refused(deep, reader).what


def test_deep_nesting_inside_tags_is_refused_with_the_address() -> None:
    deep = json.dumps(change("aws_s3_bucket.a", {"tags": "HERE"})).encode()
    content = b'{"resource_changes":[' + deep.replace(b'"HERE"', b'{"a":' * 900 + b"1" + b"}" * 900) + b"]}"
    outcome = read_all(content)
    assert isinstance(outcome, InputError) or outcome[0].tags.keys() == {"a"}


def test_invalid_utf8_in_a_tag_is_refused() -> None:
    content = plan(change("aws_s3_bucket.a", {"tags": {"a": "HERE"}})).replace(b"HERE", b"\xff\xfe")
    assert "UTF-8" in refused(content).what
    assert "aws_s3_bucket.a" in refused(content).what


def test_the_last_of_two_equal_keys_counts() -> None:
    content = plan(change("aws_s3_bucket.a", {"tags": "HERE"})).replace(b'"HERE"', b'{"a":"1","a":"2"}')
    outcome = read_all(content)
    assert isinstance(outcome, list)
    assert outcome[0].tags == {"a": "2"}


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999999"])
def test_numbers_that_are_none_are_refused_or_shown(number: bytes) -> None:
    content = plan(change("aws_s3_bucket.a", {"tags": {"a": "HERE"}})).replace(b'"HERE"', number)
    outcome = read_all(content)
    assert isinstance(outcome, InputError) or isinstance(outcome[0].tags["a"], str)


def test_a_huge_text_is_only_a_long_text() -> None:
    outcome = read_all(
        plan(change("aws_s3_bucket.a", {"tags": {"a": "x" * 5_000_000}, "name": "y" * 1_000_000}))
    )
    assert isinstance(outcome, list)


@pytest.mark.parametrize("version", ["2.0", "3", "99999999999999999999.1"])
def test_a_format_of_the_future_is_refused_by_name(version: str) -> None:
    error = refused(plan(format_version=version))
    assert f"format_version `{version}`" in error.what
    assert error.instead


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.2", "1.99", None])
def test_the_formats_of_terraform_0_12_to_1_x_are_read(version: str | None) -> None:
    assert read_all(plan(format_version=version)) == []


@pytest.mark.parametrize(
    "changes", [{}, "text", 3, [3], [{}], [{"address": 1}], [{"address": "a.b", "type": "a"}], [None]]
)
def test_changes_that_are_none_are_refused_with_where_they_are(changes: object) -> None:
    assert "$.resource_changes" in refused(json.dumps({"resource_changes": changes}).encode()).what


def test_a_folder_of_third_party_plans_cut_in_half_is_refused_file_by_file() -> None:
    files = sorted(Path(DATA / "plans").rglob("*.json"))
    assert files
    for file in files:
        content = file.read_bytes()
        refused(content[: len(content) // 2])
