"""What native guardrails make of a policy, for the commands that show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from tagward.policy import Policy
from tagward_generators import GUARDRAILS, target
from tagward_generators.targets import Compilation, CompileError, Fidelity
from tagward_service.cli.tables import aligned

Compiled = tuple[str, Compilation | CompileError]
"""The name of a target, and what it made of a policy."""


def compilations(
    policy: Policy, as_of: date, *, cloud: str | None = None, names: Sequence[str] = GUARDRAILS
) -> Iterator[Compiled]:
    """Compile the policy for the targets of a cloud; a target that cannot take it comes with its error."""
    for name in names:
        if cloud is not None and cloud not in target(name).clouds:
            continue
        try:
            yield name, target(name).compile(policy, as_of=as_of)
        except CompileError as error:
            yield name, error


def fidelity_table(compiled: Sequence[Compilation], *, indent: str = "") -> str:
    """Lay out how the rules came through, alike ones together; each reason is said once, below the table."""
    reasons: dict[str, int] = {}
    rows = [row for each in compiled for row in _rows(each, reasons)]
    if not rows:
        return ""
    header = ("target", "rule", "fidelity", "covered by", "tags")
    notes = aligned([(f"[{number}]", reason) for reason, number in reasons.items()], indent=indent)
    return aligned([header, *rows], indent=indent) + notes


def _rows(compilation: Compilation, reasons: dict[str, int]) -> Iterator[tuple[str, ...]]:
    """Gather the tags for which a rule came to the same thing; the target is named in its first row."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in compilation.fidelity:
        alike.setdefault((row.rule, _graded(row, reasons), row.covered_by), []).append(row.tag)
    for number, (columns, tags) in enumerate(alike.items()):
        yield (compilation.target if number == 0 else "", *columns, ", ".join(tags))


def _graded(row: Fidelity, reasons: dict[str, int]) -> str:
    """Say the grade with the numbers of its reasons."""
    numbers = [str(reasons.setdefault(reason, len(reasons) + 1)) for reason in row.why.split("; ") if reason]
    return f"{row.grade.value} [{', '.join(numbers)}]" if numbers else row.grade.value


def explained(row: Fidelity) -> str:
    """Say what slips through and what catches it."""
    covered = f" (covered by {row.covered_by})" if row.covered_by else ""
    return f"{row.why}{covered}"


def native(policy: Policy, cloud: str, tags: Sequence[str], as_of: date) -> str:
    """Lay out what the guardrails of a cloud do about some tags."""
    from msgspec.structs import replace

    compiled = [
        replace(outcome, fidelity=tuple(row for row in outcome.fidelity if row.tag in tags))
        for _, outcome in compilations(policy, as_of, cloud=cloud)
        if not isinstance(outcome, CompileError)
    ]
    return fidelity_table(compiled, indent="  ")
