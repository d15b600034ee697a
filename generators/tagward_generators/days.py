"""What a policy enforces on a day and surface, and the days on which that changes."""

from collections.abc import Iterator
from datetime import date, timedelta

from tagward.policy import Allowed, Policy, Stage, Tag


def changes_on(policy: Policy, as_of: date, *, cloud: str, surface: str) -> tuple[date, ...]:
    """List the days after `as_of` on which another guardrail is due: dates of a policy are inclusive."""
    tags = [tag for tag in policy.tags if cloud in tag.keys]
    days = {day for tag in tags for day in _days(tag, surface)}
    ids = {tag.id for tag in tags}
    days |= {_after(each.expires) for each in policy.exemptions if ids & set(each.tags)}
    return tuple(sorted(day for day in days if day > as_of))


def _days(tag: Tag, surface: str) -> Iterator[date]:
    for stage in tag.enforce:
        if stage.start is not None and _on(stage, surface):
            yield stage.start
    for alias in tag.aliases:
        if alias.until is not None:
            yield _after(alias.until)
    if isinstance(tag.constraint, Allowed):
        yield from map(_after, tag.constraint.until.values())


def not_yet(tag: Tag, day: date, surface: str) -> str:
    """Say why a tag denies nothing on a day and surface; "" when it does."""
    mode = tag.mode(day, surface)
    if mode == "deny":
        return ""
    starts = (stage.start for stage in tag.enforce if stage.mode == "deny" and _on(stage, surface))
    coming = sorted(start for start in starts if start is not None and start > day)
    if coming:
        return f"not enforced before {coming[0]} (mode {mode})"
    return f"not enforced {PLACES[surface]} (mode {mode})"


PLACES = {"cloud": "in the cloud", "admission": "at admission", "ci": "in CI", "scan": "by scans"}
"""How to say where a surface is."""


def _on(stage: Stage, surface: str) -> bool:
    return not stage.surfaces or surface in stage.surfaces


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
