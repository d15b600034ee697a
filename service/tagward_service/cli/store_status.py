"""`tagward store status`: what the store holds, and how big it is."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.settings import resolve
from tagward_service.cli.store_options import STORE, find_policy, opened_to_read
from tagward_service.cli.tables import aligned

if TYPE_CHECKING:
    from tagward_service.store.interface import Scan, Store

OPTIONS = (STORE, options.POLICY, options.CONFIG)

_DESCRIPTION = """\
Say where the store is, how big it is and what it holds: how many scans and findings, and of every policy the
newest scan of each cloud, scope and shard, which coverage is told from. A store of an older version is
brought up to date by whatever opens it."""

_EXAMPLES = """\
examples:
  tagward store status
  tagward store status --store postgresql://tagward@db/tagward
"""

_MOST_SCANS = 100_000


def parser() -> Parser:
    """Build the parser of `tagward store status`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("store status", "[options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Tell what the store holds, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    find_policy(settings)
    with opened_to_read(settings) as store:
        sys.stdout.write("".join(_lines(store)))
    return Exit.CLEAN


def size(number: int) -> str:
    """Write a number of bytes for people."""
    for unit, of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= of:
            return f"{number / of:.1f} {unit}"
    return f"{number} bytes"


def _lines(store: Store) -> Iterator[str]:
    about, scans = store.about(), store.scans(limit=_MOST_SCANS)
    since = f", from {scans[-1].started_at:%Y-%m-%d} to {scans[0].started_at:%Y-%m-%d}" if scans else ""
    yield aligned(
        [
            ("store", f"{about.where}  ({about.engine}, {size(about.size)}, schema {about.version})"),
            ("scans", f"{len(scans):,}{since}"),
            ("findings", _findings(store)),
        ],
        indent="",
    )
    for policy in sorted({scan.policy_name for scan in scans}):
        latest = store.latest(policy)
        yield f"\nwhat exists by policy {policy}{'' if latest else ': no scan ran to its end'}\n"
        yield aligned([_row(store, scan) for scan in latest])
        unfinished = store.unfinished(policy)
        if unfinished:
            yield f"\nnot ended, by policy {policy}\n"
            yield aligned([_row(store, scan) for scan in unfinished])


def _findings(store: Store) -> str:
    from tagward_service.store.interface import Life, Wanted

    counts = ((life, store.count(Wanted(life=(life,)))) for life in Life)
    return ", ".join(f"{count:,} {life.value}" for life, count in counts)


def _row(store: Store, scan: Scan) -> tuple[str, ...]:
    from tagward_service.scan.report import summary_of

    tallies = store.tallies([scan.id])
    accounts = len({each.account for each in tallies})
    scope = " ".join(f"{name}={value}" for name, value in sorted(scan.scope.items()))
    when = f"{scan.finished_at or scan.started_at:%Y-%m-%d %H:%M}"
    held = (
        f"{summary_of(tallies).resources:,} resources in {accounts:,} account{'' if accounts == 1 else 's'}"
    )
    return f"scan {scan.id}", scan.cloud, f"{scope} {scan.shard}".strip(), when, scan.state.value, held
