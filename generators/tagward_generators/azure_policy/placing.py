"""Globs of accounts, regions and names as conditions on fields."""

from __future__ import annotations

import re

from tagward.globs import is_literal, split
from tagward_generators.azure_policy.exempting import is_subscription
from tagward_generators.azure_policy.text import ACCOUNT, dotted, is_sayable, literal
from tagward_generators.azure_policy.writing import Json, all_of, any_of, of_value
from tagward_generators.facts import Placed
from tagward_generators.logic import FALSE, TRUE, Expression, Unsayable, every, negate, some

FIELDS: dict[str, Json] = {
    "account": {"value": ACCOUNT},
    "region": {"field": "location"},
    "name": {"field": "name"},
}
"""Where Azure Policy finds a field."""

FOLDED = frozenset({"account", "region"})
"""Fields that Azure always spells in lower case, so that conditions without case mean the same."""

DIGIT = "[0-9]"
_FIXED = re.compile(r"(?:[^\[*#.]|\[0-9\])*")


def placed(fact: Placed, *, negated: bool) -> Expression:
    """Say that a field is in a list of globs, glob by glob, or that it is not."""
    including, excluding = split(fact.globs)
    inside = some(*(_one(fact.field, glob) for glob in including)) if including else TRUE
    said = every(inside, *(negate(_one(fact.field, glob)) for glob in excluding))
    return negate(said) if negated else said


def _one(field: str, glob: str) -> Expression:
    if field in FOLDED and glob != glob.lower():
        return FALSE
    if field == "account" and is_literal(glob) and not is_subscription(glob):
        return FALSE
    if glob == "*":
        return TRUE
    sayable = _is_sayable(glob) and is_sayable(glob)
    return Placed(field, (glob,)) if sayable else Unsayable(f"Azure Policy cannot say the glob `{glob}`")


def _is_sayable(glob: str) -> bool:
    """Say whether a glob is a text, has one length, or has one `*` and no other wildcard."""
    if is_literal(glob) or _FIXED.fullmatch(glob):
        return True
    return glob.count("*") == 1 and not set("?[") & set(glob)


def written(fact: Placed) -> Json:
    """Write the condition for one glob."""
    (glob,) = fact.globs
    asked = FIELDS[fact.field]
    if is_literal(glob):
        return asked | {"equals": literal(glob)} if fact.field in FOLDED else of_value(asked, glob)
    if "*" not in glob:
        return _fixed(asked, glob)
    like = asked | {"like": literal(glob)}
    return like if fact.field in FOLDED else all_of([like, *_ends(glob)])


def _fixed(asked: Json, glob: str) -> Json:
    """Write a glob of one length; one with a set in it also matches itself."""
    same = asked | {"match": literal(glob.replace("?", ".").replace(DIGIT, "#"))}
    return any_of([same, of_value(asked, glob)]) if "[" in glob else same


def _ends(glob: str) -> list[Json]:
    """Compare the beginning and the end letter by letter, which `like` does not."""
    before, _, after = glob.partition("*")
    name = "field('name')"
    first = {"value": f"[take({name}, {len(before)})]", "match": literal(dotted(before))}
    last = {
        "value": f"[skip({name}, sub(length({name}), {len(after)}))]",
        "match": literal(dotted(after)),
    }
    return [*([first] if before else []), *([last] if after else [])]
