"""Resource Manager tags that must be there: an option, for they are no labels, and no report sees them."""

from collections.abc import Iterator

from tagward.catalog import gcp_constraints, native_types
from tagward.judging.spelling import nearest
from tagward_generators.gcp_org_policy.constraints import Constraint
from tagward_generators.gcp_org_policy.names import Name
from tagward_generators.gcp_org_policy.projects import EVERYWHERE
from tagward_generators.gcp_org_policy.settings import SETTING, Settings
from tagward_generators.rules import Rule, requirement_name
from tagward_generators.selecting import Kind
from tagward_generators.targets import CompileError
from tagward_generators.violations import Violations

METHOD = "GOVERN_TAGS"

AT_ONCE = 8
"""So many keys, of 63 characters each, fit a condition of 1,000."""


def mandatory_tags(violations: Violations, settings: Settings) -> Iterator[Constraint]:
    """Make constraints for each type that can be told to carry tags.

    A tag is asked for where it is required without any condition, and must be bound to the resource itself.
    Raises CompileError for a tag that the policy does not have.
    """
    for tag in settings.tag_keys:
        if tag not in violations.tags:
            raise CompileError(_unknown(tag, violations))
    for type_ in gcp_constraints().tag_keys:
        asked = [tag for tag in settings.tag_keys if _always_required(tag, type_, violations)]
        keys = [violations.tags[tag].tag.keys["gcp"] for tag in asked]
        for number, first in enumerate(range(0, len(keys), AT_ONCE), 1):
            name = Name(f"{violations.policy.name}-tags", type_, settings.dry_run, EVERYWHERE, number)
            yield _constraint(name, keys[first : first + AT_ONCE], settings.organization)


def _always_required(tag_id: str, resource_type: str, violations: Violations) -> bool:
    facts = violations.tags[tag_id]
    if facts.hidden:
        return False
    type_ = f"gcp:{resource_type}"
    kind = Kind(type_, native_types(type_))
    rules = (
        Rule(tag_id, requirement_name(number, facts.tag), "required", str(number))
        for number, _ in enumerate(facts.tag.requirements)
    )
    return any(
        each.mode == "deny" and each.broken == facts.missing()
        for rule in rules
        for each in violations.of(rule, kind)
    )


def _constraint(name: Name, keys: list[str], organization: str) -> Constraint:
    first, *rest = [f'resource.hasDirectTagKey("{organization}/{key}")' for key in keys]
    return Constraint(
        name,
        (METHOD,),
        (first, *(f"&& {each}" for each in rest)),
        f"{name.policy.removesuffix('-tags')}: tags of {name.words}",
        f"The resource needs tags (not labels) with the keys {', '.join(keys)}, bound to itself.",
        action="ALLOW",
    )


def _unknown(tag: str, violations: Violations) -> str:
    close = nearest(tag, violations.tags)
    hint = f"did you mean `{close}`?" if close else f"there are: {', '.join(violations.tags)}"
    return f"`{tag}` in `{SETTING}.tag_keys` is no tag of the policy on GCP; {hint}"
