"""The columns of a bill: those of FOCUS 1.0 to 1.4, and where Azure's own export keeps the same things."""

from __future__ import annotations

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
    "provider": Wanted(("ServiceProviderName", "ProviderName"), "whose bill it is"),
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
"""Names of FOCUS; 1.3 renamed the provider, and 1.4 dropped the older name."""

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
    "charge_category": Wanted(("ChargeType",), "usage, purchase, unused commitment"),
    "commitment": Wanted(("BenefitId", "ReservationId")),
    "currency": Wanted(("BillingCurrency", "BillingCurrencyCode"), "which money it is"),
    "billed": Wanted(("CostInBillingCurrency", "Cost"), "the cost"),
    "effective": Wanted(("CostInBillingCurrency", "Cost"), "the cost"),
    "tags": Wanted(("Tags",), "the tags"),
}
"""Names of Azure's own export (EA and MCA), actual or amortised: it has one cost, which stands for both."""


class Layout(Struct, frozen=True):
    """How a file names its columns: `native` for Azure's own export; `columns` maps ours to the file's."""

    native: bool
    columns: Mapping[str, str]

    def __contains__(self, name: str) -> bool:
        return name in self.columns


def layout(file: str, header: Sequence[str]) -> Layout:
    """Find the columns of a bill, in whatever case; raises InputError when one that is needed is missing."""
    there = {name.strip().lower(): name for name in reversed(header)}
    native = "metercategory" in there and "billedcost" not in there
    wanted = AZURE if native else FOCUS
    found = {ours: _first(each, there) for ours, each in wanted.items()}
    missing = [each for ours, each in wanted.items() if each.need and not found[ours]]
    if missing:
        raise InputError(file, _lacks(missing), _meant(missing, header))
    return Layout(native, {ours: name for ours, name in found.items() if name})


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
