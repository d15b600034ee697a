"""The fewest fixes that reach a threshold.

A resource is compliant only when all its rules hold, so that setting one tag everywhere may make nothing
compliant. What counts is everything that is wrong with a resource at once. Resources of one account that
are wrong in the same tags make one piece of work: with it done, all of them are compliant. No resource is
in two pieces, so that taking the biggest pieces gives the fewest, and no other choice of so many does
more. Likewise for single changes: taking first the resources with the fewest wrong tags needs the fewest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from tagward_service.coverage.percent import needed, percent
from tagward_service.report import Summary
from tagward_service.store.interface import Alike, Life, Wrong

COUNTING = ("violation", "unknown")
"""The findings that keep a resource from being compliant, beside exempt ones."""


class Piece(Struct, frozen=True):
    """One piece of work: all of `tags` set right on so many resources of an account.

    What is wrong without any tag to name (a forbidden key, too many tags) is named by its rule.
    """

    cloud: str
    account: str
    tags: tuple[str, ...]
    resources: int


class Fixes(Struct, frozen=True):
    """What reaches the threshold.

    `missing` resources must become compliant; `pieces` are the fewest pieces of work for that, biggest
    first; `edits` is the smallest number of single tags to set right. Where `reachable` is False, all that
    can be fixed is not enough: `exempt` resources never count as compliant.
    """

    missing: int
    pieces: tuple[Piece, ...] = ()
    edits: int = 0
    reachable: bool = True
    exempt: int = 0
    percent_after: float | None = None


def fewest(alike: Iterable[Alike], summary: Summary, threshold: float) -> Fixes:
    """Find the fewest fixes that reach a threshold in percent."""
    missing = max(0, needed(threshold, summary.taggable) - summary.compliant)
    if not missing:
        return Fixes(0, percent_after=summary.coverage_percent)
    every = _pieces(alike)
    taken = _biggest(every, missing)
    after = summary.compliant + sum(piece.resources for piece in taken)
    return Fixes(
        missing,
        tuple(taken),
        _edits(every, missing),
        reachable=after - summary.compliant >= missing,
        exempt=summary.exempt,
        percent_after=percent(min(after, summary.taggable), summary.taggable),
    )


def _pieces(alike: Iterable[Alike]) -> list[Piece]:
    """Gather what can be made compliant, the biggest pieces first."""
    counts: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    for each in alike:
        tags = _wrong_tags(each.wrong)
        if tags:
            counts[each.cloud, each.account, tags] += each.resources
    pieces = [Piece(*place, resources) for place, resources in counts.items()]
    return sorted(pieces, key=lambda piece: (-piece.resources, piece.cloud, piece.account, piece.tags))


def _wrong_tags(wrong: Iterable[Wrong]) -> tuple[str, ...]:
    """Name what must be set right; nothing where an exempt finding would remain."""
    tags = set()
    for each in wrong:
        if each.life is Life.EXEMPT:
            return ()
        if each.status in COUNTING:
            tags.add(each.tag or each.rule)
    return tuple(sorted(tags))


def _biggest(pieces: list[Piece], missing: int) -> list[Piece]:
    taken, done = [], 0
    for piece in pieces:
        if done >= missing:
            break
        taken.append(piece)
        done += piece.resources
    return taken


def _edits(pieces: list[Piece], missing: int) -> int:
    edits = 0
    for piece in sorted(pieces, key=lambda piece: len(piece.tags)):
        resources = min(missing, piece.resources)
        edits += resources * len(piece.tags)
        missing -= resources
    return edits
