"""How resources of one Terraform type are read: what they are, and whether they can carry tags."""

from abc import ABC, abstractmethod
from functools import cache

from msgspec import UNSET, Struct

from tagward.catalog import header, tagward_type, terraform_type
from tagward.resource import NO_TAGS, Resource, Taggability, Tags, Unknown
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform_configuration import Configuration, Provider
from tagward_service.sources.terraform_labels import Effective, Shown, effective, is_plain, strings
from tagward_service.sources.terraform_layers import Layers
from tagward_service.sources.terraform_schema import Attributes, Marks, ResourceChange
from tagward_service.sources.terraform_where import Where

NOBODY: frozenset[str] = frozenset()
NOTHING = Attributes()
UNTAGGED = Effective(NO_TAGS)


class Context(Struct):
    """The file that resources are read from.

    `complete` says that the file holds every attribute of every resource, so that one which is not there
    does not exist; trimmed and hand-made files do not.
    """

    file: str
    place: Place
    configuration: Configuration
    complete: bool
    layers: Layers | None = None


class Kind(ABC):
    """One Terraform type as one provider plans it."""

    def __init__(self, native: str, cloud: str) -> None:
        self.native = native
        self.cloud = cloud
        self.type = tagward_type(native) or native

    @abstractmethod
    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource."""


class Foreign(Kind):
    """A type of a provider whose resources no tag policy reaches."""

    def __init__(self, native: str, cloud: str, why: str) -> None:
        super().__init__(native, cloud)
        self._taggability = Taggability(False, why)

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource, which is counted and no more."""
        name = change.change.after.name if change.change.after else None
        return Resource(
            cloud=self.cloud,
            type=self.type,
            address=change.address,
            native=self.native,
            id=change.address,
            name=name if type(name) is str else change.name or "",
            account=context.place.account,
            region=context.place.region,
            file=context.file,
            taggability=self._taggability,
        )


class CloudKind(Kind):
    """A type of a cloud whose resources can be tagged, at one place in their attributes."""

    def __init__(self, native: str, provider: str, cloud: str, path: tuple[str, ...]) -> None:
        super().__init__(native, cloud)
        self.provider = provider
        self.path = path
        self.place = "[].".join(path)
        known = terraform_type(native)
        self._listed = known is not None and known.attributes.get(self.place) in ("list", "block")
        self._taggable = Taggability(True, f"`{native}` has `{self.place}` in this file")
        self._no_map = Taggability(False, f"`{self.place}` of `{native}` is not a map of labels")
        self._lacking = Taggability(False, f"this provider version's `{native}` has no `{self.place}`")

    @abstractmethod
    def shown(self, after: Marks, unknown: Marks) -> Shown:
        """Say what the change shows of the labels."""

    @abstractmethod
    def where(self, after: Attributes, provider: Provider) -> Where:
        """Return account and region, as far as they are certain."""

    def plain(self, after: Marks, unknown: Marks, provider: Provider) -> Tags | None:
        """Return the tags where all is known and the resource itself sets every one: the common case."""
        shown = self.shown(after, unknown)
        return strings(shown.own) if is_plain(shown, provider) else None

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource."""
        seen = change.change
        after = seen.after or NOTHING
        unknown = seen.after_unknown if type(seen.after_unknown) is Attributes else NOTHING
        provider = context.configuration.provider(self.provider, change)
        account, region = self.where(after, provider)
        secret = seen.after_sensitive
        tags = self.plain(after, unknown, provider)
        if tags is None or (type(secret) is Marks and _is_marked(secret)):
            return self._read_fully(change, context, provider, account, region)
        return Resource(
            cloud=self.cloud,
            type=self.type,
            address=change.address,
            native=self.native,
            id=change.address,
            name=after.name if type(after.name) is str else change.name or "",
            account=account or context.place.account,
            region=context.place.region if region is None else region,
            file=context.file,
            place=self.place,
            tags=tags,
            taggability=self._taggable,
        )

    def _read_fully(
        self,
        change: ResourceChange,
        context: Context,
        provider: Provider,
        account: str | None,
        region: str | None,
    ) -> Resource:
        seen = change.change
        after = seen.after or NOTHING
        unknown = seen.after_unknown if type(seen.after_unknown) is Attributes else NOTHING
        shown = self.shown(after, unknown)
        taggability = self._taggability(shown, context.complete and seen.after_unknown is not None)
        found = UNTAGGED if not taggability.answer else self._effective(shown, provider, change, context)
        secret = seen.after_sensitive
        return Resource(
            cloud=self.cloud,
            type=self.type,
            address=change.address,
            native=self.native,
            id=change.address,
            name=after.name if type(after.name) is str else change.name or "",
            account=account or context.place.account,
            region=context.place.region if region is None else region,
            file=context.file,
            place=self.place,
            tags=found.tags,
            origins=found.origins,
            open=found.open,
            sensitive=self._sensitive(secret, found.tags) if type(secret) is Marks else NOBODY,
            taggability=taggability,
        )

    def _sensitive(self, marks: Marks, tags: Tags) -> frozenset[str]:
        """Return the keys of tags whose values must not be shown."""
        shown = self.shown(marks, NOTHING)
        if shown.own is True or shown.merged is True:
            return frozenset(tags)
        both = [each for each in (shown.own, shown.merged) if type(each) is dict]
        return frozenset(key for marked in both for key, mark in marked.items() if mark)

    def cause(self, change: ResourceChange, context: Context) -> Unknown | None:
        """Name the expressions that decide the labels; None when the configuration does not set them."""
        return context.configuration.cause(change, *self.path)

    def _effective(
        self, shown: Shown, provider: Provider, change: ResourceChange, context: Context
    ) -> Effective:
        """Merge own labels and provider defaults, which reach only what has the merged attribute."""
        merges = shown.merged is not UNSET or shown.merged_marks is not UNSET or not context.complete
        given = provider if merges else Provider(provider.key, provider.origin)
        return effective(shown, given, lambda: self.cause(change, context))

    def _taggability(self, shown: Shown, complete: bool) -> Taggability:
        if type(shown.own) is dict or shown.own_marks is True:
            return self._taggable
        if shown.own is not UNSET or shown.own_marks is not UNSET:
            return self._no_map if self._listed or shown.own else self._taggable
        return self._lacking if complete else _catalogued(self.native, self.place)


def _is_marked(marks: Marks) -> bool:
    """Tell whether anything is marked where labels are; blocks have marks as soon as they are there."""
    return bool(marks.tags or marks.tags_all or marks.labels or marks.user_labels or marks.resource_labels)


@cache
def _catalogued(native: str, place: str) -> Taggability:
    """Say what the catalogue knows of a type whose label attribute the file does not show."""
    known = terraform_type(native)
    unseen = f"the file does not show `{place}`"
    if known is None:
        return Taggability(None, f"{unseen}, and `{native}` is not in the catalogue")
    provider = f"provider-{native.split('_', 1)[0]} "
    source = next((each.what for each in header("terraform").source if provider in each.what), "")
    says = "has" if known.taggable else "has no"
    return Taggability(
        known.taggable, f"{unseen}; the catalogue ({source}) says that `{native}` {says} `{place}`"
    )
