"""Checks on selectors and conditions: each must be able to match something."""

from collections.abc import Iterator
from typing import Any

from tagward.clouds import reachable
from tagward.conditions import tags_of
from tagward.diagnostics import Diagnostic, did_you_mean, quoted
from tagward.globs import is_literal, matcher, split
from tagward.merging import Merger
from tagward.patterns import PatternError, compile_pattern
from tagward.policy import CLOUDS, Allowed, Condition, Matches, Policy, Selector, Tag
from tagward.yaml_reader import Path


class _At:
    """Builds diagnostics about one selector, wherever it is written."""

    def __init__(self, path: Path, merger: Merger, exemption: str | None) -> None:
        self.path = path
        self.merger = merger
        self.exemption = exemption

    def __call__(self, path: Path, message: str, **details: Any) -> Diagnostic:
        whole = (*self.path, *path)
        if self.exemption is not None:
            return self.merger.at_exemption(self.exemption, whole, message, **details)
        return self.merger.at(whole, message, **details)


def check_selector(
    selector: Selector, path: Path, policy: Policy, merger: Merger, *, exemption: str | None = None
) -> Iterator[Diagnostic]:
    """List what is wrong with a selector."""
    at = _At(path, merger, exemption)
    found = [
        *_check_clouds(selector, at),
        *_check_types(selector, at),
        *_check_scopes(selector, policy, at),
        *_check_contradictions(selector, at),
    ]
    yield from found
    if not found and not reachable(selector):
        yield at((), "this can never match: its fields belong to different clouds")


def _check_clouds(selector: Selector, at: _At) -> Iterator[Diagnostic]:
    for number, glob in enumerate(selector.clouds):
        plain = glob.removeprefix("!")
        if not any(map(matcher((plain,)), CLOUDS)):
            close = did_you_mean(plain, CLOUDS)
            hint = f"did you mean `{close}`?" if close else None
            yield at(("clouds", number), f"there is no cloud {quoted(plain)}", hint=hint, accepted=CLOUDS)


def _check_types(selector: Selector, at: _At) -> Iterator[Diagnostic]:
    from tagward import catalog

    for number, glob in enumerate(selector.types):
        plain = glob.removeprefix("!")
        known = catalog.known_type(plain) if is_literal(plain) else bool(catalog.matching_types(plain))
        if not known and not _is_custom_kind(plain):
            close = catalog.close_types(plain)
            hint = f"did you mean `{close[0]}`?" if close else "types are written like `aws:ec2:instance`"
            yield at(("types", number), f"no type in the catalogue is {quoted(plain)}", hint=hint)


def _is_custom_kind(glob: str) -> bool:
    """Say whether a type is a Kubernetes kind, which anybody may define."""
    return glob.startswith("kubernetes:") and len(glob) > len("kubernetes:")


def _check_scopes(selector: Selector, policy: Policy, at: _At) -> Iterator[Diagnostic]:
    for number, name in enumerate(selector.scopes):
        plain = name.removeprefix("!")
        if plain not in policy.scopes:
            close = did_you_mean(plain, policy.scopes)
            hint = f"did you mean `{close}`?" if close else None
            known = tuple(policy.scopes)
            yield at(("scopes", number), f"there is no scope {quoted(plain)}", hint=hint, accepted=known)


def _check_contradictions(selector: Selector, at: _At) -> Iterator[Diagnostic]:
    for field in selector.__struct_fields__:
        including, excluding = split(getattr(selector, field))
        if including and all(map(matcher(excluding), including)) and excluding:
            yield at((field,), f"this can never match: every one of the {field} is excluded too", at_key=True)


def check_conditions(
    tag: Tag, condition: Condition, path: Path, policy: Policy, merger: Merger
) -> Iterator[Diagnostic]:
    """List what is wrong with the condition under which a tag is required."""
    known = [each.id for each in policy.tags]
    for comparison in tags_of(condition):
        where = (*path, comparison.tag)
        other = policy.tag(comparison.tag)
        if comparison.tag == tag.id:
            yield merger.at(where, f"{quoted(tag.id)} cannot depend on itself", at_key=True)
        elif other is None:
            close = did_you_mean(comparison.tag, known)
            hint = f"did you mean `{close}`?" if close else None
            said = f"there is no tag {quoted(comparison.tag)}"
            yield merger.at(where, said, at_key=True, hint=hint, accepted=tuple(known))
        else:
            for value in sorted(comparison.values):
                if not _possible(other, value):
                    said = f"this can never match: {quoted(value)} is not a value of `{other.id}`"
                    yield merger.at(where, said)


def _possible(tag: Tag, value: str) -> bool:
    match tag.constraint:
        case Allowed(values):
            return not values or value in values
        case Matches(pattern):
            try:
                return compile_pattern(pattern)(value)
            except PatternError:
                return True
    return True
