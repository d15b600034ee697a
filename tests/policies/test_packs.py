"""The policies that ship: they load, and say what is published."""

from __future__ import annotations

from datetime import date

import pytest

from tagward.loader import load
from tagward.loading.chain import pack_names
from tagward.patterns import legal_value
from tagward.policy import CLOUDS, Allowed, Requirement, TagIn
from tests.policies.judging import aws, azure, findings, gcp, pod
from tests.policies.policy_files import DAY, Policies

NAMES = pack_names()


def test_two_packs_ship() -> None:
    assert NAMES == ("finops-core", "ml-platform")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("day", [date(2020, 1, 1), DAY, date(2040, 1, 1)])
def test_a_pack_loads_on_any_day(name: str, day: date) -> None:
    policy = load(f"pack:{name}", as_of=day)
    assert policy.name == name
    assert all(tuple(tag.keys) == CLOUDS for tag in policy.tags)
    assert all(tag.description and tag.title != tag.id for tag in policy.tags)


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_can_be_extended(policies: Policies, name: str) -> None:
    policies.load(f"extends: pack:{name}\ntags: {{extra: {{required: true}}}}\n")


def test_both_packs_can_be_extended_together(policies: Policies) -> None:
    assert len(policies.load("extends: [pack:finops-core, pack:ml-platform]\n").tags) == 9


def test_the_ml_schema_is_the_published_one() -> None:
    tags = {tag.id: tag for tag in load("pack:ml-platform", as_of=DAY).tags}
    assert list(tags) == ["ml-team", "ml-project", "ml-workload-type", "ml-environment", "ml-experiment-id"]
    assert tags["ml-workload-type"].constraint == Allowed(
        ("training", "inference", "data-processing", "notebook")
    )
    assert tags["ml-environment"].constraint == Allowed(("dev", "staging", "prod"))
    training = TagIn("ml-workload-type", frozenset(["training"]))
    assert tags.pop("ml-experiment-id").requirements == (Requirement(when=training),)
    assert all(tag.requirements == (Requirement(),) for tag in tags.values())


def test_the_examples_of_the_packs_are_legal_everywhere() -> None:
    for name in NAMES:
        for tag in load(f"pack:{name}", as_of=DAY).tags:
            values = tag.constraint.values if isinstance(tag.constraint, Allowed) else (tag.example,)
            assert not [(value, cloud) for value in values for cloud in CLOUDS if legal_value(cloud, value)]


def test_finops_core_is_spelt_as_each_cloud_can() -> None:
    policy = load("pack:finops-core", as_of=DAY)
    values = {"owner": "payments", "cost-center": "4711", "environment": "prod", "application": "checkout"}
    for make, cloud in ((aws, "aws"), (azure, "azure"), (gcp, "gcp"), (pod, "kubernetes")):
        tagged = {tag.keys[cloud]: values[tag.id] for tag in policy.tags}
        assert not findings(policy, make(tagged))
    lower = {"owner": "payments", "costcenter": "4711", "environment": "prod", "application": "checkout"}
    assert {each.code for each in findings(policy, aws(lower))} == {"TW004"}
    assert not findings(policy, azure(lower))
