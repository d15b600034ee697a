"""Selectors as tests on a request: who asks, where, and for what type."""

from collections.abc import Mapping

from msgspec import Struct

from tagward.globs import is_literal, matcher, split
from tagward.policy import Selector
from tagward_generators.aws_scp.logic import FALSE, TRUE, Expression, Test, Unsayable, every, negate, some

ACCOUNT = "aws:PrincipalAccount"
"""A create request makes things in the account of its principal, whose SCPs apply."""

REGION = "aws:RequestedRegion"


class Place(Struct, frozen=True):
    """What a request makes, as far as selectors ask; `natives` are other spellings of its type.

    `type` is "" where it is not known. `regional` is False where the region of a request is not that of
    what it makes.
    """

    type: str
    natives: tuple[str, ...] = ()
    regional: bool = True


def selected(selector: Selector, place: Place, scopes: Mapping[str, Selector]) -> Expression:
    """Return when a selector holds for what a request makes."""
    return every(
        _held(selector.clouds, "aws"),
        _of_type(selector, place),
        _listed(ACCOUNT, selector.accounts),
        _in_region(selector.regions, place),
        _held(selector.namespaces, ""),
        _in_scopes(selector.scopes, place, scopes),
        _named(selector),
    )


def _held(globs: tuple[str, ...], value: str) -> Expression:
    """Decide a list for a value known beforehand; nothing but exclusions holds for what AWS does not have."""
    holds = matcher(globs)(value) if value else not split(globs)[0]
    return TRUE if holds or not globs else FALSE


def _of_type(selector: Selector, place: Place) -> Expression:
    if selector.types and not place.type:
        return Unsayable("the catalogue does not know what the action creates")
    including, excluding = split(selector.types)
    spellings = (place.type, *place.natives)
    wanted = not including or any(map(matcher(including), spellings))
    return TRUE if wanted and not (excluding and any(map(matcher(excluding), spellings))) else FALSE


def _in_region(globs: tuple[str, ...], place: Place) -> Expression:
    if globs and not place.regional:
        return Unsayable("the region of the request may not be that of what it creates")
    return _listed(REGION, globs)


def _named(selector: Selector) -> Expression:
    fields = " and ".join(field for field in ("addresses", "names") if getattr(selector, field))
    return Unsayable(f"a request does not carry the {fields} of what it creates") if fields else TRUE


def _in_scopes(names: tuple[str, ...], place: Place, scopes: Mapping[str, Selector]) -> Expression:
    including, excluding = split(names)
    inside = some(*(_in_scope(scopes[name], place) for name in including)) if including else TRUE
    return every(inside, *(negate(_in_scope(scopes[name], place)) for name in excluding))


def _in_scope(scope: Selector, place: Place) -> Expression:
    """Say a scope as evaluation does: fields that AWS does not have are passed over, unless none is left."""
    if scope.namespaces and not (scope.accounts or scope.regions):
        return FALSE
    return every(
        _held(scope.clouds, "aws"),
        _of_type(scope, place),
        _listed(ACCOUNT, scope.accounts),
        _in_region(scope.regions, place),
        _named(scope),
    )


def _listed(key: str, globs: tuple[str, ...]) -> Expression:
    """Return the tests for a list of shell globs on a value that every request carries."""
    including, excluding = split(globs)
    inside = some(*_compared(key, including)) if including else TRUE
    return every(inside, *map(negate, _compared(key, excluding)))


def _compared(key: str, globs: tuple[str, ...]) -> tuple[Expression, ...]:
    """Compare with globs, of which IAM has `*` and `?` only."""
    if not globs:
        return ()
    if all(map(is_literal, globs)):
        return (Test(key, globs),)
    sayable = tuple(glob for glob in globs if "[" not in glob)
    tests = (Test(key, sayable, "like"),) if sayable else ()
    return (*tests, *(Unsayable(f"IAM cannot say `{glob}`") for glob in globs if "[" in glob))
