"""An organization with accounts, and resources planted in them: what a scan must find, and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import boto3

from tests.service.sources.aws.cloud.makers import MAKERS, Place, Tags

MANAGEMENT = "123456789012"
"""The account that moto takes callers for who have taken no role."""

ROLE = "OrganizationAccountAccessRole"
GOOD: Tags = {
    "ml-team": "fraud-detection",
    "ml-project": "card-scoring",
    "ml-workload-type": "inference",
    "ml-environment": "prod",
}
WRONG: Tags = {**GOOD, "ml-environment": "production"}
NEVER: Tags = {}


@dataclass(frozen=True)
class Planted:
    """One resource that was made."""

    arn: str
    type: str
    account: str
    region: str
    tags: Tags


@dataclass
class Organization:
    """Accounts, and what was planted there."""

    id: str
    accounts: list[str]
    planted: list[Planted] = field(default_factory=list)
    _places: dict[tuple[str, str], Place] = field(default_factory=dict)
    _keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def place(self, account: str, region: str) -> Place:
        """Return an account and region, with clients that speak HTTP to it."""
        if (account, region) not in self._places:
            if account not in self._keys:
                self._keys[account] = {} if account == MANAGEMENT else _keys(account)
            make = partial(boto3.client, region_name=region, **self._keys[account])
            self._places[account, region] = Place(account, region, make)
        return self._places[account, region]

    def leave(self, place: Place) -> None:
        """Forget the clients of a place: many of them take much memory."""
        del self._places[place.account, place.region]

    def plant(self, place: Place, types: Iterable[str], tags: Tags, name: str) -> None:
        """Make one resource of each type."""
        for type_ in types:
            arn = MAKERS[type_](place, name, tags)
            self.planted.append(Planted(arn, type_.partition("/")[0], place.account, place.region, tags))
            for also, beside in place.beside:
                self.planted.append(Planted(beside, also, place.account, place.region, NEVER))
            place.beside.clear()


def organization(members: int) -> Organization:
    """Make an organization of the management account and members."""
    client = boto3.client("organizations", region_name="us-east-1")
    made = client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    accounts = [_account(client, number) for number in range(members)]
    return Organization(made, [MANAGEMENT, *accounts])


def tags_in_turn() -> Iterator[Tags]:
    """Give good tags, wrong ones and none, for ever: a third is never tagged."""
    while True:
        yield from (GOOD, WRONG, NEVER)


def _account(client: Any, number: int) -> str:
    made = client.create_account(Email=f"team-{number}@example.com", AccountName=f"team-{number}")
    return str(made["CreateAccountStatus"]["AccountId"])


def _keys(account: str) -> dict[str, str]:
    client = boto3.client("sts", region_name="us-east-1")
    taken = client.assume_role(RoleArn=f"arn:aws:iam::{account}:role/{ROLE}", RoleSessionName="planting")
    keys = taken["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
