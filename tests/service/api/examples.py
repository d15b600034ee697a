"""The examples of the OpenAPI document; `python -m tests.service.api.examples` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tagward_service.api.description import EXAMPLES
from tests.service.api.harness import JSON, Api

METRICS = ("tagward_policy_info", "tagward_api_requests_total", "tagward_admission_reviews_total")
"""What an example of metrics shows; all of them are too many."""


def answers(api: Api) -> Iterator[tuple[str, str]]:
    """Ask for what the examples show: name of the file, and text."""
    plan = (EXAMPLES / "plan.json").read_bytes()
    report = api.ask("POST", "/v1/lint?file=plan.json", content=plan, headers=JSON)
    yield "report.json", report.text
    yield "policy.json", _indented(api.ask("GET", "/v1/policy").text)
    yield "compilation.json", _indented(api.ask("GET", "/v1/compile/aws-scp").text)
    yield "healthz.txt", api.ask("GET", "/healthz").text
    yield "readyz.txt", api.ask("GET", "/readyz").text
    metrics = api.ask("GET", "/metrics").text.splitlines(keepends=True)
    yield "metrics.txt", "".join(line for line in metrics if line.startswith(METRICS))


def _indented(text: str) -> str:
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    with Api() as made:
        for name, text in answers(made):
            (EXAMPLES / name).write_text(text, encoding="utf-8")
