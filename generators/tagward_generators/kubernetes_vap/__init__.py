"""ValidatingAdmissionPolicies: the API server itself refuses, warns about or records wrong labels."""

from __future__ import annotations

from datetime import date
from typing import Any

from tagward.policy import Policy
from tagward_generators.days import changes_on
from tagward_generators.kubernetes.admission import Admission, Stage
from tagward_generators.kubernetes.breaking import CLOUD, SURFACE
from tagward_generators.kubernetes.documents import manifests, metadata
from tagward_generators.kubernetes.limits import size
from tagward_generators.kubernetes.notes import notes
from tagward_generators.kubernetes.settings import settings_of
from tagward_generators.kubernetes_vap.parameters import Parameters
from tagward_generators.targets import Artifact, Compilation

API_VERSION = "admissionregistration.k8s.io/v1"
KIND = "ValidatingAdmissionPolicy"

ACTIONS = {"deny": ["Deny"], "warn": ["Warn", "Audit"], "audit": ["Audit"]}
"""What is done in a mode; the API server takes Deny and Warn together for a mistake."""


class KubernetesVap:
    """The target `kubernetes-vap`."""

    name = "kubernetes-vap"
    clouds = ("kubernetes",)

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day."""
        settings = settings_of(policy.targets.kubernetes_vap)
        parameters = Parameters(policy, as_of, settings)
        admission = Admission(policy, as_of, settings, parameters.lists, parameters.variables)
        stages = tuple(admission.stages())
        documents = (_documents(policy, stage, parameters) for stage in stages)
        return Compilation(
            self.name,
            (*documents, *parameters.artifacts()),
            tuple(admission.checks.rows()),
            notes(settings, max((size(stage.spec) for stage in stages), default=0)) + parameters.notes(),
            changes_on(policy, as_of, cloud=CLOUD, surface=SURFACE),
        )


def _documents(policy: Policy, stage: Stage, parameters: Parameters) -> Artifact:
    name = f"{policy.name}-{stage.mode}"
    needs = parameters.needed(stage.spec)
    bound: dict[str, Any] = {"policyName": name, "validationActions": ACTIONS[stage.mode]}
    specs = {
        KIND: (parameters.kind() if needs else {}) | stage.spec,
        f"{KIND}Binding": bound | (parameters.reference() if needs else {}),
    }
    documents = [_document(kind, name, policy, spec) for kind, spec in specs.items()]
    return Artifact(f"{name}.yaml", manifests(documents), KIND)


def _document(kind: str, name: str, policy: Policy, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata(name, policy), "spec": spec}
