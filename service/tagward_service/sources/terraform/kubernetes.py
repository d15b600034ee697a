"""The types of Terraform's provider of Kubernetes: blocks that say what the fields of one object say.

Checked against the provider's schemas (hashicorp/terraform-provider-kubernetes 3a33fb6, kubernetes/). It
adds no labels of its own, and its namespace is `default` where none is written (schema_metadata.go).
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from tagward.resource import Resource, Unknown
from tagward_service.sources.kubernetes.objects import Found
from tagward_service.sources.kubernetes.unseen import Unseen
from tagward_service.sources.terraform.blocks import block_cause
from tagward_service.sources.terraform.labels import strings
from tagward_service.sources.terraform.objects import ObjectKind, zipped
from tagward_service.sources.terraform.schema import Json, Marks, ObjectAttributes, ResourceChange
from tagward_service.sources.terraform.types import Context, Foreign, Kind

_GROUPS = {
    "": "config_map endpoints limit_range namespace persistent_volume persistent_volume_claim pod "
    "replication_controller resource_quota secret service service_account",
    "admissionregistration.k8s.io": "mutating_webhook_configuration validating_admission_policy "
    "validating_webhook_configuration",
    "apiregistration.k8s.io": "api_service",
    "apps": "daemon_set deployment stateful_set",
    "authentication.k8s.io": "token_request",
    "autoscaling": "horizontal_pod_autoscaler",
    "batch": "cron_job job",
    "certificates.k8s.io": "certificate_signing_request",
    "discovery.k8s.io": "endpoint_slice",
    "networking.k8s.io": "ingress ingress_class network_policy",
    "node.k8s.io": "runtime_class",
    "policy": "pod_disruption_budget pod_security_policy",
    "rbac.authorization.k8s.io": "cluster_role cluster_role_binding role role_binding",
    "scheduling.k8s.io": "priority_class",
    "storage.k8s.io": "csi_driver storage_class",
}
"""The types of each API group, without `kubernetes_` and the version."""

_ODD = {"daemonset": "daemon_set", "default_service_account": "service_account"}
_ODD_KINDS = {"api_service": "APIService", "csi_driver": "CSIDriver"}
_HELPERS = frozenset(("annotations", "config_map_v1_data", "env", "labels", "node_taint", "secret_v1_data"))
"""Types that change an object that somebody else made."""

_FIELDS = {
    "metadata": "metadata",
    "spec": "spec",
    "template": "template",
    "job_template": "jobTemplate",
    "volume_claim_template": "volumeClaimTemplates",
    "labels": "labels",
    "name": "name",
    "generate_name": "generateName",
    "namespace": "namespace",
}
"""The arguments on the way to labels, and the fields that they are in the API."""

_ARGUMENTS = {field: name for name, field in _FIELDS.items()}
_TOP = ("metadata", "spec")
_BLOCKS = frozenset(("metadata", "spec", "template", "job_template", "volume_claim_template"))
_SEVERAL = "volume_claim_template"
_NAMESPACE = "default"
_VERSION = re.compile(r"_v\d+(?:(?:alpha|beta)\d+)?$")

Cause = Callable[..., Unknown]


def kubernetes_kind(native: str) -> Kind[Any]:
    """Return how a type of the provider is read."""
    name = native.removeprefix("kubernetes_")
    if name in _HELPERS:
        why = "it changes an object that is declared elsewhere: lint that, or scan the cluster"
        return Foreign(native, "kubernetes", why)
    base = _VERSION.sub("", name)
    base = _ODD.get(base, base)
    group = next((group for group, names in _GROUPS.items() if base in names.split()), None)
    if group is None:
        why = f"`{native}` is not a type of which tagward knows the object that it makes"
        return Foreign(native, "kubernetes", why, answer=None)
    kind = _ODD_KINDS.get(base) or "".join(word.capitalize() for word in base.split("_"))
    return TypedKind(native, f"{group}/v1" if group else "v1", kind)


class TypedKind(ObjectKind[ObjectAttributes]):
    """A type with blocks for the fields of one kind, of which the labels are read."""

    def __init__(self, native: str, version: str, kind: str) -> None:
        super().__init__(native, ObjectAttributes, ("metadata", "namespace"))
        self.header = {"apiVersion": version, "kind": kind}

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one object, with the places of its labels in the words of Terraform."""
        after, unknown = self.attributes(change.change.after), change.change.after_unknown
        marks = _top(unknown) if type(unknown) is Marks else dict.fromkeys(_TOP, unknown)
        cause = partial(block_cause, partial(context.configuration.cause, change))
        data = _fields(_top(after), marks, cause, ())
        resource = self.judged(Found({**self.header, **data}, 1, _NAMESPACE), change, context)
        parts = tuple(replace(part, place=_in_terraform(part.place)) for part in resource.parts)
        resource = replace(
            resource, parts=parts, inherited=self.inherited(change, context, resource.namespace)
        )
        return replace(resource, sensitive=self.secrets(change, resource))

    def marked(self, marks: Marks) -> Json:
        """Return the marks of the blocks that are read."""
        return _top(marks)


def _top(attributes: ObjectAttributes | Marks) -> dict[str, Json]:
    return {name: getattr(attributes, name) for name in _TOP}


def _fields(values: Json, marks: Json, cause: Cause, path: tuple[str, ...]) -> Json:
    """Return one block as the API has it, as far as labels need it."""
    if marks is True:
        return Unseen(cause(*path))
    values, marks = (each if type(each) is dict else {} for each in (values, marks))
    return {
        field: _field(values.get(name), marks.get(name), cause, (*path, name))
        for name, field in _FIELDS.items()
        if values.get(name) or marks.get(name)
    }


def _field(value: Json, marks: Json, cause: Cause, path: tuple[str, ...]) -> Json:
    if marks is True:
        return Unseen(cause(*path))
    if path[-1] in _BLOCKS:
        blocks = [_fields(*each, cause, path) for each in zipped(*map(_list, (value, marks)))]
        return blocks if path[-1] == _SEVERAL else next(iter(blocks), None)
    if path[-1] != "labels":
        return value
    unknown = [key for key, mark in marks.items() if mark] if type(marks) is dict else []
    labels = strings(value) if type(value) is dict else {}
    return {**labels, **dict.fromkeys(unknown, Unseen(cause(*path)))} if unknown else labels


def _list(value: Json) -> list[Json]:
    """Return the blocks; what newer types of a provider have in place of a single one is no list."""
    return value if type(value) is list else [value] if type(value) is dict else []


def _in_terraform(place: str) -> str:
    """Write the way to labels as Terraform does: `spec.job_template.spec.template.metadata.labels`."""
    return ".".join(_ARGUMENTS.get(name, name) + rest for name, rest in map(_stepped, place.split(".")))


def _stepped(step: str) -> tuple[str, str]:
    name, bracket, index = step.partition("[")
    return name, bracket + index
