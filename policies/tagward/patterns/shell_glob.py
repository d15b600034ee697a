"""Reader of shell globs, the way the standard `fnmatch` reads them."""

from __future__ import annotations

from tagward.patterns.intervals import Interval, complement, normalise
from tagward.patterns.nodes import ANY_CHARACTER, ANY_TEXT, Characters, Node, Sequence, literal

WILDCARDS: dict[str, Node] = {"*": ANY_TEXT, "?": ANY_CHARACTER}


def parse_glob(glob: str) -> Node:
    """Parse a shell glob; everything means something, so nothing is refused."""
    parts: list[Node] = []
    at = 0
    while at < len(glob):
        end = _closing(glob, at) if glob[at] == "[" else -1
        if end > 0:
            parts.append(_set(glob[at + 1 : end]))
            at = end
        else:
            parts.append(WILDCARDS.get(glob[at]) or literal(glob[at]))
        at += 1
    return Sequence(tuple(parts))


def _closing(glob: str, start: int) -> int:
    first = start + 2 if glob.startswith("!", start + 1) else start + 1
    return glob.find("]", first + 1)


def _set(inside: str) -> Characters:
    negated = inside.startswith("!")
    ranges: list[Interval] = []
    members = inside[negated:]
    at = 0
    while at < len(members):
        if members[at + 1 : at + 2] == "-" and at + 2 < len(members):
            # A range that runs backwards holds nothing.
            ranges += [(ord(members[at]), ord(members[at + 2]))] if members[at] <= members[at + 2] else []
            at += 3
        else:
            ranges.append((ord(members[at]), ord(members[at])))
            at += 1
    allowed = normalise(ranges)
    return Characters(complement(allowed) if negated else allowed)
