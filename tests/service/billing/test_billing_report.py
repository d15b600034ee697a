"""Coverage by cost on bills small enough to be worked out by hand."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from tagward.errors import InputError, UsageError
from tagward.policy import (
    Alias,
    Allowed,
    Costs,
    Exemption,
    Matches,
    Policy,
    Requirement,
    Selector,
    Tag,
    TagIn,
)
from tagward_service.billing.csv_gaps import render as csv_of
from tagward_service.billing.json_billing import json_schema
from tagward_service.billing.json_billing import render as json_of
from tagward_service.billing.report import BillingReport, billing_report
from tagward_service.billing.text import text
from tagward_service.outputs import Style
from tests.generators.random_policies import DAY
from tests.service.billing.bills import Line, line, write_csv

CLOUDS = ("aws", "azure", "gcp", "kubernetes")
TEAM = Tag(
    "team",
    "Team",
    requirements=(Requirement(),),
    constraint=Matches("[a-z][a-z-]{1,20}"),
    keys=dict.fromkeys(CLOUDS, "team"),
)
STAGE = Tag(
    "stage",
    "Stage",
    constraint=Allowed(("dev", "prod")),
    replaces={"production": "prod"},
    keys=dict.fromkeys(CLOUDS, "stage"),
)
POLICY = Policy("p", "1", "0" * 64, tags=(TEAM, STAGE), placeholders=("tbd",))


def report(tmp_path: Path, lines: Sequence[Line], policy: Policy = POLICY, **options: Any) -> BillingReport:
    return billing_report(policy, [write_csv(tmp_path / "bill.csv", lines)], DAY, **options)


def costing(cost: str, **changed: Any) -> Line:
    return line(**{"EffectiveCost": cost, "BilledCost": cost, "ResourceId": f"r-{cost}", **changed})


def plain(amounts: Any) -> Any:
    """Make whole numbers of amounts, however deep they are in lists and tuples."""
    if isinstance(amounts, (list, tuple)):
        return type(amounts)(map(plain, amounts))
    return int(amounts) if isinstance(amounts, Decimal) and amounts == int(amounts) else amounts


def classes(found: BillingReport) -> dict[str, Decimal]:
    return {name: amount for name, amount in found.totals.effective.classes.items() if amount}


def test_only_valid_tags_make_cost_attributable(tmp_path: Path) -> None:
    lines = [
        costing("10"),
        costing("20", Tags={}),
        costing("30", Tags={"team": "Fraud!"}),
        costing("40", Tags={"team": " TBD "}),
        costing("50", Tags={"team": "fraud", "stage": "production"}),
    ]

    found = report(tmp_path, lines)

    assert plain((found.totals.effective.attributable, found.totals.effective.chargeable)) == (10, 150)
    assert found.totals.effective.percent == 6.6
    assert [(each.resource, each.missing, each.wrong) for each in found.gaps] == [
        ("r-50", (), ("stage",)),
        ("r-40", ("team",), ()),
        ("r-30", (), ("team",)),
        ("r-20", ("team",), ()),
    ]
    assert plain([(each.tag, each.asked, each.present, each.valid) for each in found.tags]) == [
        ("team", 150, 90, 60),
        ("stage", 0, 0, 0),
    ]


def test_every_line_is_of_one_class_and_all_of_them_add_up(tmp_path: Path) -> None:
    lines = [
        costing("1"),
        costing("2", ChargeCategory="Tax", ResourceId=None),
        costing("-4", ChargeCategory="Credit"),
        costing("8", ChargeCategory="Adjustment"),
        costing("16", ChargeClass="Correction"),
        costing("-32"),
        costing("64", ChargeCategory="Purchase", CommitmentDiscountId="sp-1"),
        costing("128", CommitmentDiscountId="sp-1", CommitmentDiscountStatus="Unused"),
        costing("256", ServiceName="AWS Support (Business)"),
        costing("512", ServiceName="Networking"),
        costing("1024", ResourceId=None),
        costing("2048", ProviderName="Oracle"),
        costing("4096", ChargeCategory="Purchase"),
        costing("8192", CommitmentDiscountId="sp-1", CommitmentDiscountStatus="Used"),
    ]

    found = report(tmp_path, lines, replace(POLICY, costs=Costs(shared=("Net*",))))

    assert classes(found) == {
        "chargeable": 1 + 4096 + 8192,
        "tax": 2,
        "credits": -4,
        "adjustments": 8,
        "corrections": 16,
        "refunds": -32,
        "commitment_purchases": 64,
        "commitment_unused": 128,
        "support": 256,
        "shared": 512,
        "untaggable": 1024,
        "elsewhere": 2048,
    }
    assert sum(classes(found).values()) == found.totals.effective.whole
    assert found.totals.effective.percent == 100


def test_a_credit_takes_nothing_off_the_denominator(tmp_path: Path) -> None:
    lines = [costing("18"), costing("1", Tags={}), costing("-2.6", ChargeCategory="Credit", Tags={})]

    assert report(tmp_path, lines).totals.effective.percent == 94.7


def test_tag_details_tell_that_a_charge_cannot_be_tagged(tmp_path: Path) -> None:
    lines = [costing("3", TagDetails='{"Default": {}}'), costing("5", TagDetails=None, Tags=None)]

    assert classes(report(tmp_path, lines)) == {"chargeable": 3, "untaggable": 5}


def test_services_may_be_charged_without_a_resource(tmp_path: Path) -> None:
    lines = [costing("3", ResourceId=None, ServiceName="Bedrock"), costing("5", ResourceId=None)]

    found = report(tmp_path, lines, replace(POLICY, costs=Costs(without_resource=("Bedrock",))))

    assert classes(found) == {"chargeable": 3, "untaggable": 5}


def test_both_bases_are_told(tmp_path: Path) -> None:
    lines = [line(EffectiveCost="1", BilledCost="0"), line(EffectiveCost="1", BilledCost="3", Tags={})]

    assert report(tmp_path, lines).totals.effective.percent == 50
    found = report(tmp_path, lines, basis="billed")
    assert found.totals.billed.percent == 0
    assert [each.cost for each in found.gaps] == [3]


def test_exempt_cost_is_not_attributable_and_told_apart(tmp_path: Path) -> None:
    exemption = Exemption("EX-1", "ops", "vendor", DAY, ("team",), Selector(accounts=("1111*",)))
    lines = [costing("1"), costing("2", Tags={}), costing("4", Tags={}, SubAccountId="9")]

    found = report(tmp_path, lines, replace(POLICY, exemptions=(exemption,)))

    amounts = found.totals.effective
    assert plain((amounts.attributable, amounts.exempt, amounts.unattributed)) == (1, 2, 6)
    assert [piece.cost for piece in found.fixes.pieces] == [4]
    assert not found.fixes.reachable


def test_a_tag_is_asked_of_what_the_policy_requires_it_on(tmp_path: Path) -> None:
    needed = Requirement(when=TagIn("stage", frozenset({"prod"})))
    policy = replace(POLICY, tags=(replace(TEAM, requirements=(needed,)), STAGE))
    lines = [
        costing("1", Tags={"stage": "prod", "team": "fraud"}),
        costing("2", Tags={"stage": "prod"}),
        costing("4", Tags={"stage": "dev"}),
    ]

    found = report(tmp_path, lines, policy)

    assert plain((found.tags[0].asked, found.tags[0].valid)) == (3, 1)
    assert found.totals.effective.attributable == 5


def test_resources_are_judged_by_their_newest_lines(tmp_path: Path) -> None:
    lines = [
        line(ResourceId="mended", ChargePeriodStart="2026-05-01T00:00:00Z", Tags={}),
        line(ResourceId="mended", ChargePeriodStart="2026-05-02T00:00:00Z"),
        line(ResourceId="broken", ChargePeriodStart="2026-05-02T00:00:00Z", Tags={}),
        line(ResourceId="broken", ChargePeriodStart="2026-05-01T00:00:00Z"),
        line(ResourceId="free", EffectiveCost="0", BilledCost="0"),
        line(ResourceId="both"),
        line(ResourceId="both", Tags={}),
    ]

    figures = report(tmp_path, lines).by_resource

    assert (figures.resources, figures.compliant, figures.percent) == (4, 2, 50)


def test_cost_is_broken_down_by_where_it_goes_and_who_pays(tmp_path: Path) -> None:
    lines = [
        costing("1"),
        costing("2", Tags={"team": "search"}, SubAccountId="9", SubAccountName="prod"),
        costing("4", Tags={}, SubAccountId="9", SubAccountName="prod"),
        costing("8", Tags={"team": "NO GOOD"}),
    ]

    found = report(tmp_path, lines, dimensions=("account", "tag:team"))

    accounts, teams = found.breakdowns
    assert plain(
        [(each.name, each.title, each.chargeable, each.attributable) for each in accounts.groups]
    ) == [
        ("111122223333", "training", 9, 1),
        ("9", "prod", 6, 2),
    ]
    assert plain([(each.name, each.chargeable) for each in teams.groups]) == [
        ("", 12),
        ("search", 2),
        ("fraud", 1),
    ]


def test_an_unknown_dimension_is_refused_with_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean `account`"):
        report(tmp_path, [line()], dimensions=("acount",))


def test_the_fewest_pieces_of_work_are_found(tmp_path: Path) -> None:
    lines = [
        costing("60"),
        costing("20", Tags={}, SubAccountId="a"),
        *(costing(str(cost), Tags={}, SubAccountId="b") for cost in (9, 8)),
        costing("3", Tags={"team": "NO"}, SubAccountId="b"),
    ]

    fixes = report(tmp_path, lines).fixes

    assert plain([(each.account, each.tags, each.resources, each.cost) for each in fixes.pieces]) == [
        ("a", ("team",), 1, 20),
        ("b", ("team",), 3, 20),
    ]
    assert fixes.resources == 3
    assert (fixes.reachable, fixes.percent_after) == (True, 100)


def test_what_can_be_read_off_is_told_apart_from_what_must_be_asked(tmp_path: Path) -> None:
    aliased = replace(TEAM, aliases=(Alias("squad", DAY.replace(year=2025)),))
    policy = replace(POLICY, tags=(aliased, STAGE))
    lines = [
        costing("1", Tags={"squad": "fraud"}),
        costing("2", Tags={"Team": "fraud"}),
        costing("4", Tags={"team": "fraud", "stage": "production"}),
        costing("8", Tags={"team": "Fraud"}),
        costing("16", Tags={"TEAM": "Fraud", "stage": "PROD"}),
        costing("32", Tags={}),
        costing("64", Tags={"team": "!!"}),
    ]

    found = report(tmp_path, lines, policy).recovery

    assert found.recoverable == 1 + 2 + 4 + 8 + 16
    assert found.kinds == {
        "misspelt-key": 18,
        "older-key": 1,
        "replaced-value": 4,
        "spelling-of-value": 24,
    }
    assert found.unexamined == 0


def test_currencies_are_never_added_up(tmp_path: Path) -> None:
    lines = [line(), line(BillingCurrency="EUR", EffectiveCost="5")]

    with pytest.raises(UsageError, match="several currencies, which cannot be added up: EUR, USD"):
        report(tmp_path, lines)
    with pytest.raises(UsageError, match="no currency `GBP`; it has EUR, USD"):
        report(tmp_path, lines, currency="GBP")
    assert report(tmp_path, lines, currency="EUR").totals.effective.whole == 5


def test_months_make_a_trend_and_closed_ones_the_gate(tmp_path: Path) -> None:
    months = [
        line(BillingPeriodStart=f"2026-{month:02}-01T00:00:00Z", Tags={} if month == 7 else {"team": "ab"})
        for month in range(7, 12)
    ]

    found = report(tmp_path, months)

    assert [(each.name, each.totals.effective.percent, each.closed) for each in found.periods] == [
        ("2026-07", 0, True),
        *((f"2026-{month:02}", 100, True) for month in (8, 9, 10)),
        ("2026-11", 100, False),
    ]
    assert found.readiness.missing == ("80.0 % of chargeable cost is attributable, 90 % is needed",)
    assert report(tmp_path, months[1:]).readiness.ready
    assert report(tmp_path, months[2:]).readiness.missing == ("2 of 3 closed months in a row are at 90 %",)
    assert report(tmp_path, months, period="2026-11").totals.lines == 1


def test_a_percentage_is_never_rounded_up_to_the_threshold(tmp_path: Path) -> None:
    lines = [costing("899999999999"), costing("100000000001", Tags={})]

    found = report(tmp_path, lines)

    assert found.totals.effective.percent == 89.9
    assert not found.readiness.ready


def test_the_json_is_that_of_its_schema_and_money_is_exact(tmp_path: Path) -> None:
    lines = [costing("0.000000000000000001"), costing("12345678901234.123456789", Tags={"team": "=cmd()"})]

    document = json.loads(json_of(report(tmp_path, lines)))

    jsonschema.validate(document, json_schema())
    assert document["by_cost"]["chargeable"] == "12345678901234.123456789000000001"
    assert document["by_cost"]["attributable"] == "0.000000000000000001"
    assert document["gaps"][0]["cost"] == "12345678901234.123456789"


def test_text_and_csv_keep_hostile_names_harmless(tmp_path: Path) -> None:
    lines = [costing("5", Tags={}, ResourceName="=HYPERLINK()\x1b[31m", SubAccountName="\x1b]0;x\x07")]

    found = report(tmp_path, lines)

    shown = text(found, Style(color=False, unicode=True, quiet=False))
    assert "\x1b" not in shown
    assert "0 %" in shown
    assert ",'=HYPERLINK()" in csv_of(found)


def test_nothing_to_judge_is_told(tmp_path: Path) -> None:
    found = report(tmp_path, [costing("1", ChargeCategory="Tax")])

    assert found.totals.effective.percent is None
    assert "nothing to judge" in text(found, Style(color=False, unicode=False, quiet=True))


@pytest.mark.parametrize(
    "names", [(None, "old", "renamed"), ("renamed", None, "old"), ("old", "renamed", None)]
)
def test_an_account_of_several_names_is_called_alike_in_any_order(
    names: tuple[str | None, ...], tmp_path: Path
) -> None:
    lines = [costing("1", SubAccountName=each, ServiceName=f"s-{each}") for each in names]

    (account,) = report(tmp_path, lines, dimensions=["account"]).breakdowns[0].groups

    assert account.title == "renamed"


def test_costs_that_cannot_be_added_up_exactly_are_refused(tmp_path: Path) -> None:
    for number in range(5):
        write_csv(tmp_path / f"{number}.csv", [costing("6" + "0" * 19, ResourceId=f"r-{number}")])
    with pytest.raises(InputError, match="too large to be added up exactly"):
        billing_report(POLICY, [str(tmp_path)], DAY)
