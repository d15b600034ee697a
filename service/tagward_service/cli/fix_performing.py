"""What `tagward fix apply` and `tagward fix undo` have in common: performing changes, and telling of them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.exits import Exit
from tagward_service.cli.failures import complain
from tagward_service.cli.scan_sources import CONTEXTS, EXTERNAL_ID, PROFILE, ROLE, several
from tagward_service.cli.settings import Settings
from tagward_service.cli.signals import ended_softly

if TYPE_CHECKING:
    from tagward_service.fix.applying import Outcome
    from tagward_service.fix.interface import Change

YES = options.Option(name="yes", short="-y", flag=True, help="do not ask before anything is written")
DRY_RUN = options.Option(
    name="dry_run", flag=True, help="read what is there now and say what would be written; write nothing"
)
OPTIONS = (YES, DRY_RUN, PROFILE, ROLE, EXTERNAL_ID, CONTEXTS, options.QUIET)

CODES = """\
exit codes:
  0  everything is as it should be now
  1  something was refused, has changed since, failed, or was not done
  2  usage or input error
"""


def perform(changes: Sequence[Change], journal: Path, what: str, settings: Settings) -> int:
    """Perform changes, tell what became of them, and return the exit code."""
    if not changes:
        complain("there is nothing to write", color=False, label="note")
        return Exit.CLEAN
    from tagward_service.fix.applying import Applier
    from tagward_service.fix.journal import Journal
    from tagward_service.fix.writers import Reach, writers

    dry = settings.flag("dry_run")
    reach = Reach(
        settings.text("profile"),
        settings.text("role") or "",
        settings.text("external_id"),
        several(settings, "contexts"),
    )
    by_cloud = writers((change.target.cloud for change in changes), reach)
    if not dry:
        _confirm(changes, settings)
    with _stopped_by_signals() as stop, nullcontext() if dry else Journal(journal, what) as noted:
        outcomes = Applier(by_cloud, noted, stop).apply(changes)
        return _tell(outcomes, settings, dry=dry, journal=journal)


def _confirm(changes: Sequence[Change], settings: Settings) -> None:
    """Ask, unless told not to; raises UsageError where nobody can answer, or says no."""
    if settings.flag("yes"):
        return
    resources = {change.target for change in changes}
    accounts = {(change.target.cloud, change.target.account) for change in changes}
    what = f"{len(changes):,} tags of {len(resources):,} resources in {len(accounts):,} accounts or clusters"
    if not sys.stdin.isatty():
        raise UsageError(f"{what} would be written: confirm it with --yes, or look first with --dry-run")
    sys.stderr.write(f"Write {what}? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was written")


def _tell(outcomes: Iterator[Outcome], settings: Settings, *, dry: bool, journal: Path) -> int:
    from tagward.diagnostics import printable
    from tagward_service.fix.applying import GOOD, Fate

    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts[outcome.fate] += 1
        if outcome.fate not in GOOD or not settings.flag("quiet"):
            sys.stdout.write(printable(_line(outcome, dry=dry)) + "\n")
    told = ", ".join(f"{count:,} {_word(fate, dry=dry)}" for fate, count in sorted(counts.items()))
    kept = "" if dry else f"; journal: {journal}"
    complain(f"{told}{kept}", color=False, label="note")
    return Exit.CLEAN if all(Fate(fate) in GOOD for fate in counts) else Exit.FINDINGS


def _line(outcome: Outcome, *, dry: bool) -> str:
    change = outcome.change
    values = f"{_shown(change.before)} -> {_shown(change.after)}"
    why = f": {outcome.why}" if outcome.why else ""
    return f"{_word(outcome.fate, dry=dry)}  {change.target.id}  {change.key}: {values}{why}"


def _word(fate: str, *, dry: bool) -> str:
    return "would be done" if dry and fate == "done" else str(fate)


def _shown(value: str | None) -> str:
    return "(none)" if value is None else value


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """Stop after the batch that is being written at Ctrl-C or SIGTERM; at the second one, at once."""
    stop = Event()

    def end(_name: str) -> None:
        stop.set()

    with ended_softly(end):
        yield stop
