"""What random policies and resources of a cloud are made of."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

ACCOUNTS = ("111122223333", "111122224444", "555566667777")
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
    patterns: tuple[str, ...] = tuple(each for each in MATCHING if not each.startswith("exp"))
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
