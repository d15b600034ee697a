"""`tagward check`: validate a policy, and say what it asks for and what each cloud can enforce."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date

from tagward.conditions import in_words
from tagward.diagnostics import render
from tagward.judging.values import one_of
from tagward.policy import CLOUDS, EVERYTHING, Allowed, Matches, Policy, Requirement, Selector, Tag
from tagward_generators import GUARDRAILS, target
from tagward_generators.targets import CompileError, MissingExtraError
from tagward_service.cli import options
from tagward_service.cli.enforcement import Compiled, compilations, fidelity_table
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import checked_policy, take_given
from tagward_service.cli.settings import resolve
from tagward_service.cli.tables import aligned
from tagward_service.cli.terminal import wants_color

TARGET = options.Option(
    name="target",
    short="-t",
    metavar="TARGET",
    many=True,
    help="list these targets only, and exit with 1 when one of them cannot take the policy",
)
OPTIONS = (TARGET, options.POLICY, options.AS_OF, options.COLOR)

_DESCRIPTION = """\
Validate a policy. Every problem is shown with its place, and what is odd is warned of; a valid policy is
summed up: the tags, what each cloud can enforce natively, the exemptions with the days they have left, the
catalogue's sources."""

_EXAMPLES = """\
examples:
  tagward check
  tagward check pack:finops-core
  tagward check policies/tagward.yaml -t aws-scp -t kubernetes-vap"""


def parser() -> Parser:
    """Build the parser of `tagward check`."""
    codes = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE)
    codes = codes.replace("findings at or above --fail-on", "a target that --target names cannot take it")
    built = Parser("check", "[POLICY] [options]", _DESCRIPTION, f"{_EXAMPLES}\n\n{codes}")
    built.add_argument("given", nargs="?", metavar="POLICY", help="a path or pack:NAME, as --policy")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Load the policy and sum it up."""
    take_given(arguments)
    settings = resolve(OPTIONS, arguments, os.environ)
    as_of = settings.day("as_of")
    targets = _targets(settings.texts("target"))
    policy, warnings = checked_policy(settings, as_of)
    color = wants_color(sys.stderr, settings.text("color") or "auto")
    for warning in warnings:
        sys.stderr.write(render(warning, color=color) + "\n")
    sys.stdout.write(f"{settings.text('policy')} is valid\n\n")
    compiled = list(compilations(policy, as_of, names=targets or GUARDRAILS))
    for section in _sections(policy, as_of, compiled):
        sys.stdout.write(section)
    return Exit.FINDINGS if targets and _refuse(compiled) else Exit.CLEAN


def _refuse(compiled: Sequence[Compiled]) -> bool:
    """Say whether a target cannot take the policy; raises MissingExtraError where nobody can tell."""
    refused = [outcome for _, outcome in compiled if isinstance(outcome, CompileError)]
    for each in refused:
        if isinstance(each, MissingExtraError):
            raise each
    return bool(refused)


def _targets(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the targets that were named; raises UsageError for one that does not exist."""
    for name in names:
        target(name)
    return tuple(dict.fromkeys(names))


def _sections(policy: Policy, as_of: date, compiled: Sequence[Compiled]) -> Iterator[str]:
    yield aligned(_about(policy, as_of), indent="")
    yield "\ntags\n" + aligned([_tag(tag, as_of) for tag in policy.tags])
    yield from _spellings(policy)
    yield from _exemptions(policy, as_of)
    yield from _enforcement(compiled)
    yield "\ncatalogue\n" + aligned(_sources())


def _about(policy: Policy, as_of: date) -> list[tuple[str, str]]:
    readiness = policy.readiness
    rows = [("policy", f"{policy.name} {policy.version}"), ("sha256", policy.sha256)]
    if policy.owner:
        rows.append(("owner", policy.owner))
    if policy.description:
        rows.append(("about", policy.description))
    rows.append(("readiness", f"{readiness.threshold:g} % of {readiness.measure}"))
    rows.append(("as of", as_of.isoformat()))
    return rows


def _tag(tag: Tag, as_of: date) -> tuple[str, ...]:
    required = "; ".join(map(in_short, tag.requirements)) or "optional"
    return (tag.id, required, constraint(tag), f"{tag.mode(as_of, 'ci')} in CI")


def in_short(requirement: Requirement) -> str:
    """Say a requirement in a few words: how strongly, where, when."""
    where = "" if requirement.on == EVERYTHING else f" on {selector_in_words(requirement.on)}"
    when = "" if requirement.when is None else f" when {in_words(requirement.when)}"
    return f"{requirement.level}{where}{when}"


def selector_in_words(selector: Selector) -> str:
    """Say which resources a selector means."""
    named = ((field, getattr(selector, field)) for field in selector.__struct_fields__)
    return ", ".join(f"{field} {' or '.join(globs)}" for field, globs in named if globs) or "everything"


def constraint(tag: Tag) -> str:
    """Say which values a tag may have."""
    match tag.constraint:
        case Allowed(values, registry):
            return f"{len(values)} values of registry `{registry}`" if registry else one_of(values)
        case Matches(pattern):
            return f"`{pattern}`"
        case None:
            return "any value"


def _spellings(policy: Policy) -> Iterator[str]:
    different = [tag for tag in policy.tags if any(key != tag.id for key in tag.keys.values())]
    if different:
        rows = [(tag.id, *(tag.keys.get(cloud, "-") for cloud in CLOUDS)) for tag in different]
        yield "\nspellings\n" + aligned([("tag", *CLOUDS), *rows])


def _exemptions(policy: Policy, as_of: date) -> Iterator[str]:
    if policy.exemptions:
        rows = [
            (each.id, ", ".join(each.tags), _left((each.expires - as_of).days), each.owner, each.reason)
            for each in policy.exemptions
        ]
        yield "\nexemptions\n" + aligned(rows)


def _left(days: int) -> str:
    if days < 0:
        return f"expired {-days} day{'' if days == -1 else 's'} ago"
    return "last day" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"


def _enforcement(compiled: Sequence[Compiled]) -> Iterator[str]:
    yield "\nnative enforcement\n"
    for name, outcome in compiled:
        if isinstance(outcome, CompileError):
            yield aligned([(name, f"cannot take this policy: {outcome}")])
    taken = [outcome for _, outcome in compiled if not isinstance(outcome, CompileError)]
    yield fidelity_table(taken, indent="  ")


def _sources() -> list[tuple[str, ...]]:
    from tagward.catalog import sources

    return [(source.name, source.version, source.date, source.what) for source in sources()]
