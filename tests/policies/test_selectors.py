"""Selectors: AND between fields, OR inside a list, globs, `!`, scopes, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.globs import matcher
from tagward.policy import EVERYTHING, Policy, Selector
from tagward.resource import Resource
from tagward.selectors import Answer, all_of, any_of, negate, selects
from tests.policies.judging import aws, azure, pod
from tests.policies.strategies import modelled, random_policy_data, random_resource, seeded

ANSWERS: tuple[Answer, ...] = (True, False, None)


def holds(resource: Resource, defined: Mapping[str, Selector] | None = None, **fields: Any) -> Answer:
    return selects(Selector(**fields), resource, defined or {})


def test_an_empty_selector_selects_everything() -> None:
    assert EVERYTHING.is_empty()
    assert selects(EVERYTHING, aws(account=None), {}) is True


SELECTED: list[tuple[Resource, dict[str, tuple[str, ...]], Answer]] = [
    (aws(), {"clouds": ("aws", "gcp")}, True),
    (aws(), {"clouds": ("!aws",)}, False),
    (aws(), {"clouds": ("!gcp",)}, True),
    (aws(), {"clouds": ("a*", "!azure")}, True),
    (azure(), {"clouds": ("a*", "!azure")}, False),
    (aws(), {"types": ("aws:ec2:instance",)}, True),
    (aws(), {"types": ("aws_instance",)}, True),
    (aws(), {"types": ("aws:ec2:*",)}, True),
    (aws(), {"types": ("aws:ec2:*", "!aws_instance")}, False),
    (aws(), {"types": ("AWS:EC2:INSTANCE",)}, False),
    (azure(), {"types": ("azure:microsoft.compute/VIRTUALMACHINES",)}, True),
    (aws(), {"clouds": ("aws",), "regions": ("us-*",)}, False),
    (aws(), {"clouds": ("aws",), "regions": ("us-*", "eu-*")}, True),
    (aws(), {"accounts": ("111122223333",)}, True),
    (aws(account=None), {"accounts": ("111122223333",)}, None),
    (aws(account=None), {"accounts": ("!111122223333",)}, None),
    (aws(account=None), {"accounts": ("111122223333",), "clouds": ("gcp",)}, False),
    (pod(), {"accounts": ("1*",)}, False),
    (pod(), {"accounts": ("!1*",)}, True),
    (pod(), {"namespaces": ("prod-*",)}, True),
    (pod(namespace=None), {"namespaces": ("prod-*",)}, None),
    (aws(), {"namespaces": ("prod-*",)}, False),
    (aws(), {"names": ("w?b",)}, True),
    (aws(), {"names": ("[vw]eb",)}, True),
    (aws(), {"names": ("WEB",)}, False),
    (aws(), {"addresses": ("aws_instance.*",), "names": ("!db",)}, True),
    (aws(address="module.a.aws_instance.web"), {"addresses": ("aws_instance.*",)}, False),
]


@pytest.mark.parametrize(("resource", "fields", "answer"), SELECTED)
def test_a_selector_decides(resource: Resource, fields: dict[str, tuple[str, ...]], answer: Answer) -> None:
    assert selects(Selector(**fields), resource, {}) is answer


PROD = {"prod": Selector(accounts=("111122223333",), namespaces=("prod-*",))}


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (aws(), True),
        (aws(account="444455556666"), False),
        (aws(account=None), None),
        (pod(), True),
        (pod(namespace="dev-a"), False),
        (pod(namespace=None), None),
        (azure(account="111122223333"), True),
    ],
)
def test_a_scope_says_where_something_lives_on_every_cloud(resource: Resource, answer: Answer) -> None:
    assert holds(resource, PROD, scopes=("prod",)) is answer
    assert holds(resource, PROD, scopes=("!prod",)) is negate(answer)


def test_a_scope_of_namespaces_holds_for_nothing_else() -> None:
    scopes = {"k": Selector(namespaces=("prod-*",))}
    assert holds(aws(), scopes, scopes=("k",)) is False


def test_a_scope_may_be_one_of_several_but_not_an_excluded_one() -> None:
    scopes = PROD | {"eu": Selector(regions=("eu-*",))}
    elsewhere = aws(account="4")
    assert holds(elsewhere, scopes, scopes=("prod", "eu")) is True
    assert holds(elsewhere, scopes, scopes=("eu", "!prod")) is True
    assert holds(aws(), scopes, scopes=("eu", "!prod")) is False


def test_a_scope_may_look_at_names() -> None:
    scopes = {"web": Selector(clouds=("aws",), names=("web*",))}
    assert holds(aws(), scopes, scopes=("web",)) is True
    assert holds(aws(name="db"), scopes, scopes=("web",)) is False
    assert holds(aws(name="db"), scopes, scopes=("!web",)) is True


@given(st.lists(st.sampled_from(ANSWERS), max_size=5))
def test_three_valued_logic_is_the_logic_of_what_may_turn_out(answers: list[Answer]) -> None:
    worlds: list[list[bool]] = [[]]
    for answer in answers:
        worlds = [
            [*world, each] for world in worlds for each in ((True, False) if answer is None else (answer,))
        ]
    for combine, outcomes in ((all_of, {all(w) for w in worlds}), (any_of, {any(w) for w in worlds})):
        assert combine(answers) is (outcomes.pop() if len(outcomes) == 1 else None)


def _settle(resource: Resource, account: str, region: str, namespace: str) -> Resource:
    from msgspec.structs import replace

    return replace(
        resource,
        account=account if resource.account is None else resource.account,
        region=region if resource.region is None else resource.region,
        namespace=namespace if resource.namespace is None else resource.namespace,
    )


def _drawn(random: Any) -> tuple[Policy, Resource]:
    policy = modelled(random_policy_data(random)).policy()
    return policy, random_resource(random, policy)


@given(seeded(_drawn), st.sampled_from(["111122223333", "0"]), st.sampled_from(["eu-west-1", "x"]))
def test_what_is_decided_without_knowing_the_place_holds_in_every_place(
    drawn: tuple[Policy, Resource], account: str, region: str
) -> None:
    policy, resource = drawn
    known = _settle(resource, account, region, "prod-a")
    for selector in (each.on for tag in policy.tags for each in tag.requirements):
        if any(name.removeprefix("!") not in policy.scopes for name in selector.scopes):
            continue
        early, late = selects(selector, resource, policy.scopes), selects(selector, known, policy.scopes)
        assert late is not None
        assert early in (None, late)


@given(st.text("ab*?[]!-", max_size=6), st.text("ab[]-", max_size=5))
def test_a_glob_is_one_of_the_shell(glob: str, text: str) -> None:
    from fnmatch import fnmatchcase

    if not glob.startswith("!"):
        expected = text == glob or fnmatchcase(text, glob)
        assert matcher((glob,))(text) == expected
        assert matcher(("*", "!" + glob))(text) != expected


def test_a_glob_matches_itself() -> None:
    assert matcher(("aws_instance.web[0]",))("aws_instance.web[0]")
    assert matcher(("aws_instance.web[0]",))("aws_instance.web0")
    assert not matcher(("*", "!aws_instance.web[0]"))("aws_instance.web[0]")
