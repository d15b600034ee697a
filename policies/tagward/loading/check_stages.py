"""Checks on the stages of enforcement: each must count on some day, on some surface."""

from collections.abc import Iterator

from msgspec.structs import replace

from tagward.diagnostics import Diagnostic
from tagward.loading.merging import Merger
from tagward.policy import SURFACES, Stage, Tag


def check_stages(tag: Tag, merger: Merger) -> Iterator[Diagnostic]:
    """Warn of stages that others always outweigh."""
    for number, stage in enumerate(tag.enforce):
        later = tag.enforce[number + 1 :]
        if all(any(_outweighs(each, stage, surface) for each in later) for surface in _surfaces(stage)):
            when = "from the same day" if stage.start else "without a day, too"
            said = f"this stage never counts: a later one begins {when} on every surface of it"
            hint = "remove it, or say `from` which day the later one counts"
            found = merger.written.at(("tags", tag.id, "enforce", number), said, hint=hint)
            yield replace(found, severity="warning")


def _surfaces(stage: Stage) -> tuple[str, ...]:
    return stage.surfaces or SURFACES


def _outweighs(other: Stage, stage: Stage, surface: str) -> bool:
    """Say whether a stage that is written later always wins: of those that began last, the last counts."""
    return other.start == stage.start and surface in _surfaces(other)
