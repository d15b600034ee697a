"""What to tell somebody whose resource breaks a rule: short sentences for messages of native guardrails."""

from datetime import date

from tagward.conditions import in_words
from tagward.judging.values import one_of
from tagward.policy import Allowed, Matches, Requirement, Tag


def missing(
    tag: Tag, cloud: str, day: date, requirement: Requirement | None = None, *, what: str = "missing"
) -> str:
    """Say that a tag must be there, why, and what to set it to."""
    because = (
        f", required because {_plain(in_words(requirement.when))}" if requirement and requirement.when else ""
    )
    return _sentence(f"{tag.keys[cloud]} is {what}{because}: set it{_to(tag, day)}", tag)


def blank(tag: Tag, cloud: str, day: date) -> str:
    """Say that a blank value counts as missing."""
    return _sentence(f"{tag.keys[cloud]} is blank or a placeholder: set it{_to(tag, day)}", tag)


def wrong(tag: Tag, cloud: str, day: date) -> str:
    """Say which values a tag may have."""
    return _sentence(f"{tag.keys[cloud]} has a value that is not accepted: use{_values(tag, day)}", tag)


def replaced(tag: Tag, cloud: str) -> str:
    """Say which values stand in for older ones."""
    pairs = ", ".join(f"{new} for {old}" for old, new in tag.replaces.items())
    return _sentence(f"{tag.keys[cloud]} has an older value: use {pairs}", tag)


def expected(tag: Tag, day: date) -> str:
    """Say in a few words which values a tag may have; "" when any will do."""
    match tag.constraint:
        case Allowed(values, registry) as allowed:
            valid = allowed.on(day)
            listed = one_of(value for value in values if value in valid)
            if not registry:
                return f"one of {listed}"
            return f"a value of {registry}, such as {listed}" if listed else f"a value of {registry}"
        case Matches(pattern):
            example = f", such as {tag.example}" if tag.example else ""
            return f"a value of the form {pattern}{example}"
        case None:
            return f"a value such as {tag.example}" if tag.example else ""


def _to(tag: Tag, day: date) -> str:
    said = expected(tag, day)
    return f" to {said}" if said else ""


def _values(tag: Tag, day: date) -> str:
    return f" {expected(tag, day) or 'another'}"


def _plain(words: str) -> str:
    return words.replace("`", "")


def _sentence(said: str, tag: Tag) -> str:
    return f"{said}. {tag.message}" if tag.message else said
