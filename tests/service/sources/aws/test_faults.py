"""What AWS refuses, breaks or answers oddly is named; nothing is lost and nothing is taken for compliant."""

from collections.abc import Callable, Iterator
from itertools import count
from threading import Event
from typing import Any

import pytest

from tagward_service.scan.interface import ExpiredError, Part, ReadError
from tagward_service.sources.aws import source
from tagward_service.sources.aws.reading import PATIENCE
from tests.service.sources.aws.cloud.calls import Answer, Call, refusal
from tests.service.sources.aws.cloud.organization import (
    GOOD,
    MANAGEMENT,
    NEVER,
    WRONG,
    Organization,
    organization,
)
from tests.service.sources.aws.cloud.server import Cloud, Fault
from tests.service.sources.aws.scanning import expected, inventory, seen

HERE: Any = {"inventory": "services", "regions": ["us-east-1"], "services": ["sqs", "sns", "kinesis"]}
PLANTED = ("aws:sqs:queue", "aws:sns:topic", "aws:kinesis:stream")
QUEUES = Part(MANAGEMENT, "us-east-1", "sqs")


@pytest.fixture(scope="module")
def org(cloud: Cloud) -> Organization:
    made = organization(1)
    for account in made.accounts:
        for number, tags in enumerate((GOOD, WRONG, NEVER)):
            made.plant(made.place(account, "us-east-1"), PLANTED, tags, f"thing-{account}-{number}")
    return made


@pytest.fixture(autouse=True)
def well_again(cloud: Cloud, org: Organization, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take every fault away after a test, and let no retry wait."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *told, **more: True)
    yield
    cloud.faults.clear()
    for name in [each for each in cloud.stand_ins if not each.startswith("kinesis:")]:
        del cloud.stand_ins[name]


def refuse(name: str, code: str, status: int = 400) -> Fault:
    def fault(call: Call, body: bytes) -> Answer | None:
        return refusal(call, code, "so it is", status) if name in (call.name, "*") else None

    return fault


def every(nth: int, fault: Fault) -> Fault:
    number = count(1)
    return lambda call, body: fault(call, body) if next(number) % nth == 0 else None


def answer(body: str, type_: str = "application/json") -> Callable[..., Answer]:
    return lambda call, content, environ: Answer(200, body.encode(), type_)


@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 400), ("TooManyRequestsException", 429), ("InternalFailure", 500)],
)
def test_a_fault_now_and_then_loses_nothing(cloud: Cloud, org: Organization, code: str, status: int) -> None:
    cloud.faults.append(every(7, refuse("*", code, status)))
    found = inventory(source(**HERE))
    assert seen(found.resources) == expected(org.planted)
    assert found.notes == ()


@pytest.mark.parametrize(("code", "status"), [("Throttling", 400), ("ServiceUnavailable", 503)])
def test_a_fault_that_stays_is_worth_another_try(cloud: Cloud, code: str, status: int) -> None:
    cloud.faults.append(refuse("sqs:ListQueues", code, status))
    with pytest.raises(ReadError, match="sqs:ListQueues") as raised:
        list(source(attempts=2, **HERE).read(QUEUES, Event()))
    assert raised.value.retry
    assert not isinstance(raised.value, ExpiredError)


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_expired_credentials_stop_the_scan(cloud: Cloud, code: str) -> None:
    cloud.faults.append(refuse("sqs:ListQueueTags", code, 403))
    with pytest.raises(ExpiredError, match="expired"):
        list(source(**HERE).read(QUEUES, Event()))


def test_expired_credentials_stop_the_list_of_accounts(cloud: Cloud) -> None:
    cloud.faults.append(refuse("organizations:ListAccounts", "ExpiredTokenException"))
    with pytest.raises(ExpiredError):
        list(source(**HERE).parts())


def test_credentials_that_aws_does_not_know_are_no_empty_account(cloud: Cloud) -> None:
    cloud.faults.append(refuse("sqs:ListQueues", "InvalidClientTokenId", 403))
    with pytest.raises(ReadError, match="does AWS know these credentials") as raised:
        list(source(**HERE).read(QUEUES, Event()))
    assert not raised.value.retry


def test_no_credentials_are_told_with_the_next_step(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ReadError, match="aws sso login"):
        list(source(**HERE).parts())


def test_an_account_that_denies_is_incomplete_and_the_others_are_read(
    cloud: Cloud, org: Organization
) -> None:
    denied = org.accounts[1]

    def fault(call: Call, body: bytes) -> Answer | None:
        refuses = call.name == "sts:AssumeRole" and denied.encode() in body
        return refusal(call, "AccessDenied", "not you", 403) if refuses else None

    cloud.faults.append(fault)
    found = inventory(source(**HERE))
    assert seen(found.resources) == expected(each for each in org.planted if each.account != denied)
    assert found.incomplete == [f"account {denied} (team-0)"]
    assert "role/OrganizationAccountAccessRole` trust you" in found.notes[0].why


def test_a_role_is_asked_for_as_patiently_as_everything_else(cloud: Cloud, org: Organization) -> None:
    times = count(1)

    def busy(call: Call, body: bytes) -> Answer | None:
        refuses = call.name == "sts:AssumeRole" and next(times) < 7
        return refusal(call, "Throttling", "Rate exceeded") if refuses else None

    cloud.faults.append(busy)
    found = inventory(source(**HERE))
    assert seen(found.resources) == expected(org.planted)
    assert found.notes == ()


def test_an_account_whose_role_nobody_gets_in_time_does_not_end_the_scan(
    cloud: Cloud, org: Organization
) -> None:
    cloud.faults.append(refuse("sts:AssumeRole", "Throttling"))
    found = inventory(source(attempts=2, **HERE))
    assert {each.account for each in found.resources} == {MANAGEMENT}
    assert found.incomplete == [f"account {org.accounts[1]} (team-0)"]
    assert "still throttled" in found.notes[0].why


def test_an_operation_that_is_denied_is_named_with_its_permission(cloud: Cloud, org: Organization) -> None:
    cloud.faults.append(refuse("sqs:ListQueues", "AccessDenied", 403))
    found = inventory(source(accounts=[MANAGEMENT], **HERE))
    assert found.incomplete == [f"aws:sqs:queue in {MANAGEMENT} us-east-1"]
    assert "`sqs:ListQueues` is denied" in found.notes[0].why
    assert {each.type for each in found.resources} == {"aws:sns:topic", "aws:kinesis:stream"}


def test_tags_that_are_denied_make_no_untagged_resource(cloud: Cloud, org: Organization) -> None:
    cloud.faults.append(refuse("sqs:ListQueueTags", "AccessDeniedException", 403))
    cloud.faults.append(refuse("resourcegroupstaggingapi:GetResources", "AccessDeniedException"))
    found = inventory(source(accounts=[MANAGEMENT], **HERE))
    assert "aws:sqs:queue" not in {each.type for each in found.resources}
    assert len(found.incomplete) == 3
    assert all("`sqs:ListQueueTags` is denied" in note.why for note in found.notes)


def test_a_permission_that_is_missing_is_not_asked_for_ten_thousand_times(
    cloud: Cloud, org: Organization
) -> None:
    place = org.place(MANAGEMENT, "eu-north-1")
    for number in range(PATIENCE + 5):
        place.client("sqs").create_queue(QueueName=f"many-{number}")
    cloud.faults.append(refuse("sqs:ListQueueTags", "AccessDenied", 403))
    before = cloud.calls["sqs:ListQueueTags"]
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=[place.region], services=["sqs"])
    )
    assert found.resources == ()
    assert found.incomplete[-1] == f"aws:sqs:queue in {MANAGEMENT} eu-north-1"
    assert cloud.calls["sqs:ListQueueTags"] == before + PATIENCE + 1


def test_what_went_away_meanwhile_is_named_and_no_more(cloud: Cloud, org: Organization) -> None:
    cloud.faults.append(refuse("sqs:ListQueueTags", "AWS.SimpleQueueService.NonExistentQueue"))
    found = inventory(source(accounts=[MANAGEMENT], **HERE))
    assert found.incomplete == []
    assert [note.why for note in found.notes if "NonExistentQueue" in note.why]
    assert len(found.resources) == 8


def test_a_service_that_the_account_never_signed_up_for_holds_nothing(
    cloud: Cloud, org: Organization
) -> None:
    cloud.faults.append(refuse("sqs:ListQueues", "SubscriptionRequiredException", 403))
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=["us-east-1"], services=["sqs"])
    )
    assert not found.incomplete
    assert "not signed up" in found.notes[0].why


def test_a_list_that_never_ends_is_not_read_for_ever(cloud: Cloud, org: Organization) -> None:
    cloud.stand_ins["sqs:ListQueues"] = answer('{"QueueUrls": [], "NextToken": "again"}')
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=["us-east-1"], services=["sqs"])
    )
    assert found.incomplete == [f"aws:sqs:queue in {MANAGEMENT} us-east-1"]
    assert "same page" in found.notes[0].why


@pytest.mark.parametrize(
    ("service", "name", "form"),
    [
        ("sqs", "sqs:ListQueues", '{{"QueueUrls": [], "NextToken": "{}"}}'),
        ("efs", "efs:DescribeFileSystems", '{{"FileSystems": [], "NextMarker": "{}"}}'),
        ("ecr", "ecr:DescribeRepositories", '{{"repositories": [], "nextToken": "{}"}}'),
    ],
)
def test_a_list_that_goes_in_circles_is_not_read_for_ever(
    cloud: Cloud, org: Organization, service: str, name: str, form: str
) -> None:
    number = count()

    def circle(call: Call, body: bytes, environ: Any) -> Answer:
        return Answer(200, form.format(next(number) % 3).encode(), "application/json")

    cloud.stand_ins[name] = circle
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=["us-east-1"], services=[service])
    )
    assert any("same page" in note.why for note in found.notes if note.incomplete)
    assert next(number) < 9


def test_an_answer_that_has_the_token_that_led_to_it_is_no_circle(cloud: Cloud, org: Organization) -> None:
    def second(call: Call, body: bytes, environ: Any) -> Answer:
        asked = "Marker=" in environ["QUERY_STRING"]
        told = '"Marker": "a"' if asked else '"NextMarker": "a"'
        return Answer(200, f'{{"FileSystems": [], {told}}}'.encode(), "application/json")

    cloud.stand_ins["efs:DescribeFileSystems"] = second
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=["us-east-1"], services=["efs"])
    )
    assert not found.incomplete


def test_what_came_before_a_page_that_is_denied_is_read(cloud: Cloud, org: Organization) -> None:
    queue = f"{cloud.url}/{MANAGEMENT}/thing-{MANAGEMENT}-0"
    cloud.stand_ins["sqs:ListQueues"] = lambda call, body, environ: (
        refusal(call, "AccessDenied", "no more", 403)
        if b"NextToken" in body
        else Answer(200, f'{{"QueueUrls": ["{queue}"], "NextToken": "2"}}'.encode(), "application/json")
    )
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=["us-east-1"], services=["sqs"])
    )
    assert [each.tags for each in found.resources] == [GOOD]
    assert found.incomplete == [f"aws:sqs:queue in {MANAGEMENT} us-east-1"]


def test_an_item_without_its_name_is_not_lost(cloud: Cloud, org: Organization) -> None:
    cloud.stand_ins["kinesis:ListStreams"] = answer('{"StreamSummaries": [{"StreamName": "x"}]}')
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=["us-east-1"], services=["kinesis"])
    )
    assert found.incomplete == [f"aws:kinesis:stream in {MANAGEMENT} us-east-1"]
    assert "without `StreamARN`" in found.notes[0].why


@pytest.mark.parametrize("body", ["<html>a proxy</html>", '{"QueueUrls": [', '{"QueueUrls": [{}', "[]"])
def test_an_answer_that_is_cut_off_is_no_empty_list(cloud: Cloud, org: Organization, body: str) -> None:
    cloud.stand_ins["sqs:ListQueues"] = answer(body)
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=["us-east-1"], services=["sqs"])
    )
    assert found.incomplete == [f"aws:sqs:queue in {MANAGEMENT} us-east-1"]


@pytest.mark.parametrize("body", ["<!DOCTYPE html><html></html>", "<ListTopicsResponse><ListTopicsResult>"])
def test_neither_is_one_of_xml(cloud: Cloud, org: Organization, body: str) -> None:
    cloud.stand_ins["sns:ListTopics"] = answer(body, "text/xml")
    found = inventory(
        source(accounts=[MANAGEMENT], inventory="services", regions=["us-east-1"], services=["sns"])
    )
    assert found.incomplete == [f"aws:sns:topic in {MANAGEMENT} us-east-1"]


def test_a_scan_that_is_stopped_reads_no_further(cloud: Cloud, org: Organization) -> None:
    stop = Event()
    found = []
    for each in source(**HERE).read(QUEUES, stop):
        found.append(each)
        stop.set()
    assert len(found) == 1


def test_the_role_and_the_external_id_are_those_that_were_given(cloud: Cloud, org: Organization) -> None:
    bodies: list[bytes] = []

    def listen(call: Call, body: bytes) -> None:
        if call.name == "sts:AssumeRole":
            bodies.append(body)

    cloud.faults.append(listen)
    inventory(source(accounts=[org.accounts[1]], role="auditor", external_id="only-us", **HERE))
    assert len(bodies) == 1
    assert b"ExternalId=only-us" in bodies[0]
    assert f"{org.accounts[1]}%3Arole%2Fauditor".encode() in bodies[0]
