"""Keys of tags as exports of AWS spell them: prefixes tell where a tag comes from.

Beside `resourceTags/` there are `userAttribute/`, `accountTag/` and `costCategory/` ("Tags Column", AWS Data
Exports): what is known of a caller or an account, and what a rule of AWS makes of a line. They are no tags of
the resource and do not count as such. Older exports call every key `user_...` or `aws_...`.
"""

from __future__ import annotations

from tagward_service.billing.sql_text import literal

OWN = "resourceTags/"
OTHERS = ("userAttribute/", "accountTag/", "costCategory/")
OLDER = "user_"
OLDER_OTHERS = ("aws_",)


def unprefixed(tags: str) -> str:
    """Return the SQL for a map of tags with the keys that people gave; a key without a prefix comes first."""
    keys = f"map_keys({tags})"
    newer = f"len(list_filter({keys}, lambda key: {_begins('key', OWN, *OTHERS)})) > 0"
    foreign = f"list_filter({keys}, lambda key: NOT {_begins('key', OLDER, *OLDER_OTHERS)})"
    older = f"len({keys}) > 0 AND len({foreign}) = 0"
    plain = _entries(tags, f"NOT {_begins('each.key', OWN, *OTHERS)}", "each.key")
    return (
        f"CASE WHEN {newer} THEN map_concat({_without(tags, OWN)}, {plain}) "
        f"WHEN {older} THEN {_without(tags, OLDER)} ELSE {tags} END"
    )


def _begins(key: str, *prefixes: str) -> str:
    return f"({' OR '.join(f'starts_with({key}, {literal(each)})' for each in prefixes)})"


def _without(tags: str, prefix: str) -> str:
    """Keep what has a prefix, and take it off."""
    return _entries(tags, _begins("each.key", prefix), f"substr(each.key, {len(prefix) + 1})")


def _entries(tags: str, where: str, key: str) -> str:
    chosen = f"list_filter(map_entries({tags}), lambda each: {where})"
    return (
        f"map_from_entries(list_transform({chosen}, lambda each: struct_pack(k := {key}, v := each.value)))"
    )
