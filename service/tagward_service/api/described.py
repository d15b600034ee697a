"""What is said of each endpoint."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tagward_service.api.accepting import CSV, PARQUET
from tagward_service.api.answers import ServedCompilation, ServedPolicy
from tagward_service.api.bodies import JSON, YAML
from tagward_service.api.store_answers import (
    ServedFindings,
    ServedReadiness,
    ServedScanDetails,
    ServedScans,
)
from tagward_service.coverage.json_coverage import JsonCoverage
from tagward_service.outputs.json_report import JsonReport
from tagward_service.showback.json_disputes import JsonDisputes

_TEXT = "text/plain"
_OF_STORE = ("parameters", "no-store", "store", "busy", "too-slow", "too-large")


class Described(Struct, frozen=True, kw_only=True):
    """An endpoint: its answer (media type, schema, example), what can go wrong, and bodies that it takes.

    Examples are names of files; `also` are other media types of the answer; an endpoint that is open takes
    no token.
    """

    summary: str
    description: str
    media: str = _TEXT
    schema: type[Struct] | None = None
    example: str
    problems: tuple[str, ...] = ()
    takes: tuple[tuple[str, str], ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    is_open: bool = False


ENDPOINTS: Mapping[str, Described] = {
    "lint": Described(
        summary="Judge a plan, a state, manifests or a template",
        description=(
            "The body is a Terraform or OpenTofu plan or state in JSON, Kubernetes manifests (YAML or JSON), "
            "or a CloudFormation template; what it is, is found by its content. The answer is the report of "
            "`tagward lint -f json`, whatever was found; the header `tagward-verdict` says what the exit "
            "code would: `clean`, `findings`, `nothing` (was evaluated) or `incomplete`. Takes the role "
            "`lint`."
        ),
        media=JSON,
        schema=JsonReport,
        example="report.json",
        problems=(
            "body-timeout",
            "too-large",
            "unsupported-media-type",
            "input",
            "parameters",
            "busy",
            "too-slow",
        ),
        takes=((JSON, "plan.json"), (YAML, "manifest.yaml")),
    ),
    "policy": Described(
        summary="Show the policy in force",
        description=(
            "Its tags, what a violation of each does on a day, and how large its registries are. Takes the "
            "role `read`."
        ),
        media=JSON,
        schema=ServedPolicy,
        example="policy.json",
        problems=("parameters",),
    ),
    "compile": Described(
        summary="Compile the policy for a target",
        description=(
            "Native guardrails as `tagward compile` writes them, and for every rule how much of it the "
            "target can say. `GET /v1/policy` lists the targets. Takes the role `compile`."
        ),
        media=JSON,
        schema=ServedCompilation,
        example="compilation.json",
        problems=("not-found", "parameters", "does-not-fit", "too-large", "busy", "too-slow"),
    ),
    "scans": Described(
        summary="List scans",
        description="Those by the policy in force, the newest first. Takes the role `read`.",
        media=JSON,
        schema=ServedScans,
        example="scans.json",
        problems=_OF_STORE,
    ),
    "scan": Described(
        summary="Show one scan",
        description="What it found, and what it could not read. Takes the role `read`.",
        media=JSON,
        schema=ServedScanDetails,
        example="scan.json",
        problems=("not-found", *_OF_STORE),
    ),
    "findings": Described(
        summary="List findings, or export them",
        description=(
            "Parameters are combined by AND, the values of a parameter that is repeated by OR. A page has at "
            "most `limit` findings; `next`, and the header `link`, lead to the page that follows. With "
            "`format`, or by the header `accept`, all findings are exported as CSV or Parquet. In CSV a text "
            "that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line "
            "end) gets an apostrophe in front of it; Parquet has every text as it is. Takes the role `read`."
        ),
        media=JSON,
        schema=ServedFindings,
        example="findings.json",
        problems=_OF_STORE,
        also=((CSV, "findings.csv"), (PARQUET, "findings.parquet.txt")),
    ),
    "disputes": Described(
        summary="List disputes",
        description=(
            "Costs that teams say are not theirs, what was decided, and everything before that; the newest "
            "first. A page has at most `limit` of them; `next`, and the header `link`, lead to the page that "
            "follows. What each is about in money is told by `tagward showback`. Takes the role `read`."
        ),
        media=JSON,
        schema=JsonDisputes,
        example="disputes.json",
        problems=_OF_STORE,
    ),
    "coverage": Described(
        summary="Say how much of what was scanned is compliant",
        description=(
            "What `tagward coverage -f json` writes, of the newest scan of everything that is scanned: "
            "percent in all and by dimension, trend, forecast, the fewest fixes that reach the threshold, "
            "and what could not be scanned. Takes the role `read`."
        ),
        media=JSON,
        schema=JsonCoverage,
        example="coverage.json",
        problems=_OF_STORE,
    ),
    "readiness": Described(
        summary="Say whether enough of what was scanned is compliant",
        description="What `tagward readiness` says by its exit code. Takes the role `read`.",
        media=JSON,
        schema=ServedReadiness,
        example="readiness.json",
        problems=_OF_STORE,
    ),
    "metrics": Described(
        summary="Metrics for Prometheus",
        description="Those of admission, too. Takes the role `read`.",
        example="metrics.txt",
    ),
    "healthz": Described(
        summary="Say whether the process answers",
        description="Takes no token.",
        example="healthz.txt",
        is_open=True,
    ),
    "readyz": Described(
        summary="Say whether there is a policy to judge by",
        description="Takes no token.",
        example="readyz.txt",
        is_open=True,
    ),
}
