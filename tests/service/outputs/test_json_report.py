import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tagward_service.outputs.json_report import json_schema, render
from tagward_service.report import Report
from tests.service.outputs.reports import finding, hostile, report, resource, several, summary


def rendered(of: Report) -> Any:
    stream = io.StringIO()
    render(of, stream)
    return json.loads(stream.getvalue())


def test_the_contract_holds_field_by_field() -> None:
    out = rendered(several())
    assert list(out) == ["version", "policy", "as_of", "summary", "findings", "not_evaluated"]
    assert out["version"] == 1
    assert out["policy"] == {"name": "ml-platform", "version": "1.0.0", "sha256": "0" * 64}
    assert out["as_of"] == "2026-11-21"
    assert out["summary"] == {
        "resources": 10,
        "taggable": 8,
        "compliant": 5,
        "violating": 2,
        "unknown": 0,
        "exempt": 1,
        "untaggable": 2,
        "coverage_percent": 62.5,
    }
    assert out["findings"][1] == {
        "code": "TW002",
        "rule": "value",
        "tag": "ml-environment",
        "key": "ml-environment",
        "severity": "error",
        "mode": "deny",
        "status": "violation",
        "message": "`ml-environment` is `production`, not one of dev, staging, prod",
        "fix": 'set `ml-environment = "prod"`',
        "resource": {
            "cloud": "aws",
            "type": "aws:ec2:instance",
            "id": None,
            "address": "aws_instance.trainer",
            "account": None,
            "region": None,
            "namespace": None,
            "file": "plan.json",
            "line": 12,
        },
        "value": "production",
        "source": "provider",
    }
    assert out["not_evaluated"] == [
        {"what": "3 resources of type `foo_bar`", "why": "no catalogue knows the type"}
    ]


def test_coverage_is_null_when_nothing_is_taggable() -> None:
    assert rendered(report(summary=summary(resources=1)))["summary"]["coverage_percent"] is None


def test_real_output_is_valid_under_the_published_schema() -> None:
    validator = Draft202012Validator(json_schema())
    validator.check_schema(json_schema())
    for each in (several(), hostile(), report()):
        validator.validate(rendered(each))


def test_the_schema_refuses_what_the_contract_does_not_know() -> None:
    validator = Draft202012Validator(json_schema())
    broken = rendered(several())
    broken["version"] = 2
    assert not validator.is_valid(broken)
    broken = rendered(several())
    del broken["findings"][0]["fix"]
    assert not validator.is_valid(broken)


@given(st.text())
def test_every_text_survives_the_round_trip(text: str) -> None:
    out = rendered(report(finding(resource(text), message=text, value=text)))["findings"][0]
    assert (out["resource"]["address"], out["message"], out["value"]) == (text, text, text)


def test_no_control_character_is_written_raw() -> None:
    stream = io.StringIO()
    render(hostile(), stream)
    assert not {c for c in stream.getvalue() if ord(c) < 32} - {"\n"}
