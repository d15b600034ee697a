"""What to know before assigning the initiative."""

from collections.abc import Iterator

from tagward_generators.azure_policy.settings import ANYWHERE, Settings

STAGES = (
    "the assignment passes Deny to what the policy denies: to begin with an audit, assign it with denyEffect "
    "Audit, or with enforcementMode DoNotEnforce"
)
NO_SCOPE = (
    f"`{ANYWHERE}` stands for where the definitions live: set `targets.azure-policy.scope`, or deploy with "
    "the module terraform/azure, which knows"
)
INDEXED = "mode Indexed looks at types that take tags and a location, resource groups and subscriptions apart"
TERRAFORM = "a type spelled as in Terraform stands for the type of Azure, however the resource is made"
REMEDIATION = (
    "tags that are copied reach existing resources by a remediation task only; the identity of the "
    "assignment needs the role Tag Contributor"
)


def notes(settings: Settings) -> Iterator[str]:
    """List what the definitions cannot say for themselves."""
    yield STAGES
    yield INDEXED
    yield TERRAFORM
    if settings.scope == ANYWHERE:
        yield NO_SCOPE
    if settings.inherit:
        yield REMEDIATION
