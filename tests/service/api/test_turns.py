"""No caller keeps others out: of places each has a share, and workers go to each in turn."""

from __future__ import annotations

import asyncio
import io
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tagward_service.admission.log import Log
from tagward_service.api.pool import BusyError, Limits, Pool
from tagward_service.api.tokens import entry, mint
from tagward_service.api.turns import Turns
from tests.service.api.harness import JSON, Api, problem
from tests.service.api.test_pool import large_plan


def pool(workers: int = 2, waiting: int = 8) -> Pool:
    return Pool(Log(io.BytesIO()), Limits(workers=workers, waiting=waiting))


def taken(found: Pool, stack: ExitStack, caller: str) -> int:
    """Take as many places as one gets."""
    number = 0
    while True:
        try:
            stack.enter_context(found.place(caller))
        except BusyError:
            return number
        number += 1


def test_a_caller_leaves_room_for_others() -> None:
    found = pool()
    with ExitStack() as stack:
        assert [taken(found, stack, name) for name in ("a", "b", "c", "d")] == [5, 3, 2, 0]
        with pytest.raises(BusyError, match="all workers are taken"), found.place("d"):
            raise AssertionError
    assert (found.taken, dict(found.held)) == (0, {})


def test_a_caller_that_has_its_share_is_told_so_and_others_are_not() -> None:
    found = pool()
    with ExitStack() as stack:
        taken(found, stack, "a")
        with pytest.raises(BusyError, match="5 of your requests are under way"), found.place("a"):
            raise AssertionError
        with found.place("b"):
            assert found.taken == 6


def test_everybody_gets_one_place_however_few_there_are() -> None:
    found = pool(workers=1, waiting=1)
    with ExitStack() as stack:
        assert [taken(found, stack, name) for name in ("a", "b", "c")] == [1, 1, 0]


def test_where_there_are_no_names_all_places_are_for_all() -> None:
    found = pool()
    with ExitStack() as stack:
        assert taken(found, stack, "") == 10


def test_what_becomes_free_goes_to_each_caller_in_turn() -> None:
    async def served() -> list[str]:
        turns: Turns[int] = Turns()
        order: list[str] = []

        async def wait(name: str) -> None:
            await turns.get(name)
            order.append(name)

        waiting = [asyncio.create_task(wait(name)) for name in "aaaabbc"]
        await asyncio.sleep(0)
        for number in range(7):
            turns.put_nowait(number)
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        assert turns.empty()
        return order

    assert asyncio.run(served()) == list("abcabaa")


def test_what_was_given_to_who_has_gone_goes_to_the_next() -> None:
    async def left() -> None:
        turns: Turns[str] = Turns()
        gone, early = asyncio.create_task(turns.get("a")), asyncio.create_task(turns.get("a"))
        stays = asyncio.create_task(turns.get("b"))
        await asyncio.sleep(0)
        early.cancel()
        await asyncio.sleep(0)
        turns.put_nowait("worker")
        gone.cancel()
        assert await stays == "worker"
        turns.put_nowait("another")
        assert (turns.qsize(), turns.empty()) == (1, False)
        assert await turns.get("c") == "another"

    asyncio.run(left())


def test_a_token_that_asks_for_much_does_not_stop_another(tmp_path: Path) -> None:
    secrets = {"greedy": mint(), "modest": mint()}
    file = tmp_path / "tokens.yaml"
    file.write_text("".join(f"{name}: {entry(secret, ['lint'])}\n" for name, secret in secrets.items()))
    with Api(tokens=file, limits=Limits(workers=1, waiting=5)) as api:

        async def crowd() -> tuple[list[Any], list[str]]:
            order: list[str] = []

            async def lint(name: str) -> Any:
                headers = JSON | {"authorization": f"Bearer {secrets[name]}"}
                answer = await api.asked("POST", "/v1/lint", content=large_plan(300), headers=headers)
                order.append(name)
                return answer

            greedy = [asyncio.create_task(lint("greedy")) for _ in range(5)]
            while sum(each.done() for each in greedy) < 2:  # those that find no place
                await asyncio.sleep(0)
            return [await lint("modest"), *await asyncio.gather(*greedy)], order

        answers, order = api.run(crowd)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 503, 503]
    assert answers[0].status_code == 200
    assert order.index("modest") < len(order) - 1
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert "3 of your requests are under way" in problem(busy)["detail"]
