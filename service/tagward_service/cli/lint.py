"""`tagward lint`: check plans, states and manifests against a policy."""

from __future__ import annotations

import argparse
import gc
import os
import sys

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.failures import complain
from tagward_service.cli.outputs import chosen, write_report
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy, with_unknown
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.showing import config_shown
from tagward_service.cli.terminal import wants_color
from tagward_service.lint import Outcome, lint
from tagward_service.outputs import FORMATS
from tagward_service.sources.interface import Place

OPTIONS = (
    options.POLICY,
    options.FORMAT,
    options.FAIL_ON,
    options.UNKNOWN,
    options.AS_OF,
    options.CHANGED_ONLY,
    options.ALLOW_EMPTY,
    options.ACCOUNT,
    options.REGION,
    options.NAMESPACE,
    options.COLOR,
    options.QUIET,
    options.SHOW_CONFIG,
)

_DESCRIPTION = f"""\
Check Terraform or OpenTofu plans and states (JSON), Kubernetes manifests (YAML or JSON) and
CloudFormation templates. What a file holds is found by its content; directories are walked.

formats: {", ".join(FORMATS)};
every option can also be set as TAGWARD_<OPTION>."""

_EXAMPLES = """\
examples:
  terraform show -json plan.out | tagward lint -
  tagward lint plan.json manifests/
  tagward lint plan.json -f text -f sarif=tagward.sarif -f markdown=comment.md
  tagward lint plan.json --as-of 2027-01-15 --fail-on warning
"""

_NOTHING = "no input holds a resource that is there to stay, so nothing was evaluated"
_UNPLACED = "no resource is of a type that anybody knows to take tags or not, so nothing was evaluated"
_UNCHANGED = "no input holds a resource that an apply would change, so nothing was evaluated"

_CODES = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE, Exit.NOTHING, Exit.INCOMPLETE)


def parser() -> Parser:
    """Build the parser of `tagward lint`."""
    built = Parser("lint", "PATH... [options]", _DESCRIPTION, f"{_EXAMPLES}\n{_CODES}")
    built.add_argument("paths", nargs="*", metavar="PATH", help="files or directories; - is standard input")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Judge the inputs, write every output, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    outputs = chosen(settings.texts("format"))
    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of, note=not settings.flag("quiet"))
    policy = with_unknown(policy, settings)
    if config_shown(settings):
        return Exit.CLEAN
    if not arguments.paths:
        raise UsageError("missing PATH; give files or directories, or - for standard input")
    from tagward_service.sources import read_inputs

    gc.disable()
    gc.freeze()
    readings = read_inputs(
        arguments.paths, place=_place(settings, policy), changed_only=settings.flag("changed_only")
    )
    outcome = lint(policy, readings, as_of=as_of)
    for name, file in outputs:
        write_report(outcome.report, name, file, settings)
    return _finish(outcome, settings)


def _place(settings: Settings, policy: Policy) -> Place:
    return Place(
        account=settings.text("account"),
        region=settings.text("region"),
        namespace=settings.text("namespace"),
        workloads=policy.workloads,
    )


def _finish(outcome: Outcome, settings: Settings) -> int:
    """Show the inputs that failed, after the outputs so that they are seen, and choose the exit code."""
    color = wants_color(sys.stderr, settings.text("color") or "auto")
    sys.stdout.flush()
    for error in outcome.errors:
        complain(str(error), color=color)
    if outcome.errors:
        return Exit.USAGE
    verdict = outcome.verdict(settings.text("fail_on") or "error", allow_empty=settings.flag("allow_empty"))
    if verdict == "nothing" and not settings.flag("quiet"):
        resources = outcome.report.summary.resources
        why = _UNPLACED if resources else _UNCHANGED if settings.flag("changed_only") else _NOTHING
        complain(f"{why}; --allow-empty accepts that", color=color, label="note")
    return Exit[verdict.upper()]
