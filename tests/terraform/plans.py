"""What goes into the modules, and what comes out: compiled directories and plans."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tagward_service.cli import main
from tests.terraform.modules import ROOT

TARGETS = {
    "aws": ("aws-scp", "aws-tag-policy"),
    "azure": ("azure-policy",),
    "gcp": ("gcp-org-policy",),
    "kubernetes": ("kubernetes-vap", "gatekeeper", "kyverno"),
}
"""What each module deploys."""

EXAMPLE = ROOT.parent / "policies" / "example" / "tagward.yaml"
INHERITED = Path(__file__).parent / "data" / "inherited.yaml"
DAY = "2026-11-21"

Values = dict[str, Any]


def compile_into(place: Path, policy: Path, *targets: str) -> Path:
    """Compile a policy for targets, as it stands on `DAY`."""
    chosen = [f"--target={name}" for name in targets]
    assert main(["compile", str(policy), *chosen, "--as-of", DAY, "-o", str(place)]) == 0
    return place


def artifacts(compiled: Path, target: str) -> Iterator[dict[str, Any]]:
    """List the artifacts of a target, as the manifest has them."""
    manifest = json.loads((compiled / "manifest.json").read_text())
    yield from manifest["targets"][target]["artifacts"]


def planned(plan: dict[str, Any], type_: str) -> list[Values]:
    """List what a plan creates of a type, as it will be."""
    changes = plan["resource_changes"]
    return [
        each["change"]["after"] for each in changes if each["type"] == type_ and each["mode"] == "managed"
    ]
