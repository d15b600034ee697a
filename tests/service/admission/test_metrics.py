"""What is counted of reviews is told as Prometheus wants it, of all workers together."""

from tagward_service.admission.live import Condition
from tagward_service.admission.metrics import BUCKETS, Metrics


def told(metrics: Metrics) -> list[str]:
    lines = metrics.text(Condition()).decode().splitlines()
    return [line.removeprefix("tagward_admission_") for line in lines if line.startswith("tagward_admission")]


def test_seconds_are_counted_within_each_bound_that_they_do_not_exceed() -> None:
    metrics = Metrics()
    for seconds in (BUCKETS[0], BUCKETS[0] * 1.01, BUCKETS[-1] * 2):
        metrics.reviewed("validate", "allowed", seconds)

    lines = told(metrics)

    bounds = [line.split()[-1] for line in lines if "_bucket" in line]
    assert bounds == ["1.0", "2.0", *["2.0"] * (len(BUCKETS) - 2), "3.0"]
    assert 'review_seconds_bucket{le="+Inf"} 3.0' in lines
    assert "review_seconds_count 3.0" in lines
    assert f"review_seconds_sum {BUCKETS[0] + BUCKETS[0] * 1.01 + BUCKETS[-1] * 2}" in lines


def test_workers_count_together_and_each_in_its_place() -> None:
    metrics = Metrics(workers=3)
    for worker in (0, 2, 2, 1):
        metrics.count_as(worker)
        metrics.reviewed("mutate", "patched", 0.001)
        metrics.found("TW001:deny,TW006:warn" if worker else "")

    assert [line for line in told(metrics) if line.startswith(("reviews_total", "findings_total"))] == [
        'reviews_total{decision="patched",webhook="mutate"} 4.0',
        'findings_total{code="TW001",mode="deny"} 3.0',
        'findings_total{code="TW006",mode="warn"} 3.0',
    ]
