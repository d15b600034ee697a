"""What holds of every bill: sums reconcile with the file, coverage is a share, order makes no difference."""

import csv
from decimal import Decimal, localcontext
from pathlib import Path
from random import Random

import pytest

from tagward_service.billing.amounts import BASES
from tagward_service.billing.json_billing import render
from tagward_service.billing.report import BillingReport, billing_report
from tests.generators.bill_laws import BillWorld, drawn
from tests.generators.random_policies import DAY
from tests.service.billing.bills import Line, line, write_csv

PROVIDERS = {"aws": "AWS", "azure": "Microsoft", "gcp": "Google Cloud"}


def random_bill(rng: Random, world: BillWorld) -> list[Line]:
    """Make lines of every class of cost, of the resources of a world."""
    return [
        line(
            ProviderName=rng.choice((PROVIDERS[each.cloud],) * 9 + ("Oracle",)),
            SubAccountId=each.account or None,
            RegionId=each.region or None,
            ResourceId=each.id or None,
            ResourceName=each.name or None,
            Tags=dict(each.tags) or None,
            ChargeCategory=rng.choice(("Usage",) * 6 + ("Purchase", "Tax", "Credit", "Adjustment")),
            ChargeClass=rng.choice((None,) * 9 + ("Correction",)),
            CommitmentDiscountId=rng.choice((None, None, "sp-1")),
            CommitmentDiscountStatus=rng.choice((None, None, "Used", "Unused")),
            BillingPeriodStart=rng.choice(("2026-04-01T00:00:00Z", "2026-05-01 00:00:00")),
            BilledCost=amount(rng),
            EffectiveCost=amount(rng),
        )
        for each in world.lines
        for _ in range(rng.randint(1, 3))
    ]


def amount(rng: Random) -> str:
    """Make a cost: tiny, huge, none at all, or below zero."""
    digits = rng.choice(("0", "0.00000000011", "0.1", f"{rng.random():.18f}", f"{rng.randint(0, 10**12)}.07"))
    return f"-{digits}" if rng.random() < 0.1 else digits


def exact_sum(file: str, column: str) -> Decimal:
    """Add a column up without the help of any database."""
    with localcontext(prec=100), Path(file).open(encoding="utf-8", newline="") as stream:
        return sum((Decimal(row[column]) for row in csv.DictReader(stream)), Decimal(0))


def check(found: BillingReport, file: str) -> None:
    """Check what must hold of any report on a file."""
    with localcontext(prec=100):
        for basis, column in (("effective", "EffectiveCost"), ("billed", "BilledCost")):
            amounts = getattr(found.totals, basis)
            assert amounts.whole == exact_sum(file, column)
            assert sum(amounts.classes.values()) == amounts.whole
            assert amounts.attributable + amounts.unattributed == amounts.chargeable
            assert 0 <= amounts.exempt <= amounts.unattributed
            assert amounts.percent is None or 0 <= amounts.percent <= 100
            months = [getattr(each.totals, basis) for each in found.periods]
            assert sum(each.whole for each in months) == amounts.whole
        chosen = found.totals.of(found.basis)
        assert sum(each.cost for each in found.gaps) == chosen.unattributed
        for breakdown in found.breakdowns:
            assert sum(each.chargeable for each in breakdown.groups) == chosen.chargeable
            assert sum(each.attributable for each in breakdown.groups) == chosen.attributable
        for tag in found.tags:
            assert 0 <= tag.valid <= tag.present <= tag.asked <= chosen.chargeable
        assert 0 <= found.recovery.recoverable <= chosen.unattributed
        assert found.by_resource.compliant + found.by_resource.exempt <= found.by_resource.resources


@pytest.mark.parametrize("seed", range(4))
def test_the_laws_of_bills(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    world = drawn(rng, 30)
    lines = random_bill(rng, world)
    file = write_csv(tmp_path / "bill.csv", lines)
    dimensions = ("provider", "account", "service", *(f"tag:{tag.id}" for tag in world.policy.tags))
    basis = rng.choice(BASES)

    found = billing_report(world.policy, [file], DAY, dimensions=dimensions, basis=basis)

    check(found, file)
    rng.shuffle(lines)
    write_csv(tmp_path / "bill.csv", lines)
    again = billing_report(
        world.policy, [file], DAY, dimensions=dimensions, basis=basis, state=tmp_path / "state"
    )
    assert render(again) == render(found)
