"""A plan as people review it: it comes back as it was written, and what it cannot mean is refused."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tagward.errors import UsageError
from tagward_service.fix.plan import CERTAIN, Left, Plan, PolicyName, Write, read, text

ARN = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def plan(old: str | None = None, new: str = "nlp", key: str = "ml-team") -> Plan:
    place = (ARN, "aws", "aws:ec2:instance", "111122223333", "eu-west-1")
    return Plan(
        policy=PolicyName("acme", "2", "0" * 64),
        as_of=date(2026, 11, 21),
        scans=[1],
        writes=[Write(*place, key, old, new, CERTAIN, "`team` is an alias of it")],
        left=[Left(ARN, "TW001 ml-project", "nothing says what it should be")],
    )


@given(st.none() | TEXTS, TEXTS, TEXTS)
def test_it_comes_back_as_it_was_written(old: str | None, new: str, key: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.yaml"
        path.write_text(text(plan(old, new, key)), encoding="utf-8")
        assert read(path) == plan(old, new, key)


def test_a_command_stands_only_beside_what_needs_one(tmp_path: Path) -> None:
    needs_one = replace(plan().writes[0], resource="//storage.googleapis.com/models", command="gcloud x")
    path = tmp_path / "plan.yaml"
    path.write_text(text(replace(plan(), writes=[*plan().writes, needs_one])))
    assert path.read_text().count("command: ") == 1
    assert [each.command for each in read(path).writes] == ["", "gcloud x"]


@pytest.mark.parametrize("value", ["no", "123", "null", "~", "2026-11-21", "1e3", "", " x ", "a: b", "#x"])
def test_values_that_yaml_takes_for_something_else_stay_text(tmp_path: Path, value: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text(plan(value, value)))
    assert read(path).writes[0].new == value


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("new: nlp", "new: no", "expected `str`, got `bool` - at `$.writes[0].new`"),
        ("new: nlp", "", "missing required field `new`"),
        ("new: nlp", "new: nlp\n  force: true", "unknown field `force`"),
        ("confidence: certain", "confidence: sure", "invalid enum value 'sure'"),
        ("kind: FixPlan", "kind: TagPolicy", "invalid enum value 'TagPolicy'"),
        ("writes:", "writes: [", "cannot be read"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_told(tmp_path: Path, before: str, after: str, told: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text(plan()).replace(before, after, 1))
    with pytest.raises(UsageError) as error:
        read(path)
    assert told in str(error.value)


def test_one_tag_is_written_once(tmp_path: Path) -> None:
    both = plan()
    path = tmp_path / "plan.yaml"
    path.write_text(text(Plan(policy=both.policy, as_of=both.as_of, scans=[1], writes=[*both.writes] * 2)))
    with pytest.raises(UsageError, match=r"`ml-team` of `arn:.*` is written twice"):
        read(path)
