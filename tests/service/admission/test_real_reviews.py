"""Every admission review that others have recorded is answered over HTTP as the API server asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tagward.evaluation import evaluate
from tagward.loader import load
from tagward_service.admission.contract import JUDGED, read_request
from tagward_service.admission.objects import resource_of
from tagward_service.admission.review import DEFAULTS, Settings
from tests.oracles.admission_contract import applied, shown_warnings, verify
from tests.service.admission.test_endpoint import JSON, Source, Webhook
from tests.service.admission.test_review import DAY

RECORDED = Path(__file__).parents[1] / "sources" / "data" / "kubernetes" / "admissionreview"
FILES = sorted(path for path in RECORDED.rglob("*") if path.is_file())
POLICY = load("pack:ml-platform", as_of=DAY)
FILLED = {"ml-team": "nlp", "ml-project": "search"}

EACH = pytest.mark.parametrize(
    "file", FILES, ids=lambda path: path.name if path.suffix == ".json" else path.parts[-2]
)
WEBHOOK = pytest.mark.parametrize("webhook", ["validate", "mutate"])


def review_in(file: Path) -> dict[str, Any]:
    """Read a review, in JSON or in YAML."""
    found: dict[str, Any] = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
    return found


def wrapped(request: dict[str, Any]) -> dict[str, Any]:
    """Put a request into the envelope that the API server sends, with what it never leaves out."""
    left_out: dict[str, Any] = {"uid": "705ab4f5-6393-11e8-b7cc-42010a800002"}
    if "kind" not in request:
        group, _, version = request["object"]["apiVersion"].rpartition("/")
        left_out["kind"] = {"group": group, "version": version, "kind": request["object"]["kind"]}
    whole = left_out | request
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": whole}


def sent(webhook: str, review: dict[str, Any], settings: Settings = DEFAULTS) -> tuple[int, bytes]:
    service = Webhook(Source(POLICY), settings=settings)
    answer = service.ask(
        path=f"/admission/{webhook}?timeout=5s", content=json.dumps(review).encode(), headers=JSON
    )
    return answer.status_code, answer.content


def answered(webhook: str, request: dict[str, Any]) -> dict[str, Any]:
    """Send a request in its envelope, and check the answer as the API server does."""
    review = wrapped(request)
    status, body = sent(webhook, review)
    assert status == 200, body
    return verify(body, review["request"]["uid"], mutating=webhook == "mutate")


def test_the_recorded_reviews_are_of_every_sort() -> None:
    requests = [review_in(file)["request"] for file in FILES]
    assert len(FILES) == 7
    assert {each["operation"] for each in requests} == {"CREATE", "UPDATE", "DELETE", "CONNECT"}
    assert any("uid" not in each for each in requests)
    assert {review_in(file)["apiVersion"].rpartition("/")[2] for file in FILES} == {"v1", "v1beta1"}


@WEBHOOK
@EACH
def test_a_review_is_answered_as_it_was_recorded_if_it_is_whole(file: Path, webhook: str) -> None:
    """Without a uid, or in a version that nobody asked for, an answer would be of no use."""
    review = review_in(file)
    status, body = sent(webhook, review)

    if review["apiVersion"] == "admission.k8s.io/v1" and "uid" in review["request"]:
        assert status == 200
        verify(body, review["request"]["uid"], mutating=webhook == "mutate")
    else:
        assert status == 400
        assert "uid" in json.loads(body)["detail"]
        older = review | {"request": wrapped(review["request"])["request"]}
        status, body = sent(webhook, older)
        assert status == 400
        assert "expected an AdmissionReview of admission.k8s.io/v1" in json.loads(body)["detail"]


@WEBHOOK
@EACH
def test_a_request_without_its_envelope_is_no_review(file: Path, webhook: str) -> None:
    status, body = sent(webhook, review_in(file)["request"])

    assert status == 400
    assert "AdmissionReview" in json.loads(body)["detail"]


@EACH
def test_a_request_is_judged_as_evaluation_judges_its_object(file: Path) -> None:
    request = review_in(file)["request"]
    response = answered("validate", request)

    if request["operation"] not in JUDGED or request.get("subResource"):
        assert response["allowed"]
        assert "skipped" in response["auditAnnotations"]
        return
    asked = read_request(json.dumps(wrapped(request)).encode())
    assessment = evaluate(POLICY, resource_of(asked, asked.object, None), as_of=DAY, surface="admission")
    faults = [finding for finding in assessment.findings if finding.severity == "error"]
    if request["operation"] == "CREATE":
        assert response["allowed"] is not bool(faults)
    said = response.get("status", {}).get("message", "") + " ".join(shown_warnings(response))
    assert all(finding.key in said for finding in faults)


UPDATES = [file for file in FILES if review_in(file)["request"]["operation"] == "UPDATE"]


@pytest.mark.parametrize("file", UPDATES, ids=lambda path: path.parts[-2])
def test_an_update_of_what_lacked_labels_before_is_warned_of(file: Path) -> None:
    request = review_in(file)["request"]
    fair = answered("validate", request | {"oldObject": request["object"]})

    assert fair["allowed"]
    assert fair["warnings"]
    assert not answered("validate", request)["allowed"]


@EACH
def test_a_patch_applies_to_what_was_recorded_and_changes_new_pods_alone(file: Path) -> None:
    request = review_in(file)["request"]
    status, body = sent("mutate", wrapped(request), Settings(defaults=FILLED))
    assert status == 200
    response = verify(body, wrapped(request)["request"]["uid"], mutating=True)

    assert response["allowed"]
    is_new_pod = request["operation"] == "CREATE" and request["object"]["kind"] == "Pod"
    assert ("patch" in response) is is_new_pod
    if is_new_pod:
        after = applied(response, request["object"])
        assert FILLED.items() <= after["metadata"]["labels"].items()
        assert after["spec"] == request["object"]["spec"]
