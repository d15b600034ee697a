"""The kinds that requests are made of: those of the catalogue, and those that the policy at hand adds."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tagward.catalog import Kinds, KubernetesKind, kubernetes_kinds
from tagward.policy import Workload

_FURTHER: ContextVar[tuple[KubernetesKind, ...]] = ContextVar("further kinds", default=())


def known_kinds() -> tuple[KubernetesKind, ...]:
    """Return every kind that is known here, sorted by name but for those of the policy."""
    return (*kubernetes_kinds(), *_FURTHER.get())


@contextmanager
def knowing(workloads: Iterable[Workload]) -> Iterator[None]:
    """Let the kinds that a policy adds be known while guardrails are compared."""
    token = _FURTHER.set(Kinds(workloads).further)
    try:
        yield
    finally:
        _FURTHER.reset(token)
