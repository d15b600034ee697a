"""Deciding whether a selector holds for a resource: yes, no, or nobody can tell."""

from collections.abc import Iterable, Mapping

from tagward.globs import is_literal, matcher, split
from tagward.policy import Policy, Selector
from tagward.resource import Resource

_FIELDS = {
    "types": ("type", "native"),
    "accounts": ("account",),
    "regions": ("region",),
    "namespaces": ("namespace",),
}

Answer = bool | None
"""None: it depends on something that the input does not say."""


def all_of(answers: Iterable[Answer]) -> Answer:
    """Return the three-valued AND."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """Return the three-valued OR."""
    return negate(all_of(negate(answer) for answer in answers))


def negate(answer: Answer) -> Answer:
    """Return the three-valued NOT."""
    return None if answer is None else not answer


def selects(selector: Selector, resource: Resource, scopes: Mapping[str, Selector]) -> Answer:
    """Say whether the selector holds for the resource."""
    return all_of((selects_place(selector, resource, scopes), selects_name(selector, resource, scopes)))


def selects_place(selector: Selector, resource: Resource, scopes: Mapping[str, Selector]) -> Answer:
    """Decide the fields that many resources share: everything that does not look at names or addresses."""
    return all_of(
        (
            _holds(selector.clouds, resource.cloud),
            selects_type(selector, resource),
            _holds(selector.accounts, resource.account),
            _holds(selector.regions, resource.region),
            _holds(selector.namespaces, resource.namespace),
            _scopes_look_at_names(selector, scopes) or _in_scopes(selector.scopes, resource, scopes),
        )
    )


def place_fields(policy: Policy) -> frozenset[str]:
    """List the fields of a resource that decide which requirements of a policy hold where it lives."""
    selectors = [*policy.scopes.values(), *(each.on for tag in policy.tags for each in tag.requirements)]
    return frozenset(
        field
        for name, fields in _FIELDS.items()
        if any(getattr(s, name) for s in selectors)
        for field in fields
    )


def selects_name(selector: Selector, resource: Resource, scopes: Mapping[str, Selector]) -> Answer:
    """Decide the fields that tell single resources apart."""
    return all_of(
        (
            _holds(selector.addresses, resource.address),
            _holds(selector.names, resource.name),
            not _scopes_look_at_names(selector, scopes) or _in_scopes(selector.scopes, resource, scopes),
        )
    )


def looks_at_names(selector: Selector, scopes: Mapping[str, Selector]) -> bool:
    """Say whether a selector may tell apart two resources of one type in one place."""
    return bool(selector.addresses or selector.names) or _scopes_look_at_names(selector, scopes)


def _scopes_look_at_names(selector: Selector, scopes: Mapping[str, Selector]) -> bool:
    return any(
        scopes[name.removeprefix("!")].addresses or scopes[name.removeprefix("!")].names
        for name in selector.scopes
    )


def selects_type(selector: Selector, resource: Resource) -> bool:
    """Decide the types: the tagward type or the native one; Azure types compare without case."""
    if not selector.types:
        return True
    names: tuple[str, ...] = (resource.type, resource.native)
    globs = selector.types
    if resource.cloud == "azure":
        names, globs = tuple(map(str.lower, names)), tuple(map(str.lower, globs))
    including, excluding = split(globs)
    wanted, unwanted = matcher(including), matcher(excluding)
    return (not including or any(map(wanted, names))) and not any(map(unwanted, names))


def names_type(selector: Selector, resource: Resource) -> bool:
    """Say whether a selector names the type of the resource letter by letter."""
    return any(is_literal(glob) and glob in (resource.type, resource.native) for glob in selector.types)


def _holds(globs: tuple[str, ...], value: str | None) -> Answer:
    if not globs:
        return True
    if value is None:
        return None
    if value == "":
        return all(glob.startswith("!") for glob in globs)
    return matcher(globs)(value)


def _in_scopes(names: tuple[str, ...], resource: Resource, scopes: Mapping[str, Selector]) -> Answer:
    if not names:
        return True
    including = [name for name in names if not name.startswith("!")]
    excluding = [name[1:] for name in names if name.startswith("!")]
    inside = any_of(in_scope(scopes[name], resource) for name in including) if including else True
    return all_of((inside, *(negate(in_scope(scopes[name], resource)) for name in excluding)))


def in_scope(scope: Selector, resource: Resource) -> Answer:
    """Say whether a resource lives in a scope.

    A scope says where something lives on every cloud at once (accounts here, namespaces there), so that
    a field which the resource's cloud does not have is passed over, unless none would be left.
    """
    places = (
        (scope.accounts, resource.account),
        (scope.regions, resource.region),
        (scope.namespaces, resource.namespace),
    )
    named = [(globs, value) for globs, value in places if globs]
    had = [(globs, value) for globs, value in named if value != ""]
    if named and not had:
        return False
    return all_of(
        (
            _holds(scope.clouds, resource.cloud),
            selects_type(scope, resource),
            _holds(scope.addresses, resource.address),
            _holds(scope.names, resource.name),
            *(_holds(globs, value) for globs, value in had),
        )
    )
