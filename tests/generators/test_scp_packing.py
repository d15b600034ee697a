"""Statements are packed into few policies, within the limits, or refused with what to drop."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.policy import Allowed
from tagward_generators.aws_scp.blocks import Block
from tagward_generators.aws_scp.packing import pack
from tagward_generators.aws_scp.sids import unique, words
from tagward_generators.aws_scp.statements import Statement
from tagward_generators.targets import CompileError
from tests.generators.scp_policies import compiled, policy, tag

CONDITION: Block = {"Null": {"aws:RequestTag/k": ("true",)}}


def statement(stem: str, actions: int, length: int) -> Statement:
    names = tuple(f"ec2:{'x' * length}{number}" for number in range(actions))
    return Statement(stem, "the tag `k`", names, ("*",), CONDITION)


@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 40)), min_size=1, max_size=30),
    st.integers(400, 2_000),
)
def test_nothing_is_lost_and_nothing_is_too_long(shapes: list[tuple[int, int]], max_chars: int) -> None:
    given_statements = [statement(f"S{n}On{{service}}", *shape) for n, shape in enumerate(shapes)]

    documents = pack(given_statements, max_chars, 1_000)

    assert all(len(document) <= max_chars for document in documents)
    packed = [each for document in documents for each in json.loads(document)["Statement"]]
    assert len({each["Sid"] for each in packed}) == len(packed)
    actions = [each["Action"] if isinstance(each["Action"], list) else [each["Action"]] for each in packed]
    assert sorted(a for each in actions for a in each) == sorted(
        a for s in given_statements for a in s.actions
    )


def test_too_many_policies_are_refused_with_sizes_and_what_to_drop() -> None:
    tags = [tag(f"tag-{number}") for number in range(20)]

    with pytest.raises(CompileError) as refused:
        compiled(policy(*tags, settings={"max_chars": 1_000, "max_policies": 2}))

    said = str(refused.value)
    assert "`targets.aws-scp.max_policies` allows 2" in said
    assert "the tag `tag-10`" in said
    assert "ec2" in said
    assert "fewer actions" in said


def test_values_too_many_for_one_policy_are_refused_by_name() -> None:
    many = Allowed(tuple(f"team-{number:05}" for number in range(2_000)))

    with pytest.raises(CompileError, match=r"the tag `ml-team` takes .* give it a `pattern`"):
        compiled(policy(tag(constraint=many)))


def test_sids_are_letters_and_digits_and_unique_even_when_titles_collide() -> None:
    made = compiled(policy(tag("ml-team", title="ML team"), tag("mlTeam", title="ML Team")))

    sids = [each["Sid"] for a in made.artifacts for each in json.loads(a.content)["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() and sid.isascii() for sid in sids)


def test_numbers_of_colliding_sids_do_not_read_as_another_service() -> None:
    assert unique(["TagOnEC2", "TagOnEC2", "TagOnEKS", "TagOnEKS"]) == (
        "TagOnEC2",
        "TagOnEC2x2",
        "TagOnEKS",
        "TagOnEKS2",
    )


@pytest.mark.parametrize(
    ("title", "written"),
    [("Team", "Team"), ("cost centre", "CostCentre"), ("équipe", "Quipe"), ("日本", "Tag")],
)
def test_titles_in_sids(title: str, written: str) -> None:
    assert words(title) == written
