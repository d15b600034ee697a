"""Tags of what Terraform resources live in."""

from pathlib import Path
from typing import Any

import pytest

from tagward.evaluation import Evaluator
from tagward.findings import Code
from tagward.loader import load
from tagward.resource import Layer, Resource
from tests.policies.policy_files import DAY
from tests.service.sources.terraform_plans import change, configured, plan, read

TAGS = {"team": "search"}


def group(name: str, module: str = "", **tags: str) -> dict[str, Any]:
    return change(f"{module}azurerm_resource_group.{name}", {"name": f"rg-{name}", "tags": tags or TAGS})


def account(name: str, after: dict[str, Any], unknown: dict[str, Any] | None = None) -> dict[str, Any]:
    return change(f"azurerm_storage_account.{name}", {"tags": None, "name": name} | after, unknown)


def last(*changes: dict[str, Any], **top: Any) -> Resource:
    return read(plan(*changes, **top))[-1]


def test_a_resource_group_is_found_by_its_name_in_any_case() -> None:
    resource = last(group("a"), group("b"), account("s", {"resource_group_name": "RG-A"}))
    assert resource.inherited == (Layer("resource-group", "rg-a", TAGS),)
    assert resource.tags == {}


def test_a_resource_group_whose_name_is_unknown_is_found_by_reference() -> None:
    expression = {"references": ["azurerm_resource_group.b.name", "azurerm_resource_group.b"]}
    root = {"resources": [configured("azurerm_storage_account.s", {"resource_group_name": expression})]}
    late = account("s", {}, {"resource_group_name": True})
    resource = last(group("a"), group("b", team="b"), late, configuration={"root_module": root})
    assert resource.inherited == (Layer("resource-group", "rg-b", {"team": "b"}),)


def test_a_resource_group_that_the_plan_does_not_declare_gives_nothing() -> None:
    assert last(group("a"), account("s", {"resource_group_name": "other"})).inherited == ()


def test_two_groups_of_one_name_give_nothing_without_a_reference() -> None:
    twice = (group("a"), group("a", "module.m."))
    assert last(*twice, account("s", {"resource_group_name": "rg-a"})).inherited == ()


def test_a_group_that_is_deleted_gives_nothing() -> None:
    gone = group("a")
    gone["change"]["actions"] = ["delete"]
    assert last(gone, account("s", {"resource_group_name": "rg-a"})).inherited == ()


def test_a_resource_group_does_not_inherit_from_itself() -> None:
    assert last(group("a")).inherited == ()


def test_a_subscription_is_found_by_its_id() -> None:
    subscription = change("azurerm_subscription.s", {"subscription_id": "0000", "tags": TAGS})
    inside = account("s", {"id": "/subscriptions/0000/resourceGroups/rg/providers/x"})
    (layer,) = last(subscription, inside).inherited
    assert (layer.origin, layer.tags) == ("subscription", TAGS)


def test_a_project_is_found_by_its_id() -> None:
    project = change("google_project.p", {"project_id": "ml-prod", "name": "ML", "labels": TAGS})
    inside = change("google_storage_bucket.b", {"project": "ml-prod", "labels": None})
    other = change("google_storage_bucket.c", {"project": "other", "labels": None})
    _, first, second = read(plan(project, inside, other))
    (layer,) = first.inherited
    assert (layer.origin, layer.tags) == ("project", TAGS)
    assert second.inherited == ()


POLICY = """
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: inherited, version: 1.0.0, owner: a@example.com, description: x}
tags:
  team: {description: The team, required: true, example: search, inherit: [INHERIT]}
"""


@pytest.mark.parametrize(("inherit", "code"), [("resource-group", Code.UNKNOWN), ("provider", Code.MISSING)])
def test_unknown_tags_of_a_resource_group_make_unknown_what_may_come_from_it(
    tmp_path: Path, inherit: str, code: Code
) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY.replace("INHERIT", inherit))
    policy = load(str(tmp_path / "policy.yaml"), as_of=DAY)
    late = change("azurerm_resource_group.a", {"name": "rg-a"}, {"tags": True})
    inside = account("s", {"resource_group_name": "rg-a"})

    assessed = Evaluator(policy, as_of=DAY, surface="ci").assess(last(late, inside))

    assert [each.code for each in assessed.findings] == [code]
