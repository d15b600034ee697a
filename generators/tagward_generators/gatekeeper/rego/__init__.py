"""The checks as Rego: for releases of Gatekeeper that do not know CEL, and wherever that is switched off."""

from importlib.resources import files
from typing import Any

from tagward_generators.gatekeeper.hiding import SeeingChecks
from tagward_generators.gatekeeper.rego.checks import rules
from tagward_generators.gatekeeper.rego.tables import tables
from tagward_generators.kubernetes.settings import Settings

_INDENT = "  "


def source(checks: SeeingChecks, settings: Settings, package: str) -> dict[str, Any]:
    """Write the code of a template."""
    return {"rego": module(checks, settings, package).replace("\t", _INDENT)}


def module(checks: SeeingChecks, settings: Settings, package: str) -> str:
    """Write the module as `opa fmt` does: what is the same for all policies, then what this one says."""
    text = files(__package__).joinpath("labels.rego").read_text(encoding="utf-8")
    shared = text.replace("package labels\n", f"package {package}\n", 1).rstrip()
    return "\n\n".join((shared, *rules(checks), *tables(checks, settings))) + "\n"
