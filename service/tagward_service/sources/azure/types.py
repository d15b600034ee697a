"""The types of Azure: how tagward spells them, and whether they take tags.

Resource Graph writes types in small letters; the catalogue, or else the id, has the spelling of the provider.
"""

from collections.abc import Callable, Mapping
from functools import cache

from msgspec import Struct

from tagward.catalog import native_types, tagward_types, terraform_type
from tagward.resource import Taggability

Capabilities = Callable[[], Mapping[str, bool]]
"""Asks Azure which types take tags, by their name in small letters; {} where it does not tell."""

SUBSCRIPTION = "microsoft.resources/subscriptions"
RESOURCE_GROUP = "microsoft.resources/subscriptions/resourcegroups"

_TAGGED = Taggability(True, "it carries tags")


class AzureType(Struct, frozen=True):
    """One type: as tagward spells it, as its provider does, and whether it takes tags where none are seen."""

    type: str
    native: str
    untagged: Taggability

    def taggability(self, tagged: bool) -> Taggability:
        """Say whether a resource can carry tags; one that does can."""
        return _TAGGED if tagged else self.untagged


class Types:
    """The types of one scan."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self._known: dict[str, AzureType] = {}

    def of(self, native: str, identifier: str) -> AzureType:
        """Return a type by the name that a row has for it."""
        folded = native.casefold()
        found = self._known.get(folded)
        if found is None:
            found = self._known[folded] = self._read(folded, native, identifier)
        return found

    def _read(self, folded: str, native: str, identifier: str) -> AzureType:
        catalogued = _catalogued().get(folded)
        if catalogued is not None:
            return AzureType(catalogued, catalogued.partition(":")[2], _by_catalogue(catalogued))
        spelled = _spelled_in(identifier)
        native = spelled if spelled.casefold() == folded else native
        return AzureType(f"azure:{native}", native, self._by_provider(native))

    def _by_provider(self, native: str) -> Taggability:
        """Say what Azure itself tells of a type that the catalogue does not know."""
        takes = self._capabilities().get(native.casefold())
        if takes is None:
            return Taggability(None, f"neither the catalogue nor Azure says whether `{native}` takes tags")
        says = "takes" if takes else "takes no"
        return Taggability(takes, f"its resource provider says that `{native}` {says} tags")


def _by_catalogue(type_: str) -> Taggability:
    """Say what the catalogue knows; it lists the types that Terraform makes."""
    known = [found for native in native_types(type_) if (found := terraform_type(native))]
    takes = any(each.taggable for each in known)
    says = "takes" if takes else "takes no"
    return Taggability(takes if known else None, f"the catalogue says that `{type_}` {says} tags")


def _spelled_in(identifier: str) -> str:
    """Return the type that an id is of: what follows its last provider, without the names."""
    namespace, *rest = identifier.rpartition("/providers/")[2].split("/")
    return "/".join((namespace, *rest[::2]))


@cache
def _catalogued() -> Mapping[str, str]:
    """Return the types of Azure by their name in small letters."""
    known = {name.partition(":")[2].casefold(): name for name in tagward_types() if name.startswith("azure:")}
    # Resource Manager has two names for it.
    return known | {RESOURCE_GROUP: known["microsoft.resources/resourcegroups"]}
