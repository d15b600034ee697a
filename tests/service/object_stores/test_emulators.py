"""Bills in Google Cloud Storage and Azure Storage, by emulators where they are installed."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from tagward.errors import InputError
from tagward_service.billing.bill import read_bill
from tagward_service.object_stores import opened
from tests.service.billing.bills import line, write_csv
from tests.service.billing.test_reading_bills import total

NAME = "focus/may x+1.csv"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key of the account that Azurite has, which everybody knows."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def emulator(command: str, *arguments: str, port: int) -> Iterator[None]:
    """Run an emulator until the context ends; skip where it is not installed."""
    found = shutil.which(command) or shutil.which(command, path=os.environ.get("TAGWARD_EMULATORS", ""))
    if found is None:
        pytest.skip(f"`{command}` is not installed")
    with subprocess.Popen(
        [found, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            answers(process, port)
            yield
        finally:
            process.terminate()


def answers(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the emulator ended with {process.returncode}")


@pytest.fixture
def bill(tmp_path: Path) -> bytes:
    return Path(write_csv(tmp_path / "bill.csv", [line()])).read_bytes()


@pytest.fixture
def gs(monkeypatch: pytest.MonkeyPatch, bill: bytes) -> Iterator[None]:
    port = free_port()
    started = ("start", "--host=127.0.0.1", f"--port={port}", "--in-memory", "--default-bucket=bills")
    with emulator("gcp-storage-emulator", *started, port=port):
        address = f"http://127.0.0.1:{port}"
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        upload = f"{address}/upload/storage/v1/b/bills/o?uploadType=media&name={quote(NAME, safe='')}"
        urlopen(Request(upload, bill, {"Content-Type": "text/csv"}, method="POST")).close()
        yield


@pytest.fixture
def az(monkeypatch: pytest.MonkeyPatch, bill: bytes) -> Iterator[None]:
    port = free_port()
    started = ("--silent", "--inMemoryPersistence", "--skipApiVersionCheck", "--blobHost", "127.0.0.1")
    with emulator("azurite-blob", *started, "--blobPort", str(port), port=port):
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
        monkeypatch.setenv("AZURE_STORAGE_KEY", AZURITE_KEY)
        monkeypatch.setenv("AZURE_STORAGE_SERVICE_ENDPOINT", f"http://127.0.0.1:{port}")
        files, path = opened(f"az://bills/{NAME}")
        files.create_dir("bills")
        with files.open_output_stream(path) as stream:
            stream.write(bill)
        yield


@pytest.mark.parametrize("place", ["gs://bills/focus/", f"gs://bills/{NAME}", "gcs://bills/*/*.csv"])
def test_google_cloud_storage(gs: None, tmp_path: Path, place: str) -> None:
    state = tmp_path / "state"

    assert [total(read_bill([place], state)) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize(
    "place",
    ["az://bills/focus/", f"az://bills/{NAME}", "abfss://bills@devstoreaccount1.dfs.core.windows.net/focus"],
)
def test_azure_storage(az: None, tmp_path: Path, place: str) -> None:
    state = tmp_path / "state"

    assert [total(read_bill([place], state)) for _ in range(2)] == [1, 1]


def test_a_key_of_azure_that_is_wrong_is_said(az: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_KEY", "d3Jvbmc=")

    with pytest.raises(InputError, match="az://bills/focus: access is denied; look at the key"):
        read_bill(["az://bills/focus"])
