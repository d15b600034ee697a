"""How a rule is graded by its statements."""

from tagward_generators.aws_scp.denials import Denied
from tagward_generators.grading import absent, exact, weaker
from tagward_generators.rules import Rule
from tagward_generators.targets import Fidelity


def graded(rule: Rule, denied: Denied, *more: str) -> Fidelity:
    """Grade a rule by its statements and by what they let through."""
    reasons = tuple(dict.fromkeys((*more, *denied.reasons)))
    if not denied.statements:
        return absent(rule, "; ".join(reasons) or "no action in force creates what the rule is about")
    return weaker(rule, *reasons) if reasons else exact(rule)
