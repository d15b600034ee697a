"""Bodies are read within bounds: of one, and of all large ones together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import pytest

from tagward_service.admission.bodies import LARGE, Bodies, Limits, Message
from tagward_service.admission.problems import RefusedError
from tagward_service.admission.protocol import WHOLE

PIECE = b"x" * 65_536
PIECES_OF_A_LARGE_ONE = LARGE // len(PIECE) + 5

PATIENT = Limits(large=1, seconds=6000)


class Client:
    """Sends pieces when it is told to, and knows how many were taken."""

    def __init__(self, pieces: Sequence[bytes], *, slow: bool = False) -> None:
        self.pieces = list(pieces)
        self.taken = 0
        self.goes_on = asyncio.Event()
        if not slow:
            self.goes_on.set()

    async def receive(self) -> Message:
        if self.taken == len(self.pieces) - 1:
            await self.goes_on.wait()
        self.taken += 1
        more = self.taken < len(self.pieces)
        return {"type": "http.request", "body": self.pieces[self.taken - 1], "more_body": more}


def scope(*headers: tuple[bytes, bytes], whole: bool = False) -> dict[str, Any]:
    return {"headers": list(headers), "extensions": {WHOLE: {}} if whole else {}}


def large(*, slow: bool = False) -> Client:
    return Client([PIECE] * PIECES_OF_A_LARGE_ONE, slow=slow)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("count", [1, 2, PIECES_OF_A_LARGE_ONE])
def test_a_body_is_put_together_from_its_pieces(count: int, whole: bool) -> None:
    async def read() -> bytes:
        pieces = [bytes([number]) * len(PIECE) for number in range(count)]
        content = await Bodies(Limits(seconds=600)).read(scope(whole=whole), Client(pieces).receive)
        assert content == b"".join(pieces)
        return content

    assert len(asyncio.run(read())) == count * len(PIECE)


def test_only_so_many_large_bodies_are_held_at_once_and_small_ones_pass() -> None:
    async def many() -> None:
        bodies = Bodies(Limits(seconds=600, large=3))
        clients = [large(slow=True) for _ in range(10)]
        reading = [asyncio.create_task(bodies.read(scope(), each.receive)) for each in clients]
        for _ in range(50):
            await asyncio.sleep(0)
        taken = [each.taken * len(PIECE) for each in clients]
        waiting = LARGE + len(PIECE)  # with the piece that made it large
        assert taken == [(PIECES_OF_A_LARGE_ONE - 1) * len(PIECE)] * 3 + [waiting] * 7

        assert await bodies.read(scope(), Client([b"small"]).receive) == b"small"
        assert await bodies.read(scope(whole=True), Client([PIECE]).receive) == PIECE

        for each in clients:
            each.goes_on.set()
        first = [await each for each in reading[:3]]
        for _ in range(50):
            await asyncio.sleep(0)
        assert [each.done() for each in reading] == [True] * 3 + [False] * 7
        for number, _ in enumerate(clients[3:], 3):
            bodies.give_back(first[0])
            assert len(await reading[number]) == PIECES_OF_A_LARGE_ONE * len(PIECE)

    asyncio.run(many())


def test_whoever_waits_too_long_for_a_place_is_told_so() -> None:
    async def one_too_many() -> None:
        bodies = Bodies(PATIENT)
        held = await bodies.read(scope(), large().receive)
        bodies.limits = Limits(large=1, seconds=0.05)
        with pytest.raises(RefusedError, match="too many large reviews") as refused:
            await bodies.read(scope(), large().receive)
        assert refused.value.status is HTTPStatus.SERVICE_UNAVAILABLE
        bodies.give_back(held)
        bodies.limits = PATIENT
        bodies.give_back(await bodies.read(scope(), large().receive))

    asyncio.run(one_too_many())


def test_a_place_is_free_again_when_its_body_is_refused_or_never_comes() -> None:
    async def refused() -> None:
        bodies = Bodies(Limits(large=1, body=LARGE * 3, seconds=0.05))
        for client in (Client([PIECE] * 20), large(slow=True)):
            with pytest.raises(RefusedError):
                await bodies.read(scope(), client.receive)
        bodies.limits = PATIENT
        assert len(await bodies.read(scope(), large().receive)) > LARGE

    asyncio.run(refused())


def test_a_body_that_is_said_to_be_too_large_is_not_waited_for() -> None:
    async def announced() -> None:
        client = large()
        with pytest.raises(RefusedError) as refused:
            await Bodies(Limits(body=1_000)).read(scope((b"content-length", b"1001")), client.receive)
        assert refused.value.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert client.taken == 0

    asyncio.run(announced())
