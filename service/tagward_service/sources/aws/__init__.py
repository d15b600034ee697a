"""Amazon Web Services: what exists in the accounts of an organization."""

from collections.abc import Sequence

from tagward_service.scan.interface import Source
from tagward_service.sources.aws.inventories import CHOICES, Choice
from tagward_service.sources.aws.sessions import ROLE, Access
from tagward_service.sources.aws.source import AwsSource
from tagward_service.sources.aws.tables import SERVICES

__all__ = ["CHOICES", "SERVICES", "Choice", "source"]


def source(
    *,
    accounts: Sequence[str] | None = None,
    regions: Sequence[str] | None = None,
    services: Sequence[str] | None = None,
    profile: str | None = None,
    role: str = ROLE,
    external_id: str | None = None,
    inventory: Choice = "auto",
    attempts: int = 8,
) -> Source:
    """Return AWS as a source, with the credentials that the AWS SDK finds; raise ReadError or ImportError.

    `accounts` None: every active one of the organization, or the caller's own where there is none. `regions`
    None: every enabled one. `services` are names of `SERVICES`, None: all. `role` is taken in all accounts
    but the caller's. `inventory` lists what it covers in place of the services: `config`, `explorer`,
    `services` (none), or `auto`, what there is. `attempts` are calls made before throttling or an error of
    AWS counts.
    """
    access = Access(profile=profile, role=role, external_id=external_id, attempts=attempts)
    return AwsSource(access, accounts, regions, services, inventory)
