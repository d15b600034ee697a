"""Whether what is told of a bill comes to the bill: its parts beside its lines as they were read."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_service.billing.amounts import BASES, Totals
from tagward_service.billing.judged import STAGED, JudgedBill
from tagward_service.billing.money import ZERO, less, text, total


def unreconciled(judged: JudgedBill, whole: Totals) -> Iterator[str]:
    """Say where the classes of cost do not come to the bill: nowhere, or there is a mistake."""
    asked = f"SELECT {', '.join(f'sum({basis})' for basis in BASES)} FROM {STAGED}"  # noqa: S608
    read = judged.bill.connection.execute(asked).fetchone() or ()
    for basis, billed in zip(BASES, read, strict=True):
        parts = total(whole.of(basis).classes.values())
        if parts != (billed or ZERO):
            missing = text(less(billed or ZERO, parts))
            yield f"the parts differ from the bill by {missing} {judged.currency} ({basis} cost)"
