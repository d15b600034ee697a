"""AWS as a source of a scan: accounts by regions by services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cached_property
from threading import Event

from tagward_service.scan.interface import ExpiredError, Found, Part, ReadError
from tagward_service.sources.aws.accounts import Account, accounts, denied, organization, regions
from tagward_service.sources.aws.bulk import SERVICE, Bulk
from tagward_service.sources.aws.inventories import Choice, Inventories
from tagward_service.sources.aws.kinds import Api, Kind
from tagward_service.sources.aws.problems import Denied, NoEndpointError, Refused
from tagward_service.sources.aws.reading import Reader, Where
from tagward_service.sources.aws.sessions import Access, Sessions
from tagward_service.sources.aws.tables import SERVICES
from tagward_service.sources.interface import NotEvaluated

_LOOKING = 8
"""How many accounts are looked at at a time, before the scan begins."""


_BEYOND = " beyond "
"""What is left of a service beside an inventory is another part than the whole of it."""


class AwsSource:
    """The accounts of an organization, each service read in each region."""

    cloud = "aws"

    def __init__(
        self,
        access: Access,
        accounts: Sequence[str] | None = None,
        regions: Sequence[str] | None = None,
        services: Sequence[str] | None = None,
        inventory: Choice = "services",
    ) -> None:
        self._sessions = Sessions(access)
        self._inventory = inventory
        self._best: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
        self._accounts = accounts
        self._regions = regions
        self._services = _chosen(services)
        self._is_whole = len(self._services) == len(SERVICES)
        self._types_of = sorted({api.service for name in self._services for api in SERVICES[name]})

    @property
    def scope(self) -> Mapping[str, str]:
        """Say what is scanned; by which inventory is no matter, so that one can stand in for another."""
        named = {
            "accounts": ",".join(self._accounts or ()),
            "regions": ",".join(self._regions or ()),
            "services": "" if self._is_whole else ",".join(self._services),
            "organization": self._organization,
        }
        if not named["accounts"] and not named["organization"]:
            named["accounts"] = self._sessions.own_account
        return {name: value for name, value in named.items() if value}

    def parts(self) -> Iterator[Part | NotEvaluated]:
        """List what there is to read: by account, region and service, or inventory in place of that."""
        yield from self._inventories.notes()
        listed = map(Account, sorted(set(self._accounts))) if self._accounts else accounts(self._sessions)
        pool = ThreadPoolExecutor(_LOOKING)
        try:
            for found in pool.map(self._parts_of, tuple(listed)):
                yield from found
        finally:
            # Whoever ends early does not wait for answers that may take minutes.
            pool.shutdown(wait=False, cancel_futures=True)

    def read(self, part: Part, stop: Event) -> Iterator[Found]:
        """Read a part; raise ReadError."""
        inventory = self._inventories.named(part.narrowed()[0].service)
        try:
            if inventory is not None:
                yield from filter(self._is_wanted, inventory.read(part.account, part.region, stop))
        except Refused as refused:
            yield NotEvaluated(str(part), refused.why, incomplete=True)
        for api in SERVICES.get(part.service.partition(_BEYOND)[0], ()):
            try:
                yield from self._read(api, part, stop)
            except Refused as refused:
                yield NotEvaluated(f"{api.client} in {part}", refused.why, incomplete=True)

    @cached_property
    def _organization(self) -> str:
        return organization(self._sessions, self._accounts or ())

    @cached_property
    def _inventories(self) -> Inventories:
        return Inventories(self._sessions, self._inventory)

    def _covered(self, account: str, region: str) -> tuple[str, frozenset[str]]:
        """Return the inventory of a place, and the types that it lists there."""
        if (account, region) not in self._best:
            self._best[account, region] = self._inventories.best(account, region)
        return self._best[account, region]

    def _is_wanted(self, found: Found) -> bool:
        if self._is_whole or isinstance(found, NotEvaluated):
            return True
        return found.type.startswith(tuple(f"aws:{each}:" for each in self._types_of))

    def _parts_of(self, account: Account | NotEvaluated) -> list[Part | NotEvaluated]:
        if isinstance(account, NotEvaluated):
            return [account]
        try:
            self._sessions.take_role(account.id)
            places = list(regions(self._sessions, account, self._regions))
            found = [each for place in places for each in self._parts_in(account, place)]
        except Denied as refused:
            return [denied(self._sessions, account, refused.why)]
        except Refused as refused:
            return [NotEvaluated(str(account), refused.why, incomplete=True)]
        except ExpiredError:
            raise
        except ReadError as error:
            # One account is no reason to read none.
            return [NotEvaluated(str(account), error.why, incomplete=True)]
        names = {part.service for part in found if isinstance(part, Part)}
        # What is in no region is listed once.
        usable = [self._listing(account.id, "", each.name) for each in self._inventories.usable]
        beyond = [part for part in usable if part.service in names]
        return [*beyond[:1], *found]

    def _listing(self, account: str, region: str, inventory: str) -> Part:
        """Name what an inventory is asked for; some services are another part than the whole of it."""
        part = Part(account, region, inventory)
        return part if self._is_whole else part.only(self._types_of)

    def _parts_in(self, account: Account, place: str | NotEvaluated) -> Iterator[Part | NotEvaluated]:
        if isinstance(place, NotEvaluated):
            yield place
            return
        inventory, covered = self._covered(account.id, place)
        if inventory:
            yield self._listing(account.id, place, inventory)
        for service in self._services:
            kinds = ((api, kind) for api in SERVICES[service] for kind in api.kinds)
            if any(api.type_of(kind) not in covered for api, kind in kinds):
                yield Part(account.id, place, f"{service}{_BEYOND}{inventory}" if inventory else service)

    def _read(self, api: Api, part: Part, stop: Event) -> Iterator[Found]:
        where = Where(part.account, part.region, self._sessions.partition)
        bulk = Bulk(lambda: self._sessions.client(part.account, SERVICE, part.region))
        with closing(self._sessions.client(part.account, api.client, part.region)) as client:
            try:
                for kind in self._left(api, part):
                    if stop.is_set():
                        return
                    yield from Reader(api, kind, client, where, bulk, stop).read()
            except NoEndpointError as error:
                if self._sessions.serves(api.client, part.region):
                    raise
                yield NotEvaluated(f"{api.client} in {where}", f"AWS has no such service there: {error.why}")

    def _left(self, api: Api, part: Part) -> list[Kind]:
        """Return the kinds that no inventory lists there."""
        _, covered = self._covered(part.account, part.region)
        return [kind for kind in api.kinds if api.type_of(kind) not in covered]


def _chosen(names: Sequence[str] | None) -> tuple[str, ...]:
    """Return services in the order of the tables; raise ReadError for one that is not there."""
    if names is None:
        return tuple(SERVICES)
    for name in names:
        if name not in SERVICES:
            raise ReadError(f"`{name}` is no service that is read: choose from {', '.join(sorted(SERVICES))}")
    return tuple(each for each in SERVICES if each in names)
