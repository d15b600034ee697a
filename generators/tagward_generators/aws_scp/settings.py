"""The settings of the target, with what they are when nobody sets them."""

from msgspec import UNSET, Struct, convert

from tagward.language import AwsScp


class Settings(Struct, frozen=True):
    """How to compile; the quotas are those since May 2026, less the place that FullAWSAccess takes."""

    presence: str = "tag-keys"
    protect: bool = True
    exempt_principals: tuple[str, ...] = ()
    partition: str = "aws"
    max_chars: int = 10_240
    max_policies: int = 8

    @property
    def by_key(self) -> bool:
        """Say whether a tag is looked for among the keys, letter by letter."""
        return self.presence == "tag-keys"


def settings_of(given: AwsScp) -> Settings:
    """Fill in what a policy leaves open; `actions` is read where the actions are."""
    named = {field: getattr(given, field) for field in Settings.__struct_fields__}
    return convert({field: value for field, value in named.items() if value is not UNSET}, Settings)
