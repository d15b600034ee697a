"""Which principals are exempt: each must be an ARN as IAM compares `aws:PrincipalArn` with."""

import re
from collections.abc import Sequence

from tagward_generators.targets import CompileError

SETTING = "targets.aws-scp.exempt_principals"

_PRINCIPAL = re.compile(
    r"arn:(?P<partition>[a-z*?-]+):"
    r"(?:(?:iam|\*):\*?:[0-9*?]+:(?:(?:role|user)/[\w+=,.@/*?-]+|root|\*)"
    r"|sts:\*?:[0-9*?]+:federated-user/[\w+=,.@*?-]+)",
    re.ASCII,
)
_SESSION = re.compile(r"arn:[^:]*:sts:[^:]*:[^:]*:assumed-role/(?P<role>[^/]+)")


def exempt_principals(named: Sequence[str], partition: str) -> tuple[str, ...]:
    """Return each principal once. Raises CompileError for one that no principal of the partition is."""
    refusals = [why for why in (_refusal(name, partition) for name in named) if why]
    if refusals:
        raise CompileError("; ".join(refusals))
    return tuple(dict.fromkeys(named))


def _refusal(name: str, partition: str) -> str | None:
    session = _SESSION.match(name)
    if session:
        hint = f"name the role: `arn:{partition}:iam::*:role/{session['role']}`"
        return f"`{name}` in `{SETTING}` is a session, which IAM sees as its role; {hint}"
    shaped = _PRINCIPAL.fullmatch(name)
    if shaped is None:
        hint = f"write it like `arn:{partition}:iam::*:role/break-glass`"
        return f"`{name}` in `{SETTING}` is not the ARN of a role or user; {hint}"
    given = shaped["partition"]
    if "*" in (given + partition) or "?" in given or given == partition:
        return None
    hint = f"begin it `arn:{partition}:`"
    return f"`{name}` in `{SETTING}` is never a principal of partition `{partition}`; {hint}"
