"""`tagward dispute withdraw`: a team lets a dispute go."""

from __future__ import annotations

import argparse
import os

from tagward_service.cli.dispute_options import BY, COMMON, REASON, needed, person
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import resolve
from tagward_service.cli.store_options import opened_to_read

OPTIONS = (REASON, BY, *COMMON)

_DESCRIPTION = """\
Let a dispute go, decided or not: its costs are the team's again, and it stays withdrawn."""

_EXAMPLES = """\
examples:
  tagward dispute withdraw D-7 --reason "it is ours after all"
"""


def parser() -> Parser:
    """Build the parser of `tagward dispute withdraw`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("dispute withdraw", "ID --reason TEXT [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("id", metavar="ID", help="as `tagward dispute list` has it: D-7")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Withdraw a dispute and show it."""
    from tagward_service.cli.dispute_outputs import check_formats, write_one
    from tagward_service.store.dispute_interface import DisputeState

    settings = resolve(OPTIONS, arguments, os.environ)
    check_formats(settings)
    reason = needed(settings, "reason")
    policy = load_policy(settings, settings.day("as_of"), note=not settings.flag("quiet"))
    with opened_to_read(settings) as store:
        found = store.disputes.change(
            policy.name, arguments.id, DisputeState.WITHDRAWN, reason=reason, by=person(settings)
        )
    write_one(found, settings)
    return Exit.CLEAN
