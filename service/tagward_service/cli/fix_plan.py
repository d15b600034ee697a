"""`tagward fix plan`: propose tag writes for what the latest scans found."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tagward_service.cli import options
from tagward_service.cli.exits import Exit
from tagward_service.cli.failures import complain
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.scan_options import SNAPSHOTS
from tagward_service.cli.scan_sources import several
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.store_options import STORE, opened_to_read
from tagward_service.cli.writing import check_file, write_atomically

if TYPE_CHECKING:
    from tagward_service.fix.plan import Plan
    from tagward_service.store.interface import Wanted

OUTPUT = options.Option(
    name="output", short="-o", metavar="FILE", help="where the plan goes; standard output if not given"
)
MAP = options.Option(
    name="map",
    metavar="FILE",
    help="CSV of values by place: columns account, namespace, region, type, name or cloud (globs), and tags",
)
FILTERS = tuple(
    options.Option(name=name, metavar="NAME,..", many=True, help=f"only findings of these {name}")
    for name in ("clouds", "accounts", "regions", "namespaces", "types", "tags")
)
OPTIONS = (OUTPUT, MAP, *FILTERS, STORE, SNAPSHOTS, options.POLICY, options.AS_OF, options.QUIET)

_DESCRIPTION = """\
Propose tag writes for open findings of the latest scans, as a file that a person reviews. A value is
`certain` when the policy itself says it (an alias, a misspelt key, a value that is replaced), and `proposed`
when it stands elsewhere: on what the resource lives in, or in a map of accounts. What nothing is said about
is listed with why, and never guessed."""

_EXAMPLES = """\
examples:
  tagward fix plan -o plan.yaml
  tagward fix plan --clouds aws --tags ml-team --map accounts.csv -o plan.yaml
  tagward fix plan --accounts 111122223333 --store postgresql://tagward@db/tagward

exit codes:
  0  a plan was written, however much is in it
  2  usage, policy or input error
"""


def parser() -> Parser:
    """Build the parser of `tagward fix plan`."""
    built = Parser("fix plan", "[options]", _DESCRIPTION, _EXAMPLES)
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Write a plan, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    file = settings.text("output")
    if file is not None:
        check_file(Path(file))
    plan = _plan(settings)
    from tagward_service.fix.plan import text

    if file is None:
        sys.stdout.write(text(plan))
    else:
        write_atomically(Path(file), lambda stream: stream.write(text(plan)))
    if not settings.flag("quiet"):
        complain(_summary(plan), color=False, label="note")
    return Exit.CLEAN


def _plan(settings: Settings) -> Plan:
    from tagward_service.fix.account_map import EMPTY, read_map
    from tagward_service.fix.planning import make_plan

    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of, note=not settings.flag("quiet"))
    file = settings.text("map")
    accounts = EMPTY if file is None else read_map(Path(file), policy, as_of)
    with opened_to_read(settings) as store:
        snapshots = settings.text("snapshots") or ""
        return make_plan(store, policy, as_of, _wanted(settings), snapshots=snapshots, accounts=accounts)


def _wanted(settings: Settings) -> Wanted:
    from tagward_service.store.interface import Wanted

    return Wanted(
        clouds=several(settings, "clouds"),
        accounts=several(settings, "accounts"),
        regions=several(settings, "regions"),
        namespaces=several(settings, "namespaces"),
        types=several(settings, "types"),
        tags=several(settings, "tags"),
    )


def _summary(plan: Plan) -> str:
    by_confidence = Counter(write.confidence for write in plan.writes)
    counts = ", ".join(f"{count:,} {confidence}" for confidence, count in sorted(by_confidence.items()))
    proposed = f"{len(plan.writes):,} writes ({counts})" if plan.writes else "no writes"
    by_hand = sum(bool(write.command) for write in plan.writes)
    told = f", {by_hand:,} of them by the `command` that stands beside them" if by_hand else ""
    return f"{proposed}{told}; {len(plan.left):,} findings without a proposal"
