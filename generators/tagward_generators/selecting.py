"""Selectors as expressions: what is known of a kind of resource decides at once, the rest is asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from tagward.globs import matcher, split
from tagward.policy import Selector
from tagward_generators.facts import OfType, Placed
from tagward_generators.logic import FALSE, TRUE, Expression, Unsayable, always, every, negate, some


class Platform(Struct, frozen=True):
    """What an enforcement point can see of a resource.

    `layers` are those of a tag's `inherit` whose tags it can read, nearest first, and `unseen` those that
    may hold a tag out of its sight. `lacks` are fields (account, region, namespace) that no resource there
    has, `blind` those that it cannot test, each with the reason.
    """

    cloud: str
    surface: str
    layers: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()
    blind: Mapping[str, str] = MappingProxyType({})


class Kind(Struct, frozen=True):
    """A type of resource; `natives` are its other spellings, `lacks` the fields that it does not have."""

    type: str
    natives: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()


def selected(
    selector: Selector, kind: Kind | None, platform: Platform, scopes: Mapping[str, Selector]
) -> Expression:
    """Say when a selector holds for a resource of a kind, or of any kind."""
    place = _Place(platform, kind)
    return every(
        place.cloud(selector.clouds),
        place.type(selector.types),
        *(place.field(name, getattr(selector, f"{name}s")) for name in _PLACES),
        _in_scopes(selector.scopes, place, scopes),
        place.field("address", selector.addresses),
        place.field("name", selector.names),
    )


_PLACES = ("account", "region", "namespace")


class _Place:
    """Decides one field at a time."""

    def __init__(self, platform: Platform, kind: Kind | None) -> None:
        self.platform = platform
        self.kind = kind
        self.lacks = platform.lacks | (kind.lacks if kind else frozenset())

    def cloud(self, globs: tuple[str, ...]) -> Expression:
        return always(not globs or matcher(globs)(self.platform.cloud))

    def type(self, globs: tuple[str, ...]) -> Expression:
        if not globs:
            return TRUE
        if self.kind is None:
            return OfType(globs)
        names, globs = self._spelled((self.kind.type, *self.kind.natives)), self._spelled(globs)
        including, excluding = split(globs)
        wanted = not including or any(map(matcher(including), names))
        return always(wanted and not (excluding and any(map(matcher(excluding), names))))

    def _spelled(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(str.lower, names)) if self.platform.cloud == "azure" else names

    def field(self, name: str, globs: tuple[str, ...]) -> Expression:
        if not globs:
            return TRUE
        if name in self.lacks:
            return always(not split(globs)[0])
        why = self.platform.blind.get(name)
        return Unsayable(why) if why else Placed(name, globs)


def _in_scopes(names: tuple[str, ...], place: _Place, scopes: Mapping[str, Selector]) -> Expression:
    including, excluding = split(names)
    inside = some(*(_in_scope(scopes[name], place) for name in including)) if including else TRUE
    return every(inside, *(negate(_in_scope(scopes[name], place)) for name in excluding))


def _in_scope(scope: Selector, place: _Place) -> Expression:
    """Say a scope as evaluation does: fields that the resource lacks are passed over, unless none is left."""
    named = [name for name in _PLACES if getattr(scope, f"{name}s")]
    had = [name for name in named if name not in place.lacks]
    if named and not had:
        return FALSE
    return every(
        place.cloud(scope.clouds),
        place.type(scope.types),
        place.field("address", scope.addresses),
        place.field("name", scope.names),
        *(place.field(name, getattr(scope, f"{name}s")) for name in had),
    )
