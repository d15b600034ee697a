"""What Kyverno's reports on objects that are there already need to know of a policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VERSIONS = {
    "": ["v1"],
    "apps": ["v1"],
    "apps.openshift.io": ["v1"],
    "argoproj.io": ["v1alpha1"],
    "batch": ["v1"],
    "batch.volcano.sh": ["v1alpha1"],
    "disaggregatedset.x-k8s.io": ["v1"],
    "flow.volcano.sh": ["v1alpha1"],
    "jobset.x-k8s.io": ["v1alpha2"],
    "keda.sh": ["v1alpha1"],
    "kubeflow.org": ["v1", "v2beta1"],
    "kubevirt.io": ["v1"],
    "leaderworkerset.x-k8s.io": ["v1"],
    "ray.io": ["v1"],
    "serving.knative.dev": ["v1"],
    "serving.kserve.io": ["v1beta1", "v1alpha2", "v1alpha1"],
    "sparkoperator.k8s.io": ["v1beta2"],
    "tekton.dev": ["v1"],
    "trainer.kubeflow.org": ["v1alpha1"],
}
"""The versions of API groups that the sources of the catalogue are about; other versions have no reports."""


def by_version(constraints: Mapping[str, Any]) -> dict[str, Any]:
    """Match kinds once more by the versions that are known.

    Any version is judged when it is made or changed. Kyverno's scans find no kind by the version `*` though
    (pkg/admissionpolicy/validate.go, resolveKinds), and the API server takes no other version beside it.
    """
    rules = constraints["resourceRules"]
    named = [
        rule | {"apiVersions": VERSIONS[group]}
        for rule in rules
        for group in rule["apiGroups"]
        if group in VERSIONS
    ]
    return {**constraints, "resourceRules": [*rules, *named]}
