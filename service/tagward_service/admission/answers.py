"""Findings as what a person with kubectl reads: a denial to act on, short warnings, audit annotations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tagward.diagnostics import printable
from tagward.findings import Finding
from tagward.policy import Policy
from tagward_service.admission.contract import Denial, Request, Response

LONGEST_WARNING = 120
"""In characters; what the API server's documentation recommends."""

ALL_WARNINGS = 4096
"""In characters; beyond that the API server cuts all of them (endpoints/filters/warning.go)."""

MOST_FAULTS = 20
"""So many faults are listed in a denial; more help nobody at once."""


def denial(policy: Policy, address: str, faults: Sequence[Finding]) -> Denial:
    """Say why an object is refused: a line for each fault, with its fix."""
    lines = [f"- {printable(each.message)}{_fix(each)}" for each in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        lines.append(f"- and {len(faults) - MOST_FAULTS} more")
    head = f"{printable(address)} does not carry the tags of the policy {policy.name} {policy.version}:"
    return Denial("\n".join((head, *lines)))


def _fix(finding: Finding) -> str:
    return f": {printable(finding.fix)}" if finding.fix else ""


def warnings(said: Iterable[str]) -> tuple[str, ...]:
    """Cut warnings to what the API server passes on; the last one tells of those that are left out."""
    every = tuple(dict.fromkeys(shortened(printable(each)) for each in said))
    kept: list[str] = []
    left = ALL_WARNINGS - LONGEST_WARNING
    for each in every:
        if len(each) > left:
            break
        kept.append(each)
        left -= len(each)
    more = len(every) - len(kept)
    return (*kept, f"tagward: and {more} more warnings") if more else tuple(kept)


def shortened(text: str) -> str:
    """Cut a warning to its longest."""
    return text if len(text) <= LONGEST_WARNING else text[: LONGEST_WARNING - 3] + "..."


def skipped(request: Request, why: str) -> Response:
    """Let an object through that is nobody's to judge, and say so in the audit log."""
    return Response(uid=request.uid, allowed=True, audit_annotations={"skipped": why})


def audit(policy: Policy, decision: str, findings: Iterable[Finding]) -> dict[str, str]:
    """Return what the audit log keeps: the decision, each code with its mode, and which policy it was."""
    kept = {"decision": decision, "policy": f"{policy.name}@{policy.sha256[:12]}"}
    codes = ",".join(sorted({f"{each.code.value}:{each.mode}" for each in findings}))
    if codes:
        kept["codes"] = codes
    return kept
