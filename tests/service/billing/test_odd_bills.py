"""Bills as spreadsheets, warehouses and tools leave them: the figures are right, or they are refused."""

import csv
import datetime
import gzip
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tagward.errors import InputError
from tagward_service.billing.bill import read_bill
from tests.service.billing.bills import Line, line, write_csv, write_parquet
from tests.service.billing.test_reading_bills import codes, column, tags, total

LINES = [
    line(ResourceId="r1"),
    line(ResourceId="r2", Tags={"team": "search"}, EffectiveCost="1234.25", BilledCost="3"),
    line(ResourceId="r3", Tags=None, EffectiveCost="0.5"),
]
WHOLE = Decimal("1235.75")
MAY = datetime.datetime(2026, 5, 1)
TEAM = [{"team": "fraud"}, {"team": "search"}, {}]


def written(lines: Sequence[Line], **how: Any) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(lines[0]), **how)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def changed(**columns: Sequence[Any]) -> list[Line]:
    return [
        {**each, **{name: values[number] for name, values in columns.items()}}
        for number, each in enumerate(LINES)
    ]


def zipped(text: str, *names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)
    return stream.getvalue()


def saved(place: Path, content: bytes) -> str:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return str(place)


@pytest.mark.parametrize(
    "packed",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: gzip.compress(text.encode(), mtime=0),
        lambda text: pa.compress(text.encode(), codec="zstd", asbytes=True),
        lambda text: zipped(text, "bill.csv"),
        lambda text: text.replace("\r\n", "\n").encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: b"\r\n" + text.encode(),
        lambda text: b"sep=,\r\n" + text.encode(),
        lambda text: text.rstrip().encode(),
        lambda text: (text + "\r\n\r\n").encode(),
    ],
    ids=[
        "byte order mark",
        "UTF-16",
        "UTF-16, big end first",
        "gzip",
        "zstd",
        "zip",
        "LF",
        "CR",
        "empty line first",
        "line for Excel first",
        "no end of line at the end",
        "empty lines at the end",
    ],
)
def test_however_a_csv_is_packed_it_is_the_same_bill(tmp_path: Path, packed: Callable[[str], bytes]) -> None:
    bill = read_bill([saved(tmp_path / "bill.csv", packed(written(LINES)))])

    assert (total(bill), tags(bill), codes(bill)) == (WHOLE, TEAM, {})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_whatever_parts_fields_and_however_they_are_quoted(tmp_path: Path, delimiter: str) -> None:
    lines = [{**each, "ResourceName": "two\nlines, one; name|"} for each in LINES]
    text = written(lines, delimiter=delimiter, quoting=csv.QUOTE_ALL)

    bill = read_bill([saved(tmp_path / "bill.csv", text.encode())])

    assert (total(bill), tags(bill)) == (WHOLE, TEAM)


@pytest.mark.parametrize(
    ("delimiter", "costs", "whole"),
    [
        (";", ("1", "1234,25", "0,5"), WHOLE),
        (";", ("1", "1.234,25", "0,5"), WHOLE),
        (",", ("1", "1234,25", "0,5"), WHOLE),
        (",", ("1", "1,234.25", "0.5"), WHOLE),
        (";", ("1", "1,234", "2"), Decimal("4.234")),
        (",", ("1", "1,234,000", "2"), Decimal(1_234_003)),
        (";", ("1", "-1234,25", "1,5E-3"), Decimal("-1233.2485")),
    ],
)
def test_costs_with_commas_are_read_as_the_whole_file_means_them(
    tmp_path: Path, delimiter: str, costs: tuple[str, ...], whole: Decimal
) -> None:
    text = written(changed(EffectiveCost=costs, BilledCost=["1"] * 3), delimiter=delimiter)

    bill = read_bill([saved(tmp_path / "bill.csv", text.encode())])

    assert (total(bill), codes(bill)) == (whole, {})


@pytest.mark.parametrize("costs", [("1", "1,234", "2"), ("1,234.5", "1234,5", "2")])
def test_costs_with_commas_that_nobody_can_read_are_refused(tmp_path: Path, costs: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"nobody can tell .*; write them as 1234\.5"):
        read_bill([write_csv(tmp_path / "bill.csv", changed(EffectiveCost=costs))])


PLAIN_DATES = (
    "2026-05-01",
    "2026-05-01 00:00:00 UTC",
    "2026-05-01T00:00:00.000Z",
    "05/01/2026",
    "5/1/2026 12:00:00 AM",
    "01.05.2026",
    "2026/05/01",
    "20260501",
    "202605",
    "2026-05",
    "1777593600",
    "1777593600000",
    "1777593600000000",
    "1777593600000000000",
)
ZONED_DATES = ("2026-04-30T22:00:00-02:00", "2026-05-01 02:00:00+02", "2026-05-01T00:00:00Z", "2026-05-01")


@pytest.mark.parametrize("dates", [PLAIN_DATES, ZONED_DATES], ids=["plain", "with a zone"])
def test_dates_are_read_in_every_notation(tmp_path: Path, dates: Sequence[str]) -> None:
    lines = [line(ResourceId=date, BillingPeriodStart=date, ChargePeriodStart=date) for date in dates]

    bill = read_bill([write_csv(tmp_path / "bill.csv", lines)])

    asked = "SELECT resource_id FROM lines WHERE period = '2026-05' AND first_start = ?"
    assert {row[0] for row in bill.connection.execute(asked, [MAY]).fetchall()} == set(dates)


@pytest.mark.parametrize("date", ["46143", "2026", "20260", "2026051"])
def test_a_number_that_is_no_date_is_none(tmp_path: Path, date: str) -> None:
    bill = read_bill(
        [write_csv(tmp_path / "bill.csv", [line(BillingPeriodStart=date, ChargePeriodStart=date)])]
    )

    assert codes(bill) == {"no-period": 1}


def test_days_before_months_are_told_by_a_day_above_12(tmp_path: Path) -> None:
    lines = changed(
        BillingPeriodStart=[None] * 3, ChargePeriodStart=["01/05/2026", "13/05/2026", "02/05/2026"]
    )

    assert set(column(read_bill([write_csv(tmp_path / "bill.csv", lines)]), "period")) == {"2026-05"}


def test_days_before_and_after_months_are_refused(tmp_path: Path) -> None:
    lines = changed(ChargePeriodStart=["05/13/2026", "13/05/2026", "02/05/2026"])

    with pytest.raises(InputError, match="the day first and some the month; write them as 2026-05-31"):
        read_bill([write_csv(tmp_path / "bill.csv", lines)])


@pytest.mark.parametrize(
    "spelled",
    [
        str.lower,
        str.upper,
        lambda name: re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(),
        lambda name: re.sub(r"(?<!^)(?=[A-Z])", " ", name),
    ],
    ids=["as Athena", "as Snowflake", "as dbt", "for people"],
)
def test_names_of_columns_are_found_as_warehouses_spell_them(
    tmp_path: Path, spelled: Callable[[str], str]
) -> None:
    lines = [{spelled(name): value for name, value in each.items()} for each in LINES]

    assert total(read_bill([write_csv(tmp_path / "bill.csv", lines)])) == WHOLE


def test_a_column_that_is_there_twice_is_refused_only_if_it_is_read(tmp_path: Path) -> None:
    twice = [{**each, "x_a": "1", "X_A": "2", "": ""} for each in LINES]
    tagged = [{**each, "tags": "{}"} for each in LINES]
    table = pa.table(
        {"Tags": ["{}"], "tags": ["{}"]} | {name: [value] for name, value in line(Tags="").items()}
    )
    pq.write_table(table.append_column("TAGS", [["{}"]]), tmp_path / "twice.parquet")

    assert total(read_bill([write_csv(tmp_path / "x.csv", twice)])) == WHOLE
    for file in (write_csv(tmp_path / "tags.csv", tagged), str(tmp_path / "twice.parquet")):
        with pytest.raises(InputError, match="the column `Tags` is there twice"):
            read_bill([file])


@pytest.mark.parametrize("nothing", ["", "NULL", "null", "\\N", "None", "NaN"])
def test_what_stands_for_nothing_is_nothing(tmp_path: Path, nothing: str) -> None:
    lines = changed(ResourceId=["r1", "r2", nothing], Tags=[LINES[0]["Tags"], LINES[1]["Tags"], nothing])
    files = (write_csv(tmp_path / "bill.csv", lines), write_parquet(tmp_path / "bill.parquet", lines, {}))

    for file in files:
        bill = read_bill([file])
        assert column(bill, "resource_id") == ["r1", "r2", None]
        assert codes(bill) == {}


def parquet(place: Path, columns: Mapping[str, pa.Array], **how: Any) -> str:
    texts = {name: pa.array([each[name] for each in LINES], pa.string()) for name in LINES[0]}
    pq.write_table(pa.table({**texts, **columns}), place, **how)
    return str(place)


def same(values: Any, kind: pa.DataType) -> pa.Array:
    return pa.array([values] * 3, kind)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        *((pa.timestamp(unit, zone), {}) for unit in ("s", "ms", "us", "ns") for zone in (None, "UTC")),
        (pa.timestamp("us", "Asia/Tokyo"), {}),
        (pa.timestamp("ns"), {"use_deprecated_int96_timestamps": True}),
        (pa.date32(), {}),
        (pa.date64(), {}),
    ],
    ids=str,
)
def test_times_are_read_from_every_type_of_parquet(tmp_path: Path, kind: Any, how: dict[str, Any]) -> None:
    may = pa.array([MAY] * 3, pa.timestamp("us", getattr(kind, "tz", None) and "UTC")).cast(kind)
    file = parquet(tmp_path / "bill.parquet", {"BillingPeriodStart": may, "ChargePeriodStart": may}, **how)

    assert set(column(read_bill([file]), "first_start")) == {MAY}


@pytest.mark.parametrize(
    "kind",
    [pa.float64(), pa.decimal128(38, 18), pa.decimal128(38, 9), pa.decimal256(60, 30), pa.float32()],
    ids=str,
)
def test_costs_are_read_from_every_type_of_parquet(tmp_path: Path, kind: Any) -> None:
    amounts = [Decimal(each["EffectiveCost"]) for each in LINES]
    costs = pa.array(amounts, pa.decimal128(20, 6)).cast(kind)

    assert total(read_bill([parquet(tmp_path / "bill.parquet", {"EffectiveCost": costs})])) == WHOLE


def test_a_decimal_that_is_finer_than_money_is_counted(tmp_path: Path) -> None:
    costs = pa.array([Decimal("0.12345678901234567891"), Decimal(7), Decimal("0.1")], pa.decimal128(38, 20))

    bill = read_bill([parquet(tmp_path / "bill.parquet", {"EffectiveCost": costs})])

    assert codes(bill) == {"rounded-cost": 1}


def texts(name: str, kind: pa.DataType) -> pa.Array:
    return pa.array([each[name] for each in LINES]).cast(kind)


@pytest.mark.parametrize(
    "kind",
    [pa.large_string(), pa.binary(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)
def test_texts_are_read_from_every_type_of_parquet(tmp_path: Path, kind: Any) -> None:
    columns = {
        name: texts(name, kind) for name in ("Tags", "ServiceName", "EffectiveCost", "BillingCurrency")
    }

    bill = read_bill([parquet(tmp_path / "bill.parquet", columns)])

    assert (total(bill), tags(bill), bill.currencies) == (WHOLE, TEAM, ("USD",))


@pytest.mark.parametrize(
    ("key", "value"),
    [("key", "value"), ("Key", "Value"), ("tag_key", "tag_value"), ("k", "v"), ("name", "value")],
)
def test_tags_are_read_from_lists_whatever_their_fields_are_called(
    tmp_path: Path, key: str, value: str
) -> None:
    entry = pa.struct([(value, pa.string()), (key, pa.string())])
    given = [[{key: name, value: text} for name, text in each.items()] for each in TEAM]

    bill = read_bill([parquet(tmp_path / "bill.parquet", {"Tags": pa.array(given, pa.list_(entry))})])
    as_json = read_bill(
        [write_csv(tmp_path / "bill.csv", changed(Tags=[json.dumps(each) for each in given]))]
    )

    assert tags(bill) == tags(as_json) == TEAM
    assert codes(bill) == codes(as_json) == {}


def test_a_struct_has_the_tags_that_are_filled_in(tmp_path: Path) -> None:
    fields = pa.struct([("team", pa.string()), ("env", pa.string())])
    given = pa.array([{"team": "fraud"}, {"team": "search"}, None], fields)

    assert tags(read_bill([parquet(tmp_path / "bill.parquet", {"Tags": given})])) == TEAM


ENTRY = pa.struct([("key", pa.string()), ("value", pa.string())])


@pytest.mark.parametrize(
    "kind",
    [
        pa.struct([("key_value", pa.list_(ENTRY))]),
        pa.struct([("list", pa.list_(pa.struct([("element", ENTRY)])))]),
        pa.struct([("map", pa.large_list(pa.struct([("value", pa.string()), ("Key", pa.string())])))]),
    ],
    ids=["map", "list", "Hive"],
)
def test_maps_and_lists_that_a_warehouse_made_structs_of_are_read(tmp_path: Path, kind: Any) -> None:
    name, entries = kind.field(0).name, kind.field(0).type.value_type
    key = "Key" if name == "map" else "key"
    given: list[Any] = [[{key: each, "value": text} for each, text in tags_.items()] for tags_ in TEAM]
    if "element" in entries.names:
        given = [[{"element": each} for each in pairs_] for pairs_ in given]
    made = pa.array([{name: each} for each in given], kind)

    bill = read_bill([parquet(tmp_path / "bill.parquet", {"Tags": made})])

    assert (tags(bill), codes(bill)) == (TEAM, {})


def test_of_a_key_that_a_map_has_twice_the_first_value_counts(tmp_path: Path) -> None:
    given = pa.array(
        [[("team", "fraud"), ("team", "x")], [("team", "search")], None], pa.map_(*[pa.string()] * 2)
    )

    assert tags(read_bill([parquet(tmp_path / "bill.parquet", {"Tags": given})])) == TEAM


@pytest.mark.parametrize(
    "given",
    [
        pa.array([{"a": {"b": "x"}}, {"a": None}, None]),
        pa.array([[("team", ["x"])], [], None], pa.map_(pa.string(), pa.list_(pa.string()))),
        pa.array([["team:a"], ["team:b"], None]),
        pa.array([[{"a": "team", "b": "x"}], [], None]),
        pa.array([1, 2, None]),
        pa.array(["{'team': 'x'}", '[{"key": "team"}, "x"]', None]),
    ],
    ids=[
        "struct of structs",
        "map of lists",
        "list of texts",
        "list of who knows what",
        "numbers",
        "texts of Python",
    ],
)
def test_tags_that_nobody_can_read_are_told_and_not_taken_for_none(tmp_path: Path, given: Any) -> None:
    bill = read_bill([parquet(tmp_path / "bill.parquet", {"Tags": given})])

    assert codes(bill) == {"unreadable-tags": 2}


def test_ids_that_somebody_made_numbers_of_are_ids_again(tmp_path: Path) -> None:
    columns = {
        "SubAccountId": pa.array([111122223333.0, 11122223333.0, None], pa.float64()),
        "BillingAccountId": same(123456789, pa.int64()),
    }

    bill = read_bill([parquet(tmp_path / "bill.parquet", columns)])

    assert column(bill, "account") == ["011122223333", "111122223333", None]
    assert column(bill, "billing_account") == ["000123456789"] * 3


def test_a_bill_without_lines_is_told(tmp_path: Path) -> None:
    header = written(LINES).partition("\r\n")[0]
    alone = read_bill([saved(tmp_path / "alone.csv", header.encode())])
    beside = read_bill([saved(tmp_path / "alone.csv", header.encode()), write_csv(tmp_path / "b.csv", LINES)])

    assert (column(alone, "lines"), codes(alone)) == ([], {"no-lines": 0})
    assert (total(beside), codes(beside)) == (WHOLE, {"no-lines": 0})


def test_lines_that_duckdb_does_not_see_are_not_taken_for_none(tmp_path: Path) -> None:
    mixed = written(LINES).replace("\r\n", "\n").replace("\n", "\r\n", 1)

    with pytest.raises(InputError, match="end in more than one way"):
        read_bill([saved(tmp_path / "bill.csv", mixed.encode())])


def test_a_line_without_end_is_refused_with_its_place(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "bill.csv", [line(), line(ResourceName="x" * (1 << 25))])

    with pytest.raises(InputError, match=r"bill\.csv:3: it is longer than 16 MiB"):
        read_bill([file])


def test_a_zip_file_holds_one_bill_or_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it holds 2 files; unpack it and name the folder"):
        read_bill([saved(tmp_path / "bill.zip", zipped(written(LINES), "a.csv", "b.csv"))])
    with pytest.raises(InputError, match="it is a workbook of Excel"):
        read_bill([saved(tmp_path / "bill.xlsx", zipped("", "[Content_Types].xml"))])
    twice = saved(tmp_path / "t.zst", pa.compress(zipped("a,b", "b.csv"), codec="zstd", asbytes=True))
    with pytest.raises(InputError, match="it is packed twice"):
        read_bill([twice])


def test_what_lies_beside_bills_is_passed_over(tmp_path: Path) -> None:
    export = tmp_path / "export"
    parquet(tmp_path / "bill.parquet", {})
    content = (tmp_path / "bill.parquet").read_bytes()
    saved(export / "data" / "BILLING_PERIOD=2026-05" / "focus-00001.snappy.parquet", content)
    saved(export / "metadata" / "BILLING_PERIOD=2026-05" / "focus-Manifest.json", b"{}")
    for name in ("_SUCCESS", "._focus.parquet", ".DS_Store", "_temporary/part.parquet"):
        saved(export / "data" / name, b"junk")
    prices = saved(export / "prices.csv", b"SkuId,ListUnitPrice\n1,2\n")
    empty = saved(export / "EMPTY.CSV", b"")

    bill = read_bill([str(export)])

    assert total(bill) == WHOLE
    assert {(each.code, each.file) for each in bill.findings} == {
        ("foreign-file", prices),
        ("foreign-file", empty),
    }
    for named in (prices, empty):
        with pytest.raises(InputError, match="not a FOCUS bill"):
            read_bill([named])


def test_azure_calls_costs_just_that_in_some_of_its_exports(tmp_path: Path) -> None:
    native = {
        "Date": "2026-05-03",
        "MeterCategory": "Storage",
        "Cost": "7",
        "BillingCurrency": "USD",
        "Tags": "",
    }
    write_csv(tmp_path / "a.csv", [native])

    bill = read_bill([str(tmp_path)])

    assert (total(bill), codes(bill)) == (Decimal(7), {"no-resources": 1})


def test_globs_and_links_find_what_folders_do(tmp_path: Path) -> None:
    data, links = tmp_path / "data", tmp_path / "links"
    bill = saved(data / "bill.csv", written(LINES).encode())
    for name in ("_SUCCESS", ".bill.csv", "_parts/bill.csv", "manifest.json", "README.txt"):
        saved(data / name, b"junk")
    links.mkdir()
    (links / "here").symlink_to(data)
    (data / "circle").symlink_to(data)

    for place in (data / "*", data / "*.csv", data / "**" / "*", links, links / "*" / "*"):
        found = read_bill([str(place)])
        assert (total(found), codes(found)) == (WHOLE, {}), place
    assert total(read_bill([str(data / "*.csv"), bill])) == WHOLE


@pytest.mark.parametrize(("begins", "said"), [(b"BZh9", "bzip2"), (b"\xfd7zXZ\x00", "xz")])
def test_what_is_packed_otherwise_is_named(tmp_path: Path, begins: bytes, said: str) -> None:
    with pytest.raises(InputError, match=f"packed with {said}"):
        read_bill([saved(tmp_path / "bill.csv", begins + b"something,else\n")])


def test_a_folder_without_any_bill_is_refused(tmp_path: Path) -> None:
    saved(tmp_path / "prices.csv", b"SkuId,ListUnitPrice\n1,2\n")

    with pytest.raises(InputError, match="neither this file nor any other is a bill"):
        read_bill([str(tmp_path)])


def test_a_broken_bill_in_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", LINES)
    write_csv(tmp_path / "b.csv", [{"BilledCost": "1", "ServiceName": "x"}])

    with pytest.raises(InputError, match=r"b\.csv: not a FOCUS bill: it has no column"):
        read_bill([str(tmp_path)])


ID, OTHER = "0f9d3a54-1111-4222-8333-444455556666", "ffffffff-1111-4222-8333-444455556666"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (
            "data/BILLING_PERIOD=2026-05/2026-05-09T10:00:00.000Z-b/f-00001.csv",
            "data/BILLING_PERIOD=2026-05/2026-05-10T10:00:00.000Z-a/f-00001.csv",
        ),
        (
            f"daily/20260501-20260531/202605090310/{OTHER}/p.csv",
            f"daily/20260501-20260531/202605100310/{ID}/p.csv",
        ),
        (
            f"20260501-20260531/daily/202605090310/{OTHER}/p.csv",
            f"20260501-20260531/daily/202605100310/{ID}/p.csv",
        ),
        (f"daily/20260501-20260531/{OTHER}/p.csv", f"daily/20260501-20260531/{ID}/p.csv"),
        (f"daily/20260501-20260531/daily_{OTHER}.csv", f"daily/20260501-20260531/daily_{ID}.csv"),
    ],
)
def test_of_the_runs_of_an_export_the_newest_counts(tmp_path: Path, older: str, newer: str) -> None:
    place = tmp_path / "exports"
    for number, path in enumerate(
        (older, newer, newer.replace("2026-05", "2026-04").replace("202605", "202604"))
    ):
        lines = changed(ResourceName=[str(number)] * 3)
        file = Path(saved(place / path, written(lines).encode()))
        os.utime(file, (1_000 + number, 1_000 + number))

    bill = read_bill([str(place)])

    assert total(bill) == 2 * WHOLE
    assert codes(bill) == {"older-run": 0}
    assert set(column(bill, "resource_name")) == {"1", "2"}


def test_parts_of_one_run_and_other_exports_all_count(tmp_path: Path) -> None:
    for number, path in enumerate((f"{ID}/p1.csv", f"{ID}/p2.csv", f"a_{ID}.csv", f"b_{OTHER}.csv", "c.csv")):
        saved(
            tmp_path / "x" / "20260501-20260531" / path,
            written(changed(ResourceName=[str(number)] * 3)).encode(),
        )

    bill = read_bill([str(tmp_path)])

    assert (total(bill), codes(bill)) == (5 * WHOLE, {})


def test_runs_that_are_named_one_by_one_all_count(tmp_path: Path) -> None:
    files = [
        saved(
            tmp_path / "20260501-20260531" / each / "p.csv",
            written(changed(ResourceName=[each] * 3)).encode(),
        )
        for each in (ID, OTHER)
    ]

    assert total(read_bill(files)) == 2 * WHOLE


def test_words_of_focus_are_known_in_whatever_case(tmp_path: Path) -> None:
    lines = changed(ChargeCategory=["TAX", "usage", "Discount"], ChargeClass=["correction", None, None])

    bill = read_bill([write_csv(tmp_path / "bill.csv", lines)])

    assert column(bill, "charge_category") == ["Discount", "Tax", "Usage"]
    assert column(bill, "charge_class") == ["Correction", None, None]
    assert codes(bill) == {"unknown-category": 1}


def test_the_older_name_of_a_provider_counts_where_the_newer_is_empty(tmp_path: Path) -> None:
    lines = changed(ServiceProviderName=["Microsoft", None, "NULL"])

    assert column(read_bill([write_csv(tmp_path / "bill.csv", lines)]), "cloud") == ["aws", "aws", "azure"]


def test_a_parquet_file_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    whole = Path(parquet(tmp_path / "whole.parquet", {})).read_bytes()

    for content in (whole[:500], whole[:6]):
        with pytest.raises(InputError, match="it is no Parquet file, or ends in the middle; fetch it again"):
            read_bill([saved(tmp_path / "cut.parquet", content)])
