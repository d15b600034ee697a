"""Fidelity rows: what each rule of a policy came to."""

from tagward_generators.rules import Rule
from tagward_generators.targets import Fidelity, Grade

ELSEWHERE = "lint and scan"

CLOUDS = {"aws": "AWS", "azure": "Azure", "gcp": "GCP", "kubernetes": "Kubernetes"}
"""How to say the name of a cloud."""


def exact(rule: Rule, why: str = "") -> Fidelity:
    """Say that a rule came through whole."""
    return Fidelity(rule.tag, rule.name, Grade.EXACT, why)


def absent(rule: Rule, why: str, covered_by: str = ELSEWHERE) -> Fidelity:
    """Say that a rule did not come through at all."""
    return Fidelity(rule.tag, rule.name, Grade.ABSENT, why, covered_by)


def weaker(rule: Rule, *reasons: str, covered_by: str = ELSEWHERE) -> Fidelity:
    """Say what slips through."""
    return Fidelity(rule.tag, rule.name, Grade.WEAKER, "; ".join(reasons), covered_by)


def not_on(rule: Rule, cloud: str) -> Fidelity:
    """Say that a rule is about nothing that a cloud has."""
    return exact(rule, f"does not apply on {CLOUDS[cloud]}")
