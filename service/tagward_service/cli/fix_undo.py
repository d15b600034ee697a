"""`tagward fix undo`: take back what a journal says was written."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tagward_service.cli.fix_performing import CODES, perform
from tagward_service.cli.fix_performing import OPTIONS as COMMON
from tagward_service.cli.parser import Parser
from tagward_service.cli.settings import resolve

OPTIONS = COMMON

_DESCRIPTION = """\
Give the tags that a journal names the values that they had, and remove those that were not there. A tag that
somebody has changed since is left as it is. Nothing is done twice, and the journal of the undo is beside."""

_EXAMPLES = f"""\
examples:
  tagward fix undo plan.yaml.journal --dry-run
  tagward fix undo plan.yaml.journal --yes

{CODES}"""


def parser() -> Parser:
    """Build the parser of `tagward fix undo`."""
    built = Parser("fix undo", "JOURNAL [options]", _DESCRIPTION, _EXAMPLES)
    built.add_argument("journal", metavar="JOURNAL", help="what `tagward fix apply` wrote")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Take back what was written, and return the exit code."""
    from tagward_service.fix.journal import undoing

    settings = resolve(OPTIONS, arguments, os.environ)
    path = Path(arguments.journal)
    return perform(undoing(path), path.with_name(f"{path.name}.undo"), f"undo {path.name}", settings)
