"""Policies of AWS Organizations, with standard credentials: AWS_PROFILE, AWS_ENDPOINT_URL and their like."""

from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tagward.diagnostics import quoted
from tagward_generators.deciding.words import listed
from tagward_service.drift.deployed import Wanted
from tagward_service.drift.sides import Found, NotRead

_REGION = "us-east-1"
"""Organizations answers from one region of each partition; it is used where none is configured."""


def service_control_policies(wanted: Wanted) -> Found:
    """Read the service control policies of a tagward policy."""
    return _policies(wanted, "SERVICE_CONTROL_POLICY", "service control policies")


def tag_policies(wanted: Wanted) -> Found:
    """Read the tag policies of a tagward policy."""
    return _policies(wanted, "TAG_POLICY", "tag policies")


def _policies(wanted: Wanted, kind: str, words: str) -> Found:
    place = f"AWS Organizations, {words}"
    try:
        session = boto3.Session()
        client = session.client(
            "organizations",
            region_name=session.region_name or _REGION,
            config=Config(retries={"mode": "standard", "max_attempts": 3}),
        )
        pages = client.get_paginator("list_policies").paginate(Filter=kind)
        found = [each for page in pages for each in page["Policies"] if wanted.takes(each["Name"])]
    except (BotoCoreError, ClientError) as error:
        return Found(place, {}, (NotRead(place, str(error)),))
    return read(client, place, sorted(found, key=lambda each: str(each["Name"])))


def read(client: Any, place: str, listed: list[Any]) -> Found:
    """Read the text of each policy, and what it is attached to."""
    objects: dict[str, str] = {}
    attached: dict[str, tuple[str, ...]] = {}
    failed: list[NotRead] = []
    for policy in listed:
        name = policy["Name"]
        try:
            objects[name] = client.describe_policy(PolicyId=policy["Id"])["Policy"]["Content"]
            attached[name] = tuple(sorted(_attached(client, policy["Id"])))
        except (BotoCoreError, ClientError) as error:
            failed.append(NotRead(f"policy {quoted(name)}", str(error)))
    detached = frozenset(name for name, targets in attached.items() if not targets)
    return Found(place, objects, tuple(failed), detached, _notes(attached))


def _attached(client: Any, policy: str) -> Iterator[str]:
    for page in client.get_paginator("list_targets_for_policy").paginate(PolicyId=policy):
        yield from (target["TargetId"] for target in page["Targets"])


def _notes(attached: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Say when policies stand at different places, as they are judged as if they stood together."""
    places = dict.fromkeys(targets for targets in attached.values() if targets)
    if len(places) < 2:
        return ()
    return tuple(
        f"{quoted(name)} is attached to {listed(targets, most=4)}, others elsewhere; "
        "requests are judged as if all stood above them"
        for name, targets in attached.items()
        if targets and targets != next(iter(places))
    )
