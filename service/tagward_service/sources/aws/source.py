"""AWS as a source of a scan: accounts by regions by services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

from tagward_service.scan.interface import Found, Part
from tagward_service.sources.aws.accounts import Account, accounts, denied, organization, regions
from tagward_service.sources.aws.kinds import Api
from tagward_service.sources.aws.problems import Denied, NoEndpointError, Refused
from tagward_service.sources.aws.reading import Reader, Where
from tagward_service.sources.aws.sessions import Access, Sessions
from tagward_service.sources.aws.tables import SERVICES
from tagward_service.sources.interface import NotEvaluated

_LOOKING = 8
"""How many accounts are looked at at a time, before the scan begins."""


class AwsSource:
    """The accounts of an organization, each service read in each region."""

    cloud = "aws"

    def __init__(
        self,
        access: Access,
        accounts: Sequence[str] | None = None,
        regions: Sequence[str] | None = None,
        services: Sequence[str] | None = None,
    ) -> None:
        self._sessions = Sessions(access)
        self._accounts = accounts
        self._regions = regions
        self._services = tuple(each for each in SERVICES if services is None or each in services)

    @property
    def scope(self) -> Mapping[str, str]:
        """Say what is scanned."""
        named = {
            "accounts": ",".join(self._accounts or ()),
            "regions": ",".join(self._regions or ()),
            "services": ",".join(self._services) if len(self._services) < len(SERVICES) else "",
            "organization": "" if self._accounts else organization(self._sessions),
        }
        return {name: value for name, value in named.items() if value} or {
            "account": self._sessions.own_account
        }

    def parts(self) -> Iterator[Part | NotEvaluated]:
        """List what there is to read: by account, region and service."""
        listed = map(Account, sorted(set(self._accounts))) if self._accounts else accounts(self._sessions)
        with ThreadPoolExecutor(_LOOKING) as pool:
            for found in pool.map(self._parts_of, tuple(listed)):
                yield from found

    def read(self, part: Part, stop: Event) -> Iterable[Found]:
        """Read a part; raise ReadError."""
        for api in SERVICES[part.service]:
            try:
                yield from self._read(api, part, stop)
            except Refused as refused:
                yield NotEvaluated(f"{api.client} in {part}", refused.why, incomplete=True)

    def _parts_of(self, account: Account | NotEvaluated) -> list[Part | NotEvaluated]:
        if isinstance(account, NotEvaluated):
            return [account]
        try:
            self._sessions.take_role(account.id)
            places = list(regions(self._sessions, account, self._regions))
        except Denied as refused:
            return [denied(self._sessions, account, refused.why)]
        except Refused as refused:
            return [NotEvaluated(str(account), refused.why, incomplete=True)]
        return [each for place in places for each in self._parts_in(account, place)]

    def _parts_in(self, account: Account, place: str | NotEvaluated) -> Iterator[Part | NotEvaluated]:
        if isinstance(place, NotEvaluated):
            yield place
            return
        for service in self._services:
            yield Part(account.id, place, service)

    def _read(self, api: Api, part: Part, stop: Event) -> Iterator[Found]:
        where = Where(part.account, part.region, self._sessions.partition)
        with closing(self._sessions.client(part.account, api.client, part.region)) as client:
            try:
                for kind in api.kinds:
                    if stop.is_set():
                        return
                    yield from Reader(api, kind, client, where, stop).read()
            except NoEndpointError as error:
                if self._sessions.serves(api.client, part.region):
                    raise
                yield NotEvaluated(f"{api.client} in {where}", f"AWS has no such service there: {error.why}")
