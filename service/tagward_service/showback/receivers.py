"""To whom rules and disputes give costs: to somebody that the registry has, or it is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from msgspec import UnsetType

from tagward.diagnostics import quoted
from tagward.policy import Allowed
from tagward_service.billing.judged import JudgedBill
from tagward_service.billing.money import total
from tagward_service.billing.owners import registry_of
from tagward_service.billing.text_money import shown
from tagward_service.showback.charges import Charge
from tagward_service.showback.rules import POOL, Rule, Showback


def strangers_in(judged: JudgedBill, rules: Showback) -> Iterator[str]:
    """Say which rules give to somebody whom the registry does not have, or no longer."""
    registry = registry_of(judged.policy, rules.dimensions.team)
    if registry is None:
        return
    for rule in rules.allocations:
        for name in _receivers(rule):
            yield from _unknown(f"allocation {quoted(rule.id)} gives to", name, registry, judged)
    for dispute in rules.disputes:
        if dispute.to:
            yield from _unknown(f"dispute {quoted(dispute.id)} gives to", dispute.to, registry, judged)


def strangers_paid(judged: JudgedBill, rules: Showback, charges: Iterable[Charge]) -> Iterator[str]:
    """Say who gets shares by usage and is nobody: a namespace that no `map` names, a typing mistake."""
    registry = registry_of(judged.policy, rules.dimensions.team)
    if registry is None:
        return
    known = {*registry.values, *(name for rule in rules.allocations for name in _receivers(rule))}
    shares: dict[tuple[str, str], list[Decimal]] = {}
    for each in charges:
        if each.kind == "shared" and each.place.team not in known:
            shares.setdefault((each.rule, each.place.team), []).append(each.amount)
    for (rule, team), amounts in shares.items():
        cost = f"{shown(total(amounts))} {judged.currency}"
        yield f"allocation {quoted(rule)} gives {cost} to {quoted(team)}, in no registry: `map` it to a team"


def _receivers(rule: Rule) -> Iterable[str]:
    mapped = () if isinstance(rule.metric, UnsetType) else rule.metric.map.values()
    named = dict.fromkeys((*rule.shares, *rule.among, *mapped))
    return (name for name in named if not name.startswith(POOL))


def _unknown(who: str, name: str, registry: Allowed, judged: JudgedBill) -> Iterator[str]:
    if name in registry.until and name not in registry.on(judged.as_of):
        yield f"{who} {quoted(name)}, retired on {registry.until[name]}"
    elif name not in registry.values:
        yield f"{who} {quoted(name)}, in no registry"
