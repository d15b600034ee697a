"""What the webhook counts, for Prometheus."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, product

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tagward.findings import Code
from tagward.policy import MODES
from tagward_service.admission.counts import Counts
from tagward_service.admission.live import Condition, now
from tagward_service.admission.namespaces import Namespaces

BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0)
"""In seconds; the API server's own buckets begin at 5 ms, above what a review takes."""


SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the directory in which processes count together, as prometheus_client has it."""


_WEBHOOKS = ("validate", "mutate")
_DECISIONS = ("allowed", "denied", "patched")
_REVIEWS = tuple(product(_WEBHOOKS, _DECISIONS))
_FINDINGS = tuple((code.value, mode) for code, mode in product(Code, MODES))
_WITHIN = (*map(str, BUCKETS), "+Inf")
_SUM = "sum of seconds"


class Metrics:
    """What is counted by one process, or by several together.

    What is counted of every review is counted in plain numbers: each that prometheus_client adds takes a
    lock, and one that is shared is written to a file.
    """

    def __init__(self, workers: int = 1) -> None:
        self.registry = CollectorRegistry()
        self._refused = Counter(
            "tagward_admission_bad_requests",
            "Requests that are no reviews.",
            ("status",),
            registry=self.registry,
        )
        self._counts = Counts((*_REVIEWS, *_FINDINGS, *_WITHIN, _SUM), workers)
        self._places = self._counts.places
        self._row = self._counts.row_of(0)
        self._first = self._places[_WITHIN[0]]
        self._finding = cache(self._findings)

    def count_as(self, worker: int) -> None:
        """Count as one of several workers from now on."""
        self._row = self._counts.row_of(worker)

    def reviewed(self, webhook: str, decision: str, seconds: float) -> None:
        """Count an answer."""
        row = self._row
        row[self._places[webhook, decision]] += 1
        row[self._first + bisect_left(BUCKETS, seconds)] += 1
        row[self._places[_SUM]] += seconds

    def found(self, codes: str) -> None:
        """Count what an audit annotation lists: `TW001:deny,TW006:warn`."""
        for place in self._finding(codes):
            self._row[place] += 1

    def _findings(self, codes: str) -> tuple[int, ...]:
        named = (tuple(each.split(":")) for each in codes.split(",") if each)
        return tuple(self._places[name] for name in named)

    def refused(self, status: int) -> None:
        """Count a request that is no review."""
        self._refused.labels(str(status)).inc()

    def text(self, condition: Condition, namespaces: Namespaces | None = None) -> bytes:
        """Return everything in Prometheus' text format; the state is that of the process that is asked."""
        parts = (_only(_Reviews(self._counts)), self._counted(), _only(_State(condition, namespaces)))
        return b"".join(map(generate_latest, parts))

    def _counted(self) -> CollectorRegistry:
        if SHARED not in os.environ:
            return self.registry
        return _only(MultiProcessCollector(None))  # type: ignore[no-untyped-call]


class _Reviews(Collector):
    """What was counted of reviews, in all workers."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield the counters and the histogram."""
        about = "Reviews answered."
        yield self._counter("tagward_admission_reviews", about, ("webhook", "decision"), _REVIEWS)
        about = "Reviews with a finding of this code."
        yield self._counter("tagward_admission_findings", about, ("code", "mode"), _FINDINGS)
        within = accumulate(map(self._counts.total, _WITHIN))
        yield HistogramMetricFamily(
            "tagward_admission_review_seconds",
            "Time to answer.",
            buckets=list(zip(_WITHIN, within, strict=True)),
            sum_value=self._counts.total(_SUM),
        )

    def _counter(
        self, name: str, about: str, labels: Sequence[str], keys: Iterable[tuple[str, str]]
    ) -> CounterMetricFamily:
        family = CounterMetricFamily(name, about, labels=labels)
        for key in keys:
            count = self._counts.total(key)
            if count:
                family.add_metric(key, count)
        return family


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
