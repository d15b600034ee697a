"""Telling whether a child policy asks for less than the policy it extends."""

from collections.abc import Iterator
from datetime import date, timedelta

from tagward import patterns
from tagward.policy import EVERYTHING, MODES, SURFACES, Allowed, Matches, Policy, Requirement, Tag


def loosened(before: Tag, after: Tag) -> Iterator[tuple[str, str]]:
    """List (field, what got looser) for everything that `after` asks less of than `before`."""
    checks = {
        "required": _asks_less(before.requirements, after.requirements),
        "values": _allows_more(before, after),
        "keys": _respells(before, after),
        "aliases": _accepts_more_keys(before, after),
        "replaces": not set(before.replaces.items()) <= set(after.replaces.items()),
        "inherit": not set(after.inherit) <= set(before.inherit),
        "enforce": _enforces_less(before, after),
    }
    words = {
        "required": "the tag is required in fewer cases",
        "values": "values are accepted that were not",
        "keys": "the spelling of the key changes",
        "aliases": "keys are accepted that were not",
        "replaces": "an old value is not replaced any more",
        "inherit": "inherited tags count that did not",
        "enforce": "a violation does less on some day or surface",
    }
    yield from ((field, words[field]) for field, looser in checks.items() if looser)


def _asks_less(before: tuple[Requirement, ...], after: tuple[Requirement, ...]) -> bool:
    if any(each.on == EVERYTHING and each.when is None and each.level == "required" for each in after):
        return False
    return not all(_is_implied(each, after) for each in before)


def _is_implied(requirement: Requirement, by: tuple[Requirement, ...]) -> bool:
    return any(
        each.on in (requirement.on, EVERYTHING)
        and each.when in (requirement.when, None)
        and (each.level == "required" or requirement.level == "recommended")
        for each in by
    )


def _allows_more(before: Tag, after: Tag) -> bool:
    try:
        return _constrains_less(before, after)
    except patterns.PatternError:
        return before.constraint != after.constraint  # too complex to prove: only the same is no looser


def _constrains_less(before: Tag, after: Tag) -> bool:
    match before.constraint, after.constraint:
        case None, _:
            return False
        case Allowed() as old, Allowed() as new:
            return any(not _outlives(old, new, value) for value in new.values)
        case Matches(pattern), Allowed(values):
            language = patterns.of_pattern(pattern)
            return not all(map(language.accepts, values))
        case Matches(old_pattern), Matches(new_pattern):
            return not patterns.of_pattern(new_pattern).is_subset_of(patterns.of_pattern(old_pattern))
        case Allowed(values), Matches(pattern):
            found = patterns.of_pattern(pattern).values(len(values))
            return found is None or not set(found) <= set(values)
    return True


def _outlives(old: Allowed, new: Allowed, value: str) -> bool:
    """Say whether `old` accepts a value for as long as `new` does."""
    return value in old.values and new.until.get(value, date.max) <= old.until.get(value, date.max)


def _respells(before: Tag, after: Tag) -> bool:
    """Say whether a spelling that was chosen changes; choosing one where there was none is adding."""
    return any(after.keys.get(cloud) != key for cloud, key in before.keys.items() if key != before.id)


def _accepts_more_keys(before: Tag, after: Tag) -> bool:
    old = {alias.key: alias.until or date.max for alias in before.aliases}
    return any(old.get(alias.key, date.min) < (alias.until or date.max) for alias in after.aliases)


def _enforces_less(before: Tag, after: Tag) -> bool:
    starts = {stage.start for stage in (*before.enforce, *after.enforce) if stage.start is not None}
    days = {date.min, *starts, *(start - timedelta(days=1) for start in starts if start > date.min)}
    return any(
        MODES.index(after.staged_mode(day, surface)) < MODES.index(before.staged_mode(day, surface))
        for day in days
        for surface in SURFACES
    )


def loosened_limits(before: Policy, after: Policy) -> Iterator[tuple[str, str]]:
    """List (field, what got looser) for the limits of a policy."""
    if before.closed and not after.closed:
        yield "closed", "keys that the policy does not name are allowed"
    if before.max_tags is not None and (after.max_tags is None or after.max_tags > before.max_tags):
        yield "max_tags", "more tags are allowed"
