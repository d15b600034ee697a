"""The news of a scan: what is told, to whom, and what is kept secret."""

from __future__ import annotations

import json
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tagward.errors import UsageError
from tagward_service.cli.scan_news import NOTIFY, NOTIFY_FILE, told_to
from tagward_service.cli.settings import resolve
from tagward_service.cli.store_options import STORE
from tagward_service.notify.news import SHOWN, News, news
from tagward_service.notify.telling import Telling, tell
from tagward_service.notify.webhook import TRIES, NotSentError, Webhook, post, webhook
from tagward_service.notify.words import markdown, slack
from tagward_service.scan.told import Told, told
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import open_store
from tagward_service.store.interface import ScanState, Store
from tests.service.store.stories import GOOD, HERE, NO_TEAM, begin, instance, policy, scan, write

SECRET = "/services/T000/B000/XXXXXXXXXXXXXXXX"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that is empty."""
    opened = open_store(str(tmp_path / "store.db"))
    yield opened
    opened.close()


def summed_up(store: Store, scan: int) -> Told:
    return told(store, store.scan(scan), policy())


def heard(store: Store, scan: int) -> News:
    return news(store, summed_up(store, scan))


class Received:
    """What a webhook on this machine was sent, and what it answers, status by status."""

    def __init__(self, answers: Sequence[int]) -> None:
        self.answers = list(answers)
        self.requests: list[tuple[str, str | None, bytes]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{SECRET}?x=1"


@contextmanager
def listening(*answers: int, headers: dict[str, str] | None = None) -> Iterator[Received]:
    """Listen on loopback; the last answer is given again and again."""
    received = Received(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.requests.append((self.path, self.headers["content-type"], body))
            status = received.answers.pop(0) if len(received.answers) > 1 else received.answers[0]
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_news_are_what_the_scan_changed(store: Store) -> None:
    scan(store, {HERE: {"a": NO_TEAM, "b": NO_TEAM}})
    found = heard(store, scan(store, {HERE: {"a": GOOD, "b": NO_TEAM, "c": NO_TEAM}}))
    assert ([each.name for each in found.new], found.told.new) == (["c"], 1)
    assert ([each.name for each in found.fixed], found.told.fixed) == (["a"], 1)
    assert found.changed


def test_a_scan_that_changed_nothing_is_no_news(store: Store) -> None:
    estate = {HERE: {"a": NO_TEAM}}
    scan(store, estate)
    assert not heard(store, scan(store, estate)).changed


def test_many_findings_are_counted_and_the_first_are_named(store: Store) -> None:
    found = heard(store, scan(store, {HERE: {f"vm-{number}": NO_TEAM for number in range(40)}}))
    assert (len(found.new), found.told.new) == (SHOWN, 40)
    assert "New (40)" in markdown(found)
    assert "and 30 more" in markdown(found)
    assert "and 30 more" in json.dumps(slack(found))


def test_what_could_not_be_scanned_is_news(store: Store) -> None:
    run = begin(store)
    run.plan([HERE], [NotEvaluated("account 9", "access denied", incomplete=True)])
    write(run, HERE, [instance("a", GOOD)])
    run.finish(ScanState.INCOMPLETE)
    found = heard(store, run.id)
    assert found.changed
    assert "account 9: access denied" in markdown(found)
    assert "account 9: access denied" in json.dumps(slack(found))


def test_strangers_mention_nobody_and_link_nowhere(store: Store) -> None:
    evil = "<!channel> <https://evil.example|click> *bold* @here [x](https://evil.example)"
    found = heard(store, scan(store, {HERE: {"a": GOOD | {"ml-team": evil}}}))
    message = json.dumps(slack(found))
    assert "<!channel>" not in message
    assert "<https" not in message
    assert "&lt;!channel&gt;" in message
    assert "](https" not in markdown(found)
    assert "<!channel>" not in markdown(found)


def test_blocks_are_as_long_as_slack_takes_them(store: Store) -> None:
    long = {f"vm-{number}-" + "x" * 200: GOOD | {"ml-team": "y" * 250} for number in range(12)}
    message = slack(heard(store, scan(store, {HERE: long})))
    assert all(len(block["text"]["text"]) <= 3000 for block in message["blocks"])
    assert len(message["blocks"]) <= 50


def test_a_webhook_is_sent_json(store: Store) -> None:
    number = scan(store, {HERE: {"a": NO_TEAM}})
    with listening(200) as received:
        telling = Telling((webhook(received.url),))
        assert tell(store, summed_up(store, number), telling, write=Path.write_text) == []
    ((path, kind, body),) = received.requests
    assert (path, kind) == (f"{SECRET}?x=1", "application/json")
    assert json.loads(body)["text"].startswith(
        "tagward: aws scan 1: 0 % of 1 resources compliant, 1 new, 0 fixed"
    )


def test_a_webhook_hears_of_changes_only_and_the_file_of_everything(store: Store, tmp_path: Path) -> None:
    estate = {HERE: {"a": NO_TEAM}}
    scan(store, estate)
    number, file = scan(store, estate), tmp_path / "news.md"
    sent: list[object] = []

    def send(to: Webhook, message: dict[str, object]) -> None:
        sent.append(message)

    url = webhook("https://hooks.example/x")
    tell(store, summed_up(store, number), Telling((url,), file), write=Path.write_text, send=send)
    assert (sent, file.read_text().startswith("### tagward: aws scan 2")) == ([], True)
    tell(store, summed_up(store, number), Telling((url,), always=True), write=Path.write_text, send=send)
    assert len(sent) == 1


def test_faults_that_pass_are_tried_again(store: Store) -> None:
    waits: list[float] = []
    with listening(503, 429, 200, headers={"retry-after": "7"}) as received:
        post(webhook(received.url), {"text": "x"}, sleep=waits.append)
    assert (len(received.requests), waits) == (3, [7.0, 7.0])


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (403, 1), (302, 1), (500, TRIES)])
def test_faults_that_do_not_pass_are_told_without_the_secret(status: int, tries: int) -> None:
    headers = {"location": "https://evil.example/"}
    with listening(status, headers=headers) as received, pytest.raises(NotSentError) as caught:
        post(webhook(received.url), {"text": "x"}, sleep=lambda _: None)
    assert str(caught.value) == f"the news could not be sent to 127.0.0.1: it answered {status}"
    assert len(received.requests) == tries


def test_a_server_that_is_not_there_is_told(store: Store) -> None:
    with listening(200) as gone:
        url = gone.url
    with pytest.raises(NotSentError) as caught:
        post(webhook(url), {"text": "x"}, sleep=lambda _: None)
    assert "connection refused" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_scan_is_none_the_worse_for_news_that_could_not_be_sent(store: Store) -> None:
    number = scan(store, {HERE: {"a": NO_TEAM}})

    def send(to: Webhook, message: dict[str, object]) -> None:
        raise NotSentError(f"the news could not be sent to {to.where}: it answered 404")

    telling = Telling((webhook("https://hooks.example/x"),))
    faults = tell(store, summed_up(store, number), telling, write=Path.write_text, send=send)
    assert faults == ["the news could not be sent to hooks.example: it answered 404"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/s3cret",
        "http://127.0.0.1.evil.example/s3cret",
        "ftp://127.0.0.1/s3cret",
        "file:///etc/passwd",
        "https://",
        "https:///s3cret",
        "s3cret",
        "",
        "https://user:s3cret@hooks.example/",
        "https://hooks.example/s3cret\r\nx-evil: 1",
        "https://hooks.example:99999/s3cret",
        "https://[::1/s3cret",
        "https://hooks.example/s3cret é",
    ],
)
def test_only_https_will_do_and_the_url_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        webhook(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://hooks.example/s3cret", "http://localhost:9/s3cret", "http://[::1]:9/s3cret"]
)
def test_a_webhook_shows_its_host_and_nothing_else(url: str) -> None:
    assert "s3cret" not in repr(webhook(url))
    assert "s3cret" not in repr(Telling((webhook(url),)))


def test_settings_that_are_shown_show_no_secret() -> None:
    given = Namespace(notify=["https://hooks.example/s3cret"], store="postgresql://me:s3cret@db/tagward")
    settings = resolve((NOTIFY, NOTIFY_FILE, STORE), given, {})
    assert settings.table() == [
        ("notify", "(not shown)", "--notify"),
        ("notify_file", "-", "default"),
        ("store", "postgresql://me:***@db/tagward", "--store"),
    ]
    assert told_to(settings).webhooks[0].where == "hooks.example"
