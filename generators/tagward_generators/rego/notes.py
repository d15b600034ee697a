"""What to know before relying on the rules."""

PROVIDERS = (
    "resources of the providers aws, azurerm and google are judged; those of awscc and azapi, and Kubernetes "
    "objects in a plan, are left to lint"
)
UNKNOWN = (
    "what is not known until the apply is neither denied nor warned about; where more tags may turn up then, "
    "a misspelt or retired key passes too"
)
TRIMMED = (
    "plans are to be complete, as `terraform show -json` writes them: a type whose tags a hand-made one does "
    "not show is not judged"
)
AUDIT = "what is only recorded is in the set `audit`, which conftest does not look at"


def notes() -> tuple[str, ...]:
    """List what the rules cannot say for themselves."""
    return PROVIDERS, UNKNOWN, TRIMMED, AUDIT
