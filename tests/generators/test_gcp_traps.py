"""What is easy to get wrong in custom constraints, one test each."""

import json
from datetime import date
from typing import Any

import pytest
import yaml

from tagward.policy import (
    Alias,
    Allowed,
    Exemption,
    Matches,
    Policy,
    Requirement,
    Selector,
    Stage,
    TagIn,
)
from tagward_generators.targets import CompileError, Grade
from tests.generators.gcp_policies import (
    ALWAYS,
    BUCKET,
    DAY,
    GKE,
    VM,
    Answer,
    Organization,
    compiled,
    documents,
    policy,
    row,
    tag,
)
from tests.oracles import cel_engine

needs_engine = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

TOPIC = "pubsub.googleapis.com/Topic"
ENVIRONMENT = tag("env", constraint=Allowed(("dev", "prod")))

NO_LABELS: tuple[dict[str, str] | None, ...] = (None, {})


def ask(made: Policy, labels: dict[str, str] | None, type_: str = VM, project: str = "ml-prod-01") -> Answer:
    field = "resourceLabels" if type_ == GKE else "labels"
    resource = {"name": "x"} | ({} if labels is None else {field: labels})
    return Organization(compiled(made)).ask(type_, project, resource)


@needs_engine
def test_labels_that_are_not_set_are_no_labels_and_no_error() -> None:
    optional = tag("env", constraint=Allowed(("dev",)), requirements=())

    for made, denied in ((policy(tag()), True), (policy(optional), False), (policy(tag(), optional), True)):
        for labels in NO_LABELS:
            assert ask(made, labels) == Answer(denied, logged=False)


@needs_engine
def test_labels_of_a_cluster_are_resource_labels() -> None:
    assert ask(policy(tag()), {"ml-team": "nlp"}, GKE) == Answer(False, False)
    assert ask(policy(tag()), {}, GKE).denied
    (cluster,) = [
        each
        for each in documents(compiled(policy(tag())), "CustomConstraint")
        if each["resourceTypes"] == [GKE]
    ]
    assert "resource.labels" not in cluster["condition"]


@needs_engine
@pytest.mark.parametrize("value", ["xab", "abx", "ab-a", "abc"])
def test_patterns_match_whole_values(value: str) -> None:
    assert ask(policy(tag(constraint=Matches("ab|ba"))), {"ml-team": value}).denied
    assert not ask(policy(tag(constraint=Matches("ab|ba"))), {"ml-team": "ba"}).denied


@needs_engine
@pytest.mark.parametrize("value", ["", "tbd", "none", "te\u017ft", "teﬆ"])
def test_blank_labels_are_missing_in_whatever_letters(value: str) -> None:
    made = policy(tag(), placeholders=("tbd", "None", "test", "n/a"))

    assert ask(made, {"ml-team": value}).denied
    assert not ask(made, {"ml-team": "tests"}).denied


@needs_engine
def test_condition_looks_at_other_labels() -> None:
    when = Requirement(when=TagIn("env", frozenset(("prod",))))
    made = policy(tag(requirements=(when,)), tag("env", requirements=()))

    assert ask(made, {"env": "prod"}).denied
    assert not ask(made, {"env": "dev"}).denied
    assert not ask(made, None).denied


@needs_engine
def test_older_key_counts_until_its_day() -> None:
    made = policy(tag(aliases=(Alias("team", date(2026, 11, 21)),)))

    assert not ask(made, {"team": "nlp"}).denied
    assert row(compiled(made), "alias team").why == "accepted until 2026-11-21"
    assert Organization(compiled(made, date(2026, 11, 22))).ask(VM, "p", {"labels": {"team": "nlp"}}).denied


@needs_engine
def test_labels_that_google_sets_are_nobodys() -> None:
    closed = policy(tag(), closed=True)

    assert not ask(closed, {"ml-team": "nlp", "goog-dataproc-cluster-name": "x"}).denied
    assert ask(closed, {"ml-team": "nlp", "other": "x"}).denied
    few = policy(tag(), max_tags=1)
    assert not ask(few, {"ml-team": "nlp", "goog-dataproc-cluster-name": "x"}).denied
    assert ask(few, {"ml-team": "nlp", "other": "x"}).denied


def test_forbidden_values_that_no_label_can_have_need_no_condition() -> None:
    made = compiled(policy(forbidden_values=("AKIA[0-9A-Z]{16}",)))

    assert made.artifacts == ()
    assert row(made, "forbid.values", "*").grade is Grade.EXACT
    assert row(made, "forbid.values", "*").why == "no label on GCP can break it"


@needs_engine
def test_a_warning_is_a_dry_run() -> None:
    made = policy(tag(enforce=(Stage("warn"), Stage("deny", date(2027, 1, 15)))))

    assert ask(made, {}) == Answer(False, True)
    assert row(compiled(made), "required").why == (
        "not enforced before 2027-01-15 (mode warn): a dry run logs it"
    )
    assert compiled(made).changes_on == (date(2027, 1, 15),)


@needs_engine
def test_dry_run_of_everything_denies_nothing_and_says_so() -> None:
    made = policy(tag(), settings={"dry_run": True})

    assert ask(made, {}) == Answer(False, True)
    assert row(compiled(made), "required").grade is Grade.WEAKER


@needs_engine
def test_requirement_of_some_projects_is_enforced_on_these() -> None:
    made = policy(tag(requirements=(Requirement(Selector(accounts=("ml-prod-01", "ml-prod-02"))),)))

    assert ask(made, {}).denied
    assert not ask(made, {}, project="ml-dev-01").denied
    assert row(compiled(made), "required").grade is Grade.EXACT
    names = {each["name"].partition("/policies/")[0] for each in documents(compiled(made), "Policy")}
    assert names == {"projects/ml-prod-01", "projects/ml-prod-02"}


@needs_engine
def test_exempt_project_is_let_off_by_a_policy_of_its_own() -> None:
    exemption = Exemption("EX-1", "ops", "vendor", DAY, ("ml-team",), Selector(accounts=("ml-dev-01",)))
    made = policy(tag(), ENVIRONMENT, exemptions=(exemption,))

    assert ask(made, {"env": "dev"}).denied
    assert not ask(made, {"env": "dev"}, project="ml-dev-01").denied
    assert ask(made, {"ml-team": "nlp"}, project="ml-dev-01").denied
    assert row(compiled(made), "exemption EX-1", "*").grade is Grade.EXACT
    assert compiled(made).changes_on == (date(2026, 11, 22),)


def test_projects_by_glob_cannot_be_told() -> None:
    made = compiled(policy(tag(requirements=(Requirement(Selector(accounts=("ml-*",))),))))

    assert row(made, "required").grade is Grade.ABSENT
    assert row(made, "required").why == ("a policy is set on projects one by one: `ml-*` names no single one")


def test_accounts_of_other_clouds_are_no_projects() -> None:
    elsewhere = Requirement(Selector(accounts=("111122223333",)))
    made = compiled(policy(tag(requirements=(elsewhere,), inherit=())))

    assert made.artifacts == ()
    assert row(made, "required").why.startswith("accounts that it names are no project ids")


def test_project_labels_that_count_hide_what_is_missing() -> None:
    made = compiled(policy(tag(inherit=("project",), constraint=Allowed(("nlp",)))))

    assert row(made, "required").grade is Grade.ABSENT
    assert row(made, "required").why == "tags of the project count too, and cannot be seen"
    assert row(made, "value").grade is Grade.WEAKER


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ({"regions": ("europe-*",)}, "a constraint cannot see the region of a resource"),
        ({"names": ("web-*",)}, "a constraint cannot see the name of a resource"),
        ({"addresses": ("module.*",)}, "a resource in the cloud has no address"),
    ],
)
def test_what_a_constraint_cannot_see_is_not_enforced(selector: dict[str, Any], why: str) -> None:
    made = compiled(policy(tag(requirements=(Requirement(Selector(**selector)),))))

    assert (row(made, "required").grade, row(made, "required").why) == (Grade.ABSENT, why)


def test_types_without_a_field_for_labels_are_named() -> None:
    types = (f"gcp:{VM}", "gcp:run.googleapis.com/Service", "gcp:redis.googleapis.com/Instance")
    made = compiled(policy(tag(requirements=(Requirement(Selector(types=types)),))))

    assert row(made, "required").grade is Grade.WEAKER
    assert "labels are not supported, says the Cloud Run page" in row(made, "required").why
    assert "`gcp:redis.googleapis.com/Instance` is left to the scan" in row(made, "required").why
    only = compiled(policy(tag(requirements=(Requirement(Selector(types=types[1:2])),))))
    assert row(only, "required").grade is Grade.ABSENT
    assert row(only, "blank").why == "on no resource type that the constraints cover"


@needs_engine
def test_more_values_than_fit_are_told_by_how_they_begin() -> None:
    values = tuple(f"{first}{second}-team-of-many-{first}" for first in "abcdefghij" for second in "klmnop")
    made = policy(tag(constraint=Allowed(values)))

    assert not ask(made, {"ml-team": values[7]}).denied
    assert ask(made, {"ml-team": "zz-team"}).denied
    assert row(compiled(made), "value").grade is Grade.WEAKER
    assert row(compiled(made), "required").grade is Grade.EXACT


def test_conditions_of_many_tags_are_split() -> None:
    tags = [tag(f"tag-{n}", constraint=Allowed((f"one-{n}", f"two-{n}", f"three-{n}"))) for n in range(30)]
    made = documents(compiled(policy(*tags, settings={"types": [f"gcp:{VM}"]})), "CustomConstraint")

    names = [each["name"].rpartition(".")[2] for each in made]
    assert names == ["acmeComputeInstance", *(f"acmeComputeInstanceP{n}" for n in range(2, len(made) + 1))]
    assert 3 <= len(made) <= 4


def test_more_constraints_than_google_takes_are_an_error() -> None:
    tags = [tag(f"tag-{n}", constraint=Allowed((f"one-{n}", f"two-{n}", f"three-{n}"))) for n in range(30)]

    with pytest.raises(
        CompileError, match=r"Instance needs \d custom constraints, and .* allows 2 .*largest"
    ):
        compiled(policy(*tags, settings={"types": [f"gcp:{VM}"], "max_constraints": 2}))


def test_tags_that_are_asked_the_same_share_a_text() -> None:
    tags = [tag(f"tag-{n}", constraint=Matches("[a-z][a-z0-9-]{1,40}")) for n in range(30)]
    (made,) = documents(compiled(policy(*tags, settings={"types": [f"gcp:{VM}"]})), "CustomConstraint")

    assert '"tag-0", "tag-1"' in made["condition"]


def test_names_of_long_policies_are_cut_and_stay_apart() -> None:
    names = set()
    for name in ("a" * 63, "a" * 62 + "b"):
        made = Policy(name, "1", "0", tags=(tag(),))
        (first, *_) = documents(compiled(made), "CustomConstraint")
        names.add(first["name"])
        assert len(first["name"].partition("/customConstraints/")[2]) == 62
    assert len(names) == 2


def test_update_is_an_option_where_the_type_takes_it() -> None:
    made = documents(compiled(policy(tag(), settings={"methods": ["UPDATE", "CREATE"]})), "CustomConstraint")
    methods = {each["resourceTypes"][0]: each["methodTypes"] for each in made}

    assert methods[VM] == ["CREATE", "UPDATE"]
    assert methods["dataproc.googleapis.com/Batch"] == ["CREATE"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"methods": ["UPDATE"]}, "needs `CREATE`"),
        ({"organization": "acme.com"}, "is not the number of an organization"),
        ({"parent": "acme"}, "is no resource that takes policies"),
        ({"types": ["google_cloud_run_v2_service"]}, "labels are not supported"),
        ({"types": ["gcp:compute.googleapis.com/Instnace"]}, "no custom constraint is known"),
        ({"types": ["gcp:bigquery.googleapis.com/Dataset"]}, "is unverified .*`.*evidence: unverified`"),
        ({"tag_keys": ["ml-taem"]}, "did you mean `ml-team`"),
    ],
)
def test_settings_that_google_would_refuse_are_errors(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(CompileError, match=said):
        compiled(policy(tag(), settings=settings))


def test_evidence_decides_which_types_are_judged() -> None:
    def judged(evidence: str) -> set[str]:
        made = documents(compiled(policy(tag(), settings={"evidence": evidence})), "CustomConstraint")
        return {each["resourceTypes"][0] for each in made}

    assert judged("docs") == {VM, BUCKET, "dataproc.googleapis.com/Cluster"}
    assert judged("docs") < judged("community") < judged("unverified")
    assert TOPIC in judged("community")


def test_mandatory_tags_are_asked_where_nothing_depends() -> None:
    when = Requirement(when=TagIn("ml-team", frozenset(("nlp",))))
    soft = tag("soft", requirements=(when,))
    made = compiled(policy(tag(), soft, settings={"tag_keys": ["ml-team", "soft"], "organization": "123"}))
    governed = [
        each for each in documents(made, "CustomConstraint") if each["methodTypes"] == ["GOVERN_TAGS"]
    ]

    assert "compute.googleapis.com/Disk" in {each["resourceTypes"][0] for each in governed}
    assert {each["condition"] for each in governed} == {'resource.hasDirectTagKey("123/ml-team")'}
    assert {each["actionType"] for each in governed} == {"ALLOW"}
    assert any("Resource Manager tags" in note for note in made.notes)


def test_description_names_each_label_and_its_fix() -> None:
    made = policy(
        tag(requirements=ALWAYS, constraint=Matches("[a-z]+"), example="nlp", message="Ask ops"), ENVIRONMENT
    )
    first, *_ = documents(compiled(made), "CustomConstraint")

    assert first["description"] == (
        "The labels do not follow the policy acme: ml-team, set it to a value of the form [a-z]+, such as "
        "nlp (Ask ops); env, set it to one of dev, prod."
    )


def test_long_descriptions_say_how_many_are_left_out() -> None:
    tags = [tag(f"tag-{n}", constraint=Matches("[a-z]+"), message="x" * 150) for n in range(20)]
    first, *_ = documents(compiled(policy(*tags)), "CustomConstraint")

    assert len(first["description"]) <= 2_000
    assert first["description"].endswith(f"and {20 - first['description'].count('tag-')} more.")


@pytest.mark.parametrize(
    "settings", [{}, {"dry_run": True}, {"tag_keys": ["ml-team"], "parent": "folders/7"}]
)
def test_files_have_the_fields_that_google_knows(settings: dict[str, Any]) -> None:
    orgpolicy = pytest.importorskip("google.cloud.orgpolicy_v2", reason="needs google-cloud-org-policy")
    one = Requirement(Selector(accounts=("ml-prod-01",)))
    made = compiled(policy(tag(), tag("soft", requirements=(one,)), settings=settings))

    for artifact in made.artifacts:
        document = yaml.safe_load(artifact.content)
        read = getattr(orgpolicy, artifact.kind).from_json(json.dumps(document))
        assert read.name == document["name"]
        with pytest.raises(Exception, match="no field named"):
            getattr(orgpolicy, artifact.kind).from_json(json.dumps(document | {"labels": {}}))


def test_condition_is_read_as_it_was_written() -> None:
    made = compiled(
        policy(tag(constraint=Matches("[a-z] [a-z]|x: #")), ENVIRONMENT, forbidden_keys=("*  *",))
    )
    files = [each for each in made.artifacts if each.kind == "CustomConstraint"]

    assert '"^(?:[a-z] [a-z]|x: #)$"' in yaml.safe_load(files[0].content)["condition"]
    assert ".*  .*" in yaml.safe_load(files[0].content)["condition"]


def test_many_mandatory_tags_are_split_and_counted() -> None:
    tags = [tag("k" * 60 + f"-{n:02}") for n in range(20)]
    settings = {"tag_keys": [each.id for each in tags], "organization": "123456789012"}
    made = documents(compiled(policy(*tags, settings=settings)), "CustomConstraint")
    governed = [each for each in made if each["methodTypes"] == ["GOVERN_TAGS"]]

    assert all(len(each["condition"]) <= 1_000 for each in governed)
    assert len([each for each in governed if each["resourceTypes"] == [VM]]) == 3
    with pytest.raises(CompileError, match="Instance needs 5 custom constraints"):
        compiled(policy(*tags, settings=settings | {"max_constraints": 3}))
