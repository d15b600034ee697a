"""Keys of tags as exports of AWS spell them: prefixes tell where a tag comes from.

Beside `resourceTags/` there are `userAttribute/`, `accountTag/` and `costCategory/` ("Tags Column", AWS Data
Exports): what is known of a caller or an account, and what a rule of AWS makes of a line. They are no tags of
the resource and do not count as such. Older exports call every key `user_...` or `aws_...`.
"""

from __future__ import annotations

from tagward_generators.sql.dialects import Dialect

OWN = "resourceTags/"
OTHERS = ("userAttribute/", "accountTag/", "costCategory/")
OLDER = "user_"
OLDER_OTHERS = ("aws_",)


def unprefixed(dialect: Dialect, tags: str) -> str:
    """Return the SQL for decoded tags with the keys that people gave; a key without a prefix comes first."""
    maps = dialect.maps

    def prefixed(key: str) -> str:
        return _begins(dialect, key, OWN, *OTHERS)

    def older(key: str) -> str:
        return _begins(dialect, key, OLDER, *OLDER_OTHERS)

    def counts(key: str) -> str:
        own = _behind(key, OWN)
        there = f"NOT {prefixed(own)} AND {maps.has(tags, own)}"
        return f"(NOT {prefixed(key)} OR ({_begins(dialect, key, OWN)} AND NOT ({there})))"

    def bare(key: str) -> str:
        return f"CASE WHEN {_begins(dialect, key, OWN)} THEN {_behind(key, OWN)} ELSE {key} END"

    newer = maps.rekeyed(tags, counts, bare)
    old = maps.rekeyed(tags, lambda key: _begins(dialect, key, OLDER), lambda key: _behind(key, OLDER))
    foreign = maps.any_key(tags, lambda key: f"NOT {older(key)}")
    return (
        f"CASE WHEN {maps.any_key(tags, prefixed)} THEN {newer} "
        f"WHEN {maps.any_key(tags, older)} AND NOT ({foreign}) THEN {old} ELSE {tags} END"
    )


def _begins(dialect: Dialect, key: str, *prefixes: str) -> str:
    """Say in SQL that every engine has how a key begins; in a LIKE the `_` would stand for any character."""
    asked = (f"SUBSTR({key}, 1, {len(each)}) = {dialect.literal(each)}" for each in prefixes)
    return f"({' OR '.join(asked)})"


def _behind(key: str, prefix: str) -> str:
    return f"SUBSTR({key}, {len(prefix) + 1})"
