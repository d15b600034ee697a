"""The values of registries in a ConfigMap, so that a new value needs no new policy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tagward.policy import Allowed, Policy
from tagward_generators.kubernetes.breaking import NAMESPACED
from tagward_generators.kubernetes.documents import manifests, metadata
from tagward_generators.kubernetes.names import prefixed
from tagward_generators.kubernetes.settings import Settings
from tagward_generators.kubernetes.variables import Variable
from tagward_generators.targets import Artifact
from tagward_generators.violations import Violations

KIND = "ConfigMap"

STALE = (
    "keep a binding with parameters at all times: an API server that had none looks at no ConfigMap any more "
    "until it restarts (kubernetes/kubernetes#130887)"
)


class Parameters:
    """Lists of values by the tag that has them, empty unless asked for."""

    def __init__(self, policy: Policy, day: date, settings: Settings) -> None:
        self.policy = policy
        self.namespace = settings.parameters_namespace
        self.name = f"{policy.name}-values"
        self.values = dict(_values(policy, day)) if settings.parameters else {}
        self._variables = prefixed("values", self.values)

    @property
    def lists(self) -> Mapping[tuple[str, ...], str]:
        """Name the variable that holds some values."""
        return {values: f"variables.{self._variables[tag]}" for tag, values in self.values.items()}

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Read the values, one a line."""
        return tuple(
            (name, f'params.data[?{json.dumps(tag)}].orValue("").split("\\n")')
            for tag, name in self._variables.items()
        )

    def needed(self, spec: Mapping[str, Any]) -> bool:
        """Say whether a policy looks at the values."""
        return any(each["name"] in self._variables.values() for each in spec["variables"])

    def notes(self) -> tuple[str, ...]:
        """Say what to mind."""
        return (STALE,) if self.values else ()

    def kind(self) -> dict[str, Any]:
        """Say what the parameters are."""
        return {"paramKind": {"apiVersion": "v1", "kind": KIND}}

    def reference(self) -> dict[str, Any]:
        """Bind the parameters; where they are lost nobody is kept from working."""
        found = {"name": self.name, "namespace": self.namespace, "parameterNotFoundAction": "Allow"}
        return {"paramRef": found}

    def artifacts(self) -> Iterator[Artifact]:
        """Write the ConfigMap."""
        if self.values:
            data = {tag: "\n".join(values) for tag, values in self.values.items()}
            about = metadata(self.name, self.policy) | {"namespace": self.namespace}
            document = {"apiVersion": "v1", "kind": KIND, "metadata": about, "data": data}
            yield Artifact(f"{self.name}.yaml", manifests([document]), KIND)


def _values(policy: Policy, day: date) -> Iterator[tuple[str, tuple[str, ...]]]:
    for facts in Violations(policy, NAMESPACED, day).tags.values():
        if isinstance(facts.tag.constraint, Allowed) and facts.tag.constraint.registry:
            yield facts.tag.id, facts.valid() or ()
