"""Short words for tests that judge a resource: what to judge, and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tagward.evaluation import evaluate
from tagward.findings import Assessment, Finding
from tagward.policy import Policy
from tagward.resource import Layer, Part, Resource, Tags
from tests.policies.policy_files import DAY


def aws(tags: Tags | None = None, **fields: Any) -> Resource:
    """Make an EC2 instance in a known account and region."""
    known: dict[str, Any] = {
        "cloud": "aws",
        "type": "aws:ec2:instance",
        "native": "aws_instance",
        "address": "aws_instance.web",
        "name": "web",
        "account": "111122223333",
        "region": "eu-west-1",
        "namespace": "",
        "tags": tags or {},
    }
    return Resource(**known | fields)


def azure(tags: Tags | None = None, **fields: Any) -> Resource:
    """Make an Azure virtual machine."""
    kind = "azure:Microsoft.Compute/virtualMachines"
    return aws(tags, **{"cloud": "azure", "type": kind, "native": "azurerm_linux_virtual_machine"} | fields)


def gcp(tags: Tags | None = None, **fields: Any) -> Resource:
    """Make a Google Cloud instance."""
    kind = "gcp:compute.googleapis.com/Instance"
    return aws(tags, **{"cloud": "gcp", "type": kind, "native": "google_compute_instance"} | fields)


def pod(tags: Tags | None = None, **fields: Any) -> Resource:
    """Make a pod in a known namespace."""
    known = {
        "cloud": "kubernetes",
        "type": "kubernetes:Pod",
        "native": "kubernetes:Pod",
        "address": "Pod/web",
    }
    places = {"account": "", "region": "", "namespace": "prod-a", "place": "metadata.labels"}
    return aws(tags, **known | places | fields)


def deployment(tags: Tags | None = None, pods: Tags | None = None, **fields: Any) -> Resource:
    """Make a Deployment, of which only the pods are billed."""
    parts = (Part("the pods", "spec.template.metadata.labels", pods or {}),)
    kind = "kubernetes:apps/Deployment"
    return pod(tags, **{"type": kind, "native": kind, "parts": parts, "own_billed": False} | fields)


def around(origin: str, tags: Tags, name: str = "x") -> Layer:
    """Make a layer of inherited tags."""
    return Layer(origin, name, tags)


def judged(policy: Policy, resource: Resource, *, as_of: date = DAY, surface: str = "ci") -> Assessment:
    """Judge a resource on the day of the tests."""
    return evaluate(policy, resource, as_of=as_of, surface=surface)


def findings(policy: Policy, resource: Resource, **when: Any) -> tuple[Finding, ...]:
    """Return what is wrong with a resource."""
    return judged(policy, resource, **when).findings


def only(policy: Policy, resource: Resource, **when: Any) -> Finding:
    """Return the one thing that is wrong with a resource."""
    (finding,) = findings(policy, resource, **when)
    return finding


def said(policy: Policy, resource: Resource, **when: Any) -> list[tuple[str, str, str, str]]:
    """Return code, key, severity and status of everything that is wrong with a resource."""
    return [
        (str(each.code), each.key, each.severity, each.status) for each in findings(policy, resource, **when)
    ]


def texts(finding: Finding) -> Mapping[str, str]:
    """Return every text of a finding that is shown to people."""
    fields = ("rule", "tag", "key", "severity", "mode", "status", "message", "fix", "value", "source")
    return {field: str(getattr(finding, field)) for field in fields}
