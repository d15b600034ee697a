"""A file of showback rules, read: what is wrong with it is said with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import msgspec

from tagward.diagnostics import quoted
from tagward.errors import PolicyError, UsageError
from tagward.reading.yaml_reader import Document, read_mapping
from tagward_service.showback.order import ordered
from tagward_service.showback.rules import MONTH, Dispute, Rule, Showback

_STARTER = "write `apiVersion: tagward/v1` and `kind: Showback`, and then `allocations:`"


def read_rules(path: Path) -> Showback:
    """Read and check a file of showback rules; raises UsageError."""
    try:
        document = read_mapping(path.read_bytes(), str(path), "a file of showback rules", _STARTER)
    except PolicyError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"cannot read {quoted(str(path))}: {(error.strerror or 'failed').lower()}") from None
    try:
        rules = msgspec.convert(document.data, Showback, strict=True)
    except msgspec.ValidationError as error:
        raise UsageError(_placed(document, str(error))) from None
    wrong = list(_wrong(rules))
    if wrong:
        raise UsageError("\n".join(f"{document.file}: {each}" for each in wrong))
    ordered(rules.allocations)
    return rules


def _placed(document: Document, message: str) -> str:
    """Turn `... - at `$.allocations[0].method`` into a message with a line."""
    what, _, where = message.partition(" - at ")
    steps: list[str | int] = [
        int(index) if index else name for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", where)
    ]
    line = document.key_mark(tuple(steps)).line
    place = f" {where.strip('`$.')}:" if steps else ""
    return f"{document.file}:{line}:{place} {what[:1].lower()}{what[1:]}"


def _wrong(rules: Showback) -> Iterator[str]:
    seen: set[str] = set()
    for rule in rules.allocations:
        if rule.id in seen:
            yield f"allocation {quoted(rule.id)} is there twice; ids tell pools apart"
        seen.add(rule.id)
        yield from _wrong_rule(rule)
    for team, budget in rules.budgets.items():
        if not all(map(_is_amount, (budget.amount, budget.rise, *budget.alert_at))):
            yield f"the budget of {quoted(team)}: its amounts are numbers, 0 or more"
        elif budget.amount == 0:
            yield f"the budget of {quoted(team)} is 0, of which nothing is a share; give it an amount"
    yield from _wrong_disputes(rules.disputes)


def _wrong_rule(rule: Rule) -> Iterator[str]:
    name = f"allocation {quoted(rule.id)}"
    if not rule.id.strip():
        yield "an allocation has no name; write `id: ...`"
    if rule.source == type(rule.source)():
        yield f"{name}: its source would take every line; name services, classes, tags or resources"
    if rule.method == "fixed" and not rule.shares:
        yield f"{name}: `fixed` needs `shares`, as {{fraud-detection: 60, search: 40}}"
    if not all(map(_is_amount, rule.shares.values())):
        yield f"{name}: shares are numbers, 0 or more"
    if (rule.method == "metric") != isinstance(rule.metric, msgspec.Struct):
        yield f"{name}: `metric` says which metric decides, for the method `metric` alone"
    if isinstance(rule.metric, msgspec.Struct) and not rule.metric.parts:
        yield f"{name}: its metric has no name; write `name: ...`, or `weights:` for several"
    if isinstance(rule.metric, msgspec.Struct) and not all(map(_is_amount, rule.metric.parts.values())):
        yield f"{name}: weights are numbers, 0 or more"
    if rule.method != "fixed" and rule.shares:
        yield f"{name}: `shares` are for the method `fixed` alone"


def _wrong_disputes(disputes: Iterable[Dispute]) -> Iterator[str]:
    seen: set[str] = set()
    for dispute in disputes:
        name = f"dispute {quoted(dispute.id)}"
        if not dispute.id.strip():
            yield "a dispute has no name; write `id: ...`"
        elif dispute.id in seen:
            yield f"{name} is there twice; ids tell disputes apart"
        seen.add(dispute.id)
        if (dispute.outcome == "reassigned") != bool(dispute.to):
            yield f"{name}: `to` names the team of a reassigned dispute alone"
        for period in dispute.periods:
            if not MONTH.fullmatch(period):
                yield f"{name}: {quoted(period)} is no month; write it like 2026-10"


def _is_amount(number: Decimal) -> bool:
    return number.is_finite() and number >= 0
