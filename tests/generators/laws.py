"""The laws of compilation, as functions that list the breaches of a compilation."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tagward.findings import SEVERITY, Assessment, Code, Finding
from tagward.policy import Policy
from tagward_generators.rules import Rule, rules
from tagward_generators.targets import Compilation, Grade

Row = tuple[str, str]
"""A tag and a rule, as fidelity rows name them."""


class Breach(Struct, frozen=True):
    """A law that does not hold, and for what."""

    law: str
    said: str


def row_of(finding: Finding) -> Row:
    """Return the fidelity row that answers for a finding."""
    if not finding.tag:
        return "*", finding.rule
    blank = finding.code is Code.BLANK
    return finding.tag, "blank" if blank else finding.rule.removeprefix(f"{finding.tag}/")


def broken_rows(assessment: Assessment, mode: str = "deny") -> frozenset[Row]:
    """Return the rules that an assessment finds broken in a mode; advice is never more than a warning.

    What nobody can tell yet is not broken, be it advice or not.
    """
    return frozenset(
        row_of(each)
        for each in assessment.findings
        if each.status in ("violation", "recommended")
        and each.severity == SEVERITY[mode]
        and each.code is not Code.UNKNOWN
    )


def exact_rows(compilation: Compilation) -> frozenset[Row]:
    """Return the rules that came through whole."""
    return frozenset((row.tag, row.rule) for row in compilation.fidelity if row.grade is Grade.EXACT)


def breaches(compilation: Compilation, broken: frozenset[Row], *, denied: bool) -> Iterator[Breach]:
    """Compare what the guardrail does to one resource with the rules that evaluation finds broken.

    L1 and L3 are two sides of one thing here: what is denied breaks some rule.
    """
    if denied and not broken:
        yield Breach("L1", "denied what evaluation accepts")
    missed = broken & exact_rows(compilation)
    if not denied and missed:
        yield Breach("L2", f"let through what breaks {sorted(missed)}")


def row_breaches(policy: Policy, compilation: Compilation, *more: Rule) -> Iterator[Breach]:
    """Check that each rule has one row, and that each row which is not exact says why (L5)."""
    wanted = [(rule.tag, rule.name) for rule in (*rules(policy), *more)]
    if [(row.tag, row.rule) for row in compilation.fidelity] != wanted:
        yield Breach("L5", "rules and rows differ")
    if any(row.grade is not Grade.EXACT and not row.why for row in compilation.fidelity):
        yield Breach("L5", "a row does not say why")


def laws(found: Iterable[Breach]) -> set[str]:
    """Return the laws that are broken."""
    return {each.law for each in found}
