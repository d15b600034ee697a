"""The figures of a campaign as they travel from the process that ran it to the end of the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.campaign import Outcome

FIGURES = "fuzzing"
"""The property of a test report that holds them."""

Figures = tuple[str, int, int]
"""What is to be said, how many inputs there were, and how many of them failed."""


def figures(outcome: Outcome) -> Figures:
    """Return what is to be told of a campaign."""
    return outcome.summary(), outcome.inputs, outcome.failed


def table(every: Sequence[Figures]) -> Iterator[str]:
    """Yield a line for each campaign, and one for all."""
    for said, _, _ in every:
        yield said
    inputs, failed = sum(each[1] for each in every), sum(each[2] for each in every)
    yield f"{inputs:,} inputs, {failed:,} failed"
