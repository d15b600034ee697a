"""Where tags sit: on the resource, on the billed things it makes, and on what it lives in."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from tagward.policy import Alias
from tagward.resource import NO_TAGS, Layer, Resource, Tags, TagValue, Unknown

NO_ORIGINS: Mapping[str, str] = {}


class Carrier(Struct, frozen=True):
    """One set of tags to judge; `what` is "" for the resource itself."""

    what: str
    place: str
    tags: Tags
    open: Unknown | None = None
    origins: Mapping[str, str] = NO_ORIGINS
    inherited: tuple[Layer, ...] = ()
    type: str = ""


class Found(Struct, frozen=True):
    """A tag as found: under which key, with what value, from where, and through which alias."""

    key: str
    value: TagValue
    origin: str
    alias: Alias | None = None


def own_carrier(resource: Resource) -> Carrier:
    """Return the tags of the resource itself."""
    return Carrier("", resource.place, resource.tags, resource.open, resource.origins, resource.inherited)


def part_carriers(resource: Resource) -> Iterator[Carrier]:
    """List the billed things that need tags of their own."""
    inherited = () if resource.own_billed else resource.inherited
    for part in resource.parts:
        if not part.carries:
            yield Carrier(part.what, part.place, part.tags, part.open, inherited=inherited, type=part.type)


class Finder:
    """Finds one tag on a carrier: its key first (unless empty), then its aliases, the nearest layer first."""

    def __init__(self, key: str, aliases: Sequence[Alias], inherit: Sequence[str], cloud: str) -> None:
        names: list[tuple[str, Alias | None]] = [(key, None)] if key else []
        self.names = (*names, *((alias.key, alias) for alias in aliases))
        self.inherit = frozenset(inherit)
        self.ignores_case = cloud == "azure"

    def __call__(self, carrier: Carrier) -> Found | None:
        """Return the tag, or None when it is nowhere that counts."""
        found = self._in(carrier.tags, carrier.origins)
        if found is not None:
            return found
        for layer in carrier.inherited:
            if layer.origin in self.inherit:
                inherited = self._in(layer.tags, NO_ORIGINS)
                if inherited is not None:
                    origin = f"{layer.origin} {layer.name}"
                    return Found(inherited.key, inherited.value, origin, inherited.alias)
        return None

    def _in(self, tags: Tags, origins: Mapping[str, str]) -> Found | None:
        for name, alias in self.names:
            key = self._spelling(name, tags)
            if key is not None:
                origin = origins.get(key, "resource")
                if not origin.startswith("provider") or "provider" in self.inherit:
                    return Found(key, tags[key], origin, alias)
        return None

    def _spelling(self, name: str, tags: Tags) -> str | None:
        if name in tags:
            return name
        if not self.ignores_case or tags is NO_TAGS:
            return None
        lowered = name.lower()
        return next((key for key in tags if key.lower() == lowered), None)
