"""`tagward dispute show`: one dispute with its history."""

from __future__ import annotations

import argparse
import os

from tagward_service.cli.dispute_options import COMMON
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import resolve
from tagward_service.cli.store_options import opened_to_read

_DESCRIPTION = "Show one dispute: what it is about, and everything that was said and decided."

_EXAMPLES = """\
examples:
  tagward dispute show D-7
  tagward dispute show D-7 -f json
"""


def parser() -> Parser:
    """Build the parser of `tagward dispute show`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("dispute show", "ID [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("id", metavar="ID", help="as `tagward dispute list` has it: D-7")
    built.takes(COMMON)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Show a dispute."""
    from tagward_service.cli.dispute_outputs import check_formats, write_one

    settings = resolve(COMMON, arguments, os.environ)
    check_formats(settings)
    policy = load_policy(settings, settings.day("as_of"), note=not settings.flag("quiet"))
    with opened_to_read(settings) as store:
        found = store.disputes.get(policy.name, arguments.id)
    write_one(found, settings)
    return Exit.CLEAN
