"""`tagward dispute list`: costs that teams say are not theirs, and what came of it."""

from __future__ import annotations

import argparse
import os

from tagward_service.cli import options
from tagward_service.cli.dispute_options import COMMON, FORMATS
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import resolve
from tagward_service.cli.store_options import opened_to_read

STATES = ("open", "excluded", "reassigned", "rejected", "withdrawn")

TEAM = options.Option(
    name="team", metavar="NAME", many=True, help="only those of this team, or that gave it costs"
)
STATE = options.Option(
    name="state", choices=STATES, many=True, help="only those in this state, once or several times"
)
OPTIONS = (TEAM, STATE, *COMMON)

_DESCRIPTION = f"""\
List the disputes of the policy that the store keeps, the newest first.

formats: {", ".join(FORMATS)}"""

_EXAMPLES = """\
examples:
  tagward dispute list --state open
  tagward dispute list --team fraud -f csv=disputes.csv
"""


def parser() -> Parser:
    """Build the parser of `tagward dispute list`."""
    built = Parser(
        "dispute list", "[options]", _DESCRIPTION, f"{_EXAMPLES}\n{explained(Exit.CLEAN, Exit.USAGE)}"
    )
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """List disputes."""
    from tagward_service.cli.dispute_outputs import check_formats, write_all
    from tagward_service.store.dispute_interface import DisputeState, DisputesWanted

    settings = resolve(OPTIONS, arguments, os.environ)
    check_formats(settings)
    policy = load_policy(settings, settings.day("as_of"), note=not settings.flag("quiet"))
    states = [DisputeState(state) for state in settings.texts("state")]
    wanted = DisputesWanted(policy.name, settings.texts("team"), states)
    with opened_to_read(settings) as store:
        found = store.disputes.every(wanted)
    write_all(found, settings)
    return Exit.CLEAN
