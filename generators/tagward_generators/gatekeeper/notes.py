"""What whoever deploys templates and constraints should know."""

from collections.abc import Collection

from tagward_generators.gatekeeper.hiding import SeeingChecks
from tagward_generators.kubernetes import notes as admission
from tagward_generators.kubernetes.settings import Settings

ORDER = "apply the template first: its constraints are known to the cluster a moment later"
NEWEST = (
    "Gatekeeper tells the labels of namespaces since 3.22, gator does not: without them nobody is asked "
    "for a tag that may be inherited from there"
)
COSTLY = (
    "an object of more than about {} pod templates costs more than Gatekeeper lets CEL cost, and is refused; "
    "with `engines: [rego]` it is judged"
)

_AFFORDED = 1_500
"""Pod templates times tags, measured with Gatekeeper 3.23 for templates of 20 labels."""


def notes(settings: Settings, checks: SeeingChecks, engines: Collection[str], size: int) -> tuple[str, ...]:
    """Say how to deploy a template of so many bytes, what is left alone, and when less is known."""
    return (
        ORDER,
        *admission.notes(settings, size),
        *([NEWEST] if checks.any_inherits() else []),
        *([COSTLY.format(_AFFORDED // max(1, len(checks.messages)))] if "cel" in engines else []),
    )
