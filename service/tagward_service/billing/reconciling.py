"""Whether what is told of a bill comes to the bill: its parts beside its lines as they were read."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_service.billing.amounts import BASES, Totals
from tagward_service.billing.judged import JudgedBill
from tagward_service.billing.money import ZERO, less, text, total


def unreconciled(judged: JudgedBill, whole: Totals) -> Iterator[str]:
    """Say where the classes of cost do not come to the bill.

    Nowhere, or there is a mistake, or a table changed while it was asked.
    """
    (read,) = judged.rows(judged.staged.aggregate(**{each: judged.staged[each].sum() for each in BASES}))
    for basis in BASES:
        billed = read[basis] or ZERO
        parts = total(whole.of(basis).classes.values())
        if parts != billed:
            missing = text(less(billed, parts))
            yield f"the parts differ from the bill by {missing} {judged.currency} ({basis} cost)"
