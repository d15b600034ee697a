"""A table of an engine is told of like the file that it was loaded from, in every number."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from msgspec.structs import replace

from tagward.errors import InputError, UsageError
from tagward.loader import load
from tagward.policy import Allowed, Policy
from tagward_service.billing.report import billing_report
from tagward_service.showback.report import showback
from tagward_service.showback.rules import Showback
from tests.generators.bill_laws import drawn
from tests.generators.random_bills import Encoding, write
from tests.generators.random_policies import DAY
from tests.service.billing.bills import Line, line, write_csv, write_parquet
from tests.service.billing.engines.tables_and_files import TABLE, comparable, from_both, in_duckdb
from tests.service.billing.test_billing_report import POLICY, TEAM

REAL = Path(__file__).parents[1] / "real"
REGISTERED = replace(POLICY, tags=(replace(TEAM, constraint=Allowed(("fraud",), registry="teams")),))
MAPS = pa.map_(pa.string(), pa.string())
COSTS = {"BilledCost": pa.float64(), "EffectiveCost": pa.float64()}


def test_the_real_bill_is_told_alike(tmp_path: Path) -> None:
    policy = load(REAL / "tagward.yaml", as_of=DAY)
    file = REAL / "focus_sample_1.0.csv.gz"

    told, asked = from_both(file, tmp_path, policy, basis="billed", dimensions=["provider"])

    assert asked == told
    assert len(told["gaps"]) > 100


@pytest.mark.parametrize(("seed", "encoding"), [(0, "map"), (1, "json")])
def test_random_bills_are_told_alike(seed: int, encoding: Encoding, tmp_path: Path) -> None:
    rng = Random(seed)
    world = drawn(rng, 30)
    file = tmp_path / "bill.parquet"
    write(file, rng, world, encoding)

    told, asked = from_both(file, tmp_path, world.policy)

    assert asked == told


def parquet(folder: Path, lines: Sequence[Line], types: dict[str, Any]) -> Path:
    return Path(write_parquet(folder / "bill.parquet", lines, types))


def pairs(*tags: tuple[str | None, str | None]) -> list[dict[str, Any]]:
    return [{"Key": key, "Value": value, "x_Inherited": False} for key, value in tags]


HOSTILE = ('it\'s "a.b"[0]', " team", "$.team", "Größe→😀", "a\\b", "--;", "%_")

PREFIXED = (
    {"resourceTags/team": "fraud", "costCategory/team": "no"},
    {"resourceTags/team": "no", "team": "fraud"},
    {"userAttribute/team": "fraud"},
    {"accountTag/team": "fraud", "resourceTags/team": "tbd"},
    {"resourceTags/resourceTags/team": "fraud"},
    {"user_team": "fraud", "aws_createdBy": "me"},
    {"user_team": "no", "other": "x"},
    {"userXteam": "fraud"},
    {"resourceTags/": "fraud"},
    *({f"resourceTags/{key}": "x", "resourceTags/team": "fraud"} for key in HOSTILE),
)
"""Tags as AWS spells their keys, and worse."""


@pytest.mark.parametrize("provider", ["AWS", "Microsoft"])
def test_prefixes_of_aws_are_taken_off_in_tables_too(provider: str, tmp_path: Path) -> None:
    lines = [
        line(Tags=list(tags.items()), ProviderName=provider, ResourceId=f"r-{number}", EffectiveCost="1")
        for number, tags in enumerate(PREFIXED)
    ]

    told, asked = from_both(parquet(tmp_path, lines, {"Tags": MAPS}), tmp_path, POLICY)

    assert asked == told
    right = 3 + len(HOSTILE) if provider == "AWS" else 1
    assert float(told["by_cost"]["attributable"]) == right


def test_lists_of_structs_are_read_like_those_in_files(tmp_path: Path) -> None:
    kind = pa.list_(pa.struct([("Key", pa.string()), ("Value", pa.string()), ("x_Inherited", pa.bool_())]))
    tags = [
        pairs(("team", "fraud"), ("team", "later")),
        pairs((None, "x")),
        pairs(),
        None,
        pairs(("team", None)),
    ]
    lines = [line(Tags=each, ProviderName="Google Cloud", ResourceId=f"r-{n}") for n, each in enumerate(tags)]

    told, asked = from_both(parquet(tmp_path, lines, {"Tags": kind}), tmp_path, POLICY)

    assert asked == told
    assert len(told["gaps"]) == 4


def test_bad_costs_times_and_tags_are_found_like_those_in_files(tmp_path: Path) -> None:
    odd = [
        line(Tags="{"),
        line(Tags='"team": "fraud"'),
        line(Tags="NULL"),
        line(Tags='{"team": "fraud", "team": "other"}'),
        line(Tags='\t{"team": "fraud", "n": 12.20, "yes": true, "no": null}'),
        line(BilledCost="much"),
        line(EffectiveCost="0.0000000000000000005"),
        line(EffectiveCost="1.1234567890123456780000"),
        line(BillingPeriodStart="2026-05-01", ChargePeriodStart="20260501"),
        line(BillingPeriodStart=None, ChargePeriodStart="05/31/2026"),
        line(BillingPeriodStart="soon", ChargePeriodStart="later"),
        line(ProviderName="Oracle"),
        line(ProviderName=None, ChargeClass="NULL"),
    ]
    lines = [{**each, "ResourceId": f"r-{number}"} for number, each in enumerate(odd)]

    told, asked = from_both(Path(write_csv(tmp_path / "bill.csv", lines)), tmp_path, POLICY)

    assert asked == told
    codes = {each["code"] for each in told["findings"]}
    assert codes >= {"unreadable-tags", "no-cost", "rounded-cost", "no-period", "unknown-provider"}


def test_doubles_lose_their_noise_as_in_files(tmp_path: Path) -> None:
    rng = Random(7)
    costs = [
        rng.choice((rng.random(), rng.random() * 1e5, 0.1 + 0.2, -1.1e-10, 123456.789)) for _ in range(500)
    ]
    lines = [
        {**line(ResourceId=f"r-{number}"), "EffectiveCost": cost, "BilledCost": cost}
        for number, cost in enumerate([*costs, float("nan"), float("inf"), None])
    ]

    told, asked = from_both(parquet(tmp_path, lines, COSTS), tmp_path, POLICY)

    assert asked == told


def test_split_costs_and_what_could_be_tagged_are_read(tmp_path: Path) -> None:
    split = {"AllocatedResourceId": None, "AllocatedTags": None, "TagDetails": None}
    lines = [
        line(Tags=[("team", "no one")], **{**split, "TagDetails": "{}"}),
        line(Tags=[("team", "fraud")], **split),
        line(
            Tags=[("team", "tbd"), ("stage", "dev")],
            **{
                **split,
                "AllocatedResourceId": "part",
                "AllocatedTags": [("team", "fraud")],
                "TagDetails": "{}",
            },
        ),
    ]
    types = {"Tags": MAPS, "AllocatedTags": MAPS}

    told, asked = from_both(parquet(tmp_path, lines, types), tmp_path, POLICY)

    assert asked == told
    assert (told["by_cost"]["untaggable"], told["by_cost"]["attributable"]) == ("1", "1")


def test_times_with_a_zone_are_shifted(tmp_path: Path) -> None:
    zoned = pa.timestamp("us", tz="+02:00")
    start = datetime(2026, 4, 30, 22, 30, tzinfo=UTC)
    lines = [{**line(), "BillingPeriodStart": start, "ChargePeriodStart": start}]
    types = {"BillingPeriodStart": zoned, "ChargePeriodStart": zoned}

    told, asked = from_both(parquet(tmp_path, lines, types), tmp_path, POLICY)

    assert asked == told
    assert [each["period"] for each in told["periods"]] == ["2026-04"]


def test_azures_own_export_is_read_from_tables_too(tmp_path: Path) -> None:
    native = {
        "Date": "05/31/2026",
        "SubscriptionId": "s",
        "MeterCategory": "Virtual Machines",
        "ResourceId": "/subscriptions/s/vm",
        "ChargeType": "Usage",
        "BillingCurrency": "EUR",
        "CostInBillingCurrency": "1.25",
        "Tags": '"team": "fraud"',
    }
    kinds = ("Usage", "Purchase", "UnusedReservation", "Tax", "RoundingAdjustment")
    lines = [{**native, "ChargeType": each} for each in kinds]

    told, asked = from_both(Path(write_csv(tmp_path / "bill.csv", lines)), tmp_path, POLICY)

    assert asked == told
    assert told["by_cost"]["commitment_unused"] == "1.25"


def test_owners_in_no_registry_are_asked_for(tmp_path: Path) -> None:
    lines = [line(), line(Tags={"team": "gone"}, ResourceId="r-2")]

    told, asked = from_both(Path(write_csv(tmp_path / "bill.csv", lines)), tmp_path, REGISTERED)

    assert asked == told
    assert any("in no registry" in each for each in told["readiness"]["missing"])


@pytest.mark.parametrize("chosen", [{"currency": "EUR"}, {"currency": "USD", "period": "2026-05"}])
def test_one_currency_and_one_month_are_told_apart(chosen: dict[str, str], tmp_path: Path) -> None:
    lines = [
        line(BillingCurrency=currency, BillingPeriodStart=f"{month}-01")
        for currency in ("EUR", "USD")
        for month in ("2026-04", "2026-05")
    ]
    file = Path(write_csv(tmp_path / "bill.csv", lines))

    told, asked = from_both(file, tmp_path, POLICY, **chosen)

    assert asked == told
    with pytest.raises(UsageError, match="several currencies"):
        billing_report(POLICY, [TABLE], DAY, engine=in_duckdb(file, tmp_path))


def test_several_tables_are_one_bill(tmp_path: Path) -> None:
    maps = parquet(tmp_path, [line(Tags=[("team", "fraud")])], {"Tags": MAPS})
    texts = Path(write_csv(tmp_path / "bill.csv", [line(ResourceId="r-2")]))
    engine = in_duckdb(maps, tmp_path)
    with duckdb.connect(engine.removeprefix("duckdb://")) as connection:
        connection.execute(f"CREATE TABLE more AS FROM read_csv('{texts}', all_varchar = true)")

    told = billing_report(POLICY, [str(maps), str(texts)], DAY)
    asked = billing_report(POLICY, [TABLE, "more", "more"], DAY, engine=engine)

    assert comparable(asked) == comparable(told)
    assert asked.files == 2


def test_what_only_files_tell_is_said(tmp_path: Path) -> None:
    engine = in_duckdb(Path(write_csv(tmp_path / "bill.csv", [line()])), tmp_path)

    (found,) = billing_report(POLICY, [TABLE], DAY, engine=engine).findings

    assert (found.code, found.file) == ("not-checked", TABLE)


def test_showback_shares_a_table_out_like_a_file(tmp_path: Path) -> None:
    lines = [line(), line(ChargeCategory="Tax"), line(Tags={}, ResourceId="r-3")]
    file = Path(write_csv(tmp_path / "bill.csv", lines))
    policy = load("pack:ml-platform", as_of=DAY)
    rules = Showback("tagward/v1", "Showback")

    told = showback(policy, [str(file)], DAY, rules)
    asked = showback(policy, [TABLE], DAY, rules, engine=in_duckdb(file, tmp_path))

    assert asked.statement == told.statement


def test_nothing_is_written(tmp_path: Path) -> None:
    engine = in_duckdb(Path(write_csv(tmp_path / "bill.csv", [line()])), tmp_path)
    database = Path(engine.removeprefix("duckdb://"))
    before = database.read_bytes()

    billing_report(POLICY, [TABLE], DAY, engine=engine)

    assert database.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bill.csv", database.name]


def refusal(policy: Policy, table: str, engine: str) -> str:
    with pytest.raises((InputError, UsageError)) as told:
        billing_report(policy, [table], DAY, engine=engine)
    return str(told.value)


def test_what_is_no_bill_is_refused_with_the_reason(tmp_path: Path) -> None:
    engine = in_duckdb(Path(write_csv(tmp_path / "bill.csv", [line()])), tmp_path)
    with duckdb.connect(engine.removeprefix("duckdb://")) as connection:
        connection.execute("CREATE TABLE other AS SELECT 1 AS a")
        connection.execute(f"CREATE TABLE empty AS SELECT * FROM {TABLE} WHERE false")
        connection.execute(f"CREATE TABLE odd AS SELECT * REPLACE ([Tags] AS Tags) FROM {TABLE}")

    assert "not a FOCUS bill: it has no column" in refusal(POLICY, "other", engine)
    assert "the bill has no lines" in refusal(POLICY, "empty", engine)
    assert "cannot be read as tags on duckdb" in refusal(POLICY, "odd", engine)
    assert "nowhere" in refusal(POLICY, "nowhere", engine)
    assert "there is no such file" in refusal(POLICY, TABLE, f"duckdb://{tmp_path}/none.duckdb")
    assert not (tmp_path / "none.duckdb").exists()


def test_names_with_dots_and_quotes_are_names_of_tables(tmp_path: Path) -> None:
    engine = in_duckdb(Path(write_csv(tmp_path / "bill.csv", [line()])), tmp_path)
    with duckdb.connect(engine.removeprefix("duckdb://")) as connection:
        connection.execute(f"""CREATE TABLE bills."a.b ""c; --" AS FROM {TABLE}""")

    report = billing_report(POLICY, ['bills."a.b ""c; --"'], DAY, engine=engine)

    assert json.loads(json.dumps(comparable(report)))["by_cost"]["effective"] == "1"


def test_what_stands_for_nothing_and_accounts_that_became_numbers_are_read_as_in_files(
    tmp_path: Path,
) -> None:
    words = ("null", "\\N", "None", "nan", "[]", "")
    lines = [
        {**line(Tags=word, ResourceId=f"r-{number}", ChargeClass=word), "SubAccountId": number}
        for number, word in enumerate(words)
    ]

    told, asked = from_both(parquet(tmp_path, lines, {"SubAccountId": pa.int64()}), tmp_path, POLICY)

    assert asked == told
    assert "000000000001" in {each["account"] for each in told["gaps"]}
