"""A table of a bill as some engine holds it: which column is what, and of what kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Kind = Literal[
    "plain", "text", "number", "double", "date", "time", "zoned", "map", "json", "parsed", "struct", "array"
]
"""Of what kind a column is.

Nothing has to be read out of a `plain` one. A `text` may say that it is nothing, and it may hold numbers or
times. `time` has no zone, `zoned` has. Tags are a `map`, JSON as text (`json`) or as a
type of the engine (`parsed`), a `struct` with a field for each key, or an `array` of structs.
"""


class Held(Struct, frozen=True):
    """A column: its name, its kind, and what the structs of an `array` call key and value."""

    name: str
    kind: Kind
    key: str = "key"
    value: str = "value"


class BillTable(Struct, frozen=True):
    """A table: `name` goes after FROM, `columns` has them by our names.

    `native` is Azure's own export; `tells` says that TagDetails, which tell what could carry tags, are filled
    in. In texts `nulls` stand for nothing. Where no engine was `asked`, names need no quotes and values are
    as FOCUS has them.
    """

    name: str
    columns: Mapping[str, Held]
    native: bool = False
    tells: bool = False
    asked: bool = True
    nulls: tuple[str, ...] = ("", "NULL")


_PLAIN = {
    "provider": "ProviderName",
    "account": "SubAccountId",
    "account_name": "SubAccountName",
    "service": "ServiceName",
    "region": "RegionId",
    "resource_id": "ResourceId",
    "resource_name": "ResourceName",
    "charge_category": "ChargeCategory",
    "charge_class": "ChargeClass",
    "commitment": "CommitmentDiscountId",
    "commitment_status": "CommitmentDiscountStatus",
    "currency": "BillingCurrency",
}


def focus(encoding: Kind) -> BillTable:
    """Return the table `focus`, which has the columns of FOCUS 1.0 to 1.3."""
    columns = {ours: Held(name, "plain") for ours, name in _PLAIN.items()}
    columns |= {"billing_start": Held("BillingPeriodStart", "time")}
    columns |= {"charge_start": Held("ChargePeriodStart", "time")}
    columns |= {"billed": Held("BilledCost", "plain"), "effective": Held("EffectiveCost", "plain")}
    return BillTable("focus", {**columns, "tags": Held("Tags", encoding)}, asked=False)
