"""Nobody is refused for labels of a namespace that are not known, and nothing is filled over them."""

from random import Random
from typing import Any

import pytest
from msgspec.json import encode
from msgspec.structs import replace

from tagward.policy import Policy
from tagward_service.admission.contract import Request, read_request
from tagward_service.admission.review import Reviewer, Settings
from tests.generators.admission_laws import Asked, asked, drawn_policy
from tests.generators.random_policies import DAY
from tests.generators.random_tags import tags
from tests.generators.worlds import KUBERNETES
from tests.service.admission.test_mutate import filled, pod_labels
from tests.service.admission.test_review import LABELS, POLICY, ask, deployment, tag

FOUND = (180, 1370, 1782, 1907)
"""Seeds that broke the law once: keys unknown to a closed policy, updates of what was wrong before."""

INHERITING = Policy("acme", "1", "0" * 64, tags=(tag(inherit=("namespace",)),))


@pytest.mark.parametrize(("unknown", "shown"), [("warn", 1), ("fail", 1), ("pass", 0)])
def test_it_is_a_warning_at_most_however_a_plan_with_unknown_values_is_judged(
    unknown: str, shown: int
) -> None:
    answer = ask(deployment(None), replace(INHERITING, unknown=unknown), namespace_labels=None)

    assert answer["allowed"] is True
    said = "`ml-team` could not be checked: the labels of namespace dev are not known here"
    assert answer.get("warnings", []) == [said] * shown


def test_what_does_not_hang_on_the_namespace_is_refused_as_ever() -> None:
    assert ask(deployment(None), POLICY, namespace_labels=None)["allowed"] is False
    assert ask(deployment({"ml-team": "tbd"}), INHERITING, namespace_labels=None)["allowed"] is False
    assert ask(deployment(LABELS), INHERITING, namespace_labels=None) == ask(
        deployment(LABELS), INHERITING, namespace_labels={}
    )


def test_the_caller_may_send_the_namespace() -> None:
    sent = {"metadata": {"name": "dev", "labels": LABELS}}

    assert ask(deployment(None), INHERITING, namespace_labels={}, namespaceObject=sent)["allowed"] is True
    bare: dict[str, Any] = {"metadata": {"name": "dev"}}
    assert (
        ask(deployment(None), INHERITING, namespace_labels=LABELS, namespaceObject=bare)["allowed"] is False
    )
    nothings: tuple[Any, ...] = (None, [], "dev")
    for nothing in nothings:
        answer = ask(deployment(None), INHERITING, namespace_labels=LABELS, namespaceObject=nothing)
        assert answer["allowed"] is True


def test_a_default_is_not_filled_over_what_the_namespace_may_say() -> None:
    defaults = {"ml-team": "platform"}

    def labels(policy: Policy, known: dict[str, str] | None) -> Any:
        return pod_labels(filled(deployment(None), policy, known, defaults)[1])

    assert labels(INHERITING, None) is None
    assert labels(INHERITING, {}) == defaults
    assert labels(INHERITING, LABELS) == LABELS
    assert labels(POLICY, None) == defaults


def test_nobody_is_refused_whom_any_labels_of_the_namespace_would_let_through() -> None:
    """The law over random policies and objects, with the share of them on which it says something."""
    refused = told = 0
    for seed in (*range(200), *FOUND):
        rng = Random(seed)
        policy = replace(drawn_policy(rng), unknown="fail")
        one = asked(rng, policy)
        reviewer = Reviewer(policy, DAY, Settings(updates=rng.choice(("fair", "strict"))))
        request = _request(one)
        let_through = any(
            reviewer.review(request, labels).allowed
            for labels in ({}, *(tags(rng, policy, KUBERNETES) for _ in range(8)))
        )
        answer = reviewer.review(request, None)
        assert answer.allowed or not let_through, (seed, answer)
        refused += not answer.allowed
        told += any("not known here" in each for each in answer.warnings)
    assert refused > 20
    assert told > 5


def _request(one: Asked) -> Request:
    request = one.request | {"uid": "0", "oldObject": one.old}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    return read_request(encode(review))
