"""Coverage by cost as Ibis expressions over judged lines: what every engine is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tagward.policy import Costs
from tagward_generators.sql.classing import CHARGEABLE, class_of
from tagward_generators.sql.verdicts import Verdicts
from tagward_generators.sql.writing import Column

KEPT_APART = ("period", "currency", "provider", "account", "account_name", "service", "class")
"""What sums of money are kept apart by."""


def classed(found: Verdicts, costs: Costs) -> Column:
    """Add the class of cost to judged lines."""
    return found.lines.mutate(class_of(found.lines, costs))


def sums(
    judged: Column, found: Verdicts, by: Sequence[str] = KEPT_APART, tags_by: str = "effective"
) -> Column:
    """Sum money up: billed and effective, the attributable and exempt parts of both, and tag by tag.

    A tag is asked of the chargeable cost on which the policy requires it; present and valid are parts of
    that, in the cost that `tags_by` names. Only what is chargeable can be attributable.
    """
    chargeable = judged["class"] == CHARGEABLE
    totals: dict[str, Any] = {"lines": judged.lines.sum()}
    for cost in ("billed", "effective"):
        totals[cost] = judged[cost].sum()
        totals[f"attributable_{cost}"] = _part(judged[cost], chargeable & judged.compliant)
        totals[f"exempt_{cost}"] = _part(judged[cost], chargeable & judged.exempt)
    for tag, needed in found.needed.items():
        asked = chargeable & judged[needed]
        answers = {"asked": asked, "present": judged[found.present[tag]], "valid": judged[found.valid[tag]]}
        for word, column in answers.items():
            totals[f"{word}_{needed.removeprefix('needed_')}"] = _part(judged[tags_by], asked & column)
    return judged.group_by(list(by)).aggregate(**totals)


def by_value(judged: Column, found: Verdicts, tag: str, column: str) -> Column:
    """Sum chargeable money up by the value of a tag, null where it is not there or not accepted."""
    import ibis

    value = ibis.ifelse(judged[found.valid[tag]], judged[column], ibis.null("string"))
    chargeable = judged.filter(judged["class"] == CHARGEABLE).mutate(value=value)
    return chargeable.group_by(["period", "value"]).aggregate(
        billed=chargeable.billed.sum(),
        effective=chargeable.effective.sum(),
        attributable_billed=_part(chargeable.billed, chargeable.compliant),
        attributable_effective=_part(chargeable.effective, chargeable.compliant),
    )


def resources(judged: Column) -> Column:
    """List chargeable resources, also those that cost nothing: what is true of the newest lines of each.

    A resource whose newest lines disagree, as they began at the same time, is not compliant.
    """
    import ibis

    lines = judged.filter(judged["class"] == CHARGEABLE, judged.resource_id.notnull())
    window = ibis.window(group_by=["cloud", "resource_id"])
    newest = lines.mutate(newest=lines.last_start.max().over(window))
    kept = newest.filter((newest.last_start == newest.newest) | newest.newest.isnull())
    return kept.group_by(["cloud", "resource_id"]).aggregate(
        compliant=kept.compliant.all(), exempt=(kept.compliant | kept.exempt).all() & ~kept.compliant.all()
    )


def gaps(judged: Column, found: Verdicts, cost: str) -> Column:
    """List the chargeable resources with cost that is not attributable, and which tags are wrong on them.

    The dearest comes first. What is mostly the same is null: `billed` where it equals the cost, `exempt`
    where nothing is exempt.
    """
    import ibis

    lacking = judged.filter(judged["class"] == CHARGEABLE, ~judged.compliant)
    wrong: dict[str, Any] = {}
    for tag, needed in found.needed.items():
        name = needed.removeprefix("needed_")
        present, valid = lacking[found.present[tag]], lacking[found.valid[tag]]
        wrong[f"missing_{name}"] = (lacking[needed] & ~present).any()
        wrong[f"wrong_{name}"] = (present & ~valid).any()
    costs = lacking[cost].sum()
    listed = lacking.group_by(["cloud", "account", "resource_id"]).aggregate(
        provider=lacking.provider.min(),
        account_name=lacking.account_name.min(),
        service=lacking.service.min(),
        resource_name=lacking.resource_name.min(),
        cost=costs,
        billed=lacking.billed.sum().nullif(costs),
        exempt=lacking[cost].sum(where=lacking.exempt).nullif(0),
        **wrong,
    )
    return listed.order_by(ibis.desc("cost"))


def _part(cost: Column, where: Column) -> Column:
    import ibis

    return cost.sum(where=where).fill_null(ibis.literal(0).cast("decimal(38, 18)"))
