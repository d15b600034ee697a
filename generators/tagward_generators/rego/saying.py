"""What the rules say to those whose resource breaks one."""

from datetime import date

from tagward.policy import Policy
from tagward_generators import advice
from tagward_generators.rules import Rule

OF_ALL_TAGS = {
    "forbid.keys": "a tag has a key that the policy forbids: remove it",
    "forbid.values": "a tag has a value of a form that the policy forbids: remove it",
    "limits.closed": "a tag has a key that is not in the policy: remove it, or correct its spelling",
}


def said(rule: Rule, policy: Policy, cloud: str, day: date) -> str:
    """Say what is wrong and what to do."""
    tag = policy.tag(rule.tag)
    if tag is None:
        too_many = f"there are more than the {policy.max_tags} tags that the policy allows: remove some"
        return OF_ALL_TAGS.get(rule.kind, too_many)
    match rule.kind:
        case "required":
            return advice.missing(tag, cloud, day, tag.requirements[int(rule.subject)])
        case "blank":
            return advice.blank(tag, cloud, day)
        case "replaces":
            return advice.replaced(tag, cloud)
        case _:
            return advice.wrong(tag, cloud, day)
