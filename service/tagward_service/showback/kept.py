"""Disputes of a store beside those of a file of rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from msgspec.structs import replace

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.showback.rules import Showback, StoredDispute
from tagward_service.store.dispute_interface import DisputeState, KeptDispute

_Outcome = Literal["open", "rejected", "excluded", "reassigned"]


def with_kept(rules: Showback, kept: Iterable[KeptDispute]) -> Showback:
    """Add the disputes of a store, the oldest first; raises UsageError for an id that is in both."""
    found = [_stored(each) for each in kept if each.state is not DisputeState.WITHDRAWN]
    here = {each.id for each in rules.disputes}
    for each in found:
        if each.id in here:
            raise UsageError(
                f"dispute {quoted(each.id)} is in the rules and in the store; rename that of the rules"
            )
    found.sort(key=lambda each: int(each.id.removeprefix("D-")))
    return replace(rules, disputes=(*rules.disputes, *found))


def _stored(kept: KeptDispute) -> StoredDispute:
    about, decided = kept.about, kept.decided
    return StoredDispute(
        kept.id,
        kept.team,
        kept.opened.reason,
        about.resources,
        about.services,
        about.accounts,
        about.projects,
        about.periods,
        cast("_Outcome", kept.state.value),
        kept.to,
        decided.reason if decided else "",
        opened_by=kept.opened.by,
        opened_at=kept.opened.at,
        decided_by=decided.by if decided else "",
        decided_at=decided.at if decided else None,
    )
