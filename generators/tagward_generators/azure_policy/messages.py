"""What Azure tells those whose resource breaks a rule."""

from datetime import date

from tagward.policy import Policy, Tag
from tagward_generators import advice
from tagward_generators.azure_policy.reach import CLOUD
from tagward_generators.rules import Rule

NOT_SAID = "missing, blank or a placeholder"


def message(rule: Rule, policy: Policy, day: date) -> str:
    """Say what to do about a rule that is broken."""
    tag = policy.tag(rule.tag)
    return _of_tag(rule, tag, day) if tag else _of_every_tag(rule, policy)


def _of_tag(rule: Rule, tag: Tag, day: date) -> str:
    match rule.kind:
        case "required":
            return advice.missing(tag, CLOUD, day, tag.requirements[int(rule.subject)], what=NOT_SAID)
        case "blank":
            return advice.missing(tag, CLOUD, day, what=NOT_SAID)
        case "value":
            return advice.wrong(tag, CLOUD, day)
        case _:
            return advice.replaced(tag, CLOUD)


def _of_every_tag(rule: Rule, policy: Policy) -> str:
    match rule.kind:
        case "forbid.keys":
            return f"a tag name is forbidden ({', '.join(policy.forbidden_keys)}): remove the tag"
        case "limits.closed":
            known = sorted(tag.keys[CLOUD] for tag in policy.tags if CLOUD in tag.keys)
            return f"a tag name is not in the policy: use {', '.join(known)}"
        case _:
            return f"more than {policy.max_tags} tags: remove some"
