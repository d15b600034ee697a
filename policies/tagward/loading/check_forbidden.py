"""Checks on what is forbidden: patterns are portable, and nothing that a tag asks for is among it."""

from collections.abc import Iterator

from tagward.diagnostics import Diagnostic, quoted
from tagward.judging.housekeeping import forbidden_keys
from tagward.loading.merging import Merger
from tagward.patterns import PatternError, compile_pattern, of_pattern, parse
from tagward.policy import Allowed, Matches, Policy, Tag


def check_forbidden(policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    """List what is wrong with `forbid`."""
    for pattern in policy.forbidden_values:
        try:
            parse(pattern)
        except PatternError as error:
            hint = f"write {quoted(error.portable)}" if error.portable else None
            yield merger.written.at_forbidden("values", pattern, str(error), hint=hint)
        else:
            yield from _values_of_tags(pattern, policy, merger)
    yield from _keys_of_tags(policy, merger)


def _values_of_tags(pattern: str, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    for tag in policy.tags:
        said = _forbidden_of(tag, pattern, merger)
        if said:
            hint = "change this pattern, or what the tag accepts"
            yield merger.written.at_forbidden("values", pattern, f"this forbids {said}", hint=hint)


def _forbidden_of(tag: Tag, pattern: str, merger: Merger) -> str:
    """Say what of a tag's own a pattern of forbidden values matches, "" when nothing."""
    is_forbidden = compile_pattern(pattern)
    if isinstance(tag.constraint, Allowed):
        valid = tag.constraint.on(merger.as_of)
        values = [value for value in tag.constraint.values if value in valid and is_forbidden(value)]
        more = f" (and {len(values) - 1} more)" if len(values) > 1 else ""
        if values:
            return f"{quoted(values[0])}{more}, a value of the tag `{tag.id}`"
    elif isinstance(tag.constraint, Matches) and _is_within(tag.constraint.pattern, pattern):
        return f"every value of the tag `{tag.id}`"
    if tag.example and is_forbidden(tag.example):
        return f"{quoted(tag.example)}, the example of the tag `{tag.id}`"
    replacing = next((new for new in tag.replaces.values() if is_forbidden(new)), None)
    return "" if replacing is None else f"{quoted(replacing)}, which replaces a value of the tag `{tag.id}`"


def _is_within(pattern: str, forbidden: str) -> bool:
    try:
        return of_pattern(pattern).is_subset_of(of_pattern(forbidden))
    except PatternError:
        return False  # not portable, which is reported where it is written, or too complex to tell


def _keys_of_tags(policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    for tag in policy.tags:
        for cloud, key in sorted({*_keys(tag)}):
            for glob in policy.forbidden_keys:
                if forbidden_keys((glob,), cloud)(key):
                    said = f"this forbids {quoted(key)}, a key of the tag `{tag.id}`"
                    yield merger.written.at_forbidden("keys", glob, said)


def _keys(tag: Tag) -> Iterator[tuple[str, str]]:
    for cloud, key in tag.keys.items():
        yield from ((cloud, each) for each in (key, *(alias.key for alias in tag.aliases)))
