"""Exemptions that Azure can keep by itself: whole subscriptions, until a day."""

from __future__ import annotations

import re

from msgspec.structs import replace

from tagward.policy import EVERYTHING, Exemption

_SUBSCRIPTION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_subscription(account: str) -> bool:
    """Say whether an account is a subscription of Azure, as Azure spells its id."""
    return _SUBSCRIPTION.fullmatch(account) is not None


def native(exemption: Exemption) -> bool:
    """Say whether an exemption is about listed subscriptions and nothing else.

    Exemptions of Azure are made in a subscription, so that they say this exactly, and Azure shows what is
    exempt and ends them by itself.
    """
    accounts = exemption.match.accounts
    return (
        bool(accounts)
        and replace(exemption.match, accounts=()) == EVERYTHING
        and all(map(is_subscription, accounts))
    )
