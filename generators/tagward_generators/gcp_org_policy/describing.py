"""What somebody reads whose resource was denied: every label that may be wrong, and what to set it to."""

from collections.abc import Iterable
from datetime import date

from tagward.conditions import in_words
from tagward.policy import Policy, Tag
from tagward_generators.advice import expected
from tagward_generators.rules import EVERY_TAG, Rule

LONGEST = 2_000
"""Characters that Google takes in a description."""

ON_ALL = {
    "forbid.keys": "no label may have a forbidden key",
    "forbid.values": "no label may have a value of a forbidden form",
    "limits.closed": "no label may have a key that the policy does not name",
    "limits.max_tags": "no resource may have more labels than the policy allows",
}


def description(policy: Policy, rules: Iterable[Rule], day: date) -> str:
    """Name each label and its fix, as many as fit."""
    every = tuple(rules)
    ids = dict.fromkeys(rule.tag for rule in every if rule.tag != EVERY_TAG)
    said = [
        *(_of_tag(tag, every, day) for tag in policy.tags if tag.id in ids),
        *(ON_ALL[rule.kind] for rule in every if rule.kind in ON_ALL),
    ]
    return _fitting(f"The labels do not follow the policy {policy.name}:", said)


def _of_tag(tag: Tag, rules: Iterable[Rule], day: date) -> str:
    kinds = {rule.kind for rule in rules if rule.tag == tag.id}
    values = expected(tag, day) or "any value that says something"
    needed = "set it to" if kinds & {"required", "blank"} else "where it is set, use"
    message = f" ({tag.message})" if tag.message else ""
    return f"{tag.keys['gcp']}{_because(tag, rules)}, {needed} {values}{message}"


def _because(tag: Tag, rules: Iterable[Rule]) -> str:
    """Say when the label must be there, if not always."""
    asked = [
        tag.requirements[int(each.subject)]
        for each in rules
        if each.tag == tag.id and each.kind == "required"
    ]
    words = [in_words(each.when).replace("`", "") for each in asked if each.when]
    return f" when {' or when '.join(words)}" if words and len(words) == len(asked) else ""


def _fitting(head: str, said: list[str]) -> str:
    for kept in range(len(said), 0, -1):
        text = f"{head} {'; '.join(said[:kept])}{_rest(len(said) - kept)}."
        if len(text) <= LONGEST:
            return text
    return f"{head[:-1]}."


def _rest(count: int) -> str:
    return f"; and {count} more" if count else ""
