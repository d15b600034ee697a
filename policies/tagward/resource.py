"""What is judged: one resource with its tags, where each came from, and the billed things that hang on it."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Unknown(Struct, frozen=True):
    """A value that nobody can know before the apply; `because` names the expression that makes it so."""

    because: str = ""


TagValue = str | Unknown
Tags = Mapping[str, TagValue]

NO_TAGS: Tags = MappingProxyType({})


class Layer(Struct, frozen=True):
    """Tags that a resource gets from what it lives in; `origin` is the name used by a tag's `inherit`.

    `open` is set when keys that are not in `tags` may still turn up at the apply.
    """

    origin: str
    name: str
    tags: Tags
    open: Unknown | None = None


class Part(Struct, frozen=True):
    """A billed thing that a resource makes and that takes tags of its own (a volume, a pod, a task).

    `place` is where its tags are written, `open` is set when more keys may be known after the apply, and
    `carries` says that the resource's own tags reach it, so that `tags` are only those set beside them;
    `type` is its tagward type where it differs from the resource's (`aws:ec2:volume`).
    """

    what: str
    place: str
    tags: Tags = NO_TAGS
    open: Unknown | None = None
    carries: bool = False
    type: str = ""


class Taggability(Struct, frozen=True):
    """Whether a type can carry tags: True, False, or None when nobody could tell; and why."""

    answer: bool | None
    why: str


class Resource(Struct, frozen=True, kw_only=True):
    """One resource as a source read it.

    `type` is the tagward type (`aws:ec2:instance`) or, where none is known, the native one, which `native`
    always holds. `tags` are the effective tags: what the resource sets, over what its provider's defaults
    set; `origins` names the origin of the keys that the resource does not set itself. `open` is set when
    keys that are not in `tags` may still turn up at the apply. `inherited` are the layers that count only
    where the policy says so, nearest first. `own_billed` is False where only the parts are billed (a
    Deployment). `sensitive` are keys whose values must never be shown. `account`, `region` and `namespace`
    are None when not known, and "" when the cloud has no such thing.
    """

    cloud: str
    type: str
    address: str
    native: str = ""
    id: str = ""
    name: str = ""
    account: str | None = None
    region: str | None = None
    namespace: str | None = None
    file: str = ""
    line: int | None = None
    place: str = "tags"
    tags: Tags = NO_TAGS
    origins: Mapping[str, str] = MappingProxyType({})
    open: Unknown | None = None
    inherited: tuple[Layer, ...] = ()
    parts: tuple[Part, ...] = ()
    own_billed: bool = True
    sensitive: frozenset[str] = frozenset()
    taggability: Taggability = Taggability(True, "")
