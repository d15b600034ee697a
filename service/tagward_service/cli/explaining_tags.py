"""The explanation of one tag on one resource: requirements, mode, inheritance, exemptions, guardrails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tagward.conditions import Lookup, holds, in_words
from tagward.findings import Assessment
from tagward.judging.carriers import Finder, own_carrier
from tagward.judging.values import folded, is_blank
from tagward.policy import Policy, Requirement, Selector, Tag
from tagward.resource import Resource, TagValue
from tagward.selectors import Answer, selects
from tagward_service.cli.check import constraint
from tagward_service.cli.tables import aligned

SURFACE = "ci"
_HOLDS = {True: "holds", False: "does not hold", None: "cannot be told"}
_SELECTED = {True: "selects it", False: "does not select it", None: "cannot be told"}

Row = tuple[str, str]


def explain_tag(policy: Policy, resource: Resource, tag: Tag, assessment: Assessment, as_of: date) -> str:
    """Return the section on one tag."""
    key = tag.keys.get(resource.cloud)
    if key is None:
        return f"\n{tag.id}\n" + aligned([("applies", f"no: the policy does not use it on {resource.cloud}")])
    rows = [
        ("key", f"`{key}`"),
        ("written in", ", then ".join(policy.written.get(tag.id, ()))),
        ("values", constraint(tag)),
        *_requirements(policy, resource, tag, as_of),
        *_modes(tag, as_of),
        ("inherits", ", ".join(tag.inherit) or "nothing"),
        *_aliases(tag, as_of),
        *_exemptions(policy, resource, tag, as_of),
        *_verdict(tag, assessment),
    ]
    return f"\n{tag.id}\n" + aligned(rows)


def lookup_on(policy: Policy, resource: Resource, as_of: date) -> Lookup:
    """Return the function that finds the value of a tag as conditions see it."""
    placeholders = folded(policy.placeholders)
    carrier = own_carrier(resource)

    def lookup(tag_id: str) -> TagValue | None:
        tag = policy.tag(tag_id)
        if tag is None or resource.cloud not in tag.keys:
            return None
        aliases = [alias for alias in tag.aliases if alias.accepted(as_of)]
        found = Finder(tag.keys[resource.cloud], aliases, tag.inherit, resource.cloud)(carrier)
        if found is None:
            return carrier.open
        blank = isinstance(found.value, str) and is_blank(found.value, placeholders)
        return None if blank else found.value

    return lookup


def _requirements(policy: Policy, resource: Resource, tag: Tag, as_of: date) -> Iterator[Row]:
    if not tag.requirements:
        yield "required", "no: the tag is optional, only its value is checked"
    lookup = lookup_on(policy, resource, as_of)
    for requirement in tag.requirements:
        parts = [*_selector(policy, resource, requirement.on), *_condition(requirement, lookup)]
        yield requirement.level, "; ".join(parts) or "always, everywhere"


def _selector(policy: Policy, resource: Resource, selector: Selector) -> Iterator[str]:
    for field in selector.__struct_fields__:
        globs: tuple[str, ...] = getattr(selector, field)
        if globs:
            answer: Answer = selects(Selector(**{field: globs}), resource, policy.scopes)
            yield f"{field} {' or '.join(globs)} {_SELECTED[answer]}"


def _condition(requirement: Requirement, lookup: Lookup) -> Iterator[str]:
    if requirement.when is not None:
        yield f"when {in_words(requirement.when)}: {_HOLDS[holds(requirement.when, lookup)]}"


def _modes(tag: Tag, as_of: date) -> Iterator[Row]:
    yield "mode", f"{tag.mode(as_of, SURFACE)} in CI today ({as_of})"
    for stage in tag.enforce:
        if stage.start is not None and stage.start > as_of:
            where = f" on {', '.join(stage.surfaces)}" if stage.surfaces else " everywhere"
            days = (stage.start - as_of).days
            yield "later", f"{stage.mode}{where} from {stage.start} ({days} day{'' if days == 1 else 's'})"


def _aliases(tag: Tag, as_of: date) -> Iterator[Row]:
    for alias in tag.aliases:
        term = f"until {alias.until}" if alias.until else "for ever"
        yield "alias", f"`{alias.key}` {'accepted' if alias.accepted(as_of) else 'was accepted'} {term}"


def _exemptions(policy: Policy, resource: Resource, tag: Tag, as_of: date) -> Iterator[Row]:
    for each in policy.exemptions:
        if tag.id in each.tags:
            answer = _SELECTED[selects(each.match, resource, policy.scopes)]
            state = "expired" if each.expires < as_of else "until"
            yield "exemption", f"{each.id} ({state} {each.expires}, {each.owner}) {answer}: {each.reason}"


def _verdict(tag: Tag, assessment: Assessment) -> Iterator[Row]:
    about = [finding for finding in assessment.findings if finding.tag == tag.id]
    if not about:
        yield "verdict", "fine"
    for finding in about:
        yield "verdict", f"{finding.status} {finding.code.value}: {finding.message}"
        if finding.fix:
            yield "fix", finding.fix
