"""What the tests of writers share: changes in a few words, and applying them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Event

from tagward_service.fix.applying import Applier, Outcome
from tagward_service.fix.interface import Change, Target, Writer
from tagward_service.fix.journal import Journal, undoing


def change(target: Target, key: str, before: str | None, after: str | None) -> Change:
    return Change(target, key, before, after)


def applied(
    writer: Writer, changes: Iterable[Change], journal: Path, stop: Event | None = None
) -> list[Outcome]:
    """Perform changes of one cloud."""
    each = list(changes)
    with Journal(journal, "apply plan.yaml") as noted:
        writers = {one.target.cloud: writer for one in each}
        return list(Applier(writers, noted, stop or Event()).apply(each))


def undone(writer: Writer, journal: Path) -> list[Outcome]:
    """Take back what a journal says."""
    return applied(writer, undoing(journal), journal.with_suffix(".undo"))


def fates(outcomes: Iterable[Outcome]) -> Mapping[tuple[str, str], str]:
    """Return what became of each tag of each resource."""
    return {(each.change.target.id, each.change.key): each.fate.value for each in outcomes}
