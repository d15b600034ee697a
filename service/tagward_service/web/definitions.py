"""What every figure of the dashboard means, and where its rows are."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Definition(Struct, frozen=True):
    """One figure: `formula` in words that can be checked, `rows` the page that lists what it is made of."""

    name: str
    formula: str
    meaning: str
    rows: str = ""


DEFINITIONS: Mapping[str, Definition] = {
    "readiness": Definition(
        "Readiness",
        "every line of the checklist holds",
        "Costs may be charged back when enough of them is attributable, for long enough, and the sums are "
        "exact. Until then they are shown, and not charged.",
        "readiness",
    ),
    "by-cost": Definition(
        "Coverage by cost",
        "attributable / chargeable",
        "Money of the whole bill that was read. It is rounded down: 90 % means 90 % or more.",
        "gaps",
    ),
    "by-resource": Definition(
        "Coverage by resource",
        "compliant / taggable resources",
        "Counted over the newest scans, which together are what exists. A resource is compliant when every "
        "rule that applies to it holds; exempt ones are taggable and not compliant.",
        "findings",
    ),
    "threshold": Definition(
        "Threshold",
        "`readiness.threshold` of the policy",
        "The percent from which costs may be charged back; `readiness.measure` says which coverage counts.",
    ),
    "whole": Definition(
        "Whole bill",
        "the sum of all lines",
        "Effective cost spreads what was paid ahead over what used it; billed cost is what was invoiced. The "
        "report says which one is counted.",
    ),
    "credits": Definition(
        "Credits", "lines of the category Credit", "Out of both sides: a credit is nobody's use."
    ),
    "refunds": Definition(
        "Refunds", "lines with a negative cost", "Money that flows back is never part of a ratio."
    ),
    "corrections": Definition(
        "Corrections", "lines of the class Correction", "They belong to a month that was invoiced before."
    ),
    "adjustments": Definition(
        "Adjustments", "lines of the category Adjustment", "Of no resource, and of no month's use."
    ),
    "tax": Definition("Tax", "lines of the category Tax", "Takes no tags; showback can share it by rule."),
    "support": Definition(
        "Support", "services that are support plans", "Takes no tags; showback can share it by rule."
    ),
    "shared": Definition(
        "Shared services",
        "services that the policy's scope calls shared",
        "Used by all; a rule of showback shares them.",
    ),
    "untaggable": Definition(
        "Untaggable",
        "lines without a resource, or of a type that takes no tags",
        "Data transfer and the like. Nobody can tag it, so it counts for nobody and against nobody.",
    ),
    "commitment_purchases": Definition(
        "Commitments bought",
        "purchases of savings plans and reservations",
        "What they cover is counted where it is used.",
    ),
    "commitment_unused": Definition(
        "Commitments unused",
        "lines whose commitment was not used",
        "Waste of a commitment, which belongs to who bought it.",
    ),
    "elsewhere": Definition(
        "Other providers", "lines of providers that policies do not know", "Never judged."
    ),
    "chargeable": Definition(
        "Chargeable",
        "whole bill less every class above",
        "What can carry tags: the denominator of coverage by cost.",
    ),
    "unattributed": Definition(
        "Not attributable",
        "chargeable less attributable",
        "Cost of resources on which a tag that the policy asks for is missing or wrong, exempt or not.",
        "gaps",
    ),
    "attributable": Definition(
        "Attributable", "chargeable cost with every tag right", "What somebody can be charged for today."
    ),
    "exempt": Definition(
        "Exempt",
        "gaps that an exemption covers",
        "Part of what is not attributable: exempt is not green.",
        "exemptions",
    ),
    "recoverable": Definition(
        "Recoverable",
        "gaps behind older keys, misspelt keys and replaced values",
        "The value is there under another name: the cheapest fixes.",
        "tags",
    ),
    "fixes": Definition(
        "Fewest fixes",
        "the dearest pieces of work, until the threshold is reached",
        "A piece is all resources of one account that lack the same tags. No other choice of so many "
        "pieces does more.",
        "gaps",
    ),
    "forecast": Definition(
        "Forecast",
        "the median slope between the ends of months (Theil and Sen), followed to the threshold",
        "With the days between which it is reached with 90 % confidence, if it goes on as it has.",
    ),
    "closed": Definition(
        "Closed months at the threshold",
        "newest months that are over, in a row, at the threshold",
        "Three are needed: one good month may be luck.",
    ),
    "asked": Definition(
        "Asked",
        "what the policy requires the tag of",
        "By resource over the newest scans, by cost over the newest bill; recommending is not requiring.",
    ),
    "present": Definition("Present", "with the tag / asked for it", "Of what the policy asks the tag of."),
    "valid": Definition(
        "Valid", "with a right value / asked for it", "Present, and no finding of the tag says otherwise."
    ),
    "wrong": Definition(
        "Wrong values", "resources whose value a finding names", "Counted by value.", "findings"
    ),
    "nearly": Definition(
        "Near misses",
        "misspelt (TW004) and older (TW008) keys and values",
        "What one edit would put right.",
        "findings",
    ),
    "gap": Definition(
        "Gap",
        "cost of one resource that is not attributable",
        "Over all months of the bill; all of them are listed, and CSV has every digit.",
        "gaps",
    ),
    "scan-says": Definition(
        "Scans say",
        "findings, nothing open, never scanned or not told",
        "What the newest scans knew of the resource when the bill was read. Nothing open: the bill is older "
        "than the tags, or AWS was not told to put them on it. Not told: there is no inventory to look into, "
        "or several resources have the id.",
        "gaps",
    ),
    "finding": Definition(
        "Finding",
        "one rule that does not hold on one resource",
        "It is the same finding as long as policy, resource, code, rule and tag stay; it is open, exempt or "
        "resolved.",
        "findings",
    ),
    "direct": Definition(
        "Direct", "lines whose team tag is valid", "By project, workload type and environment.", "teams"
    ),
    "fee": Definition(
        "Shared platform fee",
        "the team's share of every pool",
        "Pools are split by the rules of showback, to the last digit.",
    ),
    "unallocated": Definition(
        "Unallocated",
        "billed less direct less shared",
        "What nobody has, by reason. It is never hidden in a share.",
        "teams",
    ),
    "disputed": Definition(
        "Disputed cost",
        "direct costs of a team that a dispute is about",
        "Excluded costs are unallocated, reassigned ones another team's; open and rejected ones stay where "
        "they are. A line is in one dispute at most, so that no cost is counted twice.",
        "disputes",
    ),
    "difference": Definition(
        "Difference",
        "billed less direct less shared less unallocated",
        "0, or there is a mistake: it is told to the last digit.",
    ),
    "covered": Definition(
        "Covered", "resources with a finding that the exemption covers", "In the newest scans.", "findings"
    ),
    "not-scanned": Definition(
        "Not scanned",
        "what a scan should have read and could not",
        "The figures say nothing of it, so it is listed.",
        "scans",
    ),
}
