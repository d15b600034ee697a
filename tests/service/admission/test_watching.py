"""The watcher goes on whatever a server answers; what a real API server answers is in tests/e2e."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from kubernetes import client

from tagward_service.admission.namespaces import Namespaces
from tagward_service.admission.watching import Pace, Watcher

Answer = tuple[int, bytes]
PATIENCE = 60
"""Seconds; what does not come about until then never will."""
PACE = Pace(watch=1, silence=1, resync=600, first=0.01, longest=0.05)


def listed(version: str, **labels: dict[str, str] | None) -> Answer:
    items = [{"metadata": {"name": name, "labels": each}} for name, each in labels.items()]
    return 200, json.dumps({"metadata": {"resourceVersion": version}, "items": items}).encode()


def changed(*events: dict[str, Any]) -> Answer:
    return 200, b"".join(json.dumps(each).encode() + b"\n" for each in events)


def event(change: str, version: str, name: str = "", **labels: str) -> dict[str, Any]:
    return {
        "type": change,
        "object": {"metadata": {"name": name, "resourceVersion": version, "labels": labels}},
    }


GONE = {
    "type": "ERROR",
    "object": {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"},
}
FORBIDDEN = (403, json.dumps({"kind": "Status", "message": "namespaces is forbidden"}).encode())


class Server:
    """Answers one request after the other from a script, and then keeps watches waiting."""

    def __init__(self, script: list[Answer]) -> None:
        self.script = script
        self.asked: list[str] = []
        self.at: list[float] = []
        self.done = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.at.append(time.monotonic())
                outer.asked.append(outer.described(self.path))
                if not outer.script:
                    outer.done.wait(PATIENCE)
                    self.close_connection = True
                    return
                status, content = outer.script.pop(0)
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    @staticmethod
    def described(path: str) -> str:
        asked = parse_qs(urlsplit(path).query)
        return f"watch {asked['resourceVersion'][0]}" if "watch" in asked else "list"

    def end(self) -> None:
        self.done.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


class Watched:
    """What the watcher knows and tells while a server answers from a script."""

    def __init__(self, *script: Answer, pace: Pace = PACE) -> None:
        self.namespaces = Namespaces()
        self.told: list[tuple[str, str]] = []
        self.server = Server(list(script))
        host, port = self.server.http.server_address[:2]
        api = client.ApiClient(client.Configuration(host=f"http://{host!s}:{port}", retries=0))
        self.watcher = Watcher(api, self.namespaces, lambda *said: self.told.append(said), pace)
        self.watcher.start()

    def until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, f"{self.server.asked} {self.told} {self.namespaces.fault}"
            time.sleep(0.01)

    def until_asked(self, *asked: str) -> None:
        self.until(lambda: self.server.asked[: len(asked)] == list(asked))

    def end(self) -> None:
        self.watcher.stop()
        self.server.end()


@pytest.fixture
def watched() -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def start(*script: Answer, pace: Pace = PACE) -> Watched:
        made.append(Watched(*script, pace=pace))
        return made[-1]

    yield start
    for each in made:
        each.end()


Start = Callable[..., Watched]


def test_a_list_then_changes_each_from_where_the_last_one_led(watched: Start) -> None:
    one = watched(
        listed("5", dev={"a": "1"}, bare=None),
        changed(event("ADDED", "6", "new", b="2"), event("MODIFIED", "7", "dev", a="3")),
        changed(event("DELETED", "8", "bare"), event("BOOKMARK", "9")),
    )

    one.until_asked("list", "watch 5", "watch 7", "watch 9")
    assert {name: one.namespaces.get(name) for name in ("dev", "new", "bare", "")} == {
        "dev": {"a": "3"},
        "new": {"b": "2"},
        "bare": None,
        "": None,
    }
    assert one.told == [("namespaces listed", "2")]


def test_changes_that_are_forgotten_make_it_list_again(watched: Start) -> None:
    one = watched(listed("5", old={}), changed(GONE), listed("9", dev={}), changed())

    one.until_asked("list", "watch 5", "list", "watch 9")
    assert (one.namespaces.get("old"), one.namespaces.get("dev")) == (None, {})
    assert one.namespaces.fault == ""


def test_what_is_refused_is_told_once_and_tried_until_it_works(watched: Start) -> None:
    one = watched(FORBIDDEN, FORBIDDEN, FORBIDDEN, listed("5", dev={}), changed())

    one.until_asked("list", "list", "list", "list", "watch 5")
    assert one.told == [
        ("namespaces not heard of", "the API server refused (403): namespaces is forbidden"),
        ("namespaces listed", "1"),
    ]
    assert one.namespaces.fault == ""


@pytest.mark.parametrize(
    "nonsense",
    [
        (200, b"not json"),
        (200, b"[]"),
        (200, b'{"metadata": {}, "items": [{"metadata": {"labels": {"a": 1}}}]}'),
        (200, b'{"metadata": {}, "items": 7}'),
        (500, b"<html>"),
        (302, b""),
    ],
)
def test_nonsense_in_place_of_a_list_is_survived(watched: Start, nonsense: Answer) -> None:
    one = watched(nonsense, listed("5", dev={}), changed())

    one.until_asked("list", "list", "watch 5")
    assert [event for event, _ in one.told] == ["namespaces not heard of", "namespaces listed"]


@pytest.mark.parametrize(
    "nonsense",
    [
        changed({"type": "ADDED"}),
        changed({"type": "ADDED", "object": {"metadata": {"labels": []}}}),
        (200, b"[]\n"),
        changed({"type": "ERROR", "object": {"code": 500, "reason": "Internal", "message": "etcd is gone"}}),
        FORBIDDEN,
    ],
)
def test_nonsense_in_place_of_changes_is_survived(watched: Start, nonsense: Answer) -> None:
    one = watched(listed("5", dev={}), nonsense, listed("9", dev={}), changed())

    one.until_asked("list", "watch 5", "list", "watch 9")
    assert one.namespaces.get("dev") == {}


def test_a_server_that_falls_silent_is_given_up_and_what_was_known_stays(watched: Start) -> None:
    one = watched(listed("5", dev={"a": "1"}))

    one.until(lambda: "cannot be reached" in one.namespaces.fault)
    assert one.namespaces.get("dev") == {"a": "1"}
    one.until_asked("list", "watch 5", "list")


def test_everything_is_listed_again_from_time_to_time(watched: Start) -> None:
    pace = Pace(watch=1, silence=1, resync=0, first=0.01, longest=0.05)
    one = watched(listed("5", dev={}), listed("6", dev={"a": "1"}), pace=pace)

    one.until_asked("list", "list")
    one.until(lambda: one.namespaces.get("dev") == {"a": "1"})
    assert one.told == [("namespaces listed", "1")]


def test_pauses_grow_up_to_the_longest(watched: Start) -> None:
    """Nothing but the longest pause lets so many requests come: each would take twice as long, up to 80 s."""
    pace = Pace(watch=1, silence=1, resync=600, first=0.02, longest=0.2)
    one = watched(*[FORBIDDEN] * 50, pace=pace)

    one.until(lambda: len(one.server.asked) >= 14)

    pauses = [later - earlier for earlier, later in pairwise(one.server.at)]
    assert all(pause > 0.8 * min(0.02 * 2**number, 0.2) for number, pause in enumerate(pauses))
