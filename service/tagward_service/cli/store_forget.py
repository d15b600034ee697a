"""`tagward store forget`: forget what was scanned by mistake."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tagward.diagnostics import printable
from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.failures import complain
from tagward_service.cli.parser import Parser
from tagward_service.cli.scan_options import SNAPSHOTS
from tagward_service.cli.scan_sources import CLOUDS
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.store_options import STORE, find_policy, opened_to_mend, opened_to_read

if TYPE_CHECKING:
    from tagward_service.store.forget_interface import Forgetting, Forgotten
    from tagward_service.store.interface import Store

CLOUD = options.Option(name="cloud", choices=tuple(CLOUDS), help="what was scanned")
BEFORE = options.Option(
    name="before", metavar="DATE", help="only what was scanned before this day (UTC), YYYY-MM-DD"
)
FORGET = options.Option(
    name="account",
    metavar="ID",
    help="only this account, subscription, project or cluster; the whole cloud if not given",
)
SCAN = options.Option(
    name="scan", metavar="ID", help="this scan, which was interrupted and that nobody wants to go on with"
)
YES = options.Option(name="yes", short="-y", flag=True, help="do it; else it is only said what would be done")
OPTIONS = (CLOUD, FORGET, BEFORE, SCAN, YES, STORE, SNAPSHOTS, options.POLICY, options.CONFIG)

_MOST = 10
"""So many accounts are named; the rest are counted."""

_DESCRIPTION = """\
Forget scans of a cloud, or what they say of one account, as if it had not been scanned: coverage, readiness
and their trend leave it out, and its inventory is deleted. Its findings stay and are resolved, by no scan.
A scan that was interrupted, and that nobody will go on with, is forgotten by its number. Nothing is changed
without --yes."""

_EXAMPLES = """\
examples:
  tagward store forget --cloud aws --account 111122223333
  tagward store forget --cloud aws --account 111122223333 --yes
  tagward store forget --cloud gcp --before 2026-11-01 --yes
  tagward store forget --scan 7 --yes
"""


def parser() -> Parser:
    """Build the parser of `tagward store forget`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("store forget", "--cloud NAME [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Say what would be forgotten or forget it, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    if settings.text("scan") is not None:
        return _forget_scan(settings)
    which = _which(settings)
    find_policy(settings)
    with opened_to_read(settings) as store:
        forgotten = store.forget(which, dry=True)
        if not forgotten.anything:
            complain(_nothing(store, which), color=False, label="note")
            return Exit.CLEAN
    if settings.flag("yes"):
        with opened_to_mend(settings) as store:
            forgotten = store.forget(which, dry=False)
    _tell(which, forgotten, done=settings.flag("yes"))
    return Exit.CLEAN


def _forget_scan(settings: Settings) -> int:
    """Forget one scan that has not ended, and return the exit code; raises UsageError and StoreError."""
    if settings.text("cloud") or settings.text("account") or settings.text("before"):
        raise UsageError("--scan names all that is forgotten: leave --cloud, --account and --before out")
    number = settings.number("scan")
    find_policy(settings)
    done = settings.flag("yes")
    with opened_to_mend(settings) if done else opened_to_read(settings) as store:
        scan = store.drop(number, dry=not done)
    scope = " ".join(f"{name}={value}" for name, value in sorted(scan.scope.items()))
    what = " ".join(filter(None, (f"scan {scan.id}", scan.cloud, scope, scan.shard)))
    sys.stdout.write(printable(f"{what}: {scan.parts_done:,} of {scan.parts:,} parts done") + "\n")
    sys.stdout.write(f"forgotten {'is' if done else 'would be'}   the scan; findings stay as they are\n")
    if not done:
        complain("nothing was changed; --yes does it", color=False, label="note")
    return Exit.CLEAN


def _which(settings: Settings) -> Forgetting:
    """Read what is to be forgotten; raises UsageError where nobody says."""
    from tagward_service.store.forget_interface import Forgetting

    cloud = settings.text("cloud")
    if cloud is None:
        raise UsageError(f"missing `--cloud NAME`; choose from {', '.join(CLOUDS)}")
    before = None
    if settings.text("before") is not None:
        before = datetime.combine(settings.day("before"), datetime.min.time(), UTC)
    return Forgetting(cloud, settings.text("account") or "", before)


def _tell(which: Forgetting, forgotten: Forgotten, *, done: bool) -> None:
    is_, are = ("is", "are") if done else ("would be", "would be")
    scans, parts, findings = (
        f"{number:,} {what}{'' if number == 1 else 's'}"
        for number, what in (
            (forgotten.scans, "scan"),
            (forgotten.parts, "part"),
            (forgotten.findings, "finding"),
        )
    )
    sys.stdout.write(printable(f"{_named(which)}: {_some(forgotten.accounts) or 'no account'}") + "\n")
    sys.stdout.write(f"forgotten {are}  {parts}, and with them {scans} as a whole\n")
    sys.stdout.write(f"resolved {is_ if forgotten.findings == 1 else are}   {findings}\n")
    if not done:
        complain("nothing was changed; --yes does it", color=False, label="note")


def _nothing(store: Store, which: Forgetting) -> str:
    """Say that there is nothing to forget, and what there is instead."""
    from tagward_service.store.forget_interface import Forgetting

    known = store.forget(Forgetting(which.cloud), dry=True).accounts
    there = f"; of {which.cloud} it knows {_some(known)}" if which.account and known else ""
    return f"the store knows nothing of {_named(which)}{there}"


def _some(accounts: Sequence[str]) -> str:
    more = f" and {len(accounts) - _MOST:,} more" if len(accounts) > _MOST else ""
    return f"{', '.join(accounts[:_MOST])}{more}"


def _named(which: Forgetting) -> str:
    before = f"before {which.before:%Y-%m-%d}" if which.before else ""
    return " ".join(filter(None, (which.cloud, which.account, before)))
