"""What the API counts, for Prometheus; it goes beside the metrics of admission."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from tagward_service.api.pool import Pool

BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0)
"""In seconds: from a look at the policy to a plan of a hundred megabytes."""

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
"""The methods that are counted by name; what a client makes up is not."""


class ApiMetrics:
    """The metrics of the API in one process; labels have few values, none of them a client's own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "tagward_api_requests", "Requests.", ("endpoint", "method", "status"), registry=registry
        )
        self._seconds = Histogram(
            "tagward_api_seconds", "Time to answer.", ("endpoint",), buckets=BUCKETS, registry=registry
        )
        self._taken = Gauge(
            "tagward_api_places_taken",
            "Who works or waits for a worker.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._replaced = Gauge(
            "tagward_api_workers_replaced",
            "Workers that were replaced.",
            ("why",),
            registry=registry,
            multiprocess_mode="livesum",
        )

    def answered(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count a request; `endpoint` is the path as it is documented."""
        self._requests.labels(endpoint, method if method in METHODS else "other", str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def look_at(self, pool: Pool) -> None:
        """Take over what the pool counts."""
        self._taken.set(pool.taken)
        for why, count in pool.ended.items():
            self._replaced.labels(why).set(count)
