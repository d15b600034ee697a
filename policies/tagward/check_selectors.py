"""Checks on selectors: each must be able to match something."""

from collections.abc import Callable, Iterator
from typing import Any

from tagward.clouds import reachable
from tagward.diagnostics import Diagnostic, Steps, did_you_mean, quoted
from tagward.globs import is_literal, matcher, split
from tagward.policy import CLOUDS, Policy, Selector

At = Callable[..., Diagnostic]
"""Builds a diagnostic from the path of a part of what is checked, and a message."""


def check_selector(selector: Selector, path: Steps, policy: Policy, at: At) -> Iterator[Diagnostic]:
    """List what is wrong with a selector that is written at a path."""

    def inside(inner: Steps, message: str, **details: Any) -> Diagnostic:
        return at((*path, *inner), message, **details)

    found = [
        *_check_clouds(selector, inside),
        *_check_types(selector, inside),
        *_check_scopes(selector, policy, inside),
        *_check_contradictions(selector, inside),
    ]
    yield from found
    if not found and not reachable(selector):
        yield inside((), "this can never match: its fields belong to different clouds", at_key=True)


def _check_clouds(selector: Selector, at: At) -> Iterator[Diagnostic]:
    for number, glob in enumerate(selector.clouds):
        plain = glob.removeprefix("!")
        if not any(map(matcher((plain,)), CLOUDS)):
            close = did_you_mean(plain, CLOUDS)
            hint = f"did you mean `{close}`?" if close else None
            yield at(("clouds", number), f"there is no cloud {quoted(plain)}", hint=hint, accepted=CLOUDS)


def _check_types(selector: Selector, at: At) -> Iterator[Diagnostic]:
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


def _check_scopes(selector: Selector, policy: Policy, at: At) -> Iterator[Diagnostic]:
    for number, name in enumerate(selector.scopes):
        plain = name.removeprefix("!")
        if plain not in policy.scopes:
            close = did_you_mean(plain, policy.scopes)
            hint = f"did you mean `{close}`?" if close else None
            known = tuple(policy.scopes)
            yield at(("scopes", number), f"there is no scope {quoted(plain)}", hint=hint, accepted=known)


def _check_contradictions(selector: Selector, at: At) -> Iterator[Diagnostic]:
    for field in selector.__struct_fields__:
        including, excluding = split(getattr(selector, field))
        if including and all(map(matcher(excluding), including)) and excluding:
            yield at((field,), f"this can never match: every one of the {field} is excluded too", at_key=True)
