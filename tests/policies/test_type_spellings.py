"""A type may be written as Terraform or CloudFormation does, and means the same to every source."""

from datetime import date
from pathlib import Path

import pytest

from tagward.evaluation import evaluate
from tagward.findings import Status
from tagward.loader import load
from tagward.resource import Resource

AS_OF = date(2026, 11, 21)


@pytest.mark.parametrize(
    "written", ["aws:ec2:instance", "aws_instance", "AWS::EC2::Instance", "aws:ec2:inst*"]
)
@pytest.mark.parametrize("native", ["aws_instance", "AWS::EC2::Instance", "AWS::EC2::Instance via Config"])
def test_every_spelling_selects_what_any_source_read(written: str, native: str, tmp_path: Path) -> None:
    file = tmp_path / "tagward.yaml"
    file.write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\ntags:\n"
        f'  team: {{required: {{on: {{types: ["{written}", "!aws_s3_bucket"]}}}}}}\n'
    )
    policy = load(file, as_of=AS_OF)
    instance = Resource(cloud="aws", type="aws:ec2:instance", native=native, address="web")
    bucket = Resource(cloud="aws", type="aws:s3:bucket", native="AWS::S3::Bucket", address="logs")
    assert evaluate(policy, instance, as_of=AS_OF).status is Status.VIOLATING
    assert evaluate(policy, bucket, as_of=AS_OF).status is Status.COMPLIANT
