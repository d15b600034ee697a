"""Each trap of AWS tag enforcement that took somebody's production down, or let untagged things through."""

import json

import pytest
from msgspec import UNSET

from tagward.catalog import aws_actions
from tagward.loader import load
from tagward.policy import Alias, Allowed, Matches, Requirement, Selector
from tagward_generators.targets import Compilation, CompileError, Grade
from tests.generators.scp_policies import (
    DAY,
    IMAGE,
    VOLUME,
    compiled,
    denies,
    policy,
    row,
    statements,
    tag,
)

GOOD = {"ml-team": "nlp", "ml-project": "scoring"}


def default() -> Compilation:
    return compiled(load("pack:ml-platform", as_of=DAY))


def created_by(compilation: Compilation) -> set[str]:
    """Return the actions of all statements but those on removal."""
    every = [each for each in statements(compilation) if not each["Sid"].startswith("Protect")]
    return {name for each in every for name in listed(each["Action"])}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_each_of_two_required_keys_is_asked_for_by_itself() -> None:
    both = compiled(policy(tag(), tag("ml-project")))

    assert not denies(both, GOOD)
    assert denies(both, {"ml-team": "nlp"})
    assert denies(both, {"ml-project": "scoring"})
    assert denies(both, {})


def test_plain_null_test_never_asks_for_two_tags_in_one_statement() -> None:
    both = compiled(policy(tag(), tag("ml-project"), settings={"presence": "request-tag"}))

    assert [list(each["Condition"]["Null"]) for each in statements(both)] == [
        ["aws:RequestTag/ml-team"],
        ["aws:RequestTag/ml-project"],
    ]


def test_key_in_another_case_is_not_the_key() -> None:
    assert denies(compiled(policy(tag())), {"ML-Team": "nlp"})


def test_plain_null_test_says_that_it_takes_a_key_in_another_case() -> None:
    plain = compiled(policy(tag(), settings={"presence": "request-tag"}))

    assert not denies(plain, {"ML-Team": "nlp"})
    assert row(plain, "required").grade is Grade.WEAKER
    assert "case" in row(plain, "required").why


@pytest.mark.parametrize("value", ["", " ", "tbd", "TBD", "N/A", "none"])
def test_empty_and_placeholder_values_are_missing(value: str) -> None:
    assert denies(compiled(policy(tag())), {"ml-team": value})


def test_optional_tag_may_be_absent_and_blank_but_not_wrong() -> None:
    optional = compiled(policy(tag(requirements=(), constraint=Allowed(("dev", "prod")))))

    assert not denies(optional, {})
    assert not denies(optional, {"ml-team": "tbd"})
    assert not denies(optional, {"ml-team": "dev"})
    assert not denies(optional, {"ML-TEAM": "stage"})
    assert denies(optional, {"ml-team": "stage"})


def test_run_instances_is_never_denied_on_what_it_only_uses() -> None:
    made = compiled(policy(tag()))

    assert denies(made, {})
    assert not denies(made, {}, resource=IMAGE)
    assert not any("*" in listed(each["Resource"]) for each in statements(made))


def test_volumes_of_an_instance_are_looked_at_only_where_a_rule_names_them() -> None:
    everything = compiled(policy(tag()))
    named = compiled(
        policy(tag(requirements=(Requirement(Selector(types=("aws:ec2:instance", "aws:ec2:volume"))),)))
    )

    assert not denies(everything, {}, resource=VOLUME)
    assert "volume" in row(everything, "required").why
    assert denies(named, {}, resource=VOLUME)
    assert row(named, "required").grade is Grade.EXACT


def test_actions_that_would_meet_an_arn_without_tags_never_share_a_statement() -> None:
    actions = ["ec2:CreateVolume", "ec2:CreateSnapshot"]
    made = compiled(policy(tag(), settings={"actions": actions}))
    snapshot = "arn:aws:ec2:eu-west-1::snapshot/snap-1"

    assert denies(made, {}, action="ec2:CreateSnapshot", resource=snapshot)
    assert not denies(made, {}, action="ec2:CreateVolume", resource=snapshot)
    assert denies(made, {}, action="ec2:CreateVolume", resource=VOLUME)


def test_action_without_tags_in_its_request_is_refused_with_the_reason() -> None:
    with pytest.raises(CompileError, match=r"`sagemaker:CreateImageVersion` .* would always be denied"):
        compiled(policy(tag(), settings={"actions": ["sagemaker:CreateImageVersion"]}))


def test_misspelt_action_is_refused_with_the_right_one() -> None:
    with pytest.raises(CompileError, match=r"did you mean `ec2:RunInstances`\?"):
        compiled(policy(tag(), settings={"actions": ["ec2:RunInstance"]}))


def test_every_action_that_can_be_named_has_tag_keys_in_its_context() -> None:
    """Without aws:TagKeys the strict presence test would deny for ever."""
    assert all(action.tag_keys for action in aws_actions().actions.values())


@pytest.mark.parametrize("action", ["bedrock:InvokeModel", "ec2:DeleteTags", "fsx:DeleteFileSystem"])
def test_actions_that_create_nothing_are_never_named(action: str) -> None:
    assert action not in created_by(default())
    with pytest.raises(CompileError):
        compiled(policy(tag(), settings={"actions": [action]}))


def test_actions_are_spelled_out_so_that_no_wildcard_catches_what_cannot_be_tagged() -> None:
    assert not any("*" in name for name in created_by(default()))


def test_removing_a_required_tag_is_denied_whichever_of_the_keys_it_is() -> None:
    protected = compiled(policy(tag(), tag("ml-project"), settings={"protect": True}))

    for key in GOOD:
        assert denies(protected, {key: "", "other": ""}, action="ec2:DeleteTags")
    assert not denies(protected, {"other": ""}, action="ec2:DeleteTags")


def test_deleting_all_tags_by_naming_none_is_denied() -> None:
    assert denies(compiled(policy(tag(), settings={"protect": True})), {}, action="ec2:DeleteTags")


def test_removal_is_not_denied_where_evaluation_might_accept_it() -> None:
    when_named = (Requirement(Selector(types=("aws:ec2:instance",))),)
    instances = compiled(policy(tag(requirements=when_named), settings={"protect": True}))
    aliased = compiled(policy(tag(aliases=(Alias("team"),)), settings={"protect": True}))

    assert denies(instances, {"ml-team": ""}, action="ec2:DeleteTags")
    assert not denies(instances, {"ml-team": ""}, action="ec2:DeleteTags", resource=VOLUME)
    assert not denies(aliased, {"ml-team": ""}, action="ec2:DeleteTags")
    assert row(aliased, "protect", "*").grade is Grade.ABSENT


def test_exempt_principals_pass_every_statement() -> None:
    roles = ["arn:aws:iam::*:role/break-glass"]
    made = compiled(policy(tag(), settings={"exempt_principals": roles, "protect": True}))

    assert denies(made, {})
    assert not denies(made, {}, role="break-glass")
    assert not denies(made, {}, action="ec2:DeleteTags", role="break-glass")


@pytest.mark.parametrize(
    ("partition", "principal", "hint"),
    [
        ("aws", "break-glass", "like `arn:aws:iam::*:role/break-glass`"),
        ("aws", "*", "not the ARN of a role or user"),
        ("aws", "${aws:PrincipalArn}", "not the ARN of a role or user"),
        ("aws", "arn:aws:s3:::bucket", "not the ARN of a role or user"),
        ("aws", "arn:aws:sts::*:assumed-role/admin/*", "name the role: `arn:aws:iam::*:role/admin`"),
        ("aws-cn", "arn:aws:iam::*:role/break-glass", "begin it `arn:aws-cn:`"),
    ],
)
def test_an_exempt_principal_that_nobody_or_everybody_is_is_refused(
    partition: str, principal: str, hint: str
) -> None:
    with pytest.raises(CompileError) as caught:
        compiled(policy(tag(), settings={"partition": partition, "exempt_principals": [principal]}))
    assert f"`{principal}` in `targets.aws-scp.exempt_principals`" in str(caught.value)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("partition", "principal"),
    [
        ("aws", "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/Admin_*"),
        ("aws", "arn:aws:iam::111122223333:root"),
        ("aws", "arn:*:iam::*:user/ops@example.com"),
        ("aws-us-gov", "arn:aws-us-gov:sts::111122223333:federated-user/ops"),
        ("*", "arn:aws:iam::*:role/break-glass"),
    ],
)
def test_principals_as_iam_names_them_are_exempt(partition: str, principal: str) -> None:
    settings = {"partition": partition, "exempt_principals": [principal, principal]}
    made = compiled(policy(tag(), settings=settings))
    assert {each["Condition"]["ArnNotLike"]["aws:PrincipalArn"] for each in statements(made)} == {principal}


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "*"])
def test_arns_are_of_the_partition(partition: str) -> None:
    made = compiled(policy(tag(), settings={"partition": partition}))

    arns = {arn for each in statements(made) for arn in listed(each["Resource"])}
    assert f"arn:{partition}:ec2:*:*:instance/*" in arns
    assert all(arn.startswith(f"arn:{partition}:ec2:") for arn in arns)


def test_policies_are_minified_and_measured_as_written() -> None:
    for artifact in default().artifacts:
        document = json.loads(artifact.content)
        assert artifact.content == json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        assert len(artifact.content) <= 10_240


def test_white_space_beyond_latin_1_is_written_as_an_escape() -> None:
    optional = compiled(policy(tag(requirements=(), constraint=Allowed(("équipe",)))))

    assert '"équipe"' in optional.artifacts[0].content
    assert "\\u3000*" in optional.artifacts[0].content
    assert not denies(optional, {"ml-team": "\u3000"})


def test_regular_expression_becomes_a_glob_that_refuses_no_good_value() -> None:
    made = compiled(policy(tag(constraint=Matches("cc-[0-9]{3}"))))

    assert not denies(made, {"ml-team": "cc-123"})
    assert denies(made, {"ml-team": "cc-12"})
    assert not denies(made, {"ml-team": "cc-abc"})
    assert row(made, "value").grade is Grade.WEAKER
    assert "cc-" in row(made, "value").why


def test_value_that_looks_like_a_policy_variable_is_compared_as_text() -> None:
    made = compiled(policy(tag(constraint=Allowed(("a${x}*",)))))

    assert not denies(made, {"ml-team": "a${x}*"})
    assert denies(made, {"ml-team": "a${x}b"})


def test_bucket_creation_is_left_to_those_who_ask_for_it() -> None:
    assert not any("s3:CreateBucket" in each["Action"] for each in statements(default()))
    asked = compiled(policy(tag(), settings={"actions": ["s3:CreateBucket"]}))
    assert any("provider-aws 6.23" in note for note in asked.notes)


def test_region_of_a_bucket_is_not_told_by_the_region_of_the_request() -> None:
    in_europe = (Requirement(Selector(regions=("eu-*",))),)
    made = compiled(policy(tag(requirements=in_europe), settings={"actions": ["s3:CreateBucket"]}))

    assert row(made, "required").grade is Grade.ABSENT
    assert "region" in row(made, "required").why


def test_no_statement_no_policy() -> None:
    nothing = compiled(policy(tag(requirements=()), settings={"protect": UNSET}))

    assert nothing.artifacts == ()
