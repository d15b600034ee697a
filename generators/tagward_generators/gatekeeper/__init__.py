"""Gatekeeper: a ConstraintTemplate that judges labels, and a constraint for each mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import UNSET

from tagward.policy import Policy
from tagward_generators.days import changes_on
from tagward_generators.gatekeeper import native, rego
from tagward_generators.gatekeeper.hiding import SeeingChecks
from tagward_generators.gatekeeper.matching import match
from tagward_generators.gatekeeper.naming import constraint_of, kind_of, template_of
from tagward_generators.gatekeeper.notes import notes
from tagward_generators.gatekeeper.parameters import Parameters
from tagward_generators.kubernetes.breaking import CLOUD, SURFACE
from tagward_generators.kubernetes.documents import manifests, metadata
from tagward_generators.kubernetes.limits import check, size
from tagward_generators.kubernetes.settings import settings_of
from tagward_generators.targets import Artifact, Compilation

TEMPLATE = "ConstraintTemplate"
TARGET = "admission.k8s.gatekeeper.sh"

ACTIONS = {"deny": "deny", "warn": "warn", "audit": "dryrun"}
"""What Gatekeeper calls the modes."""


ENGINES = ("cel", "rego")


class Gatekeeper:
    """The target `gatekeeper`."""

    name = "gatekeeper"
    clouds = ("kubernetes",)

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day."""
        made = _Compiler(policy, as_of)
        return Compilation(
            self.name,
            tuple(made.artifacts()),
            tuple(made.checks.rows()),
            notes(made.settings, made.checks, engines_of(policy), made.size()),
            changes_on(policy, as_of, cloud=CLOUD, surface=SURFACE),
        )


class _Compiler:
    """Makes the template and the constraints of a policy."""

    def __init__(self, policy: Policy, day: date) -> None:
        self.policy = policy
        self.settings = settings_of(policy.targets.gatekeeper)
        self.parameters = Parameters(policy, day, self.settings)
        self.checks = SeeingChecks(policy, day, self.parameters)
        self.kind = kind_of(policy.name)
        self.spec = self._spec()

    def artifacts(self) -> Iterator[Artifact]:
        """Write the template, then the constraints, the strictest first; nothing where nothing is asked."""
        if self.checks.named:
            name = template_of(self.kind)
            template = self._document("templates.gatekeeper.sh/v1", TEMPLATE, name, self.spec)
            yield Artifact(f"{self.policy.name}-template.yaml", manifests([template]), TEMPLATE)
        for mode in self.checks.modes():
            name = constraint_of(self.policy.name, mode)
            yield Artifact(f"{name}.yaml", manifests([self._constraint(name, mode)]), self.kind)

    def size(self) -> int:
        """Measure the template."""
        return size(self.spec)

    def _spec(self) -> dict[str, Any]:
        schema = {"openAPIV3Schema": self.parameters.schema()}
        spec = {
            "crd": {"spec": {"names": {"kind": self.kind}, "validation": schema}},
            "targets": [{"target": TARGET, "code": list(self._code())}],
        }
        check(template_of(self.kind), spec | {"variables": []})
        return spec

    def _code(self) -> Iterator[dict[str, Any]]:
        name, engines = template_of(self.kind), engines_of(self.policy)
        if "cel" in engines:
            source = native.source(self.checks, self.settings)
            check(name, source)
            yield {"engine": "K8sNativeValidation", "source": source}
        if "rego" in engines:
            yield {"engine": "Rego", "source": rego.source(self.checks, self.settings, name)}

    def _constraint(self, name: str, mode: str) -> dict[str, Any]:
        spec = {
            "enforcementAction": ACTIONS[mode],
            "match": match(self.checks.kinds, self.settings.exclude_namespaces),
            "parameters": self.parameters.given(mode),
        }
        check(name, spec | {"variables": []})
        return self._document("constraints.gatekeeper.sh/v1beta1", self.kind, name, spec)

    def _document(self, version: str, kind: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "apiVersion": version,
            "kind": kind,
            "metadata": metadata(name, self.policy),
            "spec": dict(spec),
        }


def engines_of(policy: Policy) -> tuple[str, ...]:
    """Return the languages that a template is written in."""
    given = policy.targets.gatekeeper.engines
    return ENGINES if given is UNSET else tuple(given)
