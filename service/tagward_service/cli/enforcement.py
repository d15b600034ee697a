"""What native guardrails make of a policy, for the commands that show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from tagward.policy import Policy
from tagward_generators import TARGETS, target
from tagward_generators.targets import Compilation, CompileError, Fidelity
from tagward_service.cli.tables import aligned


def compilations(policy: Policy, as_of: date) -> Iterator[tuple[str, Compilation | CompileError]]:
    """Compile the policy for every target; a target that cannot take it comes with its error."""
    for name in TARGETS:
        try:
            yield name, target(name).compile(policy, as_of=as_of)
        except CompileError as error:
            yield name, error


def fidelity_table(compiled: Sequence[Compilation], *, indent: str = "") -> str:
    """Lay out how every rule came through; each reason is said once, below the table."""
    reasons: dict[str, int] = {}
    rows = [
        (each.target, row.tag, row.rule, _graded(row, reasons), row.covered_by)
        for each in compiled
        for row in each.fidelity
    ]
    if not rows:
        return ""
    header = ("target", "tag", "rule", "fidelity", "covered by")
    notes = aligned([(f"[{number}]", reason) for reason, number in reasons.items()], indent=indent)
    return aligned([header, *rows], indent=indent) + notes


def _graded(row: Fidelity, reasons: dict[str, int]) -> str:
    """Say the grade with the numbers of its reasons."""
    numbers = [reasons.setdefault(reason, len(reasons) + 1) for reason in row.why.split("; ") if reason]
    return " ".join([row.grade.value, *(f"[{number}]" for number in numbers)])


def explained(row: Fidelity) -> str:
    """Say what slips through and what catches it."""
    covered = f" (covered by {row.covered_by})" if row.covered_by else ""
    return f"{row.why}{covered}"


def reaches(target_name: str, cloud: str) -> bool:
    """Say whether a target guards a cloud; one without a cloud in its name guards several."""
    families = {"aws": "aws", "azure": "azure", "gcp": "gcp", "kubernetes": "kubernetes"}
    family = families.get(target_name.partition("-")[0])
    return family is None or family == cloud


def native(policy: Policy, cloud: str, tags: Sequence[str], as_of: date) -> str:
    """Lay out what the guardrails of a cloud do about some tags."""
    from msgspec.structs import replace

    compiled = [
        replace(outcome, fidelity=tuple(row for row in outcome.fidelity if row.tag in tags))
        for name, outcome in compilations(policy, as_of)
        if reaches(name, cloud) and not isinstance(outcome, CompileError)
    ]
    return fidelity_table(compiled, indent="  ")
