"""Reports made by hand for the tests of the outputs."""

from datetime import date

from tagward.findings import Code, Finding
from tagward.policy import Readiness
from tagward.resource import Resource
from tagward_service.report import Report, Summary
from tagward_service.sources.interface import NotEvaluated

HOSTILE = (
    "\x1b[31mred\x1b[0m\n::error::gotcha\r\t\u202e<script>alert(1)</script> | `x` ](http://evil) "
    "%0A ]]> \x00 @all"
)
"""What a tag value or an address may hold that somebody hopes will be acted on."""


def resource(address: str = "aws_instance.trainer", **fields: object) -> Resource:
    known: dict[str, object] = {
        "cloud": "aws",
        "type": "aws:ec2:instance",
        "native": "aws_instance",
        "address": address,
        "file": "plan.json",
        "line": 12,
    }
    return Resource(**(known | fields))  # type: ignore[arg-type]  # fields are named by the tests


def finding(of: Resource | None = None, **fields: object) -> Finding:
    known: dict[str, object] = {
        "code": Code.MISSING,
        "rule": "required",
        "tag": "ml-team",
        "key": "ml-team",
        "severity": "error",
        "mode": "deny",
        "status": "violation",
        "message": "`ml-team` is missing",
        "fix": 'add `ml-team = "fraud-detection"` to `tags`',
        "resource": of or resource(),
    }
    return Finding(**(known | fields))  # type: ignore[arg-type]  # fields are named by the tests


def summary(**counts: int) -> Summary:
    known = dict.fromkeys(Summary.__struct_fields__, 0)
    return Summary(**(known | counts))


def report(*findings: Finding, **fields: object) -> Report:
    known: dict[str, object] = {
        "policy_name": "ml-platform",
        "policy_version": "1.0.0",
        "policy_sha256": "0" * 64,
        "as_of": date(2026, 11, 21),
        "summary": summary(resources=10, taggable=8, compliant=5, violating=2, exempt=1, untaggable=2),
        "findings": findings,
        "not_evaluated": (),
        "readiness": Readiness(),
        "inputs": ("plan.json",),
    }
    return Report(**(known | fields))  # type: ignore[arg-type]  # fields are named by the tests


def several() -> Report:
    """A report with one of everything."""
    trainer, notebook = resource(), resource("module.lab.aws_instance.notebook[0]", line=40)
    bucket = resource("google_storage_bucket.data", cloud="gcp", type="gcp:storage.googleapis.com/Bucket")
    return report(
        finding(trainer),
        finding(
            trainer,
            code=Code.NOT_ALLOWED,
            rule="value",
            tag="ml-environment",
            key="ml-environment",
            message="`ml-environment` is `production`, not one of dev, staging, prod",
            fix='set `ml-environment = "prod"`',
            value="production",
            source="provider",
        ),
        finding(notebook, code=Code.UNKNOWN, severity="warning", mode="warn", status="unknown"),
        finding(notebook, severity="info", mode="audit"),
        finding(bucket, status="exempt", severity="info", message="`ml-team` is missing (exempt: EX-014)"),
        not_evaluated=(NotEvaluated("3 resources of type `foo_bar`", "no catalogue knows the type"),),
    )


def hostile() -> Report:
    """A report in which everything that came from outside is hostile."""
    bad = resource(HOSTILE, type=HOSTILE, file=HOSTILE, namespace=HOSTILE, id=HOSTILE, region=HOSTILE)
    return report(
        finding(bad, key=HOSTILE, message=f"`{HOSTILE}` is missing", fix=f"add {HOSTILE}", value=HOSTILE),
        not_evaluated=(NotEvaluated(HOSTILE, HOSTILE),),
        inputs=(HOSTILE,),
    )
