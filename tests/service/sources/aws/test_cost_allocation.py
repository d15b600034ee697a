"""Keys of the policy are compared with what billing has activated, seen, or never seen."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tagward.loader import load
from tagward_service.sources.aws.cost_allocation import (
    CostAllocationTag,
    compared,
    cost_allocation_tags,
    keys_of,
)
from tagward_service.sources.aws.problems import Denied
from tests.service.sources.aws.cloud.calls import Call, refusal
from tests.service.sources.aws.cloud.server import Cloud
from tests.service.sources.aws.cloud.stand_ins import modelled, paged

POLICY = load("pack:ml-platform", as_of=date(2026, 11, 21))
USER = "UserDefined"
LISTED: list[dict[str, Any]] = [
    *({"TagKey": f"other-{number}", "Type": USER, "Status": "Active"} for number in range(250)),
    {"TagKey": "ML-Project", "Type": USER, "Status": "Active"},
    {"TagKey": "ml-team", "Type": USER, "Status": "Active", "LastUsedDate": "2026-11-20T00:00:00Z"},
    {"TagKey": "ml-environment", "Type": USER, "Status": "Inactive"},
]


@pytest.fixture
def billing(cloud: Cloud) -> Iterator[Cloud]:
    def listed(call: Call, given: dict[str, Any]) -> dict[str, Any]:
        found = [each for each in LISTED if each["Type"] == given.get("Type", each["Type"])]
        return paged("CostAllocationTags", found, given, size=100)

    cloud.stand_ins["ce:ListCostAllocationTags"] = modelled(listed)
    yield cloud
    cloud.faults.clear()


def test_each_key_is_active_inactive_or_unseen(billing: Cloud) -> None:
    found = {each.tag: each for each in cost_allocation_tags(POLICY)}
    assert {tag: each.state for tag, each in found.items()} == {
        "ml-team": "active",
        "ml-project": "unseen",
        "ml-workload-type": "unseen",
        "ml-environment": "inactive",
        "ml-experiment-id": "unseen",
    }
    assert found["ml-team"].last_used == "2026-11-20T00:00:00Z"
    assert "TagKey=ml-environment,Status=Active" in found["ml-environment"].next_step


def test_a_key_that_differs_by_case_is_another_column(billing: Cloud) -> None:
    found = {each.tag: each for each in cost_allocation_tags(POLICY)}
    assert found["ml-project"].alike == ("ML-Project",)


def test_every_page_is_read(billing: Cloud) -> None:
    before = billing.calls["ce:ListCostAllocationTags"]
    cost_allocation_tags(POLICY)
    assert billing.calls["ce:ListCostAllocationTags"] == before + 3


def test_without_the_permission_nothing_is_said_to_be_unseen(billing: Cloud) -> None:
    billing.faults.append(lambda call, body: refusal(call, "AccessDeniedException", "no", 400))
    with pytest.raises(Denied, match="ce:ListCostAllocationTags"):
        cost_allocation_tags(POLICY)


def test_the_keys_are_those_on_aws() -> None:
    assert keys_of(POLICY)["ml-team"] == "ml-team"
    assert list(compared({"team": "Team"}, [])) == [
        CostAllocationTag("team", "Team", "unseen", next(compared({"t": "T"}, [])).next_step)
    ]
