"""The settings of the target, with what they are when nobody sets them."""

import re

from msgspec import UNSET, Struct, convert

from tagward.language import GcpOrgPolicy
from tagward_generators.targets import CompileError

SETTING = "targets.gcp-org-policy"

NO_ORGANIZATION = "ORGANIZATION_ID"
"""What stands in the files for the number of the organization until somebody says it."""

PARENT = re.compile(r"(?:organizations|folders)/[0-9]+|projects/[a-z0-9.:-]+")


class Settings(Struct, frozen=True):
    """How to compile; Google takes 20 custom constraints for a resource type, those of others included."""

    evidence: str = "community"
    types: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("CREATE",)
    organization: str = NO_ORGANIZATION
    parent: str = ""
    tag_keys: tuple[str, ...] = ()
    max_constraints: int = 20
    dry_run: bool = False

    @property
    def enforced_on(self) -> str:
        """Return the resource whose descendants are judged."""
        return self.parent or f"organizations/{self.organization}"


def settings_of(given: GcpOrgPolicy) -> Settings:
    """Fill in what a policy leaves open. Raises CompileError for what Google would refuse."""
    named = {field: getattr(given, field) for field in Settings.__struct_fields__}
    settings = convert({field: value for field, value in named.items() if value is not UNSET}, Settings)
    if "CREATE" not in settings.methods:
        raise CompileError(f"`{SETTING}.methods` needs `CREATE`: Google takes no constraint on UPDATE alone")
    if settings.organization != NO_ORGANIZATION and not settings.organization.isdecimal():
        raise CompileError(
            f"`{settings.organization}` in `{SETTING}.organization` is not the number of an organization; "
            "`gcloud organizations list` shows it"
        )
    if settings.parent and not PARENT.fullmatch(settings.parent):
        raise CompileError(
            f"`{settings.parent}` in `{SETTING}.parent` is no resource that takes policies; "
            "write `organizations/NUMBER`, `folders/NUMBER` or `projects/ID`"
        )
    return settings
