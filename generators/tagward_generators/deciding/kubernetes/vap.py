"""What ValidatingAdmissionPolicies decide."""

from collections.abc import Mapping

from tagward_generators.deciding.kubernetes.binding import bound
from tagward_generators.deciding.kubernetes.family import AdmissionFamily, AdmissionGuardrail


class KubernetesVap(AdmissionFamily):
    """The family `kubernetes-vap`."""

    name = "kubernetes-vap"

    def read(self, artifacts: Mapping[str, str]) -> AdmissionGuardrail:
        """Bind policies; what cannot be evaluated is undecided."""
        return AdmissionGuardrail(*bound(artifacts))
