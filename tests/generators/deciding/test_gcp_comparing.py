"""What gets stricter or looser when a custom constraint of Google Cloud changes."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from tagward_generators import target
from tagward_generators.deciding.comparing import Comparison, compare
from tagward_generators.deciding.gcp import GcpOrgPolicy
from tagward_generators.deciding.rulings import Place, Tags, Verdict
from tagward_generators.deciding.sentences import tellings
from tests.generators.random_policies import DAY, policy
from tests.generators.worlds import GCP
from tests.oracles.cel_engine import gcp

Objects = Mapping[str, str]


def constraint(condition: str, **parts: Any) -> dict[str, str]:
    """One constraint on instances that is enforced."""
    return enforced(
        {
            "name": "organizations/1/customConstraints/custom.x",
            "resourceTypes": ["compute.googleapis.com/Instance"],
            "methodTypes": ["CREATE"],
            "condition": condition,
            "actionType": "DENY",
        }
        | parts
    )


def enforced(document: dict[str, Any], **spec: Any) -> dict[str, str]:
    given = spec or {"spec": {"rules": [{"enforce": True}]}}
    policy = {"name": "organizations/1/policies/custom.x", **given}
    return objects(json.dumps(document)) | objects(json.dumps(policy))


def objects(text: str) -> dict[str, str]:
    return dict(GcpOrgPolicy().objects("x.yaml", text))


def compared(was: Objects, now: Objects) -> Comparison:
    family = GcpOrgPolicy()
    return compare(family, family.read(was), family.read(now), {})


def told(was: Objects, now: Objects) -> list[str]:
    return [f"{each.direction}: {each.sentence()}" for each in tellings(compared(was, now).differences)]


PRESENT = '!has(resource.labels) || !("team" in resource.labels)'
REQUIRED = constraint(PRESENT)


def test_a_constraint_that_is_new() -> None:
    assert told({}, REQUIRED) == [
        "stricter: creating a Compute Instance without `team` is denied now (was allowed)"
    ]


def test_allow_and_deny_say_the_same_the_other_way_round() -> None:
    allowing = constraint('has(resource.labels) && "team" in resource.labels', actionType="ALLOW")

    assert told(REQUIRED, allowing) == []


def test_a_dry_run_only_records() -> None:
    document = json.loads(REQUIRED["customConstraints/custom.x"]) | {
        "name": "organizations/1/customConstraints/custom.x"
    }

    assert told(REQUIRED, enforced(document, dryRunSpec={"rules": [{"enforce": True}]})) == [
        "looser: creating a Compute Instance without `team` is only recorded now (was denied)"
    ]


def test_a_project_with_a_policy_of_its_own_is_told_apart() -> None:
    spared = objects(
        '{"name": "projects/sandbox/policies/custom.x", "spec": {"rules": [{"enforce": false}]}}'
    )

    assert told(REQUIRED, REQUIRED | spared) == [
        "looser: creating a Compute Instance in `projects/sandbox` without `team` is allowed now (was denied)"
    ]


def test_labels_of_a_cluster_are_found_where_they_are() -> None:
    cluster = {"resourceTypes": ["container.googleapis.com/Cluster"]}
    was = constraint(
        '"env" in resource.resourceLabels && !(resource.resourceLabels["env"] in ["dev"])', **cluster
    )
    now = constraint(
        '"env" in resource.resourceLabels && !(resource.resourceLabels["env"] in ["dev", "qa"])', **cluster
    )

    assert told(was, now) == [
        "looser: creating a Container Cluster with `env` = `qa` is allowed now (was denied)"
    ]


def test_mandatory_tags_are_told_by_key() -> None:
    tags = {"methodTypes": ["GOVERN_TAGS"], "actionType": "ALLOW"}
    both = 'resource.hasDirectTagKey("1/team") && resource.hasDirectTagKey("1/env")'

    assert told(constraint('resource.hasDirectTagKey("1/team")', **tags), constraint(both, **tags)) == [
        "stricter: tagging a Compute Instance without `env` is denied now (was allowed)"
    ]


def test_a_pattern_is_met_by_examples_of_it() -> None:
    was = constraint('"id" in resource.labels && !resource.labels["id"].matches("^exp-[0-9]{4}$")')
    now = constraint('"id" in resource.labels && !resource.labels["id"].matches("^exp-[0-9]{4,5}$")')

    assert told(was, now) == [
        "looser: creating a Compute Instance with `id` = `exp-00000` is allowed now (was denied)"
    ]


def test_a_condition_that_asks_for_many_labels_is_met_label_by_label() -> None:
    def asked(values: str) -> dict[str, str]:
        keys = '["team", "project", "stage", "owner"]'
        pattern = '!(k in resource.labels) || !resource.labels[k].matches("^[a-z]{3}[0-9]{2}$")'
        valued = f'!("env" in resource.labels && resource.labels["env"] in [{values}])'
        return constraint(f"!has(resource.labels) || {keys}.exists(k, {pattern}) || {valued}")

    assert told(asked('"dev"'), asked('"dev", "qa"')) == [
        "looser: creating a Compute Instance with `env` = `qa` is allowed now (was denied)"
    ]


def test_keys_that_the_platform_refuses_stop_nobody() -> None:
    assert told(REQUIRED, constraint('resource.labels["Team!"] == "x"')) == [
        "looser: creating a Compute Instance without `team` is allowed now (was denied)"
    ]


def test_a_label_that_the_platform_refuses_is_not_asked_about() -> None:
    assert told(constraint('resource.labels.exists(k, k == "Team")'), constraint("false")) == []


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (constraint('resource.zone == "a"'), "it looks at `resource.zone`"),
        (constraint("resource.labels["), "its CEL is refused"),
        (constraint(PRESENT, actionType="MAYBE"), "not a constraint or policy that is understood"),
        (constraint(PRESENT, resourceTypes=[["x"]]), "not a constraint or policy that is understood"),
        (
            enforced(
                {"name": "a/customConstraints/custom.x"}, spec={"rules": [{"enforce": True, "condition": {}}]}
            ),
            "its rules have conditions on tags",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_said(document: Objects, why: str) -> None:
    assert any(why in each.why for _, each in compared(REQUIRED, document).undecided)


@pytest.mark.parametrize("seed", range(6))
def test_the_examples_of_two_random_policies_are_true(seed: int) -> None:
    was, now = (compiled(each) for each in (seed, seed + 50))
    for difference in compared(was, now).differences:
        for place in difference.places:
            tags = dict(difference.finding.tags)
            assert [said(each, place, tags) for each in (was, now)] == list(difference.finding.verdicts), (
                place,
                tags,
            )


@pytest.mark.parametrize("seed", range(6))
def test_a_compilation_does_not_differ_from_itself(seed: int) -> None:
    comparison = compared(compiled(seed), compiled(seed))

    assert (comparison.differences, comparison.undecided) == ((), ())


def compiled(seed: int) -> dict[str, str]:
    made = target("gcp-org-policy").compile(policy(Random(seed), GCP), as_of=DAY)
    return {
        name: text
        for each in made.artifacts
        for name, text in GcpOrgPolicy().objects(each.path, each.content).items()
    }


def said(documents: Objects, place: Place, tags: Tags) -> Verdict:
    """Ask the CEL engine of the test suite about each constraint that is enforced."""
    parsed = [json.loads(text) for text in documents.values()]
    strictest = Verdict.ALLOWED
    for each in parsed:
        if (
            "condition" not in each
            or place.fact("type") not in each["resourceTypes"]
            or place.fact("method") not in each["methodTypes"]
        ):
            continue
        field = "resourceLabels" if "container." in (place.fact("type") or "") else "labels"
        found = gcp().evaluate(each["condition"], {"resource": {field: dict(tags)} if tags else {}})
        if (found is True) is (each["actionType"] == "DENY"):
            strictest = max(strictest, _verdict(parsed, each["name"].rpartition("/")[2], place))
    return strictest


def _verdict(documents: list[dict[str, Any]], name: str, place: Place) -> Verdict:
    for parent in (f"/{place.fact('project')}/policies/", "/policies/"):
        for each in documents:
            if each["name"] == parent + name:
                rules = (each["spec"] if "spec" in each else each["dryRunSpec"])["rules"]
                if not rules[0]["enforce"]:
                    return Verdict.ALLOWED
                return Verdict.DENIED if "spec" in each else Verdict.RECORDED
    return Verdict.ALLOWED
