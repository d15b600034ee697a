"""Tags of AWS: real boto3 over HTTP to moto's server, with faults in front of it."""

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import boto3
import pytest

from tagward_service.fix.interface import Change, Target
from tagward_service.fix.writers import Reach
from tagward_service.fix.writers.aws import AwsWriter, writer
from tests.service.fix.worlds import applied, fates, undone
from tests.service.sources.aws.cloud.calls import Answer, Call, refusal
from tests.service.sources.aws.cloud.server import Cloud, forget, running

HOME, MEMBER, REGION = "123456789012", "111122223333", "eu-west-1"
WRITE = "resourcegroupstaggingapi:TagResources"
READ = "resourcegroupstaggingapi:GetResources"


@pytest.fixture(scope="module")
def server() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patched:
        for name in [each for each in os.environ if each.startswith("AWS_")]:
            patched.delenv(name)
        with running() as found:
            for name, value in found.environment().items():
                patched.setenv(name, value)
            yield found


@pytest.fixture
def cloud(server: Cloud) -> Iterator[Cloud]:
    forget()
    server.calls.clear()
    yield server
    server.faults.clear()


@pytest.fixture
def tags(cloud: Cloud) -> AwsWriter:
    return writer(Reach())


def keys(account: str) -> dict[str, str]:
    if account == HOME:
        return {}
    role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    made = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }


def topics(count: int, account: str = HOME, region: str = REGION, **tags: str) -> list[Target]:
    """Make topics, which moto tags as other services do."""
    client = boto3.client("sns", region_name=region, **keys(account))
    given = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
    made = [client.create_topic(Name=f"topic-{number:03}", Tags=given)["TopicArn"] for number in range(count)]
    return [Target("aws", account, region, arn, "aws:sns:topic") for arn in made]


def tags_of(target: Target) -> dict[str, str]:
    client = boto3.client("sns", region_name=target.region, **keys(target.account))
    listed = client.list_tags_for_resource(ResourceArn=target.id)["Tags"]
    return {each["Key"]: each["Value"] for each in listed}


def team(targets: list[Target], before: str | None = None, after: str = "nlp") -> list[Change]:
    return [Change(target, "ml-team", before, after) for target in targets]


def test_tags_are_written_twenty_resources_at_a_time(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    made = topics(45, owner="x")
    outcomes = applied(tags, team(made), tmp_path / "journal")
    assert set(fates(outcomes).values()) == {"done"}
    assert all(tags_of(each) == {"owner": "x", "ml-team": "nlp"} for each in made)
    assert cloud.calls[WRITE] == 3


def test_everything_is_taken_back(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    wrong, bare = topics(1, ml_environment="production")[0], topics(1, region="us-east-1")[0]
    changes = [*team([wrong, bare]), Change(wrong, "ml-environment", "production", "prod")]
    applied(tags, changes, tmp_path / "journal")
    assert tags_of(wrong) == {"ml-environment": "prod", "ml-team": "nlp"}
    assert set(fates(undone(tags, tmp_path / "journal")).values()) == {"done"}
    assert (tags_of(wrong), tags_of(bare)) == ({"ml-environment": "production"}, {})
    assert set(fates(undone(tags, tmp_path / "journal")).values()) == {"already so"}


def test_a_member_account_is_written_with_its_role(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    ours, theirs = topics(1)[0], topics(1, account=MEMBER)[0]
    applied(tags, team([ours, theirs]), tmp_path / "journal")
    assert (tags_of(ours), tags_of(theirs)) == ({"ml-team": "nlp"}, {"ml-team": "nlp"})


def test_a_success_in_which_some_failed_is_no_success(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    """TagResources answers 200 and says in the body what it did not do."""
    made = topics(3)
    refused = made[1].id

    def partial_failure(call: Call, body: bytes) -> Answer | None:
        asked = json.loads(body) if call.name == WRITE else {}
        if refused not in asked.get("ResourceARNList", []):
            return None
        others = [arn for arn in asked["ResourceARNList"] if arn != refused]
        given = [{"Key": key, "Value": value} for key, value in asked["Tags"].items()]
        sns = boto3.client("sns", region_name=REGION)
        for arn in others:
            sns.tag_resource(ResourceArn=arn, Tags=given)
        told = {"StatusCode": 400, "ErrorCode": "InvalidParameterException", "ErrorMessage": "may not"}
        body_ = json.dumps({"FailedResourcesMap": {refused: told}}).encode()
        return Answer(200, body_, "application/x-amz-json-1.1")

    cloud.faults.append(partial(_unlocked, cloud, partial_failure))
    outcomes = applied(tags, team(made), tmp_path / "journal")
    assert list(fates(outcomes).values()) == ["done", "failed", "done"]
    assert next(each.why for each in outcomes if each.why) == "InvalidParameterException: may not"
    assert [tags_of(each) for each in made] == [{"ml-team": "nlp"}, {}, {"ml-team": "nlp"}]
    cloud.faults.clear()
    assert list(fates(undone(tags, tmp_path / "journal"))) == [(made[each].id, "ml-team") for each in (0, 2)]
    assert [tags_of(each) for each in made] == [{}, {}, {}]


def _unlocked(cloud: Cloud, fault: Any, call: Call, body: bytes) -> Answer | None:
    """Let a fault ask the server itself, which holds a lock while it looks at faults."""
    cloud._lock.release()
    try:
        found: Answer | None = fault(call, body)
        return found
    finally:
        cloud._lock.acquire()


def test_what_moto_cannot_tag_is_told(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    unknown = Target("aws", HOME, REGION, f"arn:aws:nothing:{REGION}:{HOME}:thing/1")
    (outcome,) = applied(tags, team([unknown]), tmp_path / "journal")
    assert outcome.fate.value == "failed"
    assert outcome.why == "InternalServiceException: Service not yet supported"


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:iam::{HOME}:role/admin",
        f"arn:aws:autoscaling:{REGION}:{HOME}:autoScalingGroup:1:autoScalingGroupName/a",
        "not-an-arn",
    ],
)
def test_what_cannot_be_read_is_not_written(cloud: Cloud, tags: AwsWriter, tmp_path: Path, arn: str) -> None:
    (outcome,) = applied(tags, team([Target("aws", HOME, REGION, arn)]), tmp_path / "journal")
    assert outcome.fate.value == "refused"
    assert cloud.calls == {}


def test_a_tag_that_changed_is_left_and_one_that_is_right_already_too(
    cloud: Cloud, tags: AwsWriter, tmp_path: Path
) -> None:
    changed, right = topics(1, ml_team="speech")[0], topics(1, region="us-east-1", ml_team="nlp")[0]
    outcomes = applied(tags, team([changed, right]), tmp_path / "journal")
    assert sorted(fates(outcomes).values()) == ["already so", "changed since"]
    assert tags_of(changed) == {"ml-team": "speech"}
    assert cloud.calls[WRITE] == 0


def test_an_answer_that_stops_in_the_middle_is_asked_for_in_halves(
    cloud: Cloud, tags: AwsWriter, tmp_path: Path
) -> None:
    """A list of ARNs may not be given together with a token, and moto ends a page after 100 tags."""
    made = topics(60, a="1", b="2", c="3")
    current = tags.current(made)
    assert all(current[each] == {"a": "1", "b": "2", "c": "3"} for each in made)
    assert cloud.calls[READ] > 1


def test_throttling_is_waited_out(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    made = topics(2)
    left = [1, 2]

    def throttled(call: Call, body: bytes) -> Answer | None:
        if call.client == "resourcegroupstaggingapi" and left:
            left.pop()
            return refusal(call, "ThrottledException", "slow down")
        return None

    cloud.faults.append(throttled)
    assert set(fates(applied(tags, team(made), tmp_path / "journal")).values()) == {"done"}


def test_a_denied_call_is_told_and_the_next_place_goes_on(
    cloud: Cloud, tags: AwsWriter, tmp_path: Path
) -> None:
    denied, fine = topics(1)[0], topics(1, region="us-east-1")[0]

    def deny(call: Call, body: bytes) -> Answer | None:
        if call.name == WRITE and call.region == REGION:
            return refusal(call, "AccessDeniedException", "not authorized to perform: tag:TagResources")
        return None

    cloud.faults.append(deny)
    outcomes = applied(tags, team([denied, fine]), tmp_path / "journal")
    assert fates(outcomes) == {(denied.id, "ml-team"): "failed", (fine.id, "ml-team"): "done"}
    assert "tag:TagResources" in outcomes[0].why


def test_expired_credentials_stop_everything_and_the_rest_can_be_done_later(
    cloud: Cloud, tags: AwsWriter, tmp_path: Path
) -> None:
    made = topics(30)
    expired: list[bool] = []

    def expire(call: Call, body: bytes) -> Answer | None:
        if expired or (call.name == WRITE and cloud.calls[WRITE] == 2):
            expired.append(True)
            return refusal(call, "ExpiredTokenException", "expired")
        return None

    cloud.faults.append(expire)
    first = list(fates(applied(tags, team(made), tmp_path / "journal")).values())
    assert (first.count("done"), first.count("failed")) == (20, 10)
    cloud.faults.clear()
    second = list(fates(applied(tags, team(made), tmp_path / "journal")).values())
    assert (second.count("already so"), second.count("done")) == (20, 10)


def test_it_stops_between_two_batches(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    made = topics(50)
    stop = Event()

    def stop_then(call: Call, body: bytes) -> Answer | None:
        if call.name == WRITE:
            stop.set()
        return None

    cloud.faults.append(stop_then)
    found = list(fates(applied(tags, team(made), tmp_path / "journal", stop)).values())
    assert (found.count("done"), found.count("not done")) == (20, 30)
    assert sum(bool(tags_of(each)) for each in made) == 20


def test_an_answer_that_got_lost_is_taken_back_too(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    """A 500 says nothing about what was done: undo looks, and takes back what is there."""
    (topic,) = topics(1)

    def lose(call: Call, body: bytes) -> Answer | None:
        if call.name != WRITE:
            return None
        boto3.client("sns", region_name=REGION).tag_resource(
            ResourceArn=topic.id, Tags=[{"Key": "ml-team", "Value": "nlp"}]
        )
        return refusal(call, "InternalServiceException", "oops", 500)

    cloud.faults.append(partial(_unlocked, cloud, lose))
    impatient = AwsWriter(lambda _account, service, region: _client(service, region))
    assert set(fates(applied(impatient, team([topic]), tmp_path / "journal")).values()) == {"failed"}
    cloud.faults.clear()
    assert tags_of(topic) == {"ml-team": "nlp"}
    assert set(fates(undone(tags, tmp_path / "journal")).values()) == {"done"}
    assert tags_of(topic) == {}


def test_what_is_half_done_is_taken_back(cloud: Cloud, tags: AwsWriter, tmp_path: Path) -> None:
    (topic,) = topics(1, old="x")

    def refuse(call: Call, body: bytes) -> Answer | None:
        if call.operation == "UntagResources":
            return refusal(call, "AccessDeniedException", "not authorized to perform: tag:UntagResources")
        return None

    cloud.faults.append(refuse)
    both = [*team([topic]), Change(topic, "old", "x", None)]
    assert set(fates(applied(tags, both, tmp_path / "journal")).values()) == {"failed"}
    cloud.faults.clear()
    assert tags_of(topic) == {"old": "x", "ml-team": "nlp"}
    undone(tags, tmp_path / "journal")
    assert tags_of(topic) == {"old": "x"}


def _client(service: str, region: str) -> Any:
    from botocore.config import Config

    return boto3.client(service, region_name=region, config=Config(retries={"total_max_attempts": 1}))
