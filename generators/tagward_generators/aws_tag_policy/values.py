"""The values that a tag policy lists for a tag: literal ones, and some with one `*`."""

import re
from collections.abc import Iterable

from msgspec import Struct

from tagward.judging.values import is_blank
from tagward.patterns import PatternError, glob_language, iam_globs, legal_example, legal_value, of_pattern
from tagward.policy import Matches
from tagward_generators.tag_facts import TagFacts

ANY = "*"

MOST_VALUES = 50
"""So many values stand for one pattern at most."""

_WILDCARDS = re.compile(r"(?<!\$\{)[*?]")


class Listed(Struct, frozen=True):
    """What `tag_value` lists, None when any value passes; `loosens` says what it lets through."""

    values: tuple[str, ...] | None = None
    loosens: str = ""

    def admits(self, value: str) -> bool:
        """Say whether a value passes."""
        return self.values is None or any(matches(listed, value) for listed in self.values)

    def admits_blank(self, placeholders: Iterable[str]) -> bool:
        """Say whether a value may pass that says nothing, in some case and padded with white space."""
        words = ("", *placeholders)
        return self.values is None or any(_may_match(each, word) for each in self.values for word in words)


def matches(listed: str, value: str) -> bool:
    """Say whether AWS takes a value for one that is listed: `*` is any run of characters, also none.

    That it may be none follows from two things that AWS says: the effective policy of a tag without values
    lists `*`, and any value complies then, "including no value at all" (Organizations User Guide).
    """
    prefix, star, suffix = listed.partition(ANY)
    if not star:
        return listed == value
    return len(value) >= len(prefix) + len(suffix) and value.startswith(prefix) and value.endswith(suffix)


def listed(tag: TagFacts) -> Listed:
    """List the values of a tag that pass on its day, or more; never fewer."""
    valid = tag.valid()
    if valid is not None:
        return Listed(tuple(value for value in valid if legal_value("aws", value) is None))
    match tag.tag.constraint:
        case Matches(pattern):
            return _lowered(pattern, tag)
    return Listed()


def _lowered(pattern: str, tag: TagFacts) -> Listed:
    globs = (_with_one_star(glob) for glob in iam_globs(pattern, MOST_VALUES).values)
    values = tuple(value for value in dict.fromkeys(globs) if value is not None and _counts(value, tag))
    if ANY in values:
        return Listed()
    kept = tuple(value for value in values if not any(_contains(other, value) for other in values))
    return Listed(kept, _loosens(kept, pattern))


def _with_one_star(glob: str) -> str | None:
    """Put one `*` for everything between the first wildcard and the last; None for what AWS never takes."""
    runs = _WILDCARDS.split(glob)
    ends = runs[0] if len(runs) == 1 else runs[0] + runs[-1]
    # An escaped `${*}` is refused here too: none of its characters is one of AWS tag values.
    if legal_value("aws", "".join(runs)) is not None:
        return None
    return ends if len(runs) == 1 else f"{runs[0]}{ANY}{runs[-1]}"


def _counts(value: str, tag: TagFacts) -> bool:
    """Leave out the literal values that the policy does not accept although its pattern matches them."""
    return ANY in value or not (is_blank(value, frozenset(tag.placeholders)) or value in tag.tag.replaces)


def _contains(wide: str, narrow: str) -> bool:
    if wide == narrow or ANY not in wide:
        return False
    if ANY not in narrow:
        return matches(wide, narrow)
    (prefix, _, suffix), (inner_prefix, _, inner_suffix) = wide.partition(ANY), narrow.partition(ANY)
    return inner_prefix.startswith(prefix) and inner_suffix.endswith(suffix)


def _loosens(values: tuple[str, ...], pattern: str) -> str:
    try:
        example = legal_example(glob_language(values).minus(of_pattern(pattern)), "aws") if values else None
    except PatternError:
        return "also accepts more than the pattern, which is too complex to be compared"
    return "" if example is None else f"also accepts `{example}`"


def _may_match(listed: str, blank: str) -> bool:
    """Say whether a listed value may match a blank word, whatever its case and the white space around it."""
    if ANY not in listed:
        return False
    prefix, _, suffix = (part.casefold() for part in listed.partition(ANY))
    return blank.startswith(prefix.lstrip()) and blank.endswith(suffix.rstrip())
