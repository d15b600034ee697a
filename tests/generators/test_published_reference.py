"""The service control policy of the published ML tagging guide comes out as it was printed."""

import json
from datetime import date
from pathlib import Path

from tagward.loader import load
from tagward_generators import target

REFERENCE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "EnforceTeamTagOnEC2",
            "Effect": "Deny",
            "Action": "ec2:RunInstances",
            "Resource": "arn:aws:ec2:*:*:instance/*",
            "Condition": {"Null": {"aws:RequestTag/ml-team": "true"}},
        }
    ],
}

POLICY = """
apiVersion: tagward/v1
kind: TagPolicy
tags:
  ml-team: {title: Team, required: {on: {types: ["aws:ec2:instance"]}}}
targets:
  aws-scp: {presence: request-tag, actions: ["ec2:RunInstances"], protect: false, exempt_principals: []}
"""


def test_published_reference_comes_out_equal_as_json(tmp_path: Path) -> None:
    file = tmp_path / "tagward.yaml"
    file.write_text(POLICY)
    day = date(2026, 11, 21)

    compilation = target("aws-scp").compile(load(file, as_of=day), as_of=day)

    assert [json.loads(artifact.content) for artifact in compilation.artifacts] == [REFERENCE]
