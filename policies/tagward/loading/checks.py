"""What must hold of a policy beyond its shape: every rule can match, every value and key is possible."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from tagward.diagnostics import Diagnostic, did_you_mean, quoted
from tagward.loading.check_conditions import check_conditions
from tagward.loading.check_forbidden import check_forbidden
from tagward.loading.check_keys import check_keys
from tagward.loading.check_selectors import check_scope, check_selector
from tagward.loading.check_stages import check_stages
from tagward.loading.check_values import check_values
from tagward.loading.merging import Merger
from tagward.policy import Exemption, Policy, Requirement, Tag

REQUIRED = Requirement()


def check(policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    """List what is wrong with a merged policy."""
    if not policy.tags and not (policy.forbidden_keys or policy.forbidden_values):
        yield merger.written.at((), "the policy names no tag", hint="add one under `tags`")
    for name, scope in policy.scopes.items():
        yield from check_scope(scope, ("scopes", name), merger.written.at)
    for tag in policy.tags:
        yield from _check_requirements(tag, policy, merger)
        yield from check_values(tag, policy, merger)
        yield from check_stages(tag, merger)
    yield from check_keys(policy, merger)
    yield from check_forbidden(policy, merger)
    yield from _check_limits(policy, merger)
    for number, exemption in enumerate(policy.exemptions):
        yield from _check_exemption(number, exemption, policy, merger)


def _check_requirements(tag: Tag, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    for number, requirement in enumerate(tag.requirements):
        path = merger.written.requirement(tag.id, number)
        yield from check_selector(requirement.on, (*path, "on"), policy, merger.written.at)
        yield from check_conditions(tag, number, policy, merger)


def _check_limits(policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    always = sum(REQUIRED in tag.requirements for tag in policy.tags)
    if policy.max_tags is not None and policy.max_tags < always:
        said = f"no resource can hold both: {always} tags are required, and at most {policy.max_tags} allowed"
        yield merger.written.at(("limits", "max_tags"), said)


def _check_exemption(
    number: int, exemption: Exemption, policy: Policy, merger: Merger
) -> Iterator[Diagnostic]:
    at = partial(merger.written.at_exemption, number)
    known = [tag.id for tag in policy.tags]
    for place, tag_id in enumerate(exemption.tags):
        if tag_id not in known:
            close = did_you_mean(tag_id, known)
            hint = f"did you mean `{close}`?" if close else None
            yield at(("tags", place), f"there is no tag {quoted(tag_id)}", hint=hint, accepted=tuple(known))
    if exemption.match.is_empty():
        said = "an exemption must say what it matches"
        yield at(("match",), said, at_key=True)
    longest = timedelta(days=merger.max_exemption_days)
    if merger.new_exemptions and exemption.expires - merger.as_of > longest:
        said = f"the exemption lasts more than {merger.max_exemption_days} days"
        hint = f"let it expire by {merger.as_of + longest}, or set `defaults: {{max_exemption_days: N}}`"
        yield at(("expires",), said, hint=hint)
    yield from check_selector(exemption.match, ("match",), policy, at)
