"""The columns of a bill: those of FOCUS 1.0 to 1.4, and where Azure's own export keeps the same things."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from tagward.errors import InputError


class Wanted(Struct, frozen=True):
    """A column to read: the first of `names` that a file has; `need` says what it is for, "" if optional."""

    names: tuple[str, ...]
    need: str = ""


FOCUS: Mapping[str, Wanted] = {
    "charge_start": Wanted(("ChargePeriodStart",), "when the cost arose"),
    "billing_start": Wanted(("BillingPeriodStart",)),
    "provider": Wanted(("ServiceProviderName", "ProviderName", "Provider"), "whose bill it is"),
    "older_provider": Wanted(("ProviderName", "Provider")),
    "billing_account": Wanted(("BillingAccountId",)),
    "account": Wanted(("SubAccountId", "BillingAccountId")),
    "account_name": Wanted(("SubAccountName", "BillingAccountName")),
    "service": Wanted(("ServiceName",), "what was bought"),
    "service_category": Wanted(("ServiceCategory",)),
    "region": Wanted(("RegionId", "Region")),
    "resource_id": Wanted(("ResourceId",)),
    "resource_name": Wanted(("ResourceName",)),
    "resource_type": Wanted(("ResourceType",)),
    "allocated_resource": Wanted(("AllocatedResourceId",)),
    "charge_category": Wanted(("ChargeCategory",), "usage, purchase, tax, credit or adjustment"),
    "charge_class": Wanted(("ChargeClass",)),
    "commitment": Wanted(("CommitmentDiscountId",)),
    "commitment_status": Wanted(("CommitmentDiscountStatus",)),
    "currency": Wanted(("BillingCurrency",), "which money it is"),
    "billed": Wanted(("BilledCost",), "what was invoiced"),
    "effective": Wanted(("EffectiveCost",), "the cost after amortisation"),
    "tags": Wanted(("Tags",), "the tags"),
    "allocated_tags": Wanted(("AllocatedTags",)),
    "tag_details": Wanted(("TagDetails",)),
}
"""Names of FOCUS; 1.3 renamed the provider, and 1.4 dropped the older name. Before 1.0 it was `Provider`."""

AZURE: Mapping[str, Wanted] = {
    "charge_start": Wanted(("Date", "UsageDateTime"), "when the cost arose"),
    "billing_start": Wanted(("BillingPeriodStartDate",)),
    "billing_account": Wanted(("BillingAccountId",)),
    "account": Wanted(("SubscriptionId", "SubscriptionGuid")),
    "account_name": Wanted(("SubscriptionName",)),
    "service": Wanted(("MeterCategory",), "what was bought"),
    "service_category": Wanted(("ServiceFamily",)),
    "region": Wanted(("ResourceLocation", "ResourceLocationNormalized")),
    "resource_id": Wanted(("ResourceId", "InstanceId", "InstanceName")),
    "resource_name": Wanted(("ResourceName",)),
    "charge_category": Wanted(("ChargeType",)),
    "commitment": Wanted(("BenefitId", "ReservationId")),
    "currency": Wanted(("BillingCurrency", "BillingCurrencyCode", "Currency"), "which money it is"),
    "billed": Wanted(("CostInBillingCurrency", "Cost", "PreTaxCost"), "the cost"),
    "effective": Wanted(("CostInBillingCurrency", "Cost", "PreTaxCost"), "the cost"),
    "tags": Wanted(("Tags",), "the tags"),
}
"""Names of Azure's own export (EA and MCA), actual or amortised: it has one cost, which stands for both."""

COSTS = ("billedcost", "effectivecost", "costinbillingcurrency", "pretaxcost")
"""What every bill has one of, as `_squashed` writes it; a file without any is none."""

OTHERS = {
    "lineitemunblendedcost": ("AWS's own report (CUR)", "export FOCUS with AWS Data Exports"),
    "costmycost": ("Oracle's own report", "read the FOCUS reports beside it"),
    "usagestarttime": ("Google Cloud's own export", "turn the FOCUS export of Cloud Billing on"),
    "contractcommitmentid": ("the list of commitments of FOCUS", "name the cost and usage"),
}
"""What else comes from a billing console, by a column that it has."""


class Layout(Struct, frozen=True):
    """How a file names its columns: `native` for Azure's own export; `columns` maps ours to the file's."""

    native: bool
    columns: Mapping[str, str]

    def __contains__(self, name: str) -> bool:
        return name in self.columns


def layout(file: str, header: Sequence[str]) -> Layout:
    """Find the columns of a bill, in whatever case and with or without `_` between words.

    Raises InputError when one that is needed is missing, or is there twice.
    """
    there = _spelled(header)
    native = "metercategory" in there and "billedcost" not in there
    wanted = AZURE if native else FOCUS
    found = {ours: _first(each, there) for ours, each in wanted.items()}
    missing = [each for ours, each in wanted.items() if each.need and not found[ours]]
    if missing:
        raise InputError(file, *(_other(there) or (_lacks(missing), _meant(missing, header))))
    _refuse_twins(file, [name for name in found.values() if name], header)
    return Layout(native, {ours: name for ours, name in found.items() if name})


def holds_costs(header: Sequence[str]) -> bool:
    """Say whether a table can be a bill at all, however broken; price lists and the like are none."""
    there = _spelled(header)
    return any(name in there for name in COSTS) or {"metercategory", "cost"} <= there.keys()


def _spelled(header: Sequence[str]) -> dict[str, str]:
    """Map names as they are compared to those of the file: the first one, and rather one without `_`."""
    squashed = {_squashed(name): name for name in reversed(header)}
    return squashed | {name.strip().lower(): name for name in reversed(header)}


def _squashed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _refuse_twins(file: str, found: Sequence[str], header: Sequence[str]) -> None:
    """Refuse a column that is there twice, in whatever case: the second one is called `..._1` by then."""
    low = {name.lower() for name in header}
    for name in found:
        if f"{name.lower()}_1" in low:
            raise InputError(file, f"the column `{name}` is there twice", "leave one of them out")


def _other(there: Mapping[str, str]) -> tuple[str, str] | None:
    """Say what a file is that is no bill."""
    for column, (what, instead) in OTHERS.items():
        if column in there:
            return f"not a FOCUS bill, but {what}", instead
    return None


def _first(wanted: Wanted, there: Mapping[str, str]) -> str:
    return next((there[name.lower()] for name in wanted.names if name.lower() in there), "")


def _lacks(missing: Sequence[Wanted]) -> str:
    listed = ", ".join(f"`{each.names[0]}` ({each.need})" for each in missing)
    return f"not a FOCUS bill: it has no column {listed}"


def _meant(missing: Sequence[Wanted], header: Sequence[str]) -> str:
    from tagward.diagnostics import did_you_mean

    for each in missing:
        guess = did_you_mean(each.names[0], header)
        if guess:
            return f"is `{guess}` meant to be `{each.names[0]}`?"
    return "export the bill as FOCUS 1.0 or newer"
