"""The one function that says which tags a Terraform resource will have, and where each comes from."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import UNSET, Struct, json

from tagward.resource import NO_TAGS, Tags, Unknown
from tagward_service.sources.terraform.schema import Json

if TYPE_CHECKING:
    from tagward_service.sources.terraform.configuration import Provider

Cause = Callable[[], Unknown | None]
"""Tells which expressions make a value unknown; None when the resource does not set it."""

NO_ORIGINS: Mapping[str, str] = {}
_TEXT = frozenset({str})
MAY_BE_OVERRIDDEN = "; the resource's own tags are not known yet and may override it"


class Effective(Struct, frozen=True):
    """The tags of a resource, the origin of those that it does not set itself, and why there may be more."""

    tags: Tags
    origins: Mapping[str, str] = NO_ORIGINS
    open: Unknown | None = None


NOTHING = Effective(NO_TAGS)


class Shown(Struct, frozen=True):
    """What a change shows of a label attribute, and of the attribute that merges provider defaults into it.

    `own` and `merged` are the values after the apply; `own_marks` and `merged_marks` are True where the
    whole value is unknown, or map the unknown keys to true.
    """

    own: Json
    own_marks: Json
    merged: Json = UNSET
    merged_marks: Json = UNSET


def is_plain(shown: Shown, provider: "Provider") -> bool:
    """Tell whether everything is known, and the resource itself sets every label that it will have."""
    if type(shown.own) is not dict or shown.own_marks:
        return False
    if type(shown.merged) is dict:
        return len(shown.own) == len(shown.merged) and not shown.merged_marks and not provider.computed
    return shown.merged is UNSET and not shown.merged_marks and not provider.tags and not provider.open


def strings(values: Mapping[str, Json]) -> Tags:
    """Return a label map with every value as text; a null means that the key is not set."""
    if _TEXT.issuperset(map(type, values.values())):
        return values
    return {key: _text(value) for key, value in values.items() if value is not None}


def effective(shown: Shown, provider: "Provider", cause: Cause) -> Effective:
    """Merge what the plan shows; `cause` names the expression of the resource's own labels, if it has one.

    AWS makes the merged map unknown as a whole when one value is unknown, and also when there are no tags
    at all, so an unknown merged map says nothing: the resource's own labels and the provider's defaults do.
    """
    if type(shown.merged) is dict:
        return _from_merged(shown, provider, cause)
    unknown = cause() if shown.own_marks else None
    own = dict(strings(shown.own)) if type(shown.own) is dict else {}
    if unknown is not None:
        own |= dict.fromkeys(_marked(shown.own_marks), unknown)
    whole = unknown if shown.own_marks is True else None
    origin = provider.origin + MAY_BE_OVERRIDDEN if whole else provider.origin
    origins = dict.fromkeys((key for key in provider.tags if key not in own), origin)
    return Effective({**provider.tags, **own}, origins, whole or provider.open)


def _from_merged(shown: Shown, provider: "Provider", cause: Cause) -> Effective:
    tags = strings(shown.merged)
    own = shown.own if type(shown.own) is dict else NO_TAGS
    own_unknown = _marked(shown.own_marks)
    unknown = _marked(shown.merged_marks) | own_unknown
    if unknown:
        tags = {**tags, **dict.fromkeys(unknown, cause() or provider.open or Unknown())}
    if any(key not in tags for key in own):
        tags = {**tags, **strings(own)}
    origins = {key: provider.origin for key in tags if key not in own and key not in own_unknown}
    return Effective(tags, origins, None if origins or not provider.computed else provider.open)


def _marked(marks: Json) -> dict[str, None]:
    return {key: None for key, mark in marks.items() if mark} if type(marks) is dict else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.encode(value).decode()
