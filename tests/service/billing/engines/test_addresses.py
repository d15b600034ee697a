"""Addresses of engines: nobody reads the passwords in them, whatever goes wrong."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tagward.errors import InputError, UsageError
from tagward_service.billing.engines.addresses import Address, address
from tagward_service.billing.engines.connecting import IbisEngine, connected
from tagward_service.billing.engines.drivers import ENGINES
from tests.service.billing.bills import line, write_csv
from tests.service.billing.engines.tables_and_files import TABLE, in_duckdb

SECRET = "p/w?#s3cr'et%21"
ADDRESSES = (
    "trino://me:hunter2%40x@host:8443/hive/focus",
    "snowflake://me:hunter2%40x@account/db/schema?warehouse=small",
    "snowflake://me@account/db/schema?private_key_pwd=hunter2%40x",
    "athena://eu-west-1/focus?s3_staging_dir=s3://b&aws_secret_access_key=hunter2%40x",
    "trino://me:hunter2@x@host/hive",
    "nothing://me:hunter2%40x@host",
    "me:hunter2@x@host",
    "trino//me:hunter2@host",
)
SAID = (
    "Authentication failed for me:{0}@host",
    "GET https://host/v1?password={0}\n  failed",
    "{{'auth': '{0}'}}",
    "{1}",
    "Basic {2}",
)
"""What drivers may say of an address and its password."""


@pytest.mark.parametrize("url", ADDRESSES)
def test_what_cannot_be_connected_to_is_not_shown(url: str) -> None:
    with pytest.raises((UsageError, InputError)) as told:
        connected(url)

    assert "hunter2" not in f"{told.value}{told.value!r}"
    assert told.value.__suppress_context__ or told.value.__context__ is None


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("password", ["hunter2", "p%2Fw%3F%23s3cr%27et%2521", "a b'c"])
def test_drivers_never_tell_the_password(said: str, password: str) -> None:
    from base64 import b64encode
    from urllib.parse import quote, unquote

    at = address(f"trino://me:{password}@host:8443/hive")
    plain = unquote(password)
    basic = b64encode(f"me:{plain}".encode()).decode()

    for each in (password, plain, quote(plain, safe="")):
        text = at.without_secrets(said.format(each, at.url, basic))
        assert each not in text
        assert basic not in text
        assert "***" in text
        assert "\n" not in text


def test_what_tables_and_queries_fail_with_is_told_without_the_password() -> None:
    at = Address("duckdb://me:hunter2@x", "duckdb")

    class Backend:
        def table(self, name: str, database: Any = None) -> Any:
            raise RuntimeError(f"no {name} at {at.url} with hunter2")

        def raw_sql(self, query: str) -> Any:
            raise RuntimeError(f"{query}: hunter2 was refused")

    engine = IbisEngine(at, ENGINES["duckdb"], Backend())

    with pytest.raises(InputError, match=r"no focus at \*\*\*") as looked:
        engine.table("focus")
    with pytest.raises(InputError, match=r"\*\*\* was refused") as asked:
        list(engine.rows("SELECT 1"))
    assert "hunter2" not in f"{looked.value}{asked.value}"


@pytest.mark.parametrize(("scheme", "extra"), [(each, known.extra) for each, known in ENGINES.items()])
def test_a_driver_that_is_missing_is_told_with_what_to_install(
    scheme: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if extra == "duckdb":
        pytest.skip("DuckDB is there")
    with without_packages(
        monkeypatch, "pyspark", "trino", "pyathena", "google", "snowflake", "pydata_google_auth"
    ):
        url = f"{scheme}://me:hunter2@host/db?s3_staging_dir=s3://b"
        with pytest.raises(UsageError, match=rf"pip install 'ibis-framework\[{extra}\]'"):
            connected(url)


@contextmanager
def without_packages(monkeypatch: pytest.MonkeyPatch, *packages: str) -> Iterator[None]:
    for each in packages:
        monkeypatch.setitem(sys.modules, each, None)
    yield


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--show-config"], "(not shown)"),
        ([], "threshold"),
        (["-f", "json"], "by_cost"),
        (["--keep", "--store", "sqlite:///kept.db"], "threshold"),
    ],
)
def test_the_command_shows_nothing_of_the_address(arguments: list[str], told: str, tmp_path: Path) -> None:
    engine = in_duckdb(Path(write_csv(tmp_path / "bill.csv", [line()])), tmp_path)
    marked = f"{engine}?password=hunter2"

    ran = command(tmp_path, "--engine", marked, *arguments)

    assert told in ran.stdout, ran.stderr
    assert "hunter2" not in ran.stdout + ran.stderr
    kept = tmp_path / "kept.db"
    assert not kept.exists() or b"hunter2" not in kept.read_bytes()


def test_the_command_keeps_no_password_in_its_errors(tmp_path: Path) -> None:
    for url in ADDRESSES:
        ran = command(tmp_path, "--engine", url)
        assert ran.returncode == 2
        assert "hunter2" not in ran.stdout + ran.stderr


def command(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    main = "import sys; from tagward_service.cli import entry; sys.argv[0] = 'tagward'; sys.exit(entry())"
    given = ["coverage", "--billing", TABLE, "--policy", "pack:ml-platform", *options]
    return subprocess.run([sys.executable, "-c", main, *given], cwd=folder, capture_output=True, text=True)
