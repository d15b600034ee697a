"""What the webhook counts, for Prometheus."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tagward_service.admission.live import Condition, now
from tagward_service.admission.namespaces import Namespaces

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0)
"""In seconds; the API server's own buckets begin at 5 ms, above what a review takes."""


SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the directory in which processes count together, as prometheus_client has it."""


class Metrics:
    """What is counted by one process, or by several together."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._reviews = Counter(
            "tagward_admission_reviews", "Reviews answered.", ("webhook", "decision"), registry=self.registry
        )
        self._codes = Counter(
            "tagward_admission_findings",
            "Reviews with a finding of this code.",
            ("code", "mode"),
            registry=self.registry,
        )
        self._refused = Counter(
            "tagward_admission_bad_requests",
            "Requests that are no reviews.",
            ("status",),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "tagward_admission_review_seconds", "Time to answer.", buckets=BUCKETS, registry=self.registry
        )
        self._review = cache(self._reviews.labels)
        self._finding = cache(self._findings)

    def reviewed(self, webhook: str, decision: str, seconds: float) -> None:
        """Count an answer."""
        self._review(webhook, decision).inc()
        self._seconds.observe(seconds)

    def found(self, codes: str) -> None:
        """Count what an audit annotation lists: `TW001:deny,TW006:warn`."""
        for counter in self._finding(codes):
            counter.inc()

    def _findings(self, codes: str) -> tuple[Counter, ...]:
        return tuple(self._codes.labels(*each.split(":")) for each in codes.split(",") if each)

    def refused(self, status: int) -> None:
        """Count a request that is no review."""
        self._refused.labels(str(status)).inc()

    def text(self, condition: Condition, namespaces: Namespaces | None = None) -> bytes:
        """Return everything in Prometheus' text format; the state is that of the process that is asked."""
        return generate_latest(self._counted()) + generate_latest(_only(_State(condition, namespaces)))

    def _counted(self) -> CollectorRegistry:
        if SHARED not in os.environ:
            return self.registry
        return _only(MultiProcessCollector(None))  # type: ignore[no-untyped-call]


class _State(Collector):
    """How it stands with the policy and the namespaces, as gauges."""

    def __init__(self, condition: Condition, namespaces: Namespaces | None) -> None:
        self._condition = condition
        self._namespaces = namespaces

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges."""
        condition, namespaces = self._condition, self._namespaces
        if condition.loaded is not None:
            policy = GaugeMetricFamily(
                "tagward_policy_info", "The policy in force.", labels=("name", "sha256")
            )
            policy.add_metric((condition.name, condition.sha256[:12]), 1)
            yield policy
            age = (now() - condition.loaded).total_seconds()
            yield GaugeMetricFamily("tagward_policy_age_seconds", "Time since it was loaded.", value=age)
        yield GaugeMetricFamily(
            "tagward_policy_reload_failures", "Loads that failed.", value=condition.failures
        )
        if namespaces is not None:
            yield GaugeMetricFamily(
                "tagward_namespaces", "Namespaces whose labels are known.", value=len(namespaces)
            )
            yield GaugeMetricFamily(
                "tagward_namespaces_age_seconds", "Time since they were heard of.", value=namespaces.age
            )


def _only(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry
