"""Rego for conftest and OPA: plans of Terraform and OpenTofu with badly tagged resources are denied."""

from datetime import date
from importlib.resources import files

from tagward.policy import Policy
from tagward_generators.days import changes_on
from tagward_generators.rego.judging import SURFACE
from tagward_generators.rego.notes import notes
from tagward_generators.rego.outcomes import Outcomes
from tagward_generators.rego_lines import identifier
from tagward_generators.rules import rules
from tagward_generators.targets import Artifact, Compilation

KIND = "Rego module"

CLOUDS = ("aws", "azure", "gcp")


class Rego:
    """The target `rego`."""

    name = "rego"
    clouds = CLOUDS

    def compile(self, policy: Policy, *, as_of: date) -> Compilation:
        """Compile a policy as it stands on a day."""
        outcomes = Outcomes(policy, as_of, CLOUDS)
        rows = tuple(map(outcomes.compile, rules(policy)))
        package = f"tagward.{identifier(policy.name)}"
        made = {
            "": outcomes.module.text(package),
            "-plan": _library(package),
            "-main": _main(policy.name, package),
        }
        days = {day for cloud in CLOUDS for day in changes_on(policy, as_of, cloud=cloud, surface=SURFACE)}
        return Compilation(
            self.name,
            tuple(Artifact(f"{policy.name}{suffix}.rego", text, KIND) for suffix, text in made.items()),
            rows,
            notes(),
            tuple(sorted(days)),
        )


def _library(package: str) -> str:
    """Return how plans are read, as part of the policy's own package."""
    text = files(__package__).joinpath("plan.rego").read_text(encoding="utf-8")
    return text.replace("package tagward.plan\n", f"package {package}\n", 1)


def _main(name: str, package: str) -> str:
    """Return what lets conftest find the rules in its default namespace."""
    return f"""# What `conftest test` finds without --namespace: the rules of {name}.
package main

import rego.v1

deny contains finding if some finding in data.{package}.deny

warn contains finding if some finding in data.{package}.warn
"""
