"""How resources of one Terraform type are read: what they are, and whether they can carry tags."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache
from typing import Generic, TypeVar

from msgspec import UNSET, Raw, Struct, json
from msgspec.structs import replace

from tagward.catalog import header, tagward_type, terraform_type
from tagward.resource import Layer, Part, Resource, Taggability, Tags, Unknown
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.configuration import Configuration, Provider
from tagward_service.sources.terraform.labels import (
    NOTHING,
    Effective,
    Shown,
    effective,
    is_plain,
    strings,
)
from tagward_service.sources.terraform.layers import Layers
from tagward_service.sources.terraform.schema import (
    NO_MARKS,
    Attributes,
    Json,
    Marks,
    ResourceChange,
    marks_in,
)
from tagward_service.sources.terraform.where import Where

NOBODY: frozenset[str] = frozenset()
A = TypeVar("A", bound=Attributes)
PROVIDER_DECIDES = Unknown("the provider")


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


@cache
def _decoder(schema: type[A]) -> "json.Decoder[A | None]":
    return json.Decoder(schema | None)


class Kind(ABC, Generic[A]):
    """One Terraform type as one provider plans it."""

    def __init__(self, native: str, cloud: str, schema: type[A]) -> None:
        self.native = native
        self.cloud = cloud
        self.type = tagward_type(native) or native
        self._decode = _decoder(schema).decode
        self.nothing = schema()

    @abstractmethod
    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource."""

    def attributes(self, raw: Raw) -> A:
        """Decode the attributes that matter; without any, everything is unset."""
        return (self._decode(raw) if raw else None) or self.nothing


class Foreign(Kind[Attributes]):
    """A type of a provider whose resources no tag policy reaches, or nobody knows whether one does."""

    def __init__(self, native: str, cloud: str, why: str, *, answer: bool | None = False) -> None:
        super().__init__(native, cloud, Attributes)
        self._taggability = Taggability(answer, why)

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource, which is counted and no more."""
        name = self.attributes(change.change.after).name
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


class CloudKind(Kind[A]):
    """A type of a cloud whose resources can be tagged, at one place in their attributes."""

    def __init__(
        self,
        native: str,
        provider: str,
        cloud: str,
        schema: type[A],
        path: tuple[str, ...],
        where: Callable[[A, Provider], Where],
    ) -> None:
        super().__init__(native, cloud, schema)
        self.provider = provider
        self.where = where
        self.path = path
        self.place = "[].".join(path)
        known = terraform_type(native)
        self._listed = known is not None and known.attributes.get(self.place) in ("list", "block")
        self._taggable = Taggability(True, f"`{native}` has `{self.place}` in this file")
        self._no_map = Taggability(False, f"`{self.place}` of `{native}` is not a map of labels")
        self._lacking = Taggability(False, f"this provider version's `{native}` has no `{self.place}`")

    @abstractmethod
    def shown(self, after: A, unknown: Marks) -> Shown:
        """Say what the change shows of the labels."""

    @abstractmethod
    def marked(self, marks: Marks) -> tuple[Json, Json]:
        """Return the marks of the label attribute, and of the one that merges provider defaults into it."""

    def plain(self, after: A, unknown: Marks, provider: Provider) -> Tags | None:
        """Return the tags where all is known and the resource itself sets every one: the common case."""
        shown = self.shown(after, unknown)
        return strings(shown.own) if is_plain(shown, provider) else None

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource."""
        return self.build(change, context, self.attributes(change.change.after))

    def build(
        self,
        change: ResourceChange,
        context: Context,
        after: A,
        inherited: tuple[Layer, ...] = (),
        parts: tuple[Part, ...] = (),
    ) -> Resource:
        """Make a resource of what a change shows."""
        seen = change.change
        unknown = seen.after_unknown if type(seen.after_unknown) is Marks else NO_MARKS
        provider = context.configuration.provider(self.provider, change)
        tags = self.plain(after, unknown, provider)
        labels, taggability = NOTHING, self._taggable
        if tags is None:
            shown = self.shown(after, unknown)
            taggability = self._taggability(shown, context.complete and seen.after_unknown is not None)
            if taggability.answer:
                labels = self._effective(shown, provider, change, context)
            tags = labels.tags
        account, region = self.where(after, provider)
        sensitive = seen.after_sensitive
        # CPython passes more than 15 keywords as a dictionary, which takes five times as long.
        resource = Resource(
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
            inherited=inherited,
            parts=parts if taggability.answer else (),
            sensitive=self._sensitive(sensitive, tags) if b"true" in bytes(sensitive) else NOBODY,
            taggability=taggability,
        )
        if labels is NOTHING:
            return resource
        return replace(resource, origins=labels.origins, open=labels.open)

    def _sensitive(self, raw: Raw, tags: Tags) -> frozenset[str]:
        """Return the keys of tags whose values must not be shown."""
        found = marks_in(raw)
        own, merged = self.marked(found) if type(found) is Marks else (found, None)
        if not own and not merged:
            return NOBODY
        if own is True or merged is True:
            return frozenset(tags)
        both = [each for each in (own, merged) if type(each) is dict]
        return frozenset(key for each in both for key, mark in each.items() if mark)

    def cause(self, change: ResourceChange, context: Context) -> Unknown | None:
        """Name the expressions that decide the labels; None when it is certain that nobody sets them.

        A block that the configuration leaves out is unknown as a whole only because the provider fills it.
        """
        cause = context.configuration.cause(change, *self.path)
        return cause if cause or len(self.path) > 1 else PROVIDER_DECIDES

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
