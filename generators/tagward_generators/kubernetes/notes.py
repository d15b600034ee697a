"""What whoever deploys an admission policy should know."""

from tagward_generators.kubernetes.limits import LARGEST_TO_APPLY, TOO_LARGE_TO_APPLY
from tagward_generators.kubernetes.settings import Settings


def notes(settings: Settings, largest: int = 0) -> tuple[str, ...]:
    """Say what is left alone, and how to deploy policies of which the largest has so many bytes."""
    excluded = ", ".join(settings.exclude_namespaces)
    fair = "in mode deny an update passes that leaves the labels as they are (unless `updates: strict`)"
    return (
        *([f"left alone: namespaces {excluded}"] if excluded else []),
        "left alone: what a controller made that is judged itself, deletions, and subresources",
        *([fair] if settings.is_fair else []),
        *([TOO_LARGE_TO_APPLY] if largest > LARGEST_TO_APPLY else []),
    )
