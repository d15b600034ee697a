"""The shape of a policy file: one typed definition for the loader and for the published JSON Schema."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert

MAX_POLICY_BYTES = 4 * 1024 * 1024
"""A larger file is no policy."""

Cloud = Literal["aws", "azure", "gcp", "kubernetes"]
Mode = Literal["deny", "warn", "audit"]
Surface = Literal["ci", "admission", "cloud", "scan"]
InheritFrom = Literal["provider", "resource-group", "subscription", "project", "namespace"]
Level = Literal["required", "recommended"]
OnUnknown = Literal["pass", "warn", "fail"]

Text = Annotated[str, Meta(min_length=1, max_length=4096)]
Pattern = Annotated[
    str, Meta(min_length=1, max_length=1000, description="A portable RE2 pattern; always a full match.")
]
Glob = Annotated[
    str,
    Meta(min_length=1, max_length=512, description="A shell glob; a leading `!` excludes."),
]
Globs = Annotated[list[Glob], Meta(min_length=1)]
Values = Annotated[list[Annotated[str, Meta(min_length=1, max_length=512)]], Meta(min_length=1)]
TagId = Annotated[str, Meta(min_length=1, max_length=128)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Condition = Annotated[
    dict[str, Any],
    Meta(
        min_length=1,
        description="Other tags of the same resource: `{tag: [values]}`, or `all`, `any`, `not` of such.",
        extra_json_schema={"$ref": "#/$defs/Condition"},
    ),
]

CONDITION_SCHEMA: dict[str, Any] = {
    "title": "Condition",
    "type": "object",
    "minProperties": 1,
    "properties": {
        "all": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}},
        "any": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}},
        "not": {"$ref": "#/$defs/Condition"},
    },
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        ]
    },
}
"""What `Condition` accepts; `is_condition` says the same."""


class Selector(Struct, frozen=True, forbid_unknown_fields=True):
    """Which resources: AND between fields, OR inside a list, shell globs, a leading `!` excludes."""

    clouds: Globs | UnsetType = UNSET
    types: Annotated[Globs, Meta(description="`aws:ec2:instance`, or a Terraform type.")] | UnsetType = UNSET
    accounts: Annotated[Globs, Meta(description="Account, subscription or project.")] | UnsetType = UNSET
    regions: Globs | UnsetType = UNSET
    namespaces: Globs | UnsetType = UNSET
    scopes: Globs | UnsetType = UNSET
    addresses: Annotated[Globs, Meta(description="Terraform addresses, or kind/name.")] | UnsetType = UNSET
    names: Globs | UnsetType = UNSET


class Requirement(Struct, frozen=True, forbid_unknown_fields=True):
    """When, on what and how strongly a tag must be there."""

    when: Condition | UnsetType = UNSET
    on: Selector | UnsetType = UNSET
    level: Level = "required"


class Alias(Struct, frozen=True, forbid_unknown_fields=True):
    """An older key, accepted to the end of the day `until` (for ever without it)."""

    key: TagId
    until: date | UnsetType = UNSET


class Stage(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """What a violation does from a day on, on some surfaces."""

    mode: Mode
    from_: date | UnsetType = UNSET
    on: Annotated[list[Surface], Meta(min_length=1)] | UnsetType = UNSET


class Keys(Struct, frozen=True, forbid_unknown_fields=True):
    """The spelling of a tag's key per cloud, where it differs from its id."""

    aws: TagId | UnsetType = UNSET
    azure: TagId | UnsetType = UNSET
    gcp: TagId | UnsetType = UNSET
    kubernetes: TagId | UnsetType = UNSET


class Tag(Struct, frozen=True, forbid_unknown_fields=True):
    """One tag: who must carry it and what it may say."""

    title: Annotated[Text, Meta(description="Short name, used in Sids and headings.")] | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    required: bool | Requirement | Annotated[list[Requirement], Meta(min_length=1)] | UnsetType = UNSET
    pattern: Pattern | UnsetType = UNSET
    values: Values | UnsetType = UNSET
    registry: Text | UnsetType = UNSET
    example: Text | UnsetType = UNSET
    keys: Keys | UnsetType = UNSET
    aliases: list[Alias] | UnsetType = UNSET
    replaces: Annotated[dict[str, Text], Meta(description="Old value to the value to use.")] | UnsetType = (
        UNSET
    )
    inherit: list[InheritFrom] | UnsetType = UNSET
    enforce: Stage | Annotated[list[Stage], Meta(min_length=1)] | UnsetType = UNSET
    message: Text | UnsetType = UNSET
    override: Annotated[Text, Meta(description="Why this loosens an extended policy.")] | UnsetType = UNSET


class Forbid(Struct, frozen=True, forbid_unknown_fields=True):
    """Keys (globs) and values (patterns) that no resource may carry."""

    keys: Globs | UnsetType = UNSET
    values: Annotated[list[Pattern], Meta(min_length=1)] | UnsetType = UNSET


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Limits on the tags of one resource; `closed` refuses keys the policy does not name."""

    closed: bool | UnsetType = UNSET
    max_tags: Annotated[int, Meta(ge=1, le=1000)] | UnsetType = UNSET
    override: Text | UnsetType = UNSET


class Exemption(Struct, frozen=True, forbid_unknown_fields=True):
    """A dated, owned exception for named tags on matching resources."""

    id: Text
    owner: Text
    reason: Text
    expires: date
    tags: Annotated[list[TagId], Meta(min_length=1)]
    match: Selector


class Registry(Struct, frozen=True, forbid_unknown_fields=True):
    """A list of values in a csv, json or yaml file; `until` names the column of the last valid day."""

    file: Annotated[
        Text,
        Meta(description="A path, `https://HOST/PATH`, or `git+https://HOST/REPOSITORY//PATH?ref=REF`."),
    ]
    column: Text | UnsetType = UNSET
    until: Text | UnsetType = UNSET


class Workload(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of Kubernetes that the catalogue does not have, and where the labels of its pods are."""

    templates: (
        Annotated[
            list[Annotated[str, Meta(min_length=1, max_length=512)]],
            Meta(
                min_length=1,
                max_length=100,
                description="Where its pod templates are: `spec.template`, `spec.workers[*].template`, "
                "`spec.replicas.*.template`.",
            ),
        ]
        | UnsetType
    ) = UNSET
    propagates: Annotated[bool, Meta(description="The object's own labels reach its pods.")] | UnsetType = (
        UNSET
    )
    namespaced: Annotated[bool, Meta(description="Whether it lives in a namespace.")] | UnsetType = UNSET
    plural: (
        Annotated[
            str,
            Meta(
                pattern=r"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$(?!\n)",
                description="Its name in the API, where that is no regular plural.",
            ),
        ]
        | UnsetType
    ) = UNSET


class Readiness(Struct, frozen=True, forbid_unknown_fields=True):
    """When showback may become chargeback: percent of spend or of resources."""

    threshold: Annotated[float, Meta(ge=0, le=100)] | UnsetType = UNSET
    measure: Literal["cost", "resources"] | UnsetType = UNSET


ServiceGlobs = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=512)]],
    Meta(max_length=1000, description="Names of services on bills, as shell globs."),
]


class Costs(Struct, frozen=True, forbid_unknown_fields=True):
    """Which services on bills count otherwise than by the class of their lines; no glob excludes here."""

    shared: ServiceGlobs | UnsetType = UNSET
    support: ServiceGlobs | UnsetType = UNSET
    untaggable: ServiceGlobs | UnsetType = UNSET
    without_resource: ServiceGlobs | UnsetType = UNSET


class Defaults(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for every tag of the policy."""

    unknown: OnUnknown | UnsetType = UNSET
    placeholders: list[Text] | UnsetType = UNSET
    max_exemption_days: Annotated[int, Meta(ge=1, le=3660)] | UnsetType = UNSET


class Metadata(Struct, frozen=True, forbid_unknown_fields=True):
    """Who the policy is."""

    # Python lets `$` stand before a last line break, ECMAScript does not: the look-ahead makes them agree.
    name: Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$(?!\n)")] | UnsetType = UNSET
    version: Text | UnsetType = UNSET
    owner: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET


class AwsScp(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the aws-scp target."""

    presence: Literal["tag-keys", "request-tag"] | UnsetType = UNSET
    actions: (
        Annotated[list[Text], Meta(min_length=1, description="Replaces the curated actions.")] | UnsetType
    ) = UNSET
    protect: bool | UnsetType = UNSET
    exempt_principals: list[Text] | UnsetType = UNSET
    partition: Literal["aws", "aws-cn", "aws-us-gov", "*"] | UnsetType = UNSET
    max_chars: Annotated[int, Meta(ge=256, le=100_000)] | UnsetType = UNSET
    max_policies: Annotated[int, Meta(ge=1, le=1000)] | UnsetType = UNSET


TagPolicyTypes = list[Annotated[str, Meta(min_length=1, max_length=256)]]


class AwsTagPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the aws-tag-policy target."""

    enforced_types: (
        Annotated[
            TagPolicyTypes,
            Meta(
                description="`ec2:instance` or globs, to enforce in place of what is known; empty for none."
            ),
        ]
        | UnsetType
    ) = UNSET
    report_types: (
        Annotated[TagPolicyTypes, Meta(description="The same, for keys that must be there.")] | UnsetType
    ) = UNSET
    omit: Annotated[list[TagId], Meta(description="Tags to leave out.")] | UnsetType = UNSET
    lock: Annotated[bool, Meta(description="Child policies may change nothing.")] | UnsetType = UNSET
    max_chars: Annotated[int, Meta(ge=256, le=100_000)] | UnsetType = UNSET
    max_policies: Annotated[int, Meta(ge=1, le=1000)] | UnsetType = UNSET


class AzurePolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the azure-policy target."""

    scope: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=256,
                pattern=r"^/(providers/Microsoft\.Management/managementGroups|subscriptions)/[A-Za-z0-9._()-]+$(?!\n)",
                description="The management group or subscription that the definitions are made in.",
            ),
        ]
        | UnsetType
    ) = UNSET
    enforcement_mode: Literal["Default", "DoNotEnforce"] | UnsetType = UNSET
    resource_groups: bool | UnsetType = UNSET
    subscriptions: bool | UnsetType = UNSET
    inherit: (
        Annotated[bool, Meta(description="Copy missing tags from resource groups and subscriptions.")]
        | UnsetType
    ) = UNSET
    location: Annotated[Text, Meta(description="Where the identity lives that copies tags.")] | UnsetType = (
        UNSET
    )


class GcpOrgPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the gcp-org-policy target."""

    evidence: (
        Annotated[
            Literal["docs", "community", "unverified"],
            Meta(description="Who must show that the labels of a type can be asked for."),
        ]
        | UnsetType
    ) = UNSET
    types: (
        Annotated[list[Text], Meta(min_length=1, description="The types to judge, in place of all known.")]
        | UnsetType
    ) = UNSET
    methods: Annotated[list[Literal["CREATE", "UPDATE"]], Meta(min_length=1)] | UnsetType = UNSET
    organization: Annotated[Text, Meta(description="The number of the organization.")] | UnsetType = UNSET
    parent: (
        Annotated[Text, Meta(description="Where to enforce: `folders/NUMBER`, `projects/ID`.")] | UnsetType
    ) = UNSET
    tag_keys: (
        Annotated[list[TagId], Meta(description="Tags to demand as Resource Manager tags too.")] | UnsetType
    ) = UNSET
    max_constraints: Annotated[int, Meta(ge=1, le=1000, description="For one type.")] | UnsetType = UNSET
    dry_run: Annotated[bool, Meta(description="Log what would be denied, deny nothing.")] | UnsetType = UNSET


ExcludedNamespaces = Annotated[
    list[Glob], Meta(description="Namespaces that are left alone, in place of those of the system.")
]
Updates = Annotated[
    Literal["fair", "strict"],
    Meta(description="Whether an update that leaves the labels as they are passes; `fair` by default."),
]
FailurePolicy = Annotated[
    Literal["Fail", "Ignore"], Meta(description="What an object that cannot be read comes to.")
]


class KubernetesVap(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the kubernetes-vap target."""

    exclude_namespaces: ExcludedNamespaces | UnsetType = UNSET
    updates: Updates | UnsetType = UNSET
    failure_policy: FailurePolicy | UnsetType = UNSET
    parameters: (
        Annotated[bool, Meta(description="Keep the values of registries in a ConfigMap.")] | UnsetType
    ) = UNSET
    parameters_namespace: (
        Annotated[
            str,
            Meta(
                pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$(?!\n)",
                description="Where the ConfigMap is kept.",
            ),
        ]
        | UnsetType
    ) = UNSET


class Kyverno(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the kyverno target."""

    exclude_namespaces: ExcludedNamespaces | UnsetType = UNSET
    updates: Updates | UnsetType = UNSET
    failure_policy: (
        Annotated[
            Literal["Fail", "Ignore"],
            Meta(description="What a request comes to that may be denied, while Kyverno is away."),
        ]
        | UnsetType
    ) = UNSET


class Gatekeeper(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the gatekeeper target."""

    exclude_namespaces: ExcludedNamespaces | UnsetType = UNSET
    updates: Updates | UnsetType = UNSET
    failure_policy: FailurePolicy | UnsetType = UNSET
    parameters: (
        Annotated[bool, Meta(description="Keep the values of registries in the constraints.")] | UnsetType
    ) = UNSET
    engines: (
        Annotated[
            list[Literal["cel", "rego"]],
            Meta(
                min_length=1, description="What the template is written in; Gatekeeper takes CEL before Rego."
            ),
        ]
        | UnsetType
    ) = UNSET


class Targets(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Settings per compile target."""

    aws_scp: AwsScp = AwsScp()
    aws_tag_policy: AwsTagPolicy = AwsTagPolicy()
    azure_policy: AzurePolicy = AzurePolicy()
    gcp_org_policy: GcpOrgPolicy = GcpOrgPolicy()
    kubernetes_vap: KubernetesVap = KubernetesVap()
    gatekeeper: Gatekeeper = Gatekeeper()
    kyverno: Kyverno = Kyverno()


class PolicyFile(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """A whole policy file."""

    api_version: Literal["tagward/v1"]
    kind: Literal["TagPolicy"]
    metadata: Metadata | UnsetType = UNSET
    extends: (
        Annotated[
            Text | list[Text],
            Meta(
                description="`pack:NAME`, a path, `git+https://HOST/REPOSITORY//PATH?ref=REF`, or `https://`."
            ),
        ]
        | UnsetType
    ) = UNSET
    readiness: Readiness | UnsetType = UNSET
    costs: Costs | UnsetType = UNSET
    defaults: Defaults | UnsetType = UNSET
    registries: dict[Name, Registry] | UnsetType = UNSET
    scopes: dict[Name, Selector] | UnsetType = UNSET
    workloads: (
        Annotated[
            dict[Name, Workload],
            Meta(max_length=1000, description="Further kinds of Kubernetes, written GROUP/Kind."),
        ]
        | UnsetType
    ) = UNSET
    tags: dict[TagId, Tag] | UnsetType = UNSET
    forbid: Forbid | UnsetType = UNSET
    limits: Limits | UnsetType = UNSET
    exemptions: list[Exemption] | UnsetType = UNSET
    targets: Targets | UnsetType = UNSET


def read_shape(data: object) -> PolicyFile:
    """Convert plain data to a policy file. Raises msgspec.ValidationError when its shape is another."""
    try:
        file = convert(data, PolicyFile)
    except ValidationError:
        file = convert(_whole(data), PolicyFile)
    for tag in {} if isinstance(file.tags, UnsetType) else file.tags.values():
        for requirement in _written_requirements(tag):
            if requirement.when is not UNSET and not is_condition(requirement.when):
                raise ValidationError("a condition is not well formed")
    return file


def _whole(data: Any) -> Any:
    """Turn `45.0` into the whole number that JSON Schema takes it for."""
    if isinstance(data, dict):
        return {key: _whole(value) for key, value in data.items()}
    if isinstance(data, list):
        return list(map(_whole, data))
    return int(data) if isinstance(data, float) and data.is_integer() else data


def _written_requirements(tag: Tag) -> list[Requirement]:
    required = tag.required
    if isinstance(required, bool | UnsetType):
        return []
    return required if isinstance(required, list) else [required]


def is_condition(written: object) -> bool:
    """Say whether plain data has the shape of a condition."""
    if not isinstance(written, dict) or not written:
        return False
    return all(_is_part(key, value) for key, value in written.items())


def _is_part(key: str, value: object) -> bool:
    if key == "not":
        return is_condition(value)
    several = value if isinstance(value, list) else []
    if key in ("all", "any"):
        return bool(several) and all(map(is_condition, several))
    values = [value] if isinstance(value, str) else several
    return bool(values) and all(isinstance(each, str) and each for each in values)
