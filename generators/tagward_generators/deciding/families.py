"""Every target whose guardrails can be evaluated, and what its artifacts are made of."""

import json
import shutil
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tagward_generators.deciding.rulings import Family
from tagward_generators.deciding.words import stem

FAMILIES = {
    "aws-scp": ("scp", "Scp"),
    "aws-tag-policy": ("tag_policy", "TagPolicy"),
    "azure-policy": ("azure.policy", "AzurePolicy"),
    "gatekeeper": ("kubernetes.gatekeeper", "Gatekeeper"),
    "gcp-org-policy": ("gcp", "GcpOrgPolicy"),
    "kubernetes-vap": ("kubernetes.vap", "KubernetesVap"),
    "kyverno": ("kubernetes.kyverno", "Kyverno"),
    "rego": ("rego.family", "Rego"),
}
"""By target: the module and the class that are imported when somebody asks for them."""

ENGINES: Mapping[str, tuple[str, str]] = dict.fromkeys(
    ("gatekeeper", "gcp-org-policy", "kubernetes-vap", "kyverno"), ("cel_expr_python", "cel")
)
"""By target: the module of the engine that it needs, and the extra that holds it."""


PROGRAMS: Mapping[str, str] = {"rego": "opa"}
"""By target: the program that it needs."""


def family(target: str) -> Family | None:
    """Return what evaluates the guardrails of a target, None where nothing does."""
    if target not in FAMILIES:
        return None
    module, made = FAMILIES[target]
    found: Family = getattr(import_module(f"{__package__}.{module}"), made)()
    return found


def missing_engine(target: str) -> str:
    """Say which extra or program a target needs to be evaluated; "" when it is there, or none is needed."""
    if target in PROGRAMS and shutil.which(PROGRAMS[target]) is None:
        return f"the program `{PROGRAMS[target]}` is not on the PATH"
    module, extra = ENGINES.get(target, ("", ""))
    if not module or find_spec(module) is not None:
        return ""
    return f"the CEL engine is not installed: pip install 'tagward[{extra}]'"


def objects(target: str, path: str, content: str) -> dict[str, str]:
    """Take an artifact apart into what is deployed one by one, by name."""
    found = family(target)
    return dict(found.objects(path, content)) if found else {stem(path): content}


def parsed(text: str) -> Any:
    """Return what JSON says, to compare texts that only look different; else the text, letter by letter."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
