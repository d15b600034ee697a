"""`tagward dispute open`: a team says that some costs are not theirs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.dispute_options import BY, COMMON, REASON, check_team, needed, person
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.store_options import opened_to_write

if TYPE_CHECKING:
    from tagward_service.store.dispute_interface import About

TEAM = options.Option(name="team", metavar="NAME", help="the team that has the costs now; mandatory")
ABOUT = tuple(
    options.Option(
        name=name, metavar="NAME", many=True, help=f"{what}: exact or a glob, once or several times"
    )
    for name, what in (
        ("resource", "id of a resource"),
        ("service", "a service, as the bill calls it"),
        ("account", "an account, subscription or project of the cloud"),
        ("project", "a project, as tags name it"),
    )
)
PERIOD = options.Option(
    name="period", metavar="YYYY-MM", many=True, help="only this month, once or several times"
)
FROM = options.Option(
    name="from", metavar="CSV", help="resources from a list: gaps or lines of a bill, exactly those"
)
OPTIONS = (TEAM, REASON, *ABOUT, FROM, PERIOD, BY, *COMMON)

_DESCRIPTION = """\
Keep in the store that a team says some costs are not theirs. What is named has to hold all together (a
service in an account in a month); of several resources, services ... any. Costs stay where they are until
`tagward dispute decide`; every showback tells how much each dispute is about."""

_EXAMPLES = """\
examples:
  tagward dispute open --team fraud --resource arn:aws:s3:::lake --reason "the lake is shared"
  tagward dispute open --team fraud --service "Amazon S3" --period 2026-10 --reason "not ours"
  tagward dispute open --team fraud --from gaps.csv --reason "of the team before us" --by ada@example.com
"""


def parser() -> Parser:
    """Build the parser of `tagward dispute open`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser(
        "dispute open", "--team NAME --reason TEXT [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}"
    )
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Open a dispute and show it."""
    from tagward_service.cli.dispute_outputs import check_formats, write_one

    settings = resolve(OPTIONS, arguments, os.environ)
    check_formats(settings)
    team, reason = needed(settings, "team"), needed(settings, "reason")
    policy = load_policy(settings, settings.day("as_of"), note=not settings.flag("quiet"))
    check_team(settings, policy, team)
    about = _about(settings)
    with opened_to_write(settings) as store:
        found = store.disputes.open(policy.name, team, about, reason=reason, by=person(settings))
    write_one(found, settings)
    return Exit.CLEAN


def _about(settings: Settings) -> About:
    from tagward_service.cli.dispute_lines import resources_in
    from tagward_service.showback.rules import MONTH
    from tagward_service.store.dispute_interface import About

    for period in settings.texts("period"):
        if not MONTH.fullmatch(period):
            raise UsageError(f"{quoted(period)} is no month; write it like 2026-10")
    file = settings.text("from")
    listed = resources_in(Path(file)) if file else ()
    resources = tuple(dict.fromkeys((*settings.texts("resource"), *listed)))
    names = (settings.texts(name) for name in ("service", "account", "project", "period"))
    return About(resources, *names)
