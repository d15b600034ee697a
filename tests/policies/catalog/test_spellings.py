"""Spellings of types: one meaning, three tools."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.catalog import (
    close_types,
    cloudformation_type,
    known_type,
    matching_types,
    native_types,
    tagward_type,
    tagward_types,
    terraform_type,
)
from tagward.catalog.cloudformation import cloudformation_names
from tagward.catalog.terraform import terraform_names


@pytest.mark.parametrize(
    ("native", "spelled"),
    [
        ("aws_instance", "aws:ec2:instance"),
        ("AWS::EC2::Instance", "aws:ec2:instance"),
        ("aws_ebs_volume", "aws:ec2:volume"),
        ("AWS::EC2::Volume", "aws:ec2:volume"),
        ("aws_s3_bucket", "aws:s3:bucket"),
        ("aws_lb", "aws:elasticloadbalancing:loadbalancer"),
        ("aws_db_instance", "aws:rds:db"),
        ("AWS::RDS::DBInstance", "aws:rds:db"),
        ("aws_cloudwatch_log_group", "aws:logs:log-group"),
        ("aws_sfn_state_machine", "aws:states:stateMachine"),
        ("aws_efs_file_system", "aws:elasticfilesystem:file-system"),
        ("aws_emr_cluster", "aws:elasticmapreduce:cluster"),
        ("aws_sagemaker_endpoint_configuration", "aws:sagemaker:endpoint-config"),
        ("aws_bedrockagent_knowledge_base", "aws:bedrock:knowledge-base"),
        ("aws_ec2_transit_gateway_route_table", "aws:ec2:transit-gateway-route-table"),
        ("azurerm_linux_virtual_machine", "azure:Microsoft.Compute/virtualMachines"),
        ("azurerm_machine_learning_workspace", "azure:Microsoft.MachineLearningServices/workspaces"),
        ("google_compute_instance", "gcp:compute.googleapis.com/Instance"),
        ("google_container_cluster", "gcp:container.googleapis.com/Cluster"),
        ("google_vertex_ai_endpoint", "gcp:aiplatform.googleapis.com/Endpoint"),
        ("google_sql_database_instance", "gcp:sqladmin.googleapis.com/Instance"),
    ],
)
def test_a_native_type_means_a_tagward_type_and_back(native: str, spelled: str) -> None:
    assert tagward_type(native) == spelled
    assert native in native_types(spelled)


def test_a_type_without_a_tagward_spelling_has_none() -> None:
    assert tagward_type("azurerm_palo_alto_local_rulestack_rule") is None
    assert tagward_type("random_id") is None
    assert native_types("aws:ec2:nothing") == ()


def test_every_native_type_is_one_that_its_tool_knows() -> None:
    natives = [native for spelled in tagward_types() for native in native_types(spelled)]
    assert len(natives) == len(set(natives)), "a native type means one thing"
    assert [native for native in natives if not (terraform_type(native) or cloudformation_type(native))] == []


ML_PREFIXES = (
    *(
        "aws_sagemaker_",
        "aws_bedrock",
        "aws_batch_",
        "aws_eks_",
        "aws_ecs_",
        "aws_emr",
        "aws_glue_",
        "aws_efs_",
    ),
    *("aws_fsx_", "aws_ecr_", "aws_kinesis_", "aws_dynamodb_table", "aws_lambda_function", "aws_opensearch"),
    *(
        "aws_rds_",
        "aws_db_",
        "aws_elasticache_",
        "aws_athena_",
        "aws_sfn_",
        "aws_kms_",
        "aws_secretsmanager_",
    ),
    *("azurerm_machine_learning_", "azurerm_kubernetes_cluster", "azurerm_databricks_", "azurerm_synapse_"),
    *("google_vertex_ai_", "google_container_", "google_dataproc_", "google_bigquery_", "google_cloud_run_"),
    *("google_compute_", "google_storage_bucket", "google_workbench_", "google_composer_", "google_pubsub_"),
)


def test_every_taggable_machine_learning_type_has_a_tagward_type() -> None:
    names = [name for name in terraform_names() if name.startswith(ML_PREFIXES)]
    taggable = [name for name in names if (found := terraform_type(name)) and found.taggable]
    assert len(taggable) > 200
    assert [name for name in taggable if tagward_type(name) is None] == []


@pytest.mark.parametrize(
    "text",
    [
        "aws:ec2:instance",
        "aws:ec2:volume",
        "aws:sagemaker:training-job",  # not a Terraform resource
        "azure:Microsoft.Compute/virtualMachines",
        "gcp:compute.googleapis.com/Instance",
        "kubernetes:apps/Deployment",
        "kubernetes:Pod",
        "aws_instance",
        "azurerm_subnet",
        "AWS::EC2::Instance",
    ],
)
def test_every_way_to_write_a_type_is_known(text: str) -> None:
    assert known_type(text)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("aws:ec2:instnace", "aws:ec2:instance"),
        ("ec2:instance", "aws:ec2:instance"),
        ("AWS:EC2:Instance", "aws:ec2:instance"),
        ("aws_instanse", "aws_instance"),
        ("azure:microsoft.compute/virtualmachines", "azure:Microsoft.Compute/virtualMachines"),
        ("kubernetes:apps/deployment", "kubernetes:apps/Deployment"),
    ],
)
def test_a_misspelt_type_is_answered_with_the_right_one_first(wrong: str, right: str) -> None:
    assert not known_type(wrong)
    assert close_types(wrong)[0] == right


def test_nonsense_is_close_to_nothing() -> None:
    assert close_types("zzzzqqqq") == ()


def test_a_glob_matches_tagward_and_terraform_types() -> None:
    assert "aws:sagemaker:endpoint" in matching_types("aws:sagemaker:*")
    assert "aws_sagemaker_endpoint" in matching_types("aws_sagemaker_*")
    assert matching_types("aws:ec2:instance") == ("aws:ec2:instance",)
    assert matching_types("aws:nothing:*") == ()


@given(st.sampled_from(tagward_types()))
def test_every_tagward_type_is_known_and_matches_itself(spelled: str) -> None:
    assert known_type(spelled)
    assert spelled in matching_types(spelled)


@given(st.sampled_from(tagward_types()))
def test_native_and_tagward_types_are_inverse(spelled: str) -> None:
    assert all(tagward_type(native) == spelled for native in native_types(spelled))


@pytest.mark.parametrize(
    ("name", "tag_property", "kind"),
    [
        ("AWS::EC2::Instance", "Tags", "list"),
        ("AWS::EFS::FileSystem", "FileSystemTags", "list"),
        ("AWS::SSM::Parameter", "Tags", "map"),
        ("AWS::EC2::Route", None, None),
    ],
)
def test_cloudformation_types_name_their_tag_property(
    name: str, tag_property: str | None, kind: str | None
) -> None:
    found = cloudformation_type(name)
    assert found is not None
    assert (found.tag_property, found.kind, found.taggable) == (tag_property, kind, tag_property is not None)


def test_an_unknown_cloudformation_type_is_not_an_untaggable_one() -> None:
    assert cloudformation_type("AWS::EC2::Nothing") is None
    assert len(cloudformation_names()) > 1500
