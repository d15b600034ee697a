"""A bill with what the policy says of each line, ready to be summed up in any way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_generators.sql.columns import tag_columns
from tagward_generators.sql.verdicts import Verdicts
from tagward_service.billing.bill import Bill
from tagward_service.billing.holder import Holder, Row
from tagward_service.billing.lines_in_files import LinesInFiles

__all__ = ["JudgedBill", "Row", "judge_bill"]

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class JudgedBill(Struct, frozen=True):
    """`table` is the Ibis table of judged lines, `found` names their columns, `columns` those of the tags.

    `staged` is the table of the lines before anything was said of them.
    """

    bill: Holder
    policy: Policy
    as_of: date
    currency: str
    table: Any
    found: Verdicts
    columns: Mapping[str, str]
    staged: Any

    def rows(self, expression: Any) -> list[Row]:
        """Run an Ibis expression over the judged lines."""
        return list(self.each_row(expression))

    def each_row(self, expression: Any) -> Iterator[Row]:
        """Run an Ibis expression over the judged lines, and hold few rows at a time."""
        return self.bill.rows(expression)


def judge_bill(
    bill: Bill | Holder,
    policy: Policy,
    as_of: date,
    *,
    currency: str = "",
    period: str = "",
) -> JudgedBill:
    """Judge every line of a bill, or those of one currency or period.

    Raises UsageError for several currencies, which cannot be added up, for what is no month, and where Ibis
    is not installed.
    """
    try:
        import ibis  # noqa: F401  what follows needs it
    except ImportError as error:
        raise UsageError("bills are judged with Ibis; pip install 'tagward[billing]'") from error
    from tagward_generators.sql.coverage import classed
    from tagward_generators.sql.verdicts import verdicts

    if period and not _MONTH.fullmatch(period):
        raise UsageError(f"{quoted(period)} is no month; write it as 2026-05")
    holder = LinesInFiles(bill) if isinstance(bill, Bill) else bill
    currency = _currency(holder, currency)
    staged = holder.stage(policy, as_of, currency, period)
    found = verdicts(staged, policy, as_of)
    table = holder.keep(classed(found, policy.costs))
    columns = tag_columns(tag.id for tag in policy.tags)
    return JudgedBill(holder, policy, as_of, currency, table, found, columns, staged)


def _currency(bill: Holder, wanted: str) -> str:
    there = bill.currencies
    if wanted and there and wanted not in there:
        raise UsageError(f"the bill has no currency `{wanted}`; it has {', '.join(there)}")
    if not wanted and len(there) > 1:
        listed = ", ".join(each or "(none)" for each in there)
        raise UsageError(
            f"the bill is in several currencies, which cannot be added up: {listed}; name one of them"
        )
    return wanted or next(iter(there), "")
