"""The words that FOCUS has for kinds of charge, and what Azure's own export says in their place."""

CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")

FIXED = {
    column: " ".join(f"WHEN '{word.lower()}' THEN '{word}'" for word in words)
    for column, words in {
        "charge_category": CATEGORIES,
        "charge_class": ("Correction",),
        "commitment_status": ("Used", "Unused"),
    }.items()
}
"""By column, the branches of a CASE that reads its words in whatever case a bill has them."""

NATIVE_CATEGORY = (
    "CASE WHEN lower({0}) = 'tax' THEN 'Tax' WHEN lower({0}) LIKE '%adjustment' THEN 'Adjustment' "
    "WHEN lower({0}) = 'purchase' THEN 'Purchase' ELSE 'Usage' END"
)
"""The types of charge of Azure's own export, as categories of FOCUS."""
