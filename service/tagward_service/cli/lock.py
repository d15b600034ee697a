"""`tagward lock`: fetch what a policy takes from elsewhere, and pin it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tagward.errors import PolicyError, UsageError
from tagward.loading.lock import LOCK, Locked, Pins, read_lock
from tagward.loading.needs import ask_for_all
from tagward.loading.remotes import Remote, RemoteError
from tagward_service.cli import options
from tagward_service.cli.discovery import find
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.failures import show_diagnostics
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import take_given
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.tables import aligned
from tagward_service.cli.terminal import wants_color

CHECK = options.Option(
    name="check", flag=True, help="write nothing and ask nobody: exit with 1 unless the lock is complete"
)
OPTIONS = (CHECK, options.POLICY, options.COLOR)

_DESCRIPTION = """\
Fetch what a policy takes from elsewhere (`extends: git+https://...`, `file: https://...`), and all that this
takes in turn; pin commit and SHA-256 in tagward.lock beside the policy, and keep the content in .tagward/.
Every other command reads these and never asks anybody, so commit both. What is locked stays as it is until
--update; content that is not there is fetched again, and has to be the same. One lock is for all the
policies of a folder."""

_EXAMPLES = """\
examples:
  tagward lock
  tagward lock policies/tagward.yaml --check
  tagward lock --update
  tagward lock --update 'git+https://git.example.com/platform/tags//base.yaml?ref=v3'"""


def parser() -> Parser:
    """Build the parser of `tagward lock`."""
    codes = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE)
    codes = codes.replace(
        "findings at or above --fail-on", "with --check: the lock is not complete, or has more"
    )
    built = Parser("lock", "[POLICY] [options]", _DESCRIPTION, f"{_EXAMPLES}\n\n{codes}")
    built.add_argument("given", nargs="?", metavar="POLICY", help="the path of a policy, as --policy")
    built.add_argument(
        "--update",
        metavar="[URL]",
        nargs="?",
        const="",
        action="append",
        help="lock anew what is locked: all, or a file (of git: with all of its commit); may be repeated",
    )
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Lock, or say whether everything is locked."""
    take_given(arguments)
    settings = resolve(OPTIONS, arguments, os.environ)
    policy = _policy(settings)
    updates: Sequence[str] | None = arguments.update
    if settings.flag("check"):
        if updates is not None:
            raise UsageError("--check writes nothing, and --update does: give one of them")
        return _check(policy, color=wants_color(sys.stderr, settings.text("color") or "auto"))
    _lock(policy, updates or ())
    return Exit.CLEAN


def _policy(settings: Settings) -> Path:
    found = find(settings.text("policy"), settings.origin("policy"), Path.cwd())
    if not isinstance(found.source, Path):
        raise UsageError(f"`{found.source}` takes nothing from elsewhere; name a policy file")
    return found.source


def _lock(policy: Path, updates: Sequence[str]) -> None:
    from tagward_service.cli.lock_files import write_lock
    from tagward_service.fetching.locking import Locking, Moves, moves, sharers

    folder = policy.parent
    document, before = read_lock(folder)
    moving = Moves(everything=True) if "" in updates else moves(updates, before)
    with Locking(folder, before, moving) as locking:
        after = locking.take(sharers(folder, policy.name, before))
    if not after and document is None:
        sys.stdout.write(f"{policy} takes nothing from elsewhere: there is nothing to lock\n")
        return
    write_lock(folder, before, after, locking.contents.values())
    sys.stdout.write(
        aligned([_row(url, fate, after) for url, fate in sorted(locking.fates.items())], indent="")
    )
    sys.stdout.write(f"{folder / LOCK}: {_files(len(after))} locked\n")


def _row(url: str, fate: str, pins: Pins) -> tuple[str, ...]:
    pin = pins.get(url)
    return (
        fate,
        "" if pin is None else f"{pin.commit or '-'}"[:12],
        "" if pin is None else pin.sha256[:12],
        url,
    )


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


class _Checking(Locked):
    """Gives what is locked, and remembers whether something is not."""

    is_complete = True

    def content(self, source: Remote) -> bytes:
        """Return the content that is locked. Raises RemoteError."""
        try:
            return super().content(source)
        except RemoteError:
            self.is_complete = False
            raise


def _check(policy: Path, *, color: bool) -> int:
    from tagward_service.fetching.locking import sharers

    _, pins = read_lock(policy.parent)
    code = Exit.CLEAN
    for name in sharers(policy.parent, policy.name, pins):
        if not _is_current(policy.parent / name, color=color):
            code = Exit.FINDINGS
    if code == Exit.CLEAN:
        sys.stdout.write(f"{policy.parent / LOCK} is complete: {_files(len(pins))} locked\n")
    return code


def _is_current(policy: Path, *, color: bool) -> bool:
    """Say whether all is locked that a policy takes, and no more. Raises PolicyError for other faults."""
    locked = _Checking(policy)
    try:
        ask_for_all(policy, locked)
    except PolicyError as error:
        if locked.is_complete:
            raise
        show_diagnostics(error, color=color)
        return False
    unused = tuple(locked.unused())
    if unused:
        from tagward.diagnostics import render

        sys.stderr.writelines(render(each, color=color) + "\n" for each in unused)
    return not unused
