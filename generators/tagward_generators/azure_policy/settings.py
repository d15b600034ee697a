"""The settings of the target, with what they are when nobody sets them."""

from msgspec import UNSET, Struct, convert

from tagward.language import AzurePolicy

ANYWHERE = "{scope}"
"""Where everything lives when no scope is set: to be replaced by whoever deploys."""


class Settings(Struct, frozen=True):
    """How to compile.

    `scope` is the management group or subscription that everything is made in. `resource_groups` and
    `subscriptions` say whether these count as resources, `inherit` whether tags are copied from them, which
    needs an identity at `location`.
    """

    scope: str = ANYWHERE
    enforcement_mode: str = "Default"
    resource_groups: bool = True
    subscriptions: bool = True
    inherit: bool = False
    location: str = ""


def settings_of(given: AzurePolicy) -> Settings:
    """Fill in what a policy leaves open."""
    named = {field: getattr(given, field) for field in Settings.__struct_fields__}
    return convert({field: value for field, value in named.items() if value is not UNSET}, Settings)
