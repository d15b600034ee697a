"""`tagward check`: validate a policy, and say what it asks for and what each cloud can enforce."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import date

from tagward.conditions import in_words
from tagward.judging.values import one_of
from tagward.policy import CLOUDS, EVERYTHING, Allowed, Matches, Policy, Requirement, Selector, Tag
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import resolve
from tagward_service.cli.tables import aligned

OPTIONS = (options.POLICY, options.AS_OF, options.COLOR)

_DESCRIPTION = """\
Validate a policy. Every problem is shown with its place; a valid policy is summed up: the tags, what
each cloud can enforce natively, the exemptions with the days they have left, the catalogue's sources."""

_EXAMPLES = (
    "examples:\n  tagward check\n  tagward check pack:finops-core\n  tagward check policies/tagward.yaml"
)


def parser() -> Parser:
    """Build the parser of `tagward check`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("check", "[POLICY] [options]", _DESCRIPTION, f"{_EXAMPLES}\n\n{codes}")
    built.add_argument("given", nargs="?", metavar="POLICY", help="a path or pack:NAME, as --policy")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Load the policy and sum it up."""
    arguments.policy = arguments.given or arguments.policy
    settings = resolve(OPTIONS, arguments, os.environ)
    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of)
    sys.stdout.write(f"{settings.text('policy')} is valid\n\n")
    for section in _sections(policy, as_of):
        sys.stdout.write(section)
    return Exit.CLEAN


def _sections(policy: Policy, as_of: date) -> Iterator[str]:
    yield aligned(_about(policy, as_of), indent="")
    yield "\ntags\n" + aligned([_tag(tag, as_of) for tag in policy.tags])
    yield from _spellings(policy)
    yield from _exemptions(policy, as_of)
    yield from _enforcement(policy, as_of)
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


def _enforcement(policy: Policy, as_of: date) -> Iterator[str]:
    from tagward_generators.targets import CompileError
    from tagward_service.cli.enforcement import compilations, fidelity_table

    yield "\nnative enforcement\n"
    compiled = []
    for name, outcome in compilations(policy, as_of):
        if isinstance(outcome, CompileError):
            yield aligned([(name, f"cannot take this policy: {outcome}")])
        else:
            compiled.append(outcome)
    yield fidelity_table(compiled, indent="  ")


def _sources() -> list[tuple[str, ...]]:
    from tagward.catalog import sources

    return [(source.name, source.version, source.date, source.what) for source in sources()]
