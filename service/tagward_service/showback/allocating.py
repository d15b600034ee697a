"""Sharing costs: pools are split by their rules, one after the other, and nothing is lost on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext

from msgspec import UnsetType

from tagward_service.billing.money import EXACT
from tagward_service.showback.charges import Charge, Cost, Place
from tagward_service.showback.order import feeds, ordered
from tagward_service.showback.rules import POOL, Rule
from tagward_service.showback.splitting import rounded, split

Month = tuple[str, str]
"""Period and currency: nothing is ever added across them."""

Weights = Mapping[str, Decimal]

Usage = Mapping[tuple[str, str], Weights]
"""By period and metric: how much each target used."""

NO_RULE = "no way to split it was left"


def allocate(costs: Iterable[Cost], rules: Sequence[Rule], usage: Usage) -> list[Charge]:
    """Turn costs into charges whose sum is that of the costs, exactly; sorted. Raises UsageError."""
    sorted_rules = ordered(rules)
    months: dict[Month, list[Cost]] = defaultdict(list)
    for cost in costs:
        months[cost.place.period, cost.place.currency].append(cost)
    with localcontext(EXACT):
        charges = [
            charge
            for month, each in months.items()
            for charge in _Month(month, each, usage).charges(sorted_rules)
        ]
    return sorted(charges, key=_in_order)


class _Month:
    """One period in one currency."""

    def __init__(self, month: Month, costs: Sequence[Cost], usage: Usage) -> None:
        self._period, self._currency = month
        self._usage = usage
        self._places: dict[tuple[Place, str], Decimal] = defaultdict(Decimal)
        self._nobody: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._pools: dict[str, Decimal] = defaultdict(Decimal)
        for cost in costs:
            self._sort(cost)
        self._direct = self._by_team()

    def charges(self, rules: Sequence[Rule]) -> Iterator[Charge]:
        """Give every charge of the month."""
        for (place, dispute), amount in self._places.items():
            yield Charge("direct", place, amount, dispute=dispute)
        for rule in rules:
            yield from self._shared(rule)
        for pool, amount in self._pools.items():
            yield self._unallocated(amount, f"pool {pool}: {NO_RULE}")
        for (reason, dispute), amount in self._nobody.items():
            yield self._unallocated(amount, reason, dispute)

    def _sort(self, cost: Cost) -> None:
        if cost.pool:
            self._pools[cost.pool] += cost.amount
        elif cost.place.team:
            self._places[cost.place, cost.dispute] += cost.amount
        else:
            self._nobody[cost.reason, cost.dispute] += cost.amount

    def _by_team(self) -> dict[str, Decimal]:
        teams: dict[str, Decimal] = defaultdict(Decimal)
        for (place, _), amount in self._places.items():
            teams[place.team] += amount
        return dict(teams)

    def _shared(self, rule: Rule) -> Iterator[Charge]:
        """Split the pool of a rule; what goes to another pool is split there."""
        if rule.id not in self._pools:
            return
        weights = self._weights(rule)
        amount = self._pools[rule.id]
        shares = split(amount, weights)
        if not shares:
            return
        del self._pools[rule.id]
        whole = sum((weight for weight in weights.values() if weight > 0), Decimal(0))
        fed = {f"{POOL}{name}" for name in feeds(rule)}
        for target, share in shares.items():
            if target in fed:
                self._pools[target.removeprefix(POOL)] += share
            else:
                place = Place(self._period, self._currency, target)
                yield Charge("shared", place, share, rule.id, ratio=rounded(weights[target] / whole))

    def _weights(self, rule: Rule) -> Weights:
        match rule.method:
            case "fixed":
                return rule.shares
            case "metric":
                return self._used(rule) or self._by(rule.fallback, rule)
            case method:
                return self._by(method, rule)

    def _by(self, method: str | UnsetType, rule: Rule) -> Weights:
        if method == "even":
            costly = [team for team, cost in self._direct.items() if cost]
            return dict.fromkeys(rule.among or costly, Decimal(1))
        if method == "proportional":
            return {team: cost for team, cost in self._direct.items() if not rule.among or team in rule.among}
        return {}

    def _used(self, rule: Rule) -> Weights:
        """Add up what each target used; what a metric calls otherwise is called as `map` says."""
        if isinstance(rule.metric, UnsetType):
            return {}
        used: dict[str, Decimal] = defaultdict(Decimal)
        for name, weight in rule.metric.parts.items():
            for target, quantity in self._usage.get((self._period, name), {}).items():
                used[rule.metric.map.get(target, target)] += quantity * weight
        return {target: quantity for target, quantity in used.items() if quantity > 0 and is_somebody(target)}

    def _unallocated(self, amount: Decimal, reason: str, dispute: str = "") -> Charge:
        place = Place(self._period, self._currency)
        return Charge("unallocated", place, amount, reason=reason, dispute=dispute)


def is_somebody(target: str) -> bool:
    """Say whether usage has an owner: that of `__idle__`, `__unallocated__` ... (OpenCost) has none."""
    return bool(target) and not (target.startswith("__") and target.endswith("__"))


def _in_order(charge: Charge) -> tuple[Place, str, str, str, str]:
    return charge.place, charge.kind, charge.rule, charge.reason, charge.dispute
