"""Bills come in many shapes: what is read of each is the same."""

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tagward.errors import InputError
from tagward_service.billing.bill import Bill, read_bill
from tests.service.billing.bills import line, without, write_csv, write_parquet

TAGS = {"team": "fraud", ' "odd".[key]': "é 'x'"}
ENTRY = pa.struct([("Key", pa.string()), ("Value", pa.string()), ("x_Inherited", pa.bool_())])


def tags(bill: Bill) -> list[dict[str, str]]:
    return [
        row[0] for row in bill.connection.execute("SELECT tags FROM lines ORDER BY resource_id").fetchall()
    ]


def total(bill: Bill, column: str = "effective") -> Decimal:
    row = bill.connection.execute(f"SELECT sum({column}) FROM lines").fetchone()
    assert row is not None
    return Decimal(row[0])


def column(bill: Bill, name: str) -> list[Any]:
    return [row[0] for row in bill.connection.execute(f"SELECT {name} FROM lines ORDER BY ALL").fetchall()]


def codes(bill: Bill) -> dict[str, int]:
    return {each.code: each.lines for each in bill.findings}


@pytest.mark.parametrize(
    ("given", "type_of"),
    [
        (list(TAGS.items()), pa.map_(pa.string(), pa.string())),
        ([{"Key": key, "Value": value} for key, value in TAGS.items()], pa.list_(ENTRY)),
        (
            [{"KEY": key, "VALUE": value} for key, value in TAGS.items()],
            pa.list_(pa.struct([("VALUE", pa.string()), ("KEY", pa.string())])),
        ),
        ('{"team": "fraud", " \\"odd\\".[key]": "\\u00e9 \'x\'"}', pa.string()),
        ('"team": "fraud", " \\"odd\\".[key]": "é \'x\'"', pa.string()),
    ],
    ids=["map", "list of structs", "list, upper case", "JSON text", "JSON text without braces"],
)
def test_tags_are_read_from_every_encoding(tmp_path: Path, given: object, type_of: object) -> None:
    file = write_parquet(tmp_path / "bill.parquet", [{**line(), "Tags": given}], {"Tags": type_of})

    assert tags(read_bill([file])) == [TAGS]


@pytest.mark.parametrize("nothing", [None, "NULL", "", "{}"])
def test_no_tags_are_no_tags_in_every_spelling(tmp_path: Path, nothing: object) -> None:
    bill = read_bill([write_csv(tmp_path / "bill.csv", [line(Tags=nothing)])])

    assert tags(bill) == [{}]
    assert codes(bill) == {}


def test_values_that_are_no_texts_are_read_as_json_writes_them(tmp_path: Path) -> None:
    bill = read_bill([write_csv(tmp_path / "bill.csv", [line(Tags='{"a": true, "b": 12, "c": null}')])])

    assert tags(bill) == [{"a": "true", "b": "12", "c": None}]


def test_of_a_key_that_is_there_twice_the_first_value_counts(tmp_path: Path) -> None:
    bill = read_bill([write_csv(tmp_path / "bill.csv", [line(Tags='{"a.b": "1", "q\\"": "2", "a.b": "3"}')])])

    assert tags(bill) == [{"a.b": "1", 'q"': "2"}]


def test_tags_that_nobody_can_read_are_counted(tmp_path: Path) -> None:
    lines = [line(Tags="{team: fraud"), line(Tags="[1]", ResourceId="r2"), line(ResourceId="r3")]

    bill = read_bill([write_csv(tmp_path / "bill.csv", lines)])

    assert codes(bill) == {"unreadable-tags": 2}
    assert total(bill) == 3


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (
            {
                "resourceTags/team": "a",
                "userAttribute/team": "b",
                "accountTag/env": "c",
                "costCategory/Unit": "d",
            },
            {"team": "a"},
        ),
        ({"resourceTags/team": "a", "team": "b", "resourceTags/env": "c"}, {"team": "b", "env": "c"}),
        ({"accountTag/team": "a"}, {}),
        ({"user_team": "a", "user_user_id": "7", "aws_created_by": "root"}, {"team": "a", "user_id": "7"}),
        ({"user_team": "a", "team": "b"}, {"user_team": "a", "team": "b"}),
        ({"resourcetags/team": "a"}, {"resourcetags/team": "a"}),
    ],
)
def test_keys_of_aws_lose_the_prefixes_of_its_exports(
    tmp_path: Path, given: dict[str, str], read: dict[str, str]
) -> None:
    bill = read_bill([write_csv(tmp_path / "bill.csv", [line(Tags=given)])])
    azure = read_bill([write_csv(tmp_path / "azure.csv", [line(Tags=given, ProviderName="Microsoft")])])

    assert tags(bill) == [read]
    assert tags(azure) == [given]


def test_tags_of_a_split_cost_come_before_those_of_what_was_split(tmp_path: Path) -> None:
    split = line(
        AllocatedTags='{"team": "search"}', AllocatedResourceId="pod-1", Tags={"team": "x", "env": "p"}
    )

    bill = read_bill([write_csv(tmp_path / "bill.csv", [split])])

    assert tags(bill) == [{"team": "search", "env": "p"}]
    assert column(bill, "resource_id") == ["pod-1"]


def test_ids_stay_texts(tmp_path: Path) -> None:
    bill = read_bill([write_csv(tmp_path / "bill.csv", [line()])])

    assert column(bill, "billing_account") == ["000123456789"]


@pytest.mark.parametrize("type_of", [pa.float64(), pa.decimal128(38, 10), pa.string()])
def test_money_is_summed_exactly(tmp_path: Path, type_of: Any) -> None:
    cost = {"double": float, "string": str}.get(str(type_of), Decimal)
    lines = [{**line(), "EffectiveCost": cost("0.1"), "BilledCost": cost("0.1")} for _ in range(1_000)]
    types = {"EffectiveCost": type_of, "BilledCost": type_of}

    bill = read_bill([write_parquet(tmp_path / "bill.parquet", lines, types)])

    assert total(bill) == total(bill, "billed") == 100


def test_eleven_decimals_and_exponents_are_kept(tmp_path: Path) -> None:
    lines = [
        line(BilledCost="0.00001605991", EffectiveCost="1.5E-7"),
        line(BilledCost="2", EffectiveCost="-0"),
    ]

    bill = read_bill([write_csv(tmp_path / "bill.csv", lines)])

    assert total(bill, "billed") == Decimal("2.00001605991")
    assert total(bill) == Decimal("0.00000015")


def test_costs_that_are_missing_or_too_fine_are_counted(tmp_path: Path) -> None:
    lines = [line(EffectiveCost=""), line(BilledCost="1,5"), line(BilledCost="0.1234567890123456789")]

    assert codes(read_bill([write_csv(tmp_path / "bill.csv", lines)])) == {"no-cost": 2, "rounded-cost": 1}


def test_a_bill_that_names_no_resource_says_so(tmp_path: Path) -> None:
    usage = without([line(), line(ChargeCategory="Tax")], "ResourceId")
    tax = [line(ChargeCategory="Tax", ResourceId=None)]

    assert codes(read_bill([write_csv(tmp_path / "usage.csv", usage)])) == {"no-resources": 1}
    assert codes(read_bill([write_csv(tmp_path / "tax.csv", tax)])) == {}


def test_column_names_are_found_in_any_case_and_order(tmp_path: Path) -> None:
    odd = {key.upper() if key < "C" else key.lower(): value for key, value in reversed(line().items())}

    bill = read_bill([write_csv(tmp_path / "bill.csv", [odd])])

    assert total(bill) == 1


def test_columns_that_questions_can_do_without_may_be_missing(tmp_path: Path) -> None:
    bare = without(
        [line()], "ResourceName", "SubAccountName", "SubAccountId", "CommitmentDiscountStatus", "RegionId"
    )

    bill = read_bill([write_csv(tmp_path / "bill.csv", bare)])

    assert column(bill, "account") == ["000123456789"]
    assert column(bill, "region") == [None]


def test_the_provider_of_focus_1_4_is_found(tmp_path: Path) -> None:
    newer = without([line(ServiceProviderName="Google Cloud", TagDetails=None)], "ProviderName")

    bill = read_bill([write_csv(tmp_path / "bill.csv", newer)])

    assert column(bill, "cloud") == ["gcp"]
    assert column(bill, "taggable") == [None]


def test_tag_details_say_what_could_be_tagged_once_somebody_fills_them_in(tmp_path: Path) -> None:
    told = [line(TagDetails='{"Default": {}}'), line(TagDetails=None, ResourceId="r2")]

    assert column(read_bill([write_csv(tmp_path / "bill.csv", told)]), "taggable") == [False, True]


def test_a_missing_column_is_named_with_what_may_be_meant(tmp_path: Path) -> None:
    renamed = [{("EfectiveCost" if key == "EffectiveCost" else key): value for key, value in line().items()}]

    with pytest.raises(InputError, match=r"no column `EffectiveCost` .*is `EfectiveCost` meant to be"):
        read_bill([write_csv(tmp_path / "bill.csv", renamed)])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "its first line names no columns"),
        (b"a,b\n1,2\n", "it has no column `ChargePeriodStart`"),
        (b"PAR1 and then nothing", "it is no Parquet file, or ends in the middle"),
        (b'"Tags\n",BilledCost\n{},5\n', "its first line cannot be read"),
        (b'{"Tags": {}}', "it is JSON; export the bill as CSV or Parquet"),
        (b"PAREthen nothing", "it is an encrypted Parquet file"),
        (b"lineItem/UnblendedCost,lineItem/UsageType\n", "but AWS's own report .CUR.; export FOCUS"),
        (gzip.compress("a,b\n".encode("utf-16"), mtime=0), "it is written in UTF-16"),
    ],
)
def test_what_is_no_bill_is_refused_with_the_reason(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "bill.csv"
    file.write_bytes(content)

    with pytest.raises(InputError, match=why):
        read_bill([str(file)])


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (lambda content: content + b"only,three,fields\r\n", r"bill\.csv:4: 3 fields in place of \d+"),
        (
            lambda content: content.replace(b"Amazon", b"\xe9mazon"),
            r"bill\.csv:2: it is not written in UTF",
        ),
        (lambda content: content.replace(b"\r\n", b"\n", 1), "its lines end in more than one way"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, spoilt: Callable[[bytes], bytes], why: str
) -> None:
    file = tmp_path / "bill.csv"
    write_csv(file, [line(ServiceName="Amazon EC2"), line(ServiceName="Amazon S3")])
    file.write_bytes(spoilt(file.read_bytes()))

    with pytest.raises(InputError, match=why):
        read_bill([str(file)])


def test_a_gzip_file_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "bill.csv.gz"
    file.write_bytes(gzip.compress(b"a,b\n" * 9999, mtime=0)[:20])

    with pytest.raises(InputError, match="it is no gzip file, or ends in the middle; fetch it again"):
        read_bill([str(file)])


def test_azures_own_export_is_read_too(tmp_path: Path) -> None:
    native = {
        "Date": "05/03/2026",
        "SubscriptionId": "s-1",
        "SubscriptionName": "trial",
        "MeterCategory": "Virtual Machines",
        "ResourceLocation": "EastUS",
        "ResourceId": "/subscriptions/s-1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm",
        "ChargeType": "UnusedReservation",
        "benefitId": "r-1",
        "BillingCurrency": "EUR",
        "Cost": "2.25",
        "Tags": '"team": "fraud","org": ""',
    }

    bill = read_bill([write_csv(tmp_path / "bill.csv", [native])])
    asked = "cloud, account, service, charge_category, commitment_status, commitment, period, tags"
    row = bill.connection.execute(f"SELECT {asked} FROM lines").fetchone()

    tagged = {"team": "fraud", "org": ""}
    assert row == ("azure", "s-1", "Virtual Machines", "Usage", "Unused", "r-1", "2026-05", tagged)
    assert bill.currencies == ("EUR",)


def test_folders_and_globs_are_read_whole_and_one_content_once(tmp_path: Path) -> None:
    inner = tmp_path / "2026" / "05"
    inner.mkdir(parents=True)
    write_csv(tmp_path / "a.csv", [line()])
    write_csv(inner / "b.csv", [line(EffectiveCost="5")])
    write_csv(inner / "c.csv", [line()])
    (inner / "readme.txt").write_text("no bill")

    whole = read_bill([str(tmp_path)])
    some = read_bill([str(tmp_path / "20*" / "**" / "*.csv")])

    assert total(whole) == 6
    assert codes(whole) == {"duplicate-file": 0}
    assert total(some) == 6


def test_a_place_without_bills_is_an_error(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "*.csv", tmp_path / "none.csv"):
        with pytest.raises(InputError):
            read_bill([str(place)])


def test_lines_that_differ_in_nothing_are_summed_up(tmp_path: Path) -> None:
    days = [line(ChargePeriodStart=f"2026-05-{day:02}T00:00:00Z") for day in range(1, 31)]

    bill = read_bill([write_csv(tmp_path / "bill.csv", days)])

    assert column(bill, "lines") == [30]
    assert [str(each) for each in column(bill, "last_start")] == ["2026-05-30 00:00:00"]


def test_a_file_name_may_hold_anything(tmp_path: Path) -> None:
    bill = read_bill([write_csv(tmp_path / 'it\'s "a" bill.csv', [line()])])

    assert total(bill) == 1
