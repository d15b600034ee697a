"""Forgetting what was scanned by mistake: its counts, its inventory, and that its findings are open."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, update

from tagward_service.store import clock
from tagward_service.store.beginning import is_alive
from tagward_service.store.counting import existed
from tagward_service.store.errors import BusyError
from tagward_service.store.forget_interface import Forgetting, Forgotten
from tagward_service.store.history import sum_up
from tagward_service.store.schema import RESOLVED, finding, part, place, resource, scan, slot, unread
from tagward_service.store.texts import storable


def drop_unfinished(connection: Connection, number: int) -> None:
    """Forget a scan, unless somebody has gone on with it meanwhile."""
    row = connection.execute(select(scan).where(scan.c.id == number)).one_or_none()
    if row is not None and row.finished_at is None and not is_alive(row):
        connection.execute(delete(scan).where(scan.c.id == number))


class Forgets:
    """One act of forgetting, within the transaction that is open."""

    def __init__(self, connection: Connection, which: Forgetting) -> None:
        self._connection = connection
        self._account = storable(which.account)
        self._before = None if which.before is None else clock.to_micros(which.before)
        self._cloud = storable(which.cloud)

    def count(self) -> Forgotten:
        """Say what there is to forget."""
        ask = self._connection
        findings = select(func.count()).select_from(finding).where(*self._open())
        accounts = ask.scalars(self._parts(part.c.account).distinct())
        return Forgotten(
            scans=len(self._emptied()),
            parts=len(ask.scalars(self._parts(part.c.id)).all()),
            findings=ask.execute(findings).scalar_one(),
            accounts=tuple(sorted(accounts)),
        )

    def forget(self) -> list[str]:
        """Forget it, and return the snapshots that belong to nothing any more."""
        self._refuse_while_scanning()
        snapshots = self._connection.scalars(self._parts(part.c.snapshot)).all()
        touched = self._connection.execute(self._parts(scan.c.id, scan.c.policy).distinct()).all()
        emptied = self._emptied()
        self._resolve()
        self._connection.execute(delete(slot).where(*self._slots()))
        self._drop_parts([row.id for row in touched])
        self._connection.execute(delete(scan).where(scan.c.id.in_(emptied)))
        for policy in sorted({row.policy for row in touched}):
            self._sum_up_anew(policy, min(row.id for row in touched if row.policy == policy))
        return [path for path in snapshots if path is not None]

    def _refuse_while_scanning(self) -> None:
        for row in self._connection.execute(select(scan).where(*self._scans())):
            if is_alive(row):
                raise BusyError(
                    f"scan {row.id} is being written by another process; let it finish, or stop it"
                )

    def _resolve(self) -> None:
        """Resolve findings by no scan, each as it was last seen, and let their resources go."""
        whose = resource.outerjoin(slot, slot.c.id == resource.c.slot_id)
        seen_at = func.coalesce(resource.c.seen_at, slot.c.seen_at)
        seen_in = func.coalesce(resource.c.seen_in, slot.c.scan_id)
        its_own = resource.c.id == finding.c.resource_id
        values = {
            "life": RESOLVED,
            "resolved_at": clock.now(),
            "resolved_in": None,
            "seen_at": select(seen_at).select_from(whose).where(its_own).scalar_subquery(),
            "seen_in": select(seen_in).select_from(whose).where(its_own).scalar_subquery(),
        }
        self._connection.execute(update(finding).where(*self._open()).values(values))
        gone = dict.fromkeys(("slot_id", "verdict_id", "seen_at", "seen_in"))
        self._connection.execute(update(resource).where(resource.c.id.in_(self._resources())).values(gone))

    def _drop_parts(self, scans: Collection[int]) -> None:
        """Delete parts, and what was told of the account as a whole."""
        self._connection.execute(delete(part).where(part.c.id.in_(self._parts(part.c.id))))
        if self._account:
            alone = re.compile(rf"(?<![\w.-]){re.escape(self._account)}(?![\w.-])")
            told = select(unread.c.id, unread.c.what).where(unread.c.scan_id.in_(scans))
            named = [row.id for row in self._connection.execute(told) if alone.search(row.what)]
            self._connection.execute(delete(unread).where(unread.c.id.in_(named)))

    def _sum_up_anew(self, policy: str, first: int) -> None:
        """Let the trend know nothing of it either."""
        later = (scan.c.policy == policy, scan.c.id >= first)
        self._connection.execute(update(scan).where(*later).values(taggable=None, compliant=None))
        sum_up(self._connection, policy, partial(existed, self._connection))

    def _scans(self) -> Iterable[ColumnElement[bool]]:
        yield scan.c.cloud == self._cloud
        if self._before is not None:
            yield scan.c.started_at < self._before

    def _parts(self, *columns: Any) -> Select[Any]:
        wanted = [*self._scans(), *([part.c.account == self._account] if self._account else [])]
        return select(*columns).join_from(part, scan, part.c.scan_id == scan.c.id).where(*wanted)

    def _emptied(self) -> list[int]:
        """List the scans that have nothing else to tell; without an account these are all of them."""
        wanted = select(scan.c.id).where(*self._scans())
        if self._account:
            others = select(part.c.scan_id).where(part.c.account != self._account)
            wanted = wanted.where(scan.c.id.in_(self._parts(part.c.scan_id)), scan.c.id.not_in(others))
        return list(self._connection.scalars(wanted))

    def _slots(self) -> Iterable[ColumnElement[bool]]:
        yield slot.c.cloud == self._cloud
        if self._account:
            yield slot.c.account == self._account
        if self._before is not None:
            yield slot.c.seen_at < self._before

    def _resources(self) -> Select[tuple[int]]:
        """Ask for the resources with findings that are not resolved."""
        wanted = (
            select(resource.c.id)
            .join_from(resource, place, place.c.id == resource.c.place_id)
            .join(slot, slot.c.id == resource.c.slot_id)
            .where(place.c.cloud == self._cloud)
        )
        if self._account:
            wanted = wanted.where(place.c.account == self._account)
        if self._before is not None:
            wanted = wanted.where(func.coalesce(resource.c.seen_at, slot.c.seen_at) < self._before)
        return wanted

    def _open(self) -> tuple[ColumnElement[bool], ...]:
        return (finding.c.life != RESOLVED, finding.c.resource_id.in_(self._resources()))
