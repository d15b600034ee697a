"""`tagward dispute decide`: what comes of a dispute."""

from __future__ import annotations

import argparse
import os

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.dispute_options import BY, COMMON, REASON, check_team, needed, person
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.store_options import opened_to_read

OUTCOMES = ("excluded", "reassigned", "rejected")
TO = options.Option(
    name="to", metavar="TEAM", help="the team that has the costs from now on, when reassigned"
)
OPTIONS = (REASON, TO, BY, *COMMON)

_DESCRIPTION = """\
Decide a dispute. The costs that it is about become nobody's (excluded), another team's (reassigned), or stay
where they are (rejected), from the next showback on and in every month that it is about. A decision can be
taken anew; what was decided before stays in the history."""

_EXAMPLES = """\
examples:
  tagward dispute decide D-7 reassigned --to search --reason "their index"
  tagward dispute decide D-8 excluded --reason "a test of finance"
  tagward dispute decide D-9 rejected --reason "tagged by themselves" --by finops@example.com
"""


def parser() -> Parser:
    """Build the parser of `tagward dispute decide`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    usage = "ID OUTCOME --reason TEXT [options]"
    built = Parser("dispute decide", usage, _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("id", metavar="ID", help="as `tagward dispute list` has it: D-7")
    built.add_argument("outcome", metavar="OUTCOME", help=", ".join(OUTCOMES))
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Decide a dispute and show it."""
    from tagward_service.cli.dispute_outputs import check_formats, write_one
    from tagward_service.store.dispute_interface import DisputeState

    settings = resolve(OPTIONS, arguments, os.environ)
    check_formats(settings)
    outcome, reason = _outcome(arguments.outcome), needed(settings, "reason")
    to, as_of = _to(settings, outcome), settings.day("as_of")
    policy = load_policy(settings, as_of, note=not settings.flag("quiet"))
    if to:
        check_team(settings, policy, to, on=as_of)
    with opened_to_read(settings) as store:
        found = store.disputes.change(
            policy.name, arguments.id, DisputeState(outcome), reason=reason, by=person(settings), to=to
        )
    write_one(found, settings)
    return Exit.CLEAN


def _outcome(text: str) -> str:
    if text not in OUTCOMES:
        guess = did_you_mean(text, OUTCOMES)
        hint = f"did you mean `{guess}`?" if guess else f"choose from {', '.join(OUTCOMES)}"
        raise UsageError(f"{quoted(text)} is no outcome; {hint}")
    return text


def _to(settings: Settings, outcome: str) -> str:
    to = (settings.text("to") or "").strip()
    if (outcome == "reassigned") != bool(to):
        raise UsageError("`--to TEAM` names who has the costs when they are reassigned, and then alone")
    return to
