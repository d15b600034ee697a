"""Rules of showback fitted to a policy: dimensions that nobody named are told by the tags that it has."""

from __future__ import annotations

from msgspec.structs import asdict, replace

from tagward.policy import Policy
from tagward_service.billing.owners import owner_tag
from tagward_service.showback.rules import Dimensions, Showback

_DEFAULTS = Dimensions()


def fitted(rules: Showback, policy: Policy) -> Showback:
    """Leave out dimensions by default that the policy has no tag for; its owner tag names the team."""
    tags = {tag.id for tag in policy.tags}
    defaults = asdict(_DEFAULTS)
    missing = {
        name: ""
        for name, tag in asdict(rules.dimensions).items()
        if tag == defaults[name] and tag not in tags
    }
    if "team" in missing:
        missing["team"] = owner_tag(policy) or rules.dimensions.team
    return replace(rules, dimensions=replace(rules.dimensions, **missing))
