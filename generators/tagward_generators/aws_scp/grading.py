"""Fidelity rows: what each rule of a policy came to."""

from tagward_generators.aws_scp.denials import Denied
from tagward_generators.rules import Rule
from tagward_generators.targets import Fidelity, Grade

ELSEWHERE = "lint and scan"
NOT_ON_AWS = "does not apply on AWS"


def exact(rule: Rule, why: str = "") -> Fidelity:
    """Say that a rule came through whole."""
    return Fidelity(rule.tag, rule.name, Grade.EXACT, why)


def absent(rule: Rule, why: str) -> Fidelity:
    """Say that a rule did not come through at all."""
    return Fidelity(rule.tag, rule.name, Grade.ABSENT, why, ELSEWHERE)


def weaker(rule: Rule, *reasons: str) -> Fidelity:
    """Say what slips through."""
    return Fidelity(rule.tag, rule.name, Grade.WEAKER, "; ".join(reasons), ELSEWHERE)


def graded(rule: Rule, denied: Denied, *more: str) -> Fidelity:
    """Grade a rule by its statements and by what they let through."""
    reasons = tuple(dict.fromkeys((*more, *denied.reasons)))
    if not denied.statements:
        return absent(rule, "; ".join(reasons) or "no action in force creates what the rule is about")
    return weaker(rule, *reasons) if reasons else exact(rule)
