"""Resources of every cloud, with every thing that evaluation looks at, for policies to judge."""

from __future__ import annotations

from tagward.resource import Layer, Part, Resource, Taggability, Unknown

RESOURCES: tuple[Resource, ...] = (
    Resource(
        cloud="aws",
        type="aws:ec2:instance",
        native="aws_instance",
        address='module.train[0].aws_instance.api["x"]',
        name="prod-api",
        account="111122223333",
        region="eu-west-1",
        tags={
            "ml-team": "search",
            "ML-Project": "tbd",
            "password": "AKIAABCDEFGHIJKLMNOP",
            "env": Unknown("a.b"),
        },
        origins={"env": "provider default_tags"},
        open=Unknown("random_id.suffix.hex"),
        parts=(
            Part("its volumes", "volume_tags", {"ml-team": "x"}, type="aws:ec2:volume"),
            Part("its root volume", "root_block_device.tags", open=Unknown("local.tags"), carries=True),
        ),
        sensitive=frozenset({"password"}),
    ),
    Resource(
        cloud="aws",
        type="aws:ec2:volume",
        native="aws_ebs_volume",
        address="aws_ebs_volume.data",
        tags={
            "ml-team": "fraud-detection",
            "ml-workload-type": "training",
            "squad": "search",
            "é\x1b[31m": "\u202e",
        },
        line=3,
    ),
    Resource(
        cloud="azure",
        type="azure:Microsoft.Resources/resourceGroups",
        native="azurerm_resource_group",
        address="azurerm_resource_group.rg",
        account="sub",
        tags={"MLTEAM": "Search", "": "", "x" * 600: "y" * 300},
        inherited=(
            Layer("subscription", "sub", {"env": "prod"}),
            Layer("resource-group", "rg", {"ml-team": ""}),
        ),
    ),
    Resource(
        cloud="gcp",
        type="gcp:compute.googleapis.com/Instance",
        native="google_compute_instance",
        address="google_compute_instance.vm",
        region="europe-west1",
        tags={"ml_team": "search", "ml-experiment-id": "exp-1", "goog-x": "y"},
        inherited=(Layer("project", "p-1", {"ml_team": "other"}),),
    ),
    Resource(
        cloud="kubernetes",
        type="kubernetes:apps/Deployment",
        address="Deployment/api",
        name="api",
        account="",
        region="",
        namespace="prod-ml",
        file="a b/é.yaml",
        line=7,
        tags={"team": "payments", "cost-center": "4711"},
        parts=(Part("its pods", "spec.template.metadata.labels", {"team": "\n"}),),
        own_billed=False,
        inherited=(Layer("namespace", "prod-ml", {"ml-team": "search"}),),
    ),
    Resource(
        cloud="",
        type="random_id",
        native="random_id",
        address="random_id.suffix",
        taggability=Taggability(None, "no catalogue entry"),
    ),
)
