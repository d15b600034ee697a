"""Beginning a scan, or going on with one: who may write it is decided in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from tagward.policy import Policy
from tagward_service.store import clock
from tagward_service.store.errors import BusyError
from tagward_service.store.interface import ScanState
from tagward_service.store.lease import is_dead, until
from tagward_service.store.running import Begun
from tagward_service.store.schema import scan
from tagward_service.store.texts import storable


def scope_text(scope: Mapping[str, str]) -> str:
    """Write a scope the same way every time."""
    return json.dumps({storable(key): storable(value) for key, value in scope.items()}, sort_keys=True)


def begin(
    connection: Connection,
    identity: Mapping[str, Any],
    *,
    resume: bool,
    owner: str,
    seconds: float,
) -> Begun:
    """Claim the newest scan of an identity when it was interrupted, or begin a new one.

    Raises BusyError while another process writes it.
    """
    newest = _newest(connection, identity) if resume else None
    lease = {"state": ScanState.RUNNING.value, "owner": owner, "lease_until": until(seconds)}
    if newest is None:
        values = {**identity, **lease, "started_at": clock.now()}
        number = connection.execute(insert(scan).values(values).returning(scan.c.id)).scalar_one()
    else:
        number = newest.id
        connection.execute(update(scan).where(scan.c.id == number).values(lease))
    return Begun(number, identity["cloud"], identity["policy"], identity["scope"], identity["shard"])


def identity_of(
    cloud: str, scope: Mapping[str, str], policy: Policy, as_of: date, shard: str
) -> dict[str, str]:
    """Return what makes a scan the same one again, so that it can be resumed."""
    return {
        "cloud": cloud,
        "scope": scope_text(scope),
        "shard": storable(shard),
        "policy": storable(policy.name),
        "policy_version": storable(policy.version),
        "policy_sha256": policy.sha256,
        "as_of": as_of.isoformat(),
    }


def is_alive(row: Row[Any]) -> bool:
    """Say whether a process still writes a scan that is running."""
    if row.state != ScanState.RUNNING.value:
        return False
    return (row.lease_until or 0) > clock.now() and not is_dead(row.owner or "")


def _newest(connection: Connection, identity: Mapping[str, Any]) -> Row[Any] | None:
    """Return the newest scan of an identity if it can be resumed."""
    same = [scan.c[name] == value for name, value in identity.items() if name != "policy_version"]
    row = connection.execute(select(scan).where(*same).order_by(scan.c.id.desc()).limit(1)).one_or_none()
    if row is None or row.state not in (ScanState.RUNNING.value, ScanState.INTERRUPTED.value):
        return None
    if is_alive(row):
        raise BusyError(
            f"scan {row.id} of the same cloud, scope and policy is being written by another process;"
            " let it finish, or begin a new scan beside it with --fresh"
        )
    return row
