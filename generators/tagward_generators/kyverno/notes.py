"""What whoever deploys policies of Kyverno should know."""

from __future__ import annotations

from tagward_generators.kubernetes import notes as shared
from tagward_generators.kubernetes.settings import Settings

VERSION = "needs Kyverno 1.17 or later, which has ValidatingPolicies in version v1"

FILTERS = (
    "left alone too where Kyverno is installed as its chart has it (`config.resourceFilters`): ReplicaSets, "
    "and everything in kube-system, kube-public, kube-node-lease and Kyverno's own namespace"
)

REPORTS = (
    "not READY until Kyverno's reports controller may read every kind that the policies name; "
    "only its reports on what is there already need that"
)


def notes(settings: Settings, largest: int = 0) -> tuple[str, ...]:
    """Say what is left alone, and how to deploy policies of which the largest has so many bytes."""
    return (VERSION, *shared.notes(settings, largest), FILTERS, REPORTS)
