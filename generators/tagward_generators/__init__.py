"""Compilers from a tag policy to native guardrails."""

from importlib import import_module

from tagward.errors import UsageError
from tagward_generators.targets import Target

TARGETS = {
    "aws-scp": ("aws_scp", "AwsScp"),
    "aws-tag-policy": ("aws_tag_policy", "AwsTagPolicy"),
    "azure-policy": ("azure_policy", "AzurePolicy"),
    "gcp-org-policy": ("gcp_org_policy", "GcpOrgPolicy"),
    "kubernetes-vap": ("kubernetes_vap", "KubernetesVap"),
    "gatekeeper": ("gatekeeper", "Gatekeeper"),
    "kyverno": ("kyverno", "Kyverno"),
    "rego": ("rego", "Rego"),
    "sql": ("sql", "Sql"),
}
"""Every target: the module and the class that are imported when somebody asks for it."""

GUARDRAILS = tuple(name for name in TARGETS if name != "sql")
"""The targets that keep something from happening; queries only count."""


def target(name: str) -> Target:
    """Return a compiler by name. Raises UsageError for one that is not there."""
    if name not in TARGETS:
        raise UsageError(_unknown(name))
    module, made = TARGETS[name]
    found: Target = getattr(import_module(f"{__name__}.{module}"), made)()
    return found


def _unknown(name: str) -> str:
    from tagward.judging.spelling import nearest

    close = nearest(name, TARGETS)
    hint = f"did you mean `{close}`?" if close else f"there are: {', '.join(TARGETS)}"
    return f"no target is called `{name}`; {hint}"
