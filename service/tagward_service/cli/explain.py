"""`tagward explain`: say why one resource is judged as it is."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import InputError, UsageError
from tagward.policy import Policy, Tag
from tagward.resource import Resource
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import Settings, resolve
from tagward_service.sources.finding import find
from tagward_service.sources.interface import Place

IN = options.Option(
    name="in", metavar="PATH", many=True, help="the file that holds the resource; - is standard input"
)
OPTIONS = (
    IN,
    options.POLICY,
    options.AS_OF,
    options.ACCOUNT,
    options.REGION,
    options.NAMESPACE,
    options.COLOR,
)
_DESCRIPTION = """\
Say why a resource is judged as it is: whether it takes tags and why, which tags it has and where each
comes from, and for every tag of the policy which requirements hold, what a violation does today and
later, what is exempt, and what native guardrails do about it."""

_EXAMPLES = """\
examples:
  tagward explain aws_instance.trainer --in plan.json
  tagward explain 'module.lab.*' ml-team --in plan.json --as-of 2027-01-15
  tagward explain prod-ml/Deployment/serving --in manifests/
"""


def parser() -> Parser:
    """Build the parser of `tagward explain`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("explain", "RESOURCE [TAG] --in PATH [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    about = "an address (NAMESPACE/Kind/name) or id, a part of it, or a glob"
    built.add_argument("resource", metavar="RESOURCE", help=about)
    built.add_argument("tag", nargs="?", metavar="TAG", help="only this tag of the policy")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Find the resource and explain it."""
    settings = resolve(OPTIONS, arguments, os.environ)
    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of)
    tags = _tags(policy, arguments.tag)
    resource = find(arguments.resource, _resources(settings, policy))
    from tagward_service.cli.explaining import explain

    sys.stdout.writelines(explain(policy, resource, tags, as_of))
    return Exit.CLEAN


def _tags(policy: Policy, name: str | None) -> tuple[Tag, ...]:
    if name is None:
        return policy.tags
    tag = policy.tag(name)
    if tag is None:
        known = [tag.id for tag in policy.tags]
        guess = did_you_mean(name, known)
        hint = f"did you mean `{guess}`?" if guess else f"its tags: {', '.join(known)}"
        raise UsageError(f"the policy has no tag {quoted(name)}; {hint}")
    return (tag,)


def _resources(settings: Settings, policy: Policy) -> Iterator[Resource]:
    from tagward_service.sources import read_inputs

    paths = settings.texts("in")
    if not paths:
        raise UsageError("missing --in PATH; name the plan or the manifest that holds the resource")
    place = Place(
        settings.text("account"), settings.text("region"), settings.text("namespace"), policy.workloads
    )
    for reading in read_inputs(paths, place=place, changed_only=False):
        if isinstance(reading, InputError):
            raise reading
        yield from reading.resources
