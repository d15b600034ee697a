"""What must hold of a policy beyond its shape: every rule can match, every value and key is possible."""

from collections.abc import Iterator
from datetime import timedelta

from tagward.check_keys import check_keys
from tagward.check_selectors import check_conditions, check_selector
from tagward.check_values import check_values
from tagward.diagnostics import Diagnostic, did_you_mean, quoted
from tagward.globs import matcher
from tagward.merging import Merger
from tagward.patterns import PatternError, parse
from tagward.policy import Exemption, Policy, Tag
from tagward.yaml_reader import Path


def check(policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    """List what is wrong with a merged policy."""
    if not policy.tags and not (policy.forbidden_keys or policy.forbidden_values):
        yield merger.at((), "the policy names no tag", hint="add one under `tags`")
    for name, scope in policy.scopes.items():
        yield from check_selector(scope, ("scopes", name), policy, merger)
        if scope.is_empty():
            yield merger.at(("scopes", name), "an empty scope selects everything", hint="name its accounts")
    for tag in policy.tags:
        yield from _check_requirements(tag, policy, merger)
        yield from check_values(tag, policy, merger)
    yield from check_keys(policy, merger)
    yield from _check_forbid_and_limits(policy, merger)
    for exemption in policy.exemptions:
        yield from _check_exemption(exemption, policy, merger)


def _check_requirements(tag: Tag, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    for number, requirement in enumerate(tag.requirements):
        path: Path = ("tags", tag.id, "required")
        if len(tag.requirements) > 1:
            path = (*path, number)
        yield from check_selector(requirement.on, (*path, "on"), policy, merger)
        if requirement.when is not None:
            yield from check_conditions(tag, requirement.when, (*path, "when"), policy, merger)


def _check_forbid_and_limits(policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    for pattern in policy.forbidden_values:
        try:
            parse(pattern)
        except PatternError as error:
            hint = f"write {quoted(error.portable)}" if error.portable else None
            yield merger.at(("forbid", "values"), f"{quoted(pattern)}: {error}", hint=hint)
    if policy.forbidden_keys:
        forbidden = matcher(policy.forbidden_keys)
        for tag in policy.tags:
            for key in sorted({*tag.keys.values(), *(alias.key for alias in tag.aliases)}):
                if forbidden(key):
                    yield merger.at(
                        ("forbid", "keys"), f"this forbids {quoted(key)}, a key of the tag `{tag.id}`"
                    )
    always = sum(any(each.when is None for each in tag.requirements) for tag in policy.tags)
    if policy.max_tags is not None and policy.max_tags < always:
        said = f"no resource can hold both: {always} tags are required, and at most {policy.max_tags} allowed"
        yield merger.at(("limits", "max_tags"), said)


def _check_exemption(exemption: Exemption, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    known = [tag.id for tag in policy.tags]
    for number, tag_id in enumerate(exemption.tags):
        if tag_id not in known:
            close = did_you_mean(tag_id, known)
            yield merger.at_exemption(
                exemption.id,
                ("tags", number),
                f"there is no tag {quoted(tag_id)}",
                hint=f"did you mean `{close}`?" if close else None,
                accepted=tuple(known),
            )
    if exemption.match.is_empty():
        said = "an exemption must say what it matches"
        yield merger.at_exemption(exemption.id, ("match",), said, at_key=True)
    latest = merger.as_of + timedelta(days=merger.max_exemption_days)
    if exemption.expires > latest:
        said = f"the exemption lasts more than {merger.max_exemption_days} days"
        hint = f"let it expire by {latest}, or set `defaults: {{max_exemption_days: N}}`"
        yield merger.at_exemption(exemption.id, ("expires",), said, hint=hint)
    yield from check_selector(exemption.match, ("match",), policy, merger, exemption=exemption.id)
