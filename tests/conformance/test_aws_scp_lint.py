"""Compiled service control policies pass a linter of IAM policies that others wrote."""

import json
from random import Random

from tagward.catalog import aws_actions
from tagward.loader import load
from tagward_generators import target
from tests.conformance.tally import tally
from tests.generators.random_policies import DAY, policy
from tests.oracles import parliament_linter
from tests.oracles.parliament_linter import OLDER_DATA, lint

TALLY = tally("aws-scp", parliament_linter)
pytestmark = TALLY.marks

POLICIES = range(40_000, 40_200)


def documents() -> list[str]:
    drawn = (policy(Random(seed)) for seed in POLICIES)
    packs = (load(f"pack:{name}", as_of=DAY) for name in ("ml-platform", "finops-core"))
    compiled = (target("aws-scp").compile(each, as_of=DAY) for each in (*packs, *drawn))
    return [artifact.content for each in compiled for artifact in each.artifacts]


def test_nothing_is_wrong_but_actions_newer_than_the_linter() -> None:
    compiled = documents()

    found = {finding for findings in lint(compiled) for finding in findings}

    assert {issue for issue, _ in found} <= set(OLDER_DATA)
    known = {action.lower() for action in aws_actions().actions}
    removing = {name.lower() for names in aws_actions().protect.values() for name in names}
    unknown = {detail.split()[-1].lower() for issue, detail in found if issue == "UNKNOWN_ACTION"}
    assert unknown <= known | removing
    TALLY.case("policies", times=len(compiled))


def test_the_linter_finds_what_is_wrong() -> None:
    broken = {"Effect": "Deny", "Action": "ec2:RunInstance", "Resource": "*"}
    twice = [broken | {"Sid": "One"}, broken | {"Sid": "One"}]

    (found,) = lint([json.dumps({"Version": "2012-10-17", "Statement": twice})])

    assert {issue for issue, _ in found} >= {"DUPLICATE_SID"}
