"""What kustomize makes of deploy/."""

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OVERLAYS = ("cert-manager", "self-signed")

Data = dict[str, Any]


def absent() -> str:
    """Say why nothing can be rendered; "" when it can."""
    return "" if shutil.which("kubectl") else "kubectl is not installed, which renders what is deployed"


@cache
def text(overlay: str) -> str:
    """Render an overlay."""
    command = ["kubectl", "kustomize", str(DEPLOY / "overlays" / overlay)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def manifests(overlay: str) -> list[Data]:
    """List the objects of an overlay."""
    return [each for each in yaml.safe_load_all(text(overlay)) if each]


def one(overlay: str, kind: str, name: str) -> Data:
    """Return an object."""
    [found] = [
        each
        for each in manifests(overlay)
        if (each["kind"], each["metadata"]["name"].removesuffix("-now")) == (kind, name)
    ]
    return found


def pods(overlay: str) -> Iterator[tuple[str, Data]]:
    """List the pod templates, each with what makes pods of it."""
    for each in manifests(overlay):
        spec = each.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield each["kind"], spec["template"]


def containers(template: Data) -> list[Data]:
    """List the containers of a pod template, those that run first too."""
    return [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]


def webhook(overlay: str) -> tuple[Data, Data]:
    """Return the pod template of the webhook and its container."""
    template = one(overlay, "Deployment", "tagward")["spec"]["template"]
    [container] = containers(template)
    return template, container


def environment(container: Data) -> dict[str, str]:
    """Return the environment of a container."""
    return {each["name"]: each["value"] for each in container.get("env", [])}
