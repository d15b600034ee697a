"""Settings that enforcement points of Kubernetes share, with what they are when nobody sets them."""

from msgspec import UNSET, Struct, convert

from tagward.language import Gatekeeper, KubernetesVap, Kyverno
from tagward_generators.kubernetes.matching import SYSTEM_NAMESPACES


class Settings(Struct, frozen=True):
    """How to compile; the settings of one enforcement point are at their defaults for the other."""

    exclude_namespaces: tuple[str, ...] = SYSTEM_NAMESPACES
    updates: str = "fair"
    failure_policy: str = "Fail"
    parameters: bool = False
    parameters_namespace: str = "kube-system"

    @property
    def is_fair(self) -> bool:
        """Say whether an update passes that leaves the labels as they are."""
        return self.updates == "fair"


def settings_of(given: KubernetesVap | Gatekeeper | Kyverno) -> Settings:
    """Fill in what a policy leaves open."""
    named = {field: getattr(given, field, UNSET) for field in Settings.__struct_fields__}
    return convert({field: value for field, value in named.items() if value is not UNSET}, Settings)
