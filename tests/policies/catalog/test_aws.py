"""AWS create actions: what an SCP may name without locking anybody out."""

import re

import pytest

from tagward.catalog import AwsAction, aws_actions, known_type

ARN = re.compile(r"arn:\$\{Partition\}:[a-z0-9*-]*:[^:\s]*:[^:\s]*:[^\s,$]+")
ACTIONS = aws_actions()


def action(name: str) -> AwsAction:
    return ACTIONS.actions[name]


def test_run_instances_is_denied_on_the_instance_only() -> None:
    found = action("ec2:RunInstances")
    assert found.scope == "typed"
    assert set(found.tagged) >= {"instance", "volume", "network-interface"}
    assert set(found.untagged) >= {"image", "subnet", "key-pair", "security-group"}
    assert found.default == ("instance",)
    assert ACTIONS.resources("ec2:RunInstances", found.default) == ("arn:aws:ec2:*:*:instance/*",)


def test_resources_are_in_the_partition_asked_for_and_sorted() -> None:
    assert ACTIONS.resources("ec2:RunInstances", ("volume", "instance"), "aws-cn") == (
        "arn:aws-cn:ec2:*:*:instance/*",
        "arn:aws-cn:ec2:*:*:volume/*",
    )
    assert ACTIONS.resources("sagemaker:CreateEndpoint", ("*",)) == ("*",)


@pytest.mark.parametrize(
    "name",
    [
        "ec2:CreateTags",  # tags only
        "bedrock:InvokeModel",  # not a create
        "sagemaker:CreateEdgeDeploymentStage",  # the API takes no tags
        "sagemaker:CreateReservedCapacity",  # not in the API
        "sagemaker:CreateImageVersion",  # no aws:RequestTag
        "fsx:DeleteFileSystem",
        "cloudformation:UpdateStack",
        "ecr:ListTagsForResource",
        "ec2:AuthorizeSecurityGroupIngress",
    ],
)
def test_an_action_that_could_never_be_satisfied_is_not_offered(name: str) -> None:
    assert name not in ACTIONS.actions


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("batch:SubmitJob", "habit"),
        ("sagemaker:CreateAction", "lineage"),
        ("sagemaker:CreateTrialComponent", "lineage"),
        ("sagemaker:RegisterDevices", "habit"),
        ("bedrock:CreateSession", "habit"),
        ("rds:CopyDBSnapshot", "copy"),
        ("rds:RestoreDBInstanceToPointInTime", "copy"),
        ("s3:CreateBucket", "bucket"),
        ("secretsmanager:CreateSecret", "afterwards"),
        ("ec2:CreateVolume", "controller"),
        ("logs:CreateLogGroup", "implicit"),
        ("sns:CreateTopic", "ensure"),
    ],
)
def test_an_action_that_people_call_without_tags_is_opt_in_and_says_why(name: str, why: str) -> None:
    assert action(name).default == ()
    assert action(name).why == why


@pytest.mark.parametrize(
    ("name", "created"),
    [
        ("sagemaker:CreateTrainingJob", "aws:sagemaker:training-job"),
        ("sagemaker:CreateEndpoint", "aws:sagemaker:endpoint"),
        ("eks:CreateCluster", "aws:eks:cluster"),
        ("rds:CreateDBInstance", "aws:rds:db"),
        ("lambda:CreateFunction", "aws:lambda:function"),
        ("elasticmapreduce:RunJobFlow", "aws:elasticmapreduce:cluster"),
        ("dynamodb:CreateTable", "aws:dynamodb:table"),
        ("s3:CreateBucket", "aws:s3:bucket"),
    ],
)
def test_an_action_says_what_it_creates(name: str, created: str) -> None:
    assert created in action(name).creates


def test_every_opt_in_reason_is_explained() -> None:
    assert {found.why for found in ACTIONS.actions.values() if not found.default} <= set(ACTIONS.reasons)


def test_the_curated_set_is_denied_where_the_key_is() -> None:
    for name, found in ACTIONS.curated.items():
        assert set(found.default) <= set(found.tagged or ("*",)), name
        assert found.tag_keys, name
        assert found.creates, name
        assert found.why not in ACTIONS.reasons, name


def test_scope_and_types_agree() -> None:
    for name, found in ACTIONS.actions.items():
        assert bool(found.tagged) == (found.scope == "typed"), name
        assert not set(found.tagged) & set(found.untagged), name


def test_every_type_of_an_action_has_well_formed_arns() -> None:
    for name, found in ACTIONS.actions.items():
        for kind in (*found.tagged, *found.untagged):
            arns = ACTIONS.types[f"{name.split(':')[0]}:{kind}"]
            assert arns, (name, kind)
            assert all(ARN.fullmatch(arn) for arn in arns), (name, kind, arns)


def test_every_created_type_has_a_known_spelling() -> None:
    created = {spelled for found in ACTIONS.curated.values() for spelled in found.creates}
    assert [spelled for spelled in sorted(created) if not known_type(spelled)] == []


def test_no_action_is_both_offered_and_unsatisfiable_or_a_hole() -> None:
    others = {
        name for table in (ACTIONS.unsatisfiable, ACTIONS.holes) for names in table.values() for name in names
    }
    assert not others & set(ACTIONS.actions)
    assert "sagemaker:CreateEdgeDeploymentStage" in ACTIONS.unsatisfiable["sagemaker"]
    assert "bedrock:CreateDataSource" in ACTIONS.holes["bedrock"]


@pytest.mark.parametrize(
    ("service", "removal"),
    [
        ("ec2", "ec2:DeleteTags"),
        ("sagemaker", "sagemaker:DeleteTags"),
        ("eks", "eks:UntagResource"),
        ("rds", "rds:RemoveTagsFromResource"),
        ("elasticmapreduce", "elasticmapreduce:RemoveTags"),
        ("bedrock", "bedrock:UntagResource"),
    ],
)
def test_tag_removal_of_the_covered_services_is_listed(service: str, removal: str) -> None:
    assert removal in ACTIONS.protect[service]
    assert all(name.startswith(f"{service}:") for name in ACTIONS.protect[service])
