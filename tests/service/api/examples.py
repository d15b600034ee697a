"""The examples of the OpenAPI document; `python -m tests.service.api.examples` writes them anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tagward.loader import load
from tagward_service.api.description import EXAMPLES
from tests.service.api.harness import JSON, NOON, POLICY, Api
from tests.service.api.remembered import remember

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
    yield from _of_store(api)
    metrics = api.ask("GET", "/metrics").text.splitlines(keepends=True)
    yield "metrics.txt", "".join(line for line in metrics if line.startswith(METRICS))


def _of_store(api: Api) -> Iterator[tuple[str, str]]:
    for name, path in (
        ("scans.json", "/v1/scans?limit=1"),
        ("scan.json", "/v1/scans/2"),
        ("findings.json", "/v1/findings?life=open&life=resolved&limit=1"),
        ("disputes.json", "/v1/disputes?state=reassigned"),
        ("coverage.json", "/v1/coverage?by=account&by=tag:ml-team"),
        ("readiness.json", "/v1/readiness?min=90"),
    ):
        yield name, _with_short_cursor(_indented(api.ask("GET", path).text))
    yield "findings.csv", api.ask("GET", "/v1/findings?format=csv").text
    parquet = api.ask("GET", "/v1/findings?format=parquet").content
    yield "findings.parquet.txt", f"{parquet[:4].decode()} (binary) {parquet[-4:].decode()}\n"


def _with_short_cursor(text: str) -> str:
    """Show any cursor: what is in one is nobody's business, and changes."""
    return re.sub(r'"next": "[A-Za-z0-9_-]+"', '"next": "WyJhIiwxLDFd"', text)


@contextmanager
def remembering() -> Iterator[Api]:
    """Serve a store that is always the same."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tagward.db"
        remember(file, load(POLICY, as_of=NOON.date()))
        with Api(store=str(file)) as made:
            yield made


def _indented(text: str) -> str:
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    with remembering() as made:
        for name, text in answers(made):
            (EXAMPLES / name).write_text(text, encoding="utf-8", newline="")
