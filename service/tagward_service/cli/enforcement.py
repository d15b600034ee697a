"""What native guardrails make of a policy, for the commands that show it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tagward.policy import Policy
from tagward_generators import TARGETS, target
from tagward_generators.targets import Compilation, CompileError, Fidelity


def compilations(policy: Policy, as_of: date) -> Iterator[tuple[str, Compilation | CompileError]]:
    """Compile the policy for every target; a target that cannot take it comes with its error."""
    for name in TARGETS:
        try:
            yield name, target(name).compile(policy, as_of=as_of)
        except CompileError as error:
            yield name, error


def fidelity_rows(compilation: Compilation) -> list[tuple[str, ...]]:
    """Make table rows of the fidelity: target, tag, rule, grade, and what slips through."""
    return [
        (compilation.target, row.tag, row.rule, row.grade.value, explained(row))
        for row in compilation.fidelity
    ]


def explained(row: Fidelity) -> str:
    """Say what slips through and what catches it."""
    covered = f" (covered by {row.covered_by})" if row.covered_by else ""
    return f"{row.why}{covered}"


def reaches(target_name: str, cloud: str) -> bool:
    """Say whether a target guards a cloud; one without a cloud in its name guards several."""
    families = {"aws": "aws", "azure": "azure", "gcp": "gcp", "kubernetes": "kubernetes"}
    family = families.get(target_name.partition("-")[0])
    return family is None or family == cloud
