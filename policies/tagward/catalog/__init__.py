"""What is known of the platforms' resource types: taggability, spellings, create actions, label fields."""

from tagward.catalog.aws import AwsAction, AwsActions, aws_actions
from tagward.catalog.cloudformation import CloudFormationType, cloudformation_type
from tagward.catalog.files import Header, Source, header, sources
from tagward.catalog.gcp_constraints import Evidence, GcpConstraints, LabelField, gcp_constraints
from tagward.catalog.kubernetes import (
    ANY,
    EACH,
    VALUE,
    Kinds,
    KubernetesKind,
    LabelPlace,
    kubernetes_kind,
    kubernetes_kinds,
    written,
)
from tagward.catalog.spellings import (
    close_types,
    known_type,
    matching_types,
    native_types,
    tagward_type,
    tagward_types,
)
from tagward.catalog.tag_policies import (
    ALL_SUPPORTED,
    TagPolicyMode,
    TagPolicyType,
    TagPolicyTypes,
    tag_policy_types,
)
from tagward.catalog.terraform import Place, TerraformType, terraform_type

__all__ = [
    "ALL_SUPPORTED",
    "ANY",
    "EACH",
    "VALUE",
    "AwsAction",
    "AwsActions",
    "CloudFormationType",
    "Evidence",
    "GcpConstraints",
    "Header",
    "Kinds",
    "KubernetesKind",
    "LabelField",
    "LabelPlace",
    "Place",
    "Source",
    "TagPolicyMode",
    "TagPolicyType",
    "TagPolicyTypes",
    "TerraformType",
    "aws_actions",
    "close_types",
    "cloudformation_type",
    "gcp_constraints",
    "header",
    "known_type",
    "kubernetes_kind",
    "kubernetes_kinds",
    "matching_types",
    "native_types",
    "sources",
    "tag_policy_types",
    "tagward_type",
    "tagward_types",
    "terraform_type",
    "written",
]
