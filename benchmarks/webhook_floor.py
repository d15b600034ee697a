"""The floor for reviewing an admission: a bare Starlette endpoint, five checks by hand."""

import re
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Asked(msgspec.Struct):
    uid: str
    object: dict[str, Any]


class Review(msgspec.Struct):
    request: Asked


NAME = re.compile("[a-z][a-z0-9-]{1,40}")
EXPERIMENT = re.compile("[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
WORKLOADS = {"training", "inference", "data-processing", "notebook"}
ENVIRONMENTS = {"dev", "staging", "prod"}
decode = msgspec.json.Decoder(Review).decode
encode = msgspec.json.Encoder().encode


def wrong(labels: dict[str, str]) -> list[str]:
    """List the labels that are missing or wrong."""
    found = [key for key in ("ml-team", "ml-project") if not NAME.fullmatch(labels.get(key, ""))]
    if labels.get("ml-workload-type") not in WORKLOADS:
        found.append("ml-workload-type")
    if labels.get("ml-environment") not in ENVIRONMENTS:
        found.append("ml-environment")
    experiment = labels.get("ml-experiment-id", "")
    if not EXPERIMENT.fullmatch(experiment) and (experiment or labels.get("ml-workload-type") == "training"):
        found.append("ml-experiment-id")
    return found


async def validate(request: Request) -> Response:
    """Answer one review."""
    asked = decode(await request.body()).request
    found = wrong(asked.object["metadata"].get("labels", {}))
    response: dict[str, Any] = {"uid": asked.uid, "allowed": not found}
    if found:
        response["status"] = {"code": 403, "message": f"missing or wrong: {', '.join(found)}"}
    answer = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
    return Response(encode(answer), media_type="application/json")


app = Starlette(routes=[Route("/admission/validate", validate, methods=["POST"])])
