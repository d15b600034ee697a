"""The example of the language reference loads as it stands, and each row of it means what it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tagward.errors import PolicyError
from tagward.language import AwsScp
from tagward.loader import load
from tagward.policy import (
    Alias,
    Allowed,
    Exemption,
    Matches,
    Policy,
    Readiness,
    Requirement,
    Selector,
    Stage,
)
from tests.policies.policy_files import DAY, Policies
from tests.policies.strategies import DATA


@pytest.fixture
def whole(policies: Policies) -> Policy:
    """Load the example as a child of the pack, whose `ml-experiment-id` its exemption names."""
    text = (DATA / "design.yaml").read_text()
    policies.write("teams.csv", (DATA / "teams.csv").read_text())
    text = text.replace("readiness:", "extends: [pack:ml-platform]\nreadiness:", 1)
    # The pack holds ml-team already: an alias, more inheritance and a weaker mode loosen it.
    text = text.replace("    title: Team ", "    override: moving from the old keys\n    title: Team ", 1)
    return load(policies.write("design.yaml", text), as_of=DAY)


def test_the_example_without_the_pack_lacks_but_the_tag_that_is_exempt(policies: Policies) -> None:
    policies.write("teams.csv", (DATA / "teams.csv").read_text())
    path = policies.write("design.yaml", (DATA / "design.yaml").read_text())
    with pytest.raises(PolicyError) as caught:
        load(path, as_of=DAY)
    (found,) = caught.value.diagnostics
    assert found.message == "there is no tag `ml-experiment-id`"
    assert found.accepted == ("ml-team",)


def test_who_the_policy_is(whole: Policy) -> None:
    assert (whole.name, whole.version, whole.owner) == ("ml-platform", "1.0.0", "ml-platform@example.com")
    assert whole.description == "..."
    assert len(whole.sha256) == 64


def test_what_holds_for_the_whole(whole: Policy) -> None:
    assert whole.readiness == Readiness(90, "cost")
    assert whole.unknown == "warn"
    assert whole.placeholders == ("tbd", "n/a", "unknown", "changeme", "none", "default")
    assert whole.scopes == {"prod": Selector(accounts=("111122223333",), namespaces=("prod-*",))}
    assert (whole.forbidden_keys, whole.forbidden_values) == (("*password*",), ("AKIA[0-9A-Z]{16}",))
    assert (whole.closed, whole.max_tags) == (False, 45)
    assert whole.targets.aws_scp == AwsScp(
        max_chars=10240, max_policies=8, exempt_principals=["arn:aws:iam::*:role/break-glass"]
    )


def test_the_tag(whole: Policy) -> None:
    tag = whole.tags[0]
    assert (tag.id, tag.title, tag.example) == ("ml-team", "Team", "fraud-detection")
    assert tag.requirements == (Requirement(),)
    assert tag.constraint == Matches("[a-z][a-z0-9-]{1,40}")
    assert tag.keys == {"aws": "ml-team", "azure": "ml-team", "gcp": "ml_team", "kubernetes": "ml-team"}
    assert tag.aliases == (Alias("team", date(2027, 3, 31)),)
    assert tag.replaces == {"production": "prod"}
    assert tag.inherit == ("provider", "resource-group", "subscription", "project", "namespace")
    assert tag.enforce == (
        Stage("warn"),
        Stage("deny", date(2027, 1, 15), ("ci", "admission", "cloud")),
    )
    assert tag.message == "Find your team slug at https://..."


def test_the_exemption(whole: Policy) -> None:
    match = Selector(types=("aws:ec2:volume",), accounts=("111122223333",))
    assert whole.exemptions == (
        Exemption(
            "EX-014",
            "data-platform@example.com",
            "vendor image cannot tag volumes",
            date(2027, 2, 28),
            ("ml-experiment-id",),
            match,
        ),
    )


def test_a_registry_in_place_of_the_pattern(policies: Policies) -> None:
    policy = policies.load(
        "registries: {teams: {file: teams.csv, column: slug, until: retired_on}}\n"
        "tags: {ml-team: {registry: teams}}",
        {"teams.csv": (DATA / "teams.csv").read_text()},
    )
    assert policy.tags[0].constraint == Allowed(
        ("fraud", "search", "vision", "maps"),
        registry="teams",
        until={"vision": date(2026, 11, 21), "maps": date(2025, 6, 30)},
    )


def test_what_a_file_leaves_out_has_a_default(policies: Policies) -> None:
    policy = policies.load("tags: {t: {}}")
    tag = policy.tags[0]
    assert (tag.title, tag.requirements, tag.inherit) == ("t", (), ("provider",))
    assert tag.enforce == (Stage("deny"),)
    assert (policy.unknown, policy.readiness) == ("warn", Readiness(90, "cost"))
    assert "changeme" in policy.placeholders


def test_a_policy_is_found_by_path_or_by_pack(policies: Policies, tmp_path: Path) -> None:
    policies.load("tags: {t: {}}")
    assert load(tmp_path / "p.yaml", as_of=DAY) == load(str(tmp_path / "p.yaml"), as_of=DAY)
    assert load("pack:ml-platform", as_of=DAY).name == "ml-platform"


def test_diagnostics_are_sorted_by_place_and_said_once(policies: Policies) -> None:
    found = policies.refused("forbid: {values: ['(?=x)']}\ntags: {A: {registry: r}, b: {example: tbd}}")
    assert [(one.line, one.column) for one in found] == sorted((one.line, one.column) for one in found)
    assert len(set(found)) == len(found) == 4
