"""The disputes of a store for showback: those of a store that is there, named or beside the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagward_service.cli.settings import Settings
from tagward_service.cli.store_options import names_store, opened_to_read, store_url
from tagward_service.store.existing import file_of

if TYPE_CHECKING:
    from tagward_service.showback.rules import Showback


def with_disputes(rules: Showback, settings: Settings, policy: str) -> Showback:
    """Add the disputes that the store keeps; raises StoreError, UsageError for an id that is there twice."""
    named = names_store(settings)
    file = file_of(store_url(settings))
    if not named and (file is None or not file.is_file()):
        return rules
    from tagward_service.showback.kept import with_kept
    from tagward_service.store.dispute_interface import DisputesWanted

    with opened_to_read(settings) as store:
        return with_kept(rules, store.disputes.every(DisputesWanted(policy)))
