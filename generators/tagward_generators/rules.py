"""The rules of a policy, one by one: every target answers for each of them."""

from collections.abc import Iterator

from msgspec import Struct

from tagward.policy import Policy, Tag

EVERY_TAG = "*"
"""The tag of a rule on all tags of a resource."""


class Rule(Struct, frozen=True):
    """One rule: `tag` is a tag id or `*`, `name` what fidelity rows call it, `subject` what it is about.

    `kind` is required, value, blank, replaces, alias, forbid.keys, forbid.values, limits.closed,
    limits.max_tags or exemption. `subject` is the number of a requirement, the key of an alias, or the id
    of an exemption.
    """

    tag: str
    name: str
    kind: str
    subject: str = ""


def rules(policy: Policy) -> tuple[Rule, ...]:
    """List the rules of a policy in source order: tag by tag, then forbid, limits and exemptions.

    A tag has one rule for each requirement (named as its findings name it), one for blank values where it
    can be required, one for its values, one for values that are replaced, and one for each alias.
    """
    return (*(rule for tag in policy.tags for rule in _of_tag(tag)), *_of_policy(policy))


def requirement_name(number: int, tag: Tag) -> str:
    """Return what findings call a requirement of a tag."""
    return f"required[{number}]" if len(tag.requirements) > 1 else "required"


def _of_tag(tag: Tag) -> Iterator[Rule]:
    for number, _ in enumerate(tag.requirements):
        yield Rule(tag.id, requirement_name(number, tag), "required", str(number))
    if tag.requirements:
        yield Rule(tag.id, "blank", "blank")
    if tag.constraint is not None:
        yield Rule(tag.id, "value", "value")
    if tag.replaces:
        yield Rule(tag.id, "replaces", "replaces")
    for alias in tag.aliases:
        yield Rule(tag.id, f"alias {alias.key}", "alias", alias.key)


def _of_policy(policy: Policy) -> Iterator[Rule]:
    for name, there in (
        ("forbid.keys", bool(policy.forbidden_keys)),
        ("forbid.values", bool(policy.forbidden_values)),
        ("limits.closed", policy.closed),
        ("limits.max_tags", policy.max_tags is not None),
    ):
        if there:
            yield Rule(EVERY_TAG, name, name)
    for exemption in policy.exemptions:
        yield Rule(EVERY_TAG, f"exemption {exemption.id}", "exemption", exemption.id)
