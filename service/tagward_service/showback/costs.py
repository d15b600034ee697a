"""From judged lines of a bill to costs: whose they are, which pool has them, or why nobody does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import UsageError
from tagward_generators.sql.classing import CHARGEABLE, CLASSES
from tagward_service.billing.amounts import Basis
from tagward_service.billing.judged import JudgedBill, Row
from tagward_service.showback.charges import Cost, Place
from tagward_service.showback.disputing import disputed
from tagward_service.showback.matching import matches
from tagward_service.showback.rules import Showback, Source

_DIMENSIONS = ("team", "project", "workload_type", "environment")


def sums(judged: JudgedBill, rules: Showback, basis: Basis = "effective") -> list[Row]:
    """Ask for everything that showback tells in one query: lines added up by whose and what for they are.

    Raises UsageError for tags that the policy does not have.
    """
    check_names(judged, rules)
    return judged.rows(_summed(judged, rules, basis))


def costs(rows: Iterable[Row], currency: str) -> Iterator[Cost]:
    """Turn sums into costs: each line of the bill is in exactly one of them."""
    for row in rows:
        place = Place(row["period"], currency, *(row[name] for name in _DIMENSIONS))
        yield Cost(place, row["amount"], row["pool"], row["reason"], row["dispute"])


def check_names(judged: JudgedBill, rules: Showback) -> None:
    """Raise UsageError for a tag that the policy does not have, or a class that there is not."""
    named = (*rules.dimensions.names, rules.dimensions.run)
    team = rules.dimensions.team
    if team not in judged.columns and not did_you_mean(team, judged.columns):
        known = ", ".join(judged.columns)
        what = f"no tag of the policy names the team: {quoted(team)} is none of it"
        raise UsageError(f"{what}; write `dimensions: {{team: TAG}}` with one of {known}")
    for tag in (*filter(None, named), *(tag for rule in rules.allocations for tag in rule.source.tags)):
        _known("tag of the policy", tag, list(judged.columns))
    for rule in rules.allocations:
        for each in rule.source.classes:
            _known("class of cost", each, CLASSES)


def value_of(judged: JudgedBill, tag: str) -> Any:
    """Return the value of a tag on each line, "" where it is not there or accepted, or no tag is meant."""
    import ibis

    if not tag:
        return ibis.literal("")
    lines = judged.table
    return ibis.ifelse(lines[judged.found.valid[tag]], lines[judged.columns[tag]], "")


def _placed(judged: JudgedBill, rules: Showback) -> Any:
    """Say of each line whose it is, which pool takes it, and which dispute is about it."""
    import ibis

    dimensions = rules.dimensions.names
    values = {
        name: value_of(judged, tag).fill_null("") for name, tag in zip(_DIMENSIONS, dimensions, strict=True)
    }
    found = judged.table.mutate(**values)
    pools = [(_in_source(found, judged, rule.source), rule.id) for rule in rules.allocations]
    found = found.mutate(pool=ibis.cases(*pools, else_="") if pools else ibis.literal(""))
    return disputed(found, rules.disputes)


def _summed(judged: JudgedBill, rules: Showback, basis: Basis) -> Any:
    import ibis

    found = _placed(judged, rules)
    reason = ibis.cases(
        (found.pool != "", ""),
        (found.team != "", ""),
        (found.dispute != "", ibis.literal("dispute ") + found.dispute),
        (found["class"] == CHARGEABLE, f"no valid {rules.dimensions.team}"),
        else_=found["class"],
    )
    run = value_of(judged, rules.dimensions.run).fill_null("")
    kept = ["period", "pool", "reason", "dispute", "class", *_DIMENSIONS, "run"]
    return found.mutate(reason=reason, run=run).group_by(kept).aggregate(amount=found[basis].sum())


def _in_source(lines: Any, judged: JudgedBill, source: Source) -> Any:
    found = (
        matches(lines.service, source.services)
        & matches(lines.provider, source.providers)
        & matches(lines.account, source.accounts)
        & matches(lines.resource_id, source.resources)
    )
    if source.classes:
        found &= lines["class"].isin(source.classes)
    for tag, values in source.tags.items():
        found &= matches(lines[judged.columns[tag]], values)
    return found


def _known(what: str, name: str, known: Any) -> None:
    if name not in known:
        guess = did_you_mean(name, known)
        hint = f"did you mean `{guess}`?" if guess else f"there are: {', '.join(known)}"
        raise UsageError(f"{quoted(name)} is no {what}; {hint}")
