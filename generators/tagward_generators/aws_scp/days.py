"""What a policy denies on a day, and the days on which that changes."""

from collections.abc import Iterator
from datetime import date, timedelta

from tagward.policy import Allowed, Policy, Tag

SURFACE = "cloud"
"""What guardrails of a cloud are compiled for."""


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def changes_on(policy: Policy, as_of: date) -> tuple[date, ...]:
    """List the days after `as_of` on which another guardrail is due: dates of a policy are inclusive."""
    tags = [tag for tag in policy.tags if "aws" in tag.keys]
    days = {day for tag in tags for day in _days(tag)}
    ids = {tag.id for tag in tags}
    days |= {_after(each.expires) for each in policy.exemptions if ids & set(each.tags)}
    return tuple(sorted(day for day in days if day > as_of))


def _days(tag: Tag) -> Iterator[date]:
    for stage in tag.enforce:
        if stage.start is not None and (not stage.surfaces or SURFACE in stage.surfaces):
            yield stage.start
    for alias in tag.aliases:
        if alias.until is not None:
            yield _after(alias.until)
    if isinstance(tag.constraint, Allowed):
        yield from map(_after, tag.constraint.until.values())


def not_yet(tag: Tag, day: date) -> str:
    """Say why a tag denies nothing in the cloud on a day; "" when it does."""
    mode = tag.mode(day, SURFACE)
    if mode == "deny":
        return ""
    starts = (s.start for s in tag.enforce if s.mode == "deny" and (not s.surfaces or SURFACE in s.surfaces))
    coming = sorted(start for start in starts if start is not None and start > day)
    return (
        f"not enforced before {coming[0]} (mode {mode})"
        if coming
        else f"not enforced in the cloud (mode {mode})"
    )
