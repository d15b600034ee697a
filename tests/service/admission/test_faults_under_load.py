"""What bad clients do costs nobody else an answer, and is answered by what it is, never by a 5xx."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.oracles.admission_contract import verify
from tests.service.admission.faulty_clients import GOOD, Answer, Asking, Connection, Webhook, post
from tests.service.admission.test_endpoint import body
from tests.service.admission.test_review import deployment
from tests.service.admission.test_serving import Served, wait_until_ready

CLIENTS, SLOW, IN_FLIGHT = 8, 64, 32

DEEP = b'{"a":' * 1_000 + b"1" + b"}" * 1_000
BAD = {
    "truncated JSON": (post(GOOD[: len(GOOD) // 2]), 400),
    "no JSON": (post(b"\x00\xff"), 400),
    "empty": (post(b""), 400),
    "a bad review 1,000 deep": (post(DEEP), 400),
    "a wrong content type": (post(GOOD, "content-type: text/plain"), 415),
    "no content type": (post(GOOD, "accept: */*"), 415),
    "uid missing": (post(GOOD.replace(b'"uid": "u-9", ', b"")), 400),
    "uid empty": (post(body(deployment({}), uid="")), 400),
    "another version": (post(GOOD.replace(b"k8s.io/v1", b"k8s.io/v1beta1")), 400),
    "an unknown path": (post(GOOD, path="/admission/other"), 404),
}
DEEP_OBJECT = post(GOOD.replace(b'"containers": []', b'"containers": ' + DEEP))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from served(tmp_path_factory.mktemp("webhook"))


@pytest.fixture
def ending(tmp_path: Path) -> Iterator[Served]:
    yield from served(tmp_path)


def served(place: Path) -> Iterator[Served]:
    started = Served(place, "--log", "none")
    try:
        wait_until_ready(started)
        yield started
    finally:
        started.end()


def webhook_of(running: Served) -> Webhook:
    return Webhook(running.port, ssl.create_default_context(cafile=str(running.place / "ca.crt")))


def beside_others(running: Served, faults: Callable[[Webhook, Asking], Awaitable[None]]) -> None:
    """Let some clients ask all the while: each of them hears 200 every time."""

    async def asking() -> None:
        webhook = webhook_of(running)
        async with Asking(webhook, CLIENTS) as others:
            await faults(webhook, others)
            await others.some(CLIENTS)
        assert set(others.answers) == {200}, Counter(others.answers)

    asyncio.run(asking())
    assert running.process.poll() is None


def test_what_cannot_be_answered_is_refused_for_what_it_is(running: Served) -> None:
    async def faults(webhook: Webhook, others: Asking) -> None:
        for _ in range(5):
            answers = await asyncio.gather(*(webhook.once(request) for request, _ in BAD.values()))
            told = {name: answer.status for name, answer in zip(BAD, answers, strict=True)}
            assert told == {name: status for name, (_, status) in BAD.items()}
            assert all(json.loads(answer.body)["detail"] for answer in answers)

    beside_others(running, faults)


def test_a_connection_goes_on_after_a_request_that_was_refused(running: Served) -> None:
    async def faults(webhook: Webhook, others: Asking) -> None:
        connection = await webhook.connect()
        for request, status in BAD.values():
            assert (await connection.ask(request)).status == status
            good = await connection.ask(post(GOOD))
            assert verify(good.body, "u-9", mutating=False)["allowed"]
        await connection.close()

    beside_others(running, faults)


def test_an_object_1000_deep_is_judged_or_refused_but_breaks_nothing(running: Served) -> None:
    async def faults(webhook: Webhook, others: Asking) -> None:
        answers = await asyncio.gather(*(webhook.once(DEEP_OBJECT) for _ in range(10)))
        assert len({answer.status for answer in answers}) == 1
        assert answers[0].status in (200, 400)

    beside_others(running, faults)


@pytest.mark.parametrize("is_told", [True, False], ids=["announced", "in chunks"])
def test_bodies_of_10_megabytes_are_refused(running: Served, is_told: bool) -> None:
    async def faults(webhook: Webhook, others: Asking) -> None:
        answers = await asyncio.gather(*(_too_large(webhook, is_told=is_told) for _ in range(10)))
        assert [answer.status for answer in answers] == [413] * 10

    beside_others(running, faults)


async def _too_large(webhook: Webhook, *, is_told: bool) -> Answer:
    """Send 10 MB, then something good by the same connection if it lives; return the first answer."""
    size = 10_000_000
    if is_told:
        request = post(b"x" * size)
    else:
        head = post(b"", "content-type: application/json", "transfer-encoding: chunked")
        head = head.replace(b"content-length: 0\r\n", b"")
        request = head + b"%x\r\n" % size + b"x" * size + b"\r\n0\r\n\r\n"
    connection = await webhook.connect()
    first = await connection.ask(request)
    if not first.is_last:
        then = await connection.ask(post(GOOD))
        assert verify(then.body, "u-9", mutating=False)["allowed"]
    await connection.close()
    return first


def test_many_slow_clients_stop_nobody_and_are_answered_in_the_end(running: Served) -> None:
    """Each sends its body byte by byte, of which the last ones come after all others have come."""

    async def faults(webhook: Webhook, others: Asking) -> None:
        connections = await asyncio.gather(*(webhook.connect() for _ in range(SLOW)))
        request = post(GOOD)
        for each in connections:
            await each.send(request[:-20])
        for at in range(len(request) - 20, len(request)):
            for each in connections:
                await each.send(request[at : at + 1])
            await others.some(4)
        answers = await asyncio.gather(*(each.answer() for each in connections))
        assert [answer.status for answer in answers] == [200] * SLOW
        await asyncio.gather(*(each.close() for each in connections))

    beside_others(running, faults)


def test_who_hangs_up_in_the_middle_is_not_missed(running: Served) -> None:
    async def faults(webhook: Webhook, others: Asking) -> None:
        for cut in (10, 60, 150, -1):
            connections = await asyncio.gather(*(webhook.connect() for _ in range(16)))
            for each in connections:
                await each.send(post(GOOD)[:cut])
                await each.close()
            await others.some(4)

    beside_others(running, faults)


def test_sigterm_with_32_requests_in_flight_loses_none(ending: Served) -> None:
    """The server has begun to read each of them; the rest comes when it has been told to end."""

    async def in_flight() -> list[Answer]:
        webhook = webhook_of(ending)
        connections = await asyncio.gather(*(webhook.connect() for _ in range(IN_FLIGHT)))
        for each in connections:
            assert (await each.ask(post(GOOD))).status == 200
            await each.send(post(GOOD)[:-20])
        ending.process.send_signal(signal.SIGTERM)
        first = await _ends(connections[0])
        for each in connections[1:]:
            await each.send(post(GOOD)[-20:])
        answers = [first, *[await each.answer() for each in connections[1:]]]
        await asyncio.gather(*(each.close() for each in connections))
        return answers

    answers = asyncio.run(in_flight())
    assert [answer.status for answer in answers] == [200] * IN_FLIGHT
    assert all(verify(answer.body, "u-9", mutating=False)["allowed"] for answer in answers)
    assert ending.process.wait(60) == 0


async def _ends(connection: Connection) -> Answer:
    """Finish a request, and ask until an answer says that the server is ending; return that answer."""
    await connection.send(post(GOOD)[-20:])
    answer = await connection.answer()
    while answer.status == 200 and not answer.is_last:
        answer = await connection.ask(post(GOOD))
    return answer
