"""What kind of cost a line is: only what can carry tags counts towards coverage."""

from __future__ import annotations

from tagward.policy import Costs
from tagward_generators.sql.portable_regex import BEHIND, of_globs, whole
from tagward_generators.sql.writing import Column

CHARGEABLE = "chargeable"

CLASSES = (
    CHARGEABLE,
    "untaggable",
    "shared",
    "support",
    "tax",
    "credits",
    "refunds",
    "corrections",
    "adjustments",
    "commitment_purchases",
    "commitment_unused",
    "elsewhere",
)
"""Every line is of exactly one of these; `elsewhere` are providers that policies do not know."""


def class_of(lines: Column, costs: Costs) -> Column:
    """Return the class of each line, the first that holds.

    Money that flows back is never part of a ratio: a refund is a line with a negative cost. A correction
    belongs to a month that was invoiced before. What has no resource cannot be tagged, nor can what FOCUS
    1.4 says so of.
    """
    import ibis

    purchase = lines.charge_category == "Purchase"
    committed = purchase & lines.commitment.notnull()
    nothing = lines.resource_id.isnull() & ~_named(lines.service, costs.without_resource)
    return ibis.cases(
        (lines.cloud == "", "elsewhere"),
        (lines.charge_category == "Tax", "tax"),
        (lines.charge_category == "Credit", "credits"),
        (lines.charge_category == "Adjustment", "adjustments"),
        (lines.charge_class == "Correction", "corrections"),
        (lines.negative, "refunds"),
        (committed, "commitment_purchases"),
        (lines.commitment_status == "Unused", "commitment_unused"),
        (_named(lines.service, costs.support), "support"),
        (_named(lines.service, costs.shared), "shared"),
        (nothing | (lines.taggable == ibis.literal(False)), "untaggable"),
        (_named(lines.service, costs.untaggable), "untaggable"),
        else_=CHARGEABLE,
    ).name("class")


def _named(service: Column, globs: tuple[str, ...]) -> Column:
    import ibis

    if not globs:
        return ibis.literal(False)
    return like(service, globs)


def like(text: Column, globs: tuple[str, ...]) -> Column:
    """Say whether a text matches one of some shell globs; null is an empty text."""
    return (text.fill_null("") + BEHIND).re_search(whole(of_globs(globs)))
