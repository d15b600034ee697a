"""The settings of aws-tag-policy as people write them."""

from pathlib import Path

import pytest

from tagward.errors import PolicyError
from tagward.loader import load
from tests.generators.scp_policies import DAY
from tests.generators.tag_policy_policies import compiled, entries

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme}
extends: ./base.yaml
tags: {ml-team: {required: true, values: [nlp]}}
targets: {aws-tag-policy: {report_types: []}}
"""
BASE = """\
apiVersion: tagward/v1
kind: TagPolicy
targets: {aws-tag-policy: {enforced_types: ["ec2:instance"], report_types: ["s3:bucket"]}}
"""


def test_settings_merge_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "tagward.yaml").write_text(POLICY)
    (tmp_path / "base.yaml").write_text(BASE)

    made = compiled(load(str(tmp_path / "tagward.yaml"), as_of=DAY))

    assert entries(made)["ml-team"] == {
        "tag_key": "ml-team",
        "tag_value": ["nlp"],
        "enforced_for": ["ec2:instance"],
    }


def test_a_misspelt_setting_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "tagward.yaml").write_text(POLICY.replace("report_types", "reported_types"))
    (tmp_path / "base.yaml").write_text(BASE)

    with pytest.raises(PolicyError, match=r"tagward.yaml:6:28: error: unknown key `reported_types`"):
        load(str(tmp_path / "tagward.yaml"), as_of=DAY)
