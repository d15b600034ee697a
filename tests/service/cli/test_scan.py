import json
import os
import signal
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
import yaml

from tagward_service.cli import scan_sources
from tagward_service.scan.interface import Found, Part, ReadError
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import open_store
from tests.service.cli.conftest import Run
from tests.service.scan.generated import Generated, resource

STORE = ("--store", "tagward.db", "--policy", "pack:ml-platform", "--as-of", "2026-11-21")


@pytest.fixture
def inventory(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let `tagward scan aws` find what a test makes up."""

    def put(source: Generated) -> None:
        from msgspec.structs import replace

        changed = replace(scan_sources.CLOUDS["aws"], make=lambda settings, policy: source, after=None)
        monkeypatch.setitem(scan_sources.CLOUDS, "aws", changed)

    return put


def all_good(part: Part, number: int) -> Found:
    return resource(part, number * 3 + 1)


def test_findings_make_exit_code_1_and_the_text_says_how_it_stands(run: Run, inventory: Any) -> None:
    inventory(Generated(accounts=2, each=30))

    ran = run("scan", "aws", *STORE)

    assert ran.code == 1
    assert "scan 1    aws: 120 resources in 2 accounts" in ran.out
    assert "80 of 120 taggable resources compliant" in ran.out
    assert "28 more make 90 %" in ran.out
    assert "findings  40 error; 0 exempt; 40 new, 0 fixed" in ran.out
    assert "ml-team" in ran.out
    assert "66.6 % present" in ran.out
    assert "4 parts to read" in ran.err


def test_a_clean_inventory_is_exit_code_0(run: Run, inventory: Any) -> None:
    inventory(Generated(fault=all_good))

    assert run("scan", "aws", *STORE, "-q").code == 0


def test_what_was_not_read_is_named_and_exit_code_4(run: Run, inventory: Any) -> None:
    denied = [
        NotEvaluated(f"account {number}", "sts:AssumeRole is denied", incomplete=True) for number in range(5)
    ]
    inventory(Generated(fault=all_good, unlisted=denied))

    ran = run("scan", "aws", *STORE)

    assert ran.code == 4
    assert "not scanned (5)" in ran.out
    assert "account 0, account 1 and 3 more: sts:AssumeRole is denied" in ran.out
    assert "incomplete" in ran.out


def test_nothing_there_is_exit_code_3_unless_that_is_fine(run: Run, inventory: Any) -> None:
    inventory(Generated(each=0))

    assert run("scan", "aws", *STORE).code == 3
    assert run("scan", "aws", *STORE, "--allow-empty").code == 0


def test_without_credentials_it_says_so_and_ends_with_4(run: Run, inventory: Any) -> None:
    class Nobody(Generated):
        @property
        def scope(self) -> Any:
            raise ReadError("no AWS credentials")

    inventory(Nobody())

    ran = run("scan", "aws", *STORE)

    assert (ran.code, ran.out) == (4, "")
    assert "error: nothing could be scanned: no AWS credentials" in ran.err


def test_json_is_that_of_lint(run: Run, inventory: Any, here: Path) -> None:
    inventory(Generated(accounts=1, regions=["eu-west-1"], each=3))

    ran = run("scan", "aws", *STORE, "-f", "json", "-f", "sarif=out.sarif")

    report = json.loads(ran.out)
    assert report["summary"] | {"coverage_percent": 66.6} == {
        "resources": 3,
        "taggable": 3,
        "compliant": 2,
        "violating": 1,
        "unknown": 0,
        "exempt": 0,
        "untaggable": 0,
        "coverage_percent": 66.6,
    }
    assert [(each["code"], each["resource"]["account"]) for each in report["findings"]] == [
        ("TW001", "000000000001")
    ]
    assert json.loads((here / "out.sarif").read_text())["version"] == "2.1.0"


def test_a_second_scan_tells_what_is_new_and_what_is_fixed(run: Run, inventory: Any) -> None:
    inventory(Generated(accounts=1, regions=["eu-west-1"], each=30))
    run("scan", "aws", *STORE)
    inventory(Generated(accounts=1, regions=["eu-west-1"], each=15))

    ran = run("scan", "aws", *STORE)

    assert "5 error; 0 exempt; 0 new, 5 fixed" in ran.out


def test_an_interrupted_scan_goes_on_unless_told_not_to(run: Run, inventory: Any) -> None:
    inventory(Generated(fault=all_good))
    stopped = run("scan", "aws", *STORE, "--time-budget", "0s")
    inventory(Generated(fault=all_good))
    resumed = run("scan", "aws", *STORE)

    assert stopped.code == 4
    assert "as the time budget is used up: 0 of 4 parts done, the next run goes on" in stopped.out
    assert resumed.code == 0
    assert "scan 1 " in resumed.out
    assert "scan 2 " in run("scan", "aws", *STORE, "--fresh").out


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--shard", "9/8"), "is no shard"),
        (("--shard", "0/8"), "is no shard"),
        (("--time-budget", "soon"), "is no time"),
        (("--workers", "0"), "must be at least 1"),
        (("--keep-days", "-1"), "`-1` is not a whole number"),
        (("-f", "texts"), "did you mean `text`?"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    run: Run, inventory: Any, option: tuple[str, str], said: str
) -> None:
    inventory(Generated())

    ran = run("scan", "aws", *STORE, *option)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "parts to read" not in ran.err


def test_an_account_that_can_be_none_is_refused_before_anything_is_asked(run: Run) -> None:
    ran = run("scan", "aws", *STORE, "--accounts", "111122223333,prod")

    assert ran.code == 2
    assert "--accounts: `prod` is no account id of 12 digits" in ran.err


LISTS = [
    (cloud, option.long)
    for cloud, entry in scan_sources.CLOUDS.items()
    for option in entry.options
    if option.many
]


def test_every_cloud_has_a_list_that_narrows_what_is_scanned() -> None:
    assert {cloud for cloud, _ in LISTS} == {"aws", "azure", "gcp", "kubernetes"}


@pytest.mark.parametrize("value", ["", " ", ","])
@pytest.mark.parametrize(("cloud", "option"), LISTS)
def test_an_empty_list_is_refused_since_none_given_means_everything(
    run: Run, cloud: str, option: str, value: str
) -> None:
    for more in ((), ("--print-permissions",)):
        ran = run("scan", cloud, *STORE, option, value, *more)

        assert (ran.code, ran.out) == (2, "")
        assert f"{option}: the value is empty" in ran.err


def test_one_empty_value_among_others_is_refused(run: Run) -> None:
    ran = run("scan", "aws", *STORE, "--accounts", "111122223333", "--accounts", "")

    assert ran.code == 2
    assert "--accounts: the value is empty" in ran.err


def test_commas_alone_in_the_environment_are_an_empty_list(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGWARD_ACCOUNTS", ",")

    ran = run("scan", "aws", *STORE)

    assert ran.code == 2
    assert "$TAGWARD_ACCOUNTS: the value is empty" in ran.err


def test_an_empty_list_in_a_file_of_settings_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("accounts: []\n")

    ran = run("scan", "aws", *STORE, "--config", str(tmp_path / "settings.yaml"))

    assert ran.code == 2
    assert "the value is empty" in ran.err


def test_what_to_scan_has_to_be_said(run: Run) -> None:
    assert "scan aws, scan azure, scan gcp, scan kubernetes" in run("scan").err
    assert run("scan", "--help").code == 0


def documents(text: str) -> list[Any]:
    """Read JSON documents that follow each other, or YAML."""
    if text[0] not in "[{":
        return list(yaml.safe_load_all(text))
    found = []
    while text := text.strip():
        document, end = json.JSONDecoder().raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp", "kubernetes"])
def test_permissions_are_printed_in_the_words_of_the_platform(run: Run, cloud: str) -> None:
    ran = run("scan", cloud, "--print-permissions")

    assert ran.code == 0
    assert all(documents(ran.out))


def test_old_scans_are_forgotten_but_never_what_exists_now(
    run: Run, inventory: Any, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory(Generated(each=3))
    monkeypatch.setattr("tagward_service.store.clock.now", lambda: 1_000_000)
    run("scan", "aws", *STORE)
    run("scan", "aws", *STORE)

    store = open_store(str(here / "tagward.db"))
    assert [scan.id for scan in store.scans()] == [2]
    store.close()


class Hears(BaseHTTPRequestHandler):
    heard: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def test_what_has_changed_is_told_to_a_webhook_and_a_file(run: Run, inventory: Any, here: Path) -> None:
    inventory(Generated(accounts=1, regions=["eu-west-1"], each=3))
    with HTTPServer(("127.0.0.1", 0), Hears) as server:
        Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/services/SECRET"
        ran = run("scan", "aws", *STORE, "--notify", url, "--notify-file", "news.md")

    assert ran.code == 1
    assert b"ml-team" in Hears.heard[0]
    assert "ml-team" in (here / "news.md").read_text()
    assert "SECRET" not in ran.out + ran.err


def test_news_that_cannot_be_written_any_more_are_a_warning(run: Run, inventory: Any, here: Path) -> None:
    def taken(part: Part, number: int) -> Found:
        (here / "news.md").mkdir(exist_ok=True)
        return all_good(part, number)

    inventory(Generated(fault=taken))

    ran = run("scan", "aws", *STORE, "--notify-file", "news.md")

    assert ran.code == 0
    assert "warning: cannot " in ran.err
    assert "scan 1 " in ran.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-f", "json=made"), "cannot write `made`: it is a directory"),
        (("-f", "json=none/out.json"), "cannot write `none/out.json`: there is no directory `none`"),
        (("-f", "json=good.json/x"), "cannot write `good.json/x`: `good.json` is no directory"),
        (("-f", "json=x", "-f", "sarif=x"), "two formats cannot go to one file: `x`"),
        (("--notify-file", "made"), "cannot write `made`: it is a directory"),
        (("--notify-file", "good.json/news.md"), "`good.json` is no directory"),
        (("--snapshots", "good.json"), "snapshots in `good.json` cannot be written or read"),
        (("--snapshots", "ftp://host/x"), "snapshots in `ftp://host/x` cannot be written or read"),
        (("--store", "made"), "store `made` cannot be opened"),
        (("--store", "good.json"), "store `good.json` is not a SQLite database"),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is_asked(
    run: Run, inventory: Any, here: Path, options: tuple[str, ...], said: str
) -> None:
    class Untouched(Generated):
        @property
        def scope(self) -> Any:
            raise AssertionError("the cloud was asked")

    (here / "made").mkdir()
    inventory(Untouched())

    ran = run("scan", "aws", *STORE, *options)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_device_stays_a_device(run: Run, inventory: Any, here: Path) -> None:
    inventory(Generated(fault=all_good))
    os.mkfifo(here / "pipe")
    heard: list[str] = []
    listener = Thread(target=lambda: heard.append((here / "pipe").read_text()), daemon=True)
    listener.start()

    ran = run("scan", "aws", *STORE, "-f", "text", "-f", "json=pipe")
    listener.join()

    assert ran.code == 0
    assert json.loads(heard[0])["summary"]["violating"] == 0
    assert (here / "pipe").is_fifo()


def test_a_webhook_is_a_secret_and_never_asked_in_the_clear(run: Run, inventory: Any) -> None:
    inventory(Generated(each=3, fault=all_good))

    refused = run("scan", "aws", *STORE, "--notify", "http://example.com/hook")
    shown = run("scan", "aws", *STORE, "--notify", "https://example.com/SECRET", "--show-config")

    assert refused.code == 2
    assert "SECRET" not in shown.out


def test_hostile_names_do_not_reach_the_terminal(run: Run, inventory: Any) -> None:
    evil = NotEvaluated("account \x1b[2J", "denied\nscan 1 complete", incomplete=True)
    inventory(Generated(fault=all_good, unlisted=[evil]))

    ran = run("scan", "aws", *STORE)

    assert "\x1b" not in ran.out
    assert "\nscan 1 complete" not in ran.out


def test_a_signal_ends_at_once_what_has_nothing_to_keep_yet(
    run: Run, inventory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lists(Generated):
        def parts(self) -> Iterator[Part | NotEvaluated]:
            signal.raise_signal(signal.SIGTERM)
            yield from super().parts()

    before = signal.getsignal(signal.SIGTERM)
    inventory(Lists(fault=all_good))
    ended = run("scan", "aws", *STORE)
    inventory(Generated(fault=all_good))

    assert (ended.code, ended.out) == (130, "")
    assert signal.getsignal(signal.SIGTERM) is before
    assert "scan 1 " in run("scan", "aws", *STORE).out


def test_the_first_signal_keeps_what_is_done(run: Run, inventory: Any) -> None:
    def signalling(part: Part, number: int) -> Found:
        if (part.account, number) == ("000000000002", 0):
            os.kill(os.getpid(), signal.SIGINT)
        return all_good(part, number)

    inventory(Generated(fault=signalling, each=2000))
    ended = run("scan", "aws", *STORE)

    assert ended.code == 4
    assert "interrupted, as SIGINT arrived" in ended.out


def test_the_settings_name_the_store_that_will_be_written(run: Run, inventory: Any) -> None:
    inventory(Generated())

    assert "tagward.db" in run("scan", "aws", "--policy", "pack:ml-platform", "--show-config").out
