"""Bills in object stores and on the web are read, each version of an object once."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tagward.errors import InputError, UsageError
from tagward_service.billing import contents
from tagward_service.billing.bill import read_bill
from tagward_service.billing.object_stores import Stream
from tagward_service.object_stores import opened
from tests.service.billing.bills import line, write_csv, write_parquet
from tests.service.billing.test_reading_bills import codes, column, total
from tests.service.object_stores.conftest import Bucket


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the version of everything that is brought here in full."""
    brought: list[str] = []
    real = contents._copied_here

    def noted(stream: Stream, place: Path) -> str:
        brought.append(stream.etag)
        return real(stream, place)

    monkeypatch.setattr(contents, "_copied_here", noted)
    return brought


def test_everything_below_a_prefix_is_read(bucket: Bucket, tmp_path: Path) -> None:
    may = write_parquet(tmp_path / "may.parquet", [line()], {})
    june = write_csv(tmp_path / "june.csv", [line(BillingPeriodStart="2026-06-01", EffectiveCost="0.5")])
    bucket.put("focus/data/BILLING_PERIOD=2026-05/focus-00001.snappy.parquet", may)
    bucket.put("focus/data/BILLING_PERIOD=2026-06/focus 1+1.csv", june)
    bucket.put("focus/metadata/BILLING_PERIOD=2026-05/focus-Manifest.json", b"{}")
    bucket.put("focus/data/_SUCCESS", b"")
    prices = bucket.put("focus/prices.csv", b"SkuId,ListUnitPrice\n1,2\n")
    bucket.put("focus-of-others/x.csv", june)

    bill = read_bill(["s3://bills/focus/"])

    assert str(total(bill)) == "1.500000000000000000"
    assert [(each.code, each.file) for each in bill.findings] == [("foreign-file", prices)]


@pytest.mark.parametrize(
    ("place", "costs"),
    [
        ("s3://bills/a/1.csv", 1),
        ("s3://bills/a", 3),
        ("s3://bills/a/*.csv", 1),
        ("s3://bills/**/?.csv", 7),
        ("s3://bills/[ac]/1.csv", 5),
        ("s3://bills", 7),
    ],
)
def test_objects_are_named_one_by_one_by_prefix_or_by_glob(
    bucket: Bucket, tmp_path: Path, place: str, costs: int
) -> None:
    for key, cost in (("a/1.csv", "1"), ("a/b/2.csv", "2"), ("c/1.csv", "4")):
        bucket.put(key, write_csv(tmp_path / "bill.csv", [line(EffectiveCost=cost)]))

    assert total(read_bill([place])) == costs


def test_an_object_is_brought_once_until_its_store_has_another_version(
    bucket: Bucket, tmp_path: Path, fetched: list[str]
) -> None:
    state = tmp_path / "state"
    june = [line(BillingPeriodStart="2026-06-01", EffectiveCost="20")]
    bucket.put("may.csv", write_csv(tmp_path / "may.csv", [line(EffectiveCost="7")]))
    bucket.put("june.csv", write_csv(tmp_path / "june.csv", june))

    first = total(read_bill(["s3://bills/"], state))
    again = total(read_bill(["s3://bills/"], state))
    bucket.put("may.csv", write_csv(tmp_path / "may.csv", [line(EffectiveCost="8")]))
    restated = read_bill(["s3://bills/"], state)

    assert [first, again, total(restated)] == [Decimal(27), Decimal(27), Decimal(28)]
    assert len(fetched) == len(set(fetched)) == 3
    assert codes(restated) == {"restated-period": 0}


def test_of_the_runs_of_an_export_the_newest_counts(bucket: Bucket, tmp_path: Path) -> None:
    period = "x/data/BILLING_PERIOD=2026-05"
    for run in ("2026-05-09T10:00:00.000Z-b", "2026-05-10T10:00:00.000Z-a"):
        bill = write_parquet(tmp_path / "bill.parquet", [line(ResourceName=run)], {})
        bucket.put(f"{period}/{run}/x-00001.snappy.parquet", bill)

    read = read_bill(["s3://bills/x/"])

    assert column(read, "resource_name") == ["2026-05-10T10:00:00.000Z-a"]
    assert codes(read) == {"older-run": 0}


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("s3://nobody/x/", "s3://nobody/x/: there is no such bucket; look at its name"),
        ("s3://nobody/x.csv", "there is no such bucket"),
        ("s3://bills/none/", "s3://bills/none/: no bill is there|no such file or folder"),
        ("s3://bills/none.csv", "no bill is there|no such file or folder"),
        ("s3://bills/*.parquet", "no bill is there"),
    ],
)
def test_what_is_not_there_is_said(bucket: Bucket, place: str, why: str) -> None:
    bucket.put("readme.txt", b"hello")

    with pytest.raises(InputError, match=why):
        read_bill([place])


def test_a_store_that_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch, bucket: Bucket) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")

    with pytest.raises(InputError, match="the store cannot be reached; look at proxies and endpoints"):
        read_bill(["s3://bills/x.csv"])


def test_a_container_of_azure_needs_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT", raising=False)

    with pytest.raises(UsageError, match="`az://bills/x` is in no account: set AZURE_STORAGE_ACCOUNT"):
        opened("az://bills/x")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("az://bills/x/y", "bills/x/y"),
        ("abfss://bills@contoso.dfs.core.windows.net/x", "bills/x"),
        ("gs://bills/x", "bills/x"),
        ("gcs://bills/x", "bills/x"),
    ],
)
def test_every_store_has_its_driver(monkeypatch: pytest.MonkeyPatch, address: str, path: str) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", "contoso")
    monkeypatch.setenv("AZURE_STORAGE_KEY", "a2V5")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")

    assert opened(address)[1] == path


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *said: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_address_of_the_web_is_read(web: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "bill.csv", [line()])

    bill = read_bill([f"{web}/bill.csv?X-Amz-Signature=secret"], tmp_path / "state")

    assert total(bill) == 1
    assert bill.entries[0].path == f"{web}/bill.csv"
    assert b"secret" not in (tmp_path / "state" / "bills.json").read_bytes()
    with pytest.raises(InputError, match=r"none\.csv: the server answers 404") as caught:
        read_bill([f"{web}/none.csv?sig=secret"])
    assert "secret" not in str(caught.value)
