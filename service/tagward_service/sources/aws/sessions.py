"""Clients for every account: the caller's own credentials, or those of a role in a member account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from msgspec import Struct

from tagward.errors import UsageError
from tagward_service.sources.aws.integrity import refuse_unreadable
from tagward_service.sources.aws.problems import asking

ROLE = "OrganizationAccountAccessRole"
"""What AWS Organizations makes in every account that it creates."""

HOME = "us-east-1"
_SESSION_NAME = "tagward-scan"


class Access(Struct, frozen=True):
    """How accounts are reached: whose credentials, which role in other accounts, how patiently."""

    profile: str | None = None
    role: str = ROLE
    external_id: str | None = None
    attempts: int = 8


class Sessions:
    """Makes clients. A client belongs to one part; the models of all services are read once."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._own_account = ""
        self._sessions: dict[str, Any] = {}
        self._lock = Lock()
        with _configured():
            self._own = _session(access.profile)
            self.home: str = self._own.get_config_variable("region") or HOME
            self.partition: str = self._own.get_partition_for_region(self.home)

    @property
    def own_account(self) -> str:
        """The account of the caller; raise ReadError when AWS does not know the caller."""
        if not self._own_account:
            with asking("sts:GetCallerIdentity"):
                self._own_account = self._client(self._own, "sts", self.home).get_caller_identity()["Account"]
        return self._own_account

    def own(self, service: str, region: str = "") -> Any:
        """Make a client with the caller's credentials."""
        return self._client(self._own, service, region or self.home)

    def client(self, account: str, service: str, region: str = "") -> Any:
        """Make a client of an account; raise Denied when its role cannot be taken."""
        with asking("sts:AssumeRole"):
            session = self._session(account)
            return self._client(session, service, region or self.home)

    def serves(self, service: str, region: str) -> bool:
        """Tell whether botocore knows an endpoint of a service in a region."""
        known: list[str] = self._own.get_available_regions(service, self.partition)
        return region in known

    def role_of(self, account: str) -> str:
        """Return the ARN of the role that is taken in an account."""
        return f"arn:{self.partition}:iam::{account}:role/{self._access.role}"

    def take_role(self, account: str) -> None:
        """Take the role of an account now; raise Denied when that is not allowed."""
        if account != self.own_account:
            with asking("sts:AssumeRole"):
                self._session(account).get_credentials().get_frozen_credentials()

    def _client(self, session: Any, service: str, region: str, **credentials: str) -> Any:
        from botocore.config import Config

        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": self._access.attempts},
            # The old global endpoint answers for buckets of every region.
            s3={"us_east_1_regional_endpoint": "regional"},
            user_agent_extra="tagward",
        )
        # botocore sessions are not made for several threads; clients are.
        with self._lock:
            client = session.create_client(service, region_name=region, config=config, **credentials)
        client.meta.events.register("before-parse", refuse_unreadable)
        return client

    def _session(self, account: str) -> Any:
        if account == self.own_account:
            return self._own
        with self._lock:
            if account not in self._sessions:
                self._sessions[account] = self._assumed(account)
            return self._sessions[account]

    def _assumed(self, account: str) -> Any:
        """Make a session whose credentials are those of the role, taken anew when they run out."""
        from botocore.credentials import CredentialResolver

        session = _session(self._access.profile)
        credentials = self._role_credentials(account)
        session.register_component("credential_provider", CredentialResolver([_Given(credentials)]))
        return session

    def _role_credentials(self, account: str) -> Any:
        from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

        told = {"ExternalId": self._access.external_id, "RoleSessionName": _SESSION_NAME}
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=self._create_sts,
            source_credentials=self._own.get_credentials(),
            role_arn=self.role_of(account),
            extra_args={name: value for name, value in told.items() if value},
        )
        return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")

    def _create_sts(self, service: str, **credentials: str) -> Any:
        return self._client(self._own, service, self.home, **credentials)


@contextmanager
def _configured() -> Iterator[None]:
    """Turn what botocore says of profiles and configuration files into a UsageError."""
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except BotoCoreError as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise UsageError(f"the configuration of AWS cannot be used: {said[:1].lower()}{said[1:]}") from error


def _session(profile: str | None) -> Any:
    import botocore.session

    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", _models(session.get_config_variable("data_path")))
    return session


@cache
def _models(path: str | None) -> Any:
    """Return what loads the models of services, and keeps them: a session of its own for each would not."""
    from botocore.loaders import create_loader

    return create_loader(path)


class _Given:
    """A credential provider that gives what it was given."""

    METHOD = CANONICAL_NAME = "assume-role"

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load(self) -> Any:
        return self._credentials
