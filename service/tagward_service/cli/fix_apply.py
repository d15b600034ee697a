"""`tagward fix apply`: perform a plan that somebody has looked at."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tagward_service.cli import options
from tagward_service.cli.fix_performing import CODES, perform
from tagward_service.cli.fix_performing import OPTIONS as COMMON
from tagward_service.cli.parser import Parser
from tagward_service.cli.settings import resolve

if TYPE_CHECKING:
    from tagward_service.fix.interface import Target
    from tagward_service.fix.plan import Write

ONLY = options.Option(
    name="only", choices=("certain",), help="leave out what somebody would have to know to be right"
)
JOURNAL = options.Option(
    name="journal", metavar="FILE", help="where every write is noted before it is done; else PLAN.journal"
)
OPTIONS = (ONLY, JOURNAL, *COMMON)

_DESCRIPTION = """\
Perform the tag writes of a plan with the tagging API of each cloud. Every tag is read before it is written:
one that has changed since the scan is left as it is. What will be written is noted in a journal, with which
`tagward fix undo` takes it back. It can be stopped and run again: what is done is not done twice."""

_EXAMPLES = f"""\
examples:
  tagward fix apply plan.yaml --dry-run
  tagward fix apply plan.yaml --only certain --yes
  tagward fix apply plan.yaml --role tagward-fix --contexts prod-eu

{CODES}"""


def parser() -> Parser:
    """Build the parser of `tagward fix apply`."""
    built = Parser("fix apply", "PLAN [options]", _DESCRIPTION, _EXAMPLES)
    built.add_argument("plan", metavar="PLAN", help="what `tagward fix plan` wrote")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Perform a plan, and return the exit code."""
    from tagward_service.fix.interface import Change
    from tagward_service.fix.plan import read

    settings = resolve(OPTIONS, arguments, os.environ)
    path = Path(arguments.plan)
    plan = read(path)
    only = settings.text("only")
    wanted = (each for each in plan.writes if only is None or each.confidence == only)
    changes = [Change(_target(each), each.key, each.old, each.new) for each in wanted]
    journal = Path(settings.text("journal") or f"{path}.journal")
    return perform(changes, journal, f"apply {path.name}", settings)


def _target(write: Write) -> Target:
    from tagward_service.fix.interface import Target

    return Target(write.cloud, write.account, write.region, write.resource, write.type)
