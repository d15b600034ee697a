"""What random policies and resources of a cloud are made of."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

ACCOUNTS = ("111122223333", "111122224444", "555566667777")
SUBSCRIPTIONS = (
    "11112222-3333-4444-8555-666677778888",
    "11112222-3333-4444-8555-666677774444",
    "55556666-7777-4888-9999-aaaabbbbcccc",
)
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")

MATCHING: Mapping[str, str] = {
    "[a-z][a-z0-9-]{1,8}": "ab-1",
    "cc-[0-9]{3}": "cc-123",
    "(dev|prod)-[a-z]+": "dev-x",
    "[ -~]*": "x y",
    "[A-Z]{2}|x": "AB",
    "team [ -~]+": "team 1",
    "[ -~]+": "x",
    "exp-[0-9]{4,5}": "exp-1234",
    "[0-9]{4,6}": "4711",
    "20[2-9][0-9]-(0[1-9]|1[0-2])": "2027-06",
    "[A-Za-z]{1,3}[#?.]": "Ab#",
    "[^x]{2}": "é😀",
    "[a-z.]{1,8}[?]?": "a.b?",
}
"""A value for each pattern that random policies use."""

ODD = (
    *("", " ", "  ", "    ", "\u00a0", "\u2003\u2003"),
    *("tbd", "TBD", "None", "N/A", " tbd ", "none\u00a0"),
    *("wrong", "Dev", " dev", "prod ", "production", "dev", "cc-12", "cc-abc", "zz", "équipes", "a  b", "+"),
)


class World(Struct, frozen=True):
    """One cloud: the words of its policies. `odd` are values that meet the edges of rules.

    `selectors` are the choices for each field of a selector, with its weight; `types` are added to them.
    """

    cloud: str
    types: tuple[str, ...]
    selectors: Mapping[str, tuple[int, tuple[tuple[str, ...], ...]]]
    keys: Mapping[str, str] = MappingProxyType({})
    ids: tuple[str, ...] = ("ml-team", "ml-project", "ml-environment", "cost-center", "ml-workload-type")
    aliases: Mapping[str, tuple[str, ...]] = MappingProxyType(
        {"ml-team": ("team", "owner"), "ml-project": ("project",), "cost-center": ("costcode",)}
    )
    values: tuple[str, ...] = ("dev", "staging", "prod", "training", "none", "équipe", "a b")
    patterns: tuple[str, ...] = tuple(MATCHING)[:7]
    odd: tuple[str, ...] = ODD
    extras: tuple[str, ...] = (
        *("tmp-1", "tmp-x", "tmp-12", "db-password", "my-secret", "Name", "plain", "other-key"),
    )
    inherit: tuple[tuple[str, ...], ...] = (("provider",),)
    stage_surface: str = "cloud"


AWS = World(
    "aws",
    types=(
        "aws:ec2:instance",
        "aws:ec2:volume",
        "aws:ec2:*",
        "aws:sagemaker:endpoint",
        "aws:sagemaker:*",
        "aws_instance",
        "aws:bedrock:custom-model",
        "azure:Microsoft.Compute/virtualMachines",
        "!aws:ec2:volume",
        "!aws:sagemaker:model",
        "aws:elasticache:*",
    ),
    selectors={
        "clouds": (2, (("aws",), ("azure",), ("!azure",), ("aws", "gcp"))),
        "accounts": (4, ((ACCOUNTS[0],), ("1111*",), ("!5555*",), ("1111*", "!*4444"), ("[15]*",))),
        "regions": (3, (("eu-*",), ("!us-*",), (REGIONS[0], REGIONS[2]), ("eu-west-?",))),
        "namespaces": (1, (("prod-*",), ("!prod-*",))),
        "addresses": (1, (("module.*",),)),
        "names": (1, (("web-*",), ("!web-*",))),
    },
    keys={"cost-center": "CostCenter", "ml-environment": "Environment"},
)

KUBERNETES = World(
    "kubernetes",
    types=(
        "kubernetes:apps/Deployment",
        "kubernetes:Pod",
        "kubernetes:batch/*",
        "kubernetes:*Job",
        "kubernetes:ray.io/*",
        "kubernetes:argoproj.io/WorkflowTemplate",
        "kubernetes:trainer.kubeflow.org/ClusterTrainingRuntime",
        "*v1*",
        "!kubernetes:Pod",
        "!kubernetes:apps/StatefulSet",
        "aws:ec2:instance",
    ),
    selectors={
        "clouds": (2, (("kubernetes",), ("azure",), ("!azure",), ("kubernetes", "gcp"))),
        "accounts": (1, ((ACCOUNTS[0],), ("!5555*",))),
        "regions": (1, (("eu-*",), ("!us-*",))),
        "namespaces": (4, (("prod-*",), ("!prod-*",), ("team-[ab]", "dev"), ("prod-*", "!prod-x"))),
        "addresses": (2, (("Deployment/*",), ("*/web-?",), ("!Pod/*",))),
        "names": (2, (("web-*",), ("!web-*",), ("web-[0-9]",))),
    },
    keys={"cost-center": "acme.io/cost-center", "ml-environment": "environment"},
    aliases={"ml-team": ("team", "acme.io/owner"), "ml-project": ("project",), "cost-center": ("costcode",)},
    values=("dev", "staging", "prod", "training", "none", "v1.2_x", "A"),
    patterns=("[a-z][a-z0-9-]{1,8}", "cc-[0-9]{3}", "(dev|prod)-[a-z]+", "[A-Z]{2}|x", "exp-[0-9]{4,5}"),
    odd=("", "tbd", "TBD", "None", "wrong", "Dev", "production", "dev", "cc-12", "cc-abc", "zz", "x.y"),
    extras=("tmp-1", "tmp-x", "db-password", "my-secret", "app.kubernetes.io/name", "plain", "example.com/x"),
    inherit=(("provider",), ("namespace",), ("provider", "namespace"), ()),
    stage_surface="admission",
)

TERRAFORM = World(
    "aws",
    types=(
        "aws:ec2:instance",
        "aws:ec2:*",
        "aws:ec2:volume",
        "aws_s3_*",
        "aws:s3:bucket",
        "!aws_ebs_volume",
        "azurerm_*",
        "azure:microsoft.storage/*",
        "azurerm_resource_group",
        "!azurerm_storage_account",
        "gcp:storage.googleapis.com/*",
        "google_compute_*",
        "google_container_cluster",
        "*instance*",
        "kubernetes:Pod",
    ),
    selectors={
        "clouds": (3, (("aws",), ("azure",), ("!azure",), ("aws", "gcp"), ("gcp",))),
        "accounts": (1, ((ACCOUNTS[0],), ("!5555*",))),
        "regions": (1, (("eu-*",), ("!us-*",))),
        "namespaces": (1, (("prod-*",), ("!prod-*",))),
        "addresses": (3, (("module.*",), ("!module.*",), ("*.r[0-4]*",), ("module.a.*", "!*.r1"))),
        "names": (3, (("web-*",), ("!web-*",), ("r?",), ("*", "!web-1"), ("!*",))),
    },
    keys={"cost-center": "CostCenter", "ml-environment": "Environment"},
    odd=(*ODD, "tbd\t", "\x1fnone"),
    extras=(
        *("tmp-1", "tmp-x", "db-password", "my-secret", "Name", "plain", "Other_Key"),
        *("aws:cloudformation:stack-name", "hidden-title", "goog-x"),
    ),
    inherit=(
        *(("provider",), ("provider",), ("provider",), ()),
        *(("provider", "resource-group"), ("subscription", "project"), ("provider", "project")),
    ),
    stage_surface="ci",
)
"""Plans, which hold resources of several clouds: `cloud` is replaced by that of each resource."""

AZURE = World(
    "azure",
    types=(
        "azure:Microsoft.Compute/virtualMachines",
        "azure:microsoft.compute/*",
        "azure:*/workspaces",
        "azure:Microsoft.Compute/v?rtual*",
        "azurerm_linux_virtual_machine",
        "azurerm_*_virtual_machine",
        "azurerm_storage_account",
        "azurerm_resource_group",
        "azure:Microsoft.Resources/*",
        "*",
        "aws:ec2:instance",
        "!azure:Microsoft.Storage/storageAccounts",
        "!azurerm_subscription",
        "!azurerm_managed_disk",
    ),
    selectors={
        "clouds": (2, (("azure",), ("aws",), ("!aws",), ("azure", "gcp"))),
        "accounts": (4, ((SUBSCRIPTIONS[0],), ("1111*",), ("!5555*",), ("1111*", "!*4444"), ("[15]*",))),
        "regions": (3, (("westeurope",), ("west*",), ("!eastus",), ("eastus?",), ("WestEurope",))),
        "namespaces": (1, (("prod-*",), ("!prod-*",))),
        "addresses": (1, (("module.*",),)),
        "names": (3, (("web-*",), ("!web-*",), ("*-1",), ("w*1",), ("web-?",), ("db-[0-9]",), ("Web.x",))),
    },
    keys={"cost-center": "CostCenter", "ml-environment": "Environment", "ml-project": "Acct.Project Name"},
    values=("dev", "staging", "prod", "training", "none", "équipe", "a b", "v1.2", "a#b?", "[x]", "Straße"),
    patterns=tuple(MATCHING),
    odd=(*ODD, "v1x2", "V1.2", "a1bc", "[X]", "STRASSE", "exp-12a4", "EXP-1234", "Ab1", "x", "AB-1", "12345"),
    extras=(
        *(
            "tmp-1",
            "tmp-x",
            "db-password",
            "my-secret",
            "Name",
            "plain",
            "hidden-title",
            "HIDDEN-link",
            "tmp-12",
        ),
    ),
    inherit=(
        *(("provider",), ("provider",), ("provider", "resource-group"), ()),
        *(("resource-group", "subscription"), ("subscription",)),
    ),
)

PROJECTS = ("ml-prod-01", "ml-dev-02", "data-lake-7")

GCP = World(
    "gcp",
    types=(
        "gcp:compute.googleapis.com/Instance",
        "gcp:storage.googleapis.com/Bucket",
        "gcp:container.googleapis.com/Cluster",
        "gcp:run.googleapis.com/Service",
        "gcp:pubsub.googleapis.com/*",
        "gcp:*/Cluster",
        "google_compute_instance",
        "!gcp:storage.googleapis.com/Bucket",
        "!gcp:dataproc.googleapis.com/Batch",
        "aws:ec2:instance",
    ),
    selectors={
        "clouds": (2, (("gcp",), ("azure",), ("!azure",), ("aws", "gcp"))),
        "accounts": (
            4,
            (
                (PROJECTS[0],),
                (PROJECTS[0], PROJECTS[2]),
                (f"!{PROJECTS[1]}",),
                (PROJECTS[0], f"!{PROJECTS[2]}"),
                ("ml-*",),
                (ACCOUNTS[0],),
                (ACCOUNTS[0], PROJECTS[1]),
            ),
        ),
        "regions": (2, (("europe-*",), ("!us-*",))),
        "namespaces": (1, (("prod-*",), ("!prod-*",))),
        "addresses": (1, (("module.*",),)),
        "names": (1, (("web-*",), ("!web-*",))),
    },
    keys={"cost-center": "cost_center", "ml-environment": "environment"},
    values=("dev", "staging", "prod", "training", "none", "équipe", "4711"),
    patterns=("[a-z][a-z0-9-]{1,8}", "cc-[0-9]{3}", "(dev|prod)-[a-z]+", "[A-Z]{2}|x", "exp-[0-9]{4,5}"),
    odd=("", "tbd", "none", "wrong", "production", "dev", "cc-12", "cc-abc", "zz", "x", "équipes", "ab_1"),
    extras=("tmp-1", "tmp-x", "db-password", "my-secret", "goog-dataproc-name", "plain", "other_key"),
    inherit=(("provider",), ("provider",), ("project",), ("provider", "project"), ()),
)
