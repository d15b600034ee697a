"""Checks on selectors: each must be able to match something."""

from collections.abc import Callable, Iterator

from tagward.clouds import reachable, scope_reachable
from tagward.diagnostics import Diagnostic, Steps, did_you_mean, quoted
from tagward.globs import is_literal, matcher, split
from tagward.policy import CLOUDS, Policy, Selector

NEVER = "this can never match: its fields belong to different clouds"

At = Callable[..., Diagnostic]
"""Builds a diagnostic from the path of a part of what is checked, and a message."""


def check_selector(selector: Selector, path: Steps, policy: Policy, at: At) -> Iterator[Diagnostic]:
    """List what is wrong with a selector that is written at a path."""
    inside = _inside(path, at)
    found = [*_check_fields(selector, inside), *_check_scopes(selector, policy, inside)]
    yield from found
    if not found and not reachable(selector, policy.scopes):
        yield inside((), NEVER, at_key=True)


def check_scope(scope: Selector, path: Steps, at: At) -> Iterator[Diagnostic]:
    """List what is wrong with a scope that is written at a path."""
    inside = _inside(path, at)
    found = [*_check_fields(scope, inside)]
    yield from found
    if scope.is_empty():
        yield inside((), "an empty scope selects everything", hint="name its accounts")
    if not found and not scope_reachable(scope):
        yield inside((), NEVER, at_key=True)


def _inside(path: Steps, at: At) -> At:
    return lambda inner, message, **details: at((*path, *inner), message, **details)


def _check_fields(selector: Selector, at: At) -> Iterator[Diagnostic]:
    yield from _check_clouds(selector, at)
    yield from _check_types(selector, at)
    yield from _check_contradictions(selector, at)


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
