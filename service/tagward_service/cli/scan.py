"""`tagward scan`: judge what exists in a cloud or a cluster, and remember it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from msgspec import Struct

from tagward_service.cli import options, scan_options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.failures import complain
from tagward_service.cli.outputs import Outputs, chosen, style_of, write_report, write_text
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.scan_ending import ended_by_signals
from tagward_service.cli.scan_news import NOTIFY, NOTIFY_FILE, tell, told_to
from tagward_service.cli.scan_progress import shown
from tagward_service.cli.scan_sources import CLOUDS, refuse_empty, require, source
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.showing import config_shown
from tagward_service.cli.store_options import STORE, opened_to_scan, store_url
from tagward_service.cli.terminal import wants_color

if TYPE_CHECKING:
    from tagward.policy import Policy
    from tagward_service.scan.running import Done
    from tagward_service.scan.told import Told
    from tagward_service.store.interface import Store

COMMON = (
    options.POLICY,
    STORE,
    scan_options.SNAPSHOTS,
    options.FORMAT,
    scan_options.FAIL_ON,
    options.AS_OF,
    scan_options.WORKERS,
    scan_options.PER_ACCOUNT,
    scan_options.TIME_BUDGET,
    scan_options.SHARD,
    scan_options.FRESH,
    scan_options.ALLOW_EMPTY,
    scan_options.KEEP_DAYS,
    scan_options.PERMISSIONS,
    NOTIFY,
    NOTIFY_FILE,
    options.CONFIG,
    options.COLOR,
    options.QUIET,
    options.SHOW_CONFIG,
)

_DESCRIPTION = """\
Read the inventory of {what}, judge it against the policy, and keep findings and coverage in
the store. What could not be read is listed and makes the exit code 4; it never counts as compliant.
An interrupted scan goes on where it was. Credentials and endpoints are those of the SDK."""

_CODES = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE, Exit.NOTHING, Exit.INCOMPLETE)


class ScanCommand(Struct, frozen=True):
    """`tagward scan` of one cloud."""

    cloud: str

    def parser(self) -> Parser:
        """Build the parser of the command."""
        cloud = CLOUDS[self.cloud]
        examples = "examples:\n" + "".join(f"  tagward scan {each}\n" for each in cloud.examples)
        built = Parser(
            f"scan {self.cloud}", "[options]", _DESCRIPTION.format(what=cloud.what), f"{examples}\n{_CODES}"
        )
        built.takes((*cloud.options, *COMMON))
        return built

    def run(self, arguments: argparse.Namespace) -> int:
        """Scan, write every output, and return the exit code."""
        cloud = CLOUDS[self.cloud]
        settings = resolve((*cloud.options, *COMMON), arguments, os.environ)
        refuse_empty(self.cloud, settings)
        outputs = chosen(settings.texts("format"))
        as_of = settings.day("as_of")
        policy = load_policy(settings, as_of, note=not settings.flag("quiet"))
        require(self.cloud)
        if settings.flag("print_permissions"):
            return _print_permissions(self.cloud, settings, policy)
        if config_shown(settings, store_url):
            return Exit.CLEAN
        return _run(self.cloud, settings, policy, outputs)


def _run(cloud: str, settings: Settings, policy: Policy, outputs: Outputs) -> int:
    """Scan, tell who wants to know, write every output, and return the exit code."""
    from tagward_service.scan.interface import ReadError
    from tagward_service.scan.told import told
    from tagward_service.store.interface import ScanState

    whom, after, days = told_to(settings), CLOUDS[cloud].after, settings.number("keep_days")
    with opened_to_scan(settings) as store:
        try:
            done = _scan(cloud, settings, store, policy)
        except ReadError as error:
            complain(f"nothing could be scanned: {error.why}", color=_color(settings))
            return Exit.INCOMPLETE
        sums = told(store, store.scan(done.scan), policy, done.ended_by)
        tell(store, sums, whom, color=_color(settings))
        _forget(store, days)
        is_over = done.state is not ScanState.INTERRUPTED
        notes = after(store, policy, settings) if after and is_over else []
        return _finish(store, sums, policy, settings, outputs, notes)


def _scan(cloud: str, settings: Settings, store: Store, policy: Policy) -> Done:
    from tagward_service.scan.engine import Limits
    from tagward_service.scan.running import Asked, scan

    limits = Limits(
        workers=scan_options.at_least_one(settings, "workers"),
        per_account=scan_options.at_least_one(settings, "per_account"),
        seconds=scan_options.seconds(settings),
    )
    asked = Asked(
        policy=policy,
        as_of=settings.day("as_of"),
        limits=limits,
        shard=scan_options.shard(settings),
        resume=not settings.flag("fresh"),
    )
    scanned = source(cloud, settings, policy)
    with shown(sys.stderr, quiet=settings.flag("quiet")) as progress, ended_by_signals() as watch:
        return scan(scanned, store, asked, progress, watch=watch.append)


def _forget(store: Store, days: int) -> None:
    """Forget what is older than is to be kept."""
    from datetime import UTC, datetime

    if days:
        store.prune(keep_days=days, now=datetime.now(UTC))


def _finish(
    store: Store, sums: Told, policy: Policy, settings: Settings, outputs: Outputs, notes: list[str]
) -> int:
    """Write the outputs, and choose the exit code."""
    from tagward_service.cli.scan_summary import text
    from tagward_service.scan.report import report_of

    for name, file in outputs:
        if name == "text":
            write_text(text(sums, style_of(file, settings), notes), file)
        else:
            write_report(report_of(store, sums.scan, policy), name, file, settings)
    sys.stdout.flush()
    return _exit(sums, settings)


def _exit(told: Told, settings: Settings) -> Exit:
    if told.incomplete:
        return Exit.INCOMPLETE
    if told.fails_on(settings.text("fail_on") or "error"):
        return Exit.FINDINGS
    if not told.summary.taggable + told.summary.untaggable and not settings.flag("allow_empty"):
        why = "nothing was there to judge; --allow-empty accepts that"
        complain(why, color=_color(settings), label="note")
        return Exit.NOTHING
    return Exit.CLEAN


def _color(settings: Settings) -> bool:
    return wants_color(sys.stderr, settings.text("color") or "auto")


def _print_permissions(cloud: str, settings: Settings, policy: Policy) -> int:
    for permission in CLOUDS[cloud].allow(settings, policy):
        complain(permission.title, color=False, label="note")
        sys.stdout.write(permission.content.rstrip("\n") + "\n")
    return Exit.CLEAN
