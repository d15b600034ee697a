"""`tagward explain`: say why one resource is judged as it is."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from tagward.diagnostics import did_you_mean, printable, quoted
from tagward.errors import InputError, UsageError
from tagward.policy import Policy, Tag
from tagward.resource import Resource
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import Settings, resolve
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
MOST = 10
"""So many candidates are listed."""

_DESCRIPTION = """\
Say why a resource is judged as it is: whether it takes tags and why, which tags it has and where each
comes from, and for every tag of the policy which requirements hold, what a violation does today and
later, what is exempt, and what native guardrails do about it."""

_EXAMPLES = """\
examples:
  tagward explain aws_instance.trainer --in plan.json
  tagward explain 'module.lab.*' ml-team --in plan.json --as-of 2027-01-15
  tagward explain Deployment/serving --in manifests/
"""


def parser() -> Parser:
    """Build the parser of `tagward explain`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("explain", "RESOURCE [TAG] --in PATH [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("resource", metavar="RESOURCE", help="an address or id, a part of it, or a glob")
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


def find(wanted: str, resources: Iterable[Resource]) -> Resource:
    """Find the one resource that is meant: exactly, else by a glob, else by a part of its address."""
    every = list(resources)
    for fits in (_is, _matches, _holds):
        found = [each for each in every if fits(wanted, each)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(_listed(f"{quoted(wanted)} fits {len(found)} resources; name one:", found))
    raise UsageError(_none(wanted, every))


def _is(wanted: str, resource: Resource) -> bool:
    return wanted in (resource.address, resource.id)


def _matches(wanted: str, resource: Resource) -> bool:
    return fnmatchcase(resource.address, wanted)


def _holds(wanted: str, resource: Resource) -> bool:
    return wanted.casefold() in resource.address.casefold()


def _none(wanted: str, every: list[Resource]) -> str:
    if not every:
        return "the input holds no resource"
    guess = did_you_mean(wanted, {each.address for each in every})
    if guess:
        return f"no resource is called {quoted(wanted)}; did you mean {quoted(guess)}?"
    return _listed(f"no resource is called {quoted(wanted)}; there are:", every)


def _listed(heading: str, resources: list[Resource]) -> str:
    shown = [f"  {printable(each.address)}{_line(each)}" for each in resources[:MOST]]
    more = [f"  ... and {len(resources) - MOST} more"] if len(resources) > MOST else []
    return "\n".join([heading, *shown, *more])


def _line(resource: Resource) -> str:
    return "" if resource.line is None else f"  {printable(resource.file)}:{resource.line}"
