"""Checks on values: some value is possible, everywhere the policy names, and the example is one."""

from collections.abc import Iterator

from tagward.clouds import named
from tagward.diagnostics import Diagnostic, Steps, quoted
from tagward.judging.values import fits, folded, is_blank
from tagward.loading.merging import Merger
from tagward.patterns import (
    PatternError,
    parse,
    satisfiable,
    satisfiable_on,
    satisfiable_on_values,
)
from tagward.policy import Allowed, Matches, Policy, Tag


def check_values(tag: Tag, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    """List what is wrong with the values of a tag."""
    match tag.constraint:
        case Allowed() as allowed:
            yield from _check_allowed(tag, allowed, policy, merger)
        case Matches(pattern):
            yield from _check_pattern(tag, pattern, merger)
    yield from _check_example(tag, policy, merger)
    yield from _check_replaced(tag, policy, merger)


def _check_allowed(tag: Tag, allowed: Allowed, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    path: Steps = ("tags", tag.id, "registry" if allowed.registry else "values")
    placeholders = folded(policy.placeholders)
    for value in allowed.values:
        if is_blank(value, placeholders):
            hint = "remove it here, or from `defaults: {placeholders: [...]}`"
            said = f"the value {quoted(value)} counts as missing: it is blank or a placeholder"
            yield merger.written.at(merger.value_path(tag.id, value), said, hint=hint)
    if allowed.values and not allowed.on(merger.as_of):
        yield merger.written.at(path, f"every value of the registry `{allowed.registry}` is retired")
    for cloud in _named_clouds(tag):
        illegal = satisfiable_on_values(allowed.values, cloud)
        if allowed.values and len(illegal) == len(allowed.values):
            yield merger.written.at(path, f"none of these values is legal on {cloud}, which the policy names")


def _check_pattern(tag: Tag, pattern: str, merger: Merger) -> Iterator[Diagnostic]:
    path: Steps = ("tags", tag.id, "pattern")
    if not _is_portable(pattern):
        return  # reported when the pattern was read
    try:
        if not satisfiable(pattern):
            yield merger.written.at(path, "no value can match this pattern")
            return
        for cloud in _named_clouds(tag):
            if not satisfiable_on(pattern, cloud):
                said = f"no value that is legal on {cloud}, which the policy names, matches this pattern"
                yield merger.written.at(
                    path, said, hint=f"change the pattern, or leave {cloud} out of the tag"
                )
    except PatternError as error:
        yield merger.written.at(path, str(error))


def _is_portable(pattern: str) -> bool:
    try:
        parse(pattern)
    except PatternError:
        return False
    return True


def _named_clouds(tag: Tag) -> list[str]:
    by_selector = frozenset().union(*(named(each.on) for each in tag.requirements))
    by_key = {cloud for cloud, key in tag.keys.items() if key != tag.id}
    return [cloud for cloud in tag.keys if cloud in by_selector | by_key]


def _check_example(tag: Tag, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    if tag.example and not _accepts(tag, tag.example, policy, merger):
        said = f"the example {quoted(tag.example)} is not a value that the tag accepts"
        yield merger.written.at(("tags", tag.id, "example"), said)


def _accepts(tag: Tag, value: str, policy: Policy, merger: Merger) -> bool:
    if is_blank(value, folded(policy.placeholders)):
        return False
    return value not in tag.replaces and fits(tag, value, merger.as_of)


def _check_replaced(tag: Tag, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    placeholders = folded(policy.placeholders)
    for old, new in tag.replaces.items():
        path: Steps = ("tags", tag.id, "replaces", old)
        if old == new:
            yield merger.written.at(path, f"{quoted(old)} is replaced by itself", at_key=True)
        elif new in tag.replaces:
            said = f"{quoted(new)} is replaced too: name the value to use in the end"
            yield merger.written.at(path, said)
        elif is_blank(new, placeholders) or not fits(tag, new, merger.as_of):
            yield merger.written.at(path, f"the value {quoted(new)} is not one that the tag accepts")
        if is_blank(old, placeholders):
            said = f"this can never match: {quoted(old)} counts as missing"
            yield merger.written.at(path, said, at_key=True)
        elif isinstance(tag.constraint, Allowed) and old in tag.constraint.values:
            said = f"{quoted(old)} is both allowed and replaced"
            yield merger.written.at(path, said, at_key=True)
