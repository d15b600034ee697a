"""The Tagging API tells tags, never what there is; without it nothing is lost."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from tagward_service.scan.interface import ExpiredError, Part
from tagward_service.sources.aws import source
from tests.service.sources.aws.cloud.calls import refusal
from tests.service.sources.aws.cloud.organization import (
    GOOD,
    MANAGEMENT,
    NEVER,
    WRONG,
    Organization,
    organization,
)
from tests.service.sources.aws.cloud.server import Cloud
from tests.service.sources.aws.scanning import expected, inventory, seen

HERE: Any = {"inventory": "services", "accounts": [MANAGEMENT], "regions": ["us-east-1"]}
ASKED = "sqs:ListQueueTags"
BULK = "resourcegroupstaggingapi:GetResources"


@pytest.fixture(scope="module")
def org(cloud: Cloud) -> Organization:
    made = organization(0)
    for number in range(6):
        tags = (GOOD, WRONG, NEVER)[number % 3]
        made.plant(
            made.place(MANAGEMENT, "us-east-1"), ["aws:sqs:queue", "aws:sns:topic"], tags, f"t-{number}"
        )
    return made


@pytest.fixture(autouse=True)
def well_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    yield
    cloud.faults.clear()


def read(cloud: Cloud, org: Organization) -> int:
    """Read everything, see that nothing is lost, and count how many queues were asked for their tags."""
    before = cloud.calls[ASKED]
    found = inventory(source(services=["sqs", "sns"], attempts=2, **HERE))
    assert seen(found.resources) == expected(org.planted)
    assert found.notes == ()
    return cloud.calls[ASKED] - before


def test_only_what_was_never_tagged_is_asked_one_by_one(cloud: Cloud, org: Organization) -> None:
    assert read(cloud, org) == 2


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDeniedException", 400),
        ("ThrottledException", 400),
        ("InvalidParameterException", 400),
        ("x", 500),
    ],
)
def test_where_it_does_not_answer_every_one_is_asked(
    cloud: Cloud, org: Organization, code: str, status: int
) -> None:
    cloud.faults.append(lambda call, body: refusal(call, code, "no", status) if call.name == BULK else None)
    assert read(cloud, org) == 6


def test_expired_credentials_are_no_reason_to_go_on(cloud: Cloud, org: Organization) -> None:
    cloud.faults.append(
        lambda call, body: refusal(call, "ExpiredTokenException", "no") if call.name == BULK else None
    )
    with pytest.raises(ExpiredError):
        list(source(**HERE).read(Part(MANAGEMENT, "us-east-1", "sqs"), Event()))
