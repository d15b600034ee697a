"""What evaluation says beyond the eleven meanings: values, aliases, levels, what is forbidden and hidden."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tagward.evaluation import evaluate
from tagward.findings import SEVERITIES, SEVERITY, Code, Status
from tagward.policy import SURFACES
from tagward.resource import Part, Resource, Unknown
from tests.policies.judging import (
    around,
    aws,
    azure,
    deployment,
    findings,
    gcp,
    judged,
    only,
    pod,
    said,
    texts,
)
from tests.policies.policy_files import DAY, Policies
from tests.policies.strategies import SECRET, modelled, random_policy_data, random_resource

SECRETS = (
    "tags: {t: {required: true, inherit: [provider, namespace], pattern: '[a-z]{4}',"
    " replaces: {old: newx}}}\n"
    "forbid: {values: ['AKIA[0-9A-Z]{4}']}"
)


# Values.


def test_a_value_is_checked_where_the_tag_is_not_required_too(policies: Policies) -> None:
    policy = policies.load("tags: {t: {values: [x]}}")
    assert not findings(policy, aws())
    assert only(policy, aws({"t": "y"})).status == "violation"


def test_an_old_value_is_deprecated_and_the_fix_is_the_new_one(policies: Policies) -> None:
    policy = policies.load("tags: {t: {values: [prod], replaces: {production: prod}}}")
    finding = only(policy, aws({"t": "production"}))
    assert (finding.code, finding.status, finding.severity) == ("TW008", "violation", "error")
    assert 't = "prod"' in finding.fix


def test_a_value_that_the_cloud_refuses_is_illegal_there(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true}}")
    assert only(policy, gcp({"t": "Prod"})).code == "TW012"
    assert not findings(policy, aws({"t": "Prod"}))
    assert only(policy, pod({"t": "a b"})).code == "TW012"


def test_an_unknown_value_of_a_tag_that_may_say_anything_matters_only_when_required(
    policies: Policies,
) -> None:
    policy = policies.load("tags: {a: {required: true}, b: {}, c: {values: [x]}}")
    tags = {key: Unknown("var.x") for key in "abc"}
    assert [each.key for each in findings(policy, aws(tags))] == ["a", "c"]


def test_a_value_that_differs_by_form_is_tidied_in_the_fix(policies: Policies) -> None:
    policy = policies.load("tags: {t: {pattern: '[a-z][a-z0-9-]+', example: other}}")
    assert '`t = "fraud-detection"`' in only(policy, aws({"t": "Fraud Detection"})).fix
    assert '`t = "other"`' in only(policy, aws({"t": "9"})).fix


def test_a_fix_is_written_as_the_language_of_the_input_writes_it(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, example: x}}")
    assert '`t = "x"`' in only(policy, aws()).fix
    assert "`t: x`" in only(policy, pod()).fix
    assert "`metadata.labels`" in only(policy, pod()).fix


def test_the_message_of_a_tag_is_part_of_its_fix(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, message: Ask the wiki}}")
    assert only(policy, aws()).fix.endswith("Ask the wiki")


# Keys.


def test_each_cloud_has_its_spelling(policies: Policies) -> None:
    policy = policies.load("tags: {cost-center: {required: true, keys: {aws: CostCenter, gcp: cost_center}}}")
    assert not findings(policy, aws({"CostCenter": "1"}))
    assert not findings(policy, gcp({"cost_center": "1"}))
    finding = only(policy, aws({"cost-center": "1"}))
    assert (finding.code, finding.tag, finding.key) == ("TW004", "cost-center", "cost-center")


def test_a_tag_is_judged_on_the_clouds_it_is_for(policies: Policies) -> None:
    policy = policies.load("tags: {Team: {required: {on: {clouds: [aws]}}, values: [x]}}")
    assert only(policy, aws()).code == "TW001"
    assert not findings(policy, gcp({"Team": "y"}))


def test_an_alias_is_accepted_for_ever_without_a_date(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, aliases: [{key: older}]}}")
    assessment = judged(policy, aws({"older": "x"}))
    assert assessment.status == Status.COMPLIANT
    assert said(policy, aws({"older": "x"})) == [("TW008", "older", "info", "notice")]


def test_the_key_itself_counts_before_its_aliases(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, values: [x], aliases: [{key: older}]}}")
    assert not findings(policy, aws({"older": "y", "t": "x"}))
    assert {each.code for each in findings(policy, aws({"older": "y"}))} == {"TW002", "TW008"}


def test_an_empty_key_is_no_older_key(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, aliases: [{key: older, until: 2020-01-01}]}}")
    assert only(policy, aws({"": "x"})).code == "TW001"


# Levels.


@pytest.mark.parametrize(("mode", "severity"), [("deny", "warning"), ("warn", "warning"), ("audit", "info")])
def test_what_is_recommended_is_never_more_than_a_warning(
    policies: Policies, mode: str, severity: str
) -> None:
    policy = policies.load(
        "defaults: {unknown: fail}\n"
        f"tags: {{t: {{required: {{level: recommended}}, enforce: {{mode: {mode}}}}}}}"
    )
    for resource in (aws(), aws({"t": ""}), aws({"T": "x"}), aws(open=Unknown("var.tags"))):
        finding = only(policy, resource)
        assert (finding.severity, finding.status) == (severity, "recommended")
        assert judged(policy, resource).status == Status.COMPLIANT


# What is forbidden, closed and limited.


def test_a_forbidden_key_is_found_on_the_resource_and_its_parts(policies: Policies) -> None:
    policy = policies.load("tags: {t: {}}\nforbid: {keys: ['*password*']}")
    parts = (Part("the root volume", "volume_tags", {"password2": "x"}),)
    assert said(policy, aws({"db-password": "x"}, parts=parts)) == [
        ("TW007", "db-password", "error", "violation"),
        ("TW007", "password2", "error", "violation"),
    ]


def test_azure_compares_forbidden_keys_without_case(policies: Policies) -> None:
    policy = policies.load("tags: {t: {}}\nforbid: {keys: ['*Password*']}")
    assert only(policy, azure({"DBPASSWORD": "x"})).code == "TW007"
    assert not findings(policy, aws({"DBPASSWORD": "x"}))


def test_a_closed_policy_refuses_keys_it_does_not_name(policies: Policies) -> None:
    policy = policies.load("tags: {team: {aliases: [{key: squad}]}}\nlimits: {closed: true}")
    assert not findings(policy, aws({"team": "x", "aws:cloudformation:stack-name": "s"}))
    assert not findings(policy, pod({"app.kubernetes.io/name": "x", "pod-template.k8s.io/x": "y"}))
    finding = only(policy, aws({"colour": "red"}))
    assert (finding.code, finding.key, finding.status) == ("TW007", "colour", "violation")
    assert not findings(policy, azure({"TEAM": "x", "hidden-link": "y"}))
    assert only(policy, pod({"evilkubernetes.io.example.com/x": "y"})).code == "TW007"


def test_too_many_tags_are_one_finding(policies: Policies) -> None:
    policy = policies.load("tags: {a: {}}\nlimits: {max_tags: 2}")
    assert not findings(policy, aws({"a": "1", "b": "2", "aws:x": "3"}))
    finding = only(policy, aws({"a": "1", "b": "2", "c": "3"}))
    assert (finding.code, finding.status) == ("TW011", "violation")
    assert "3 tags, more than the 2" in finding.message


# What must not be shown.


@pytest.mark.parametrize(
    "resource",
    [
        aws({"t": SECRET}),
        aws({"other": SECRET}),
        aws({"t": "ABCD"}, sensitive=frozenset({"t"})),
        aws({"t": "old"}, sensitive=frozenset({"t"})),
        aws({"t": " TBD "}, sensitive=frozenset({"t"})),
        aws({"T": "ABCD"}, sensitive=frozenset({"T"})),
        azure({"T": "ABCD"}, sensitive=frozenset({"T"})),
        gcp({"t": "ABCD"}, sensitive=frozenset({"t"})),
        aws({"t": "good"}, parts=(Part("the root volume", "volume_tags", {"t": SECRET}),)),
        deployment({"t": SECRET}, {"t": "ABCD"}, sensitive=frozenset({"t"})),
        pod(inherited=(around("namespace", {"t": SECRET}),)),
    ],
)
def test_sensitive_and_forbidden_values_are_shown_nowhere(policies: Policies, resource: Resource) -> None:
    policy = policies.load(SECRETS)
    shown = findings(policy, resource)
    assert shown
    for finding in shown:
        assert finding.value is None
        for text in texts(finding).values():
            for secret in (SECRET, "AKIA", "akia", "ABCD", "abcd", "`old`", "TBD"):
                assert secret not in text


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_no_secret_of_any_resource_is_ever_shown(seed: int) -> None:
    random = Random(seed)
    data = random_policy_data(random) | {"forbid": {"values": ["AKIA[0-9A-Z]{4}", "zzz-[0-9]+"]}}
    policy = modelled(data).policy()
    for _ in range(5):
        resource = random_resource(random, policy)
        tags = {key: "zzz-1" if random.random() < 0.3 else value for key, value in resource.tags.items()}
        sensitive = frozenset(key for key in tags if random.random() < 0.2)
        tags |= {key: f"hush-{number}" for number, key in enumerate(sorted(sensitive))}
        for finding in evaluate(
            policy, replace(resource, tags=tags, sensitive=sensitive), as_of=DAY
        ).findings:
            shown = " ".join(texts(finding).values())
            assert not [secret for secret in ("hush-", "zzz-1", SECRET) if secret in shown]


def test_a_secret_placeholder_is_said_to_be_one(policies: Policies) -> None:
    policy = policies.load(SECRETS)
    finding = only(policy, aws({"t": "TBD"}, sensitive=frozenset({"t"})))
    assert finding.message == "`t` is a placeholder, which counts as missing"


# Whatever is drawn.


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(SURFACES))
def test_every_assessment_keeps_the_rules_of_findings(seed: int, surface: str) -> None:
    random = Random(seed)
    policy = modelled(random_policy_data(random)).policy()
    known = {tag.id: tag for tag in policy.tags}
    for _ in range(6):
        resource = random_resource(random, policy)
        assessment = evaluate(policy, resource, as_of=DAY, surface=surface)
        for finding in assessment.findings:
            assert finding.resource is resource
            assert finding.code in Code
            assert finding.severity in SEVERITIES
            assert "{" not in finding.message.replace("{4}", "").replace("{1,8}", "")
            if finding.tag:
                assert finding.mode == known[finding.tag].mode(DAY, surface)
            if finding.status == "violation":
                assert finding.severity == SEVERITY[finding.mode]
            if finding.status in ("exempt", "notice"):
                assert finding.severity != "error"
        statuses = {finding.status for finding in assessment.findings}
        if assessment.status == Status.COMPLIANT:
            assert statuses <= {"recommended", "notice"}
        if assessment.status in (Status.VIOLATING, Status.UNKNOWN, Status.EXEMPT):
            word = {"violating": "violation"}.get(assessment.status, assessment.status)
            assert word in statuses


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_what_comes_to_be_known_was_foreseen(seed: int) -> None:
    """A resource with unknown tags is not found compliant unless each of them may say what it likes."""
    random = Random(seed)
    data = random_policy_data(random) | {"defaults": {"placeholders": ["tbd"]}}
    data.pop("forbid", None)
    data.pop("limits", None)
    policy = modelled(data).policy()
    for _ in range(5):
        resource = random_resource(random, policy, plain=True)
        if judged(policy, resource).status != Status.COMPLIANT:
            continue
        for value in ("dev", "tbd", "?"):
            tags = {key: value if isinstance(each, Unknown) else each for key, each in resource.tags.items()}
            known = replace(resource, tags=tags)
            found = [each for each in judged(policy, known).findings if each.code != Code.ILLEGAL]
            assert not [each for each in found if each.status == "violation"]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_following_the_fix_of_a_missing_tag_helps(seed: int) -> None:
    random = Random(seed)
    policy = modelled(random_policy_data(random)).policy()
    for _ in range(5):
        resource = random_resource(random, policy, plain=True)
        found = [each for each in judged(policy, resource).findings if each.code == Code.MISSPELT]
        for finding in found:
            key = next(tag.keys[resource.cloud] for tag in policy.tags if tag.id == finding.tag)
            tags = {key if each == finding.key else each: value for each, value in resource.tags.items()}
            after = judged(policy, replace(resource, tags=tags)).findings
            assert not [each for each in after if each.tag == finding.tag and each.code == Code.MISSPELT]
