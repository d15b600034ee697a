"""What the webhook counts, for Prometheus."""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from tagward_service.admission.live import Condition, now
from tagward_service.admission.namespaces import Namespaces

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0)
"""In seconds; the API server's own buckets begin at 5 ms, above what a review takes."""


class Metrics:
    """The metrics of one process."""

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
        self._policy = Gauge(
            "tagward_policy_info", "The policy in force.", ("name", "sha256"), registry=self.registry
        )
        self._age = Gauge("tagward_policy_age_seconds", "Time since it was loaded.", registry=self.registry)
        self._failures = Gauge("tagward_policy_reload_failures", "Loads that failed.", registry=self.registry)
        self._namespaces = Gauge(
            "tagward_namespaces", "Namespaces whose labels are known.", registry=self.registry
        )
        self._silence = Gauge(
            "tagward_namespaces_age_seconds", "Time since they were heard of.", registry=self.registry
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
        """Return everything in Prometheus' text format."""
        if namespaces is not None:
            self._namespaces.set(len(namespaces))
            self._silence.set(namespaces.age)
        self._policy.clear()
        if condition.loaded is not None:
            self._policy.labels(condition.name, condition.sha256[:12]).set(1)
            self._age.set((now() - condition.loaded).total_seconds())
        self._failures.set(condition.failures)
        return generate_latest(self.registry)
