"""Leases: which process writes a scan, kept alive while it lives, and given up when it dies."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

from sqlalchemy import Connection, update

from tagward.errors import TagwardError
from tagward_service.store import clock
from tagward_service.store.database import Database
from tagward_service.store.errors import LostError
from tagward_service.store.schema import scan

_PATIENCE = 10.0
"""So many seconds may a renewal that has begun take, lest its connection is closed under it."""


class Lease:
    """The right of this process to write a scan. A thread renews it; every write proves it."""

    def __init__(self, database: Database, scan_id: int, owner: str, seconds: float) -> None:
        self._database = database
        self._scan = scan_id
        self._owner = owner
        self._seconds = seconds
        self._ended = Event()
        self._thread = Thread(target=self._renew, name=f"lease of scan {scan_id}", daemon=True)
        self._thread.start()

    def prove(self, connection: Connection) -> None:
        """Renew the lease in the transaction of a write. Raises LostError when another process took over."""
        renewed = connection.execute(
            update(scan)
            .where(scan.c.id == self._scan, scan.c.owner == self._owner)
            .values(lease_until=until(self._seconds))
        )
        if renewed.rowcount != 1:
            raise LostError(
                f"scan {self._scan} is being written by another process, which took over when this one"
                " had not been heard of for a while; let that one finish"
            )

    def end(self) -> None:
        """Stop renewing."""
        self._ended.set()

    def give_up(self) -> None:
        """Stop renewing, and let others take over at once. Not to be called in a transaction."""
        self.end()
        self._thread.join(_PATIENCE)
        with suppress(TagwardError), self._database.writing() as connection:
            connection.execute(
                update(scan).where(scan.c.id == self._scan, scan.c.owner == self._owner).values(lease_until=0)
            )

    def _renew(self) -> None:
        while not self._ended.wait(self._seconds / 4):
            with suppress(TagwardError), self._database.writing() as connection:
                if not self._ended.is_set():
                    self.prove(connection)


def until(seconds: float) -> int:
    """Return when a lease that begins now runs out."""
    return clock.now() + int(seconds * 1_000_000)


def new_owner() -> str:
    """Name this process and one lease of it."""
    return f"{_machine()} {os.getpid()} {_started(os.getpid())} {uuid4().hex}"


def is_dead(owner: str) -> bool:
    """Say whether a lease's process ran on this machine and is not there any more: no need to wait for it."""
    machine, pid, started, *_ = [*owner.split(" "), "", "", ""]
    return machine == _machine() and started != "" and _started(int(pid)) != started


@cache
def _machine() -> str:
    """Name this machine since its last start, and the process ids that can be seen here."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{socket.gethostname()}/{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return uuid4().hex


def _started(pid: int) -> str:
    """Say when a process started, in the kernel's own ticks; "" when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]
