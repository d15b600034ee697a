"""`tagward init`: a starter policy, CI snippets and a pre-commit entry."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.cli import starters
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.writing import write_file

_DESCRIPTION = """\
Write what a repository needs to begin: tagward.yaml, which extends the pack ml-platform, a first test of
it, a job for GitHub Actions and one for GitLab CI, and an entry for pre-commit. What is there is kept."""

_NEXT = """
next:
  1. edit tagward.yaml: the teams, what is exempt, from when a violation fails
  2. tagward check                      see what the policy says and what each cloud can enforce
  3. tagward test                       see that the policy means what you think; add your cases
  4. terraform show -json plan.out | tagward lint -
"""


def parser() -> Parser:
    """Build the parser of `tagward init`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("init", "[DIR] [options]", _DESCRIPTION, f"examples:\n  tagward init infra/\n\n{codes}")
    built.add_argument("directory", nargs="?", default=".", metavar="DIR", help="where; here if not given")
    built.add_argument("--force", action="store_true", help="overwrite our own files where they are there")
    return built


def run(arguments: argparse.Namespace) -> int:
    """Write the starter files that are not there yet; raises UsageError when none could be written."""
    base = Path(arguments.directory)
    try:
        base.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        raise UsageError(f"cannot make the directory {quoted(str(base))}: {reason}") from None
    kept = [] if arguments.force else [name for name in starters.FILES if (base / name).exists()]
    if len(kept) == len(starters.FILES):
        raise UsageError("everything is there already; --force overwrites it")
    for name, content in starters.FILES.items():
        if name in kept:
            sys.stdout.write(f"kept   {name} (--force overwrites it)\n")
        else:
            write_file(base / name, content)
            sys.stdout.write(f"wrote  {name}\n")
    _pre_commit(base / starters.PRE_COMMIT_FILE)
    sys.stdout.write(_NEXT)
    return Exit.CLEAN


def _pre_commit(path: Path) -> None:
    if not path.exists():
        write_file(path, starters.PRE_COMMIT)
        sys.stdout.write(f"wrote  {path.name}\n")
    elif "tagward" not in path.read_text(encoding="utf-8", errors="replace"):
        entry = "".join(f"  {line}\n" for line in starters.PRE_COMMIT.splitlines())
        sys.stdout.write(f"kept   {path.name}, which is not ours to change; add the hook:\n{entry}")
