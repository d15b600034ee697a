"""ValidatingPolicies of Kyverno: its webhook refuses, warns about or reports wrong labels."""

from __future__ import annotations

from datetime import date
from typing import Any

from tagward.policy import MODES, Policy
from tagward_generators.days import changes_on
from tagward_generators.kubernetes.admission import Admission, Stage
from tagward_generators.kubernetes.breaking import CLOUD, SURFACE
from tagward_generators.kubernetes.documents import manifests, metadata
from tagward_generators.kubernetes.limits import size
from tagward_generators.kubernetes.settings import settings_of
from tagward_generators.kyverno.notes import notes
from tagward_generators.kyverno.reports import by_version
from tagward_generators.targets import Artifact, Compilation

API_VERSION = "policies.kyverno.io/v1"
KIND = "ValidatingPolicy"

ACTIONS = {"deny": ["Deny"], "warn": ["Warn", "Audit"], "audit": ["Audit"]}
"""What is done in a mode; Kyverno takes Deny and Warn together for a repetition."""

SEVERITY = {"deny": "high", "warn": "medium", "audit": "info"}
"""How grave a finding is in Kyverno's reports."""

AS_WRITTEN: dict[str, Any] = {"podControllers": {"controllers": []}}
"""Keeps Kyverno from rewriting the policy for controllers: they are judged already."""


class Kyverno:
    """The target `kyverno`."""

    name = "kyverno"
    clouds = ("kubernetes",)

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day."""
        settings = settings_of(policy.targets.kyverno)
        # Kyverno stops at the first validation that fails, whatever is done then.
        admission = Admission(policy, as_of, settings, at_once=MODES)
        stages = tuple(admission.stages())
        return Compilation(
            self.name,
            tuple(_artifact(policy, stage) for stage in stages),
            tuple(admission.checks.rows()),
            notes(settings, max((size(stage.spec) for stage in stages), default=0)),
            changes_on(policy, as_of, cloud=CLOUD, surface=SURFACE),
        )


def _artifact(policy: Policy, stage: Stage) -> Artifact:
    name = f"{policy.name}-{stage.mode}"
    document = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": _metadata(name, policy, stage.mode),
        "spec": {"validationActions": ACTIONS[stage.mode], "autogen": AS_WRITTEN, **_spec(stage)},
    }
    return Artifact(f"{name}.yaml", manifests([document]), KIND)


def _metadata(name: str, policy: Policy, mode: str) -> dict[str, Any]:
    found = metadata(name, policy)
    reported = {
        "policies.kyverno.io/title": f"Labels of the policy {policy.name} ({mode})",
        "policies.kyverno.io/category": "Tags",
        "policies.kyverno.io/severity": SEVERITY[mode],
    }
    return found | {"annotations": found["annotations"] | reported}


def _spec(stage: Stage) -> dict[str, Any]:
    """Make no request wait for Kyverno that cannot be denied: the webhook may be away."""
    waiting = {} if stage.mode == "deny" else {"failurePolicy": "Ignore"}
    return stage.spec | waiting | {"matchConstraints": by_version(stage.spec["matchConstraints"])}
