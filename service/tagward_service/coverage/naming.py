"""How what coverage is broken down by is named: by a field, or by a tag of the policy."""

from __future__ import annotations

from collections.abc import Sequence

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import UsageError
from tagward.policy import Policy

TAG = "tag:"


def dimension_of(name: str, policy: Policy, fields: Sequence[str], whole: str) -> str:
    """Return a dimension that there is: a field, or `tag:ID` of the policy; raises UsageError.

    `whole` says what has the dimensions.
    """
    known = (*fields, *(TAG + tag.id for tag in policy.tags))
    if name in known:
        return name
    guess = did_you_mean(name, known) or did_you_mean(TAG + name, known)
    hint = f"did you mean `{guess}`?" if guess else f"choose from {', '.join(known)}"
    raise UsageError(f"{whole} has no dimension {quoted(name)}; {hint}")
