"""Work that takes time: done by others, bounded, stopped, and never in the way of short answers."""

import asyncio
import io
import os
import signal
import time
from functools import cache
from typing import Any

import pytest

from benchmarks.plan_generator import write_plan
from tagward_service.api.pool import Limits
from tests.service.api.harness import JSON, Api, problem

ANSWERED_AT_ONCE = 10
"""More are answered beside work that does not hold up the event loop, and fewer while it does."""


@cache
def large_plan(resources: int = 4_000) -> bytes:
    stream = io.BytesIO()
    write_plan(stream, resources)
    return stream.getvalue()


def workers(api: Api) -> list[int]:
    return [worker._process.pid for worker in api.pool._workers]


def test_a_job_that_takes_too_long_is_stopped_and_its_worker_replaced() -> None:
    with Api(limits=Limits(workers=1, seconds=0.1)) as api:
        (before,) = workers(api)
        time.sleep(0.5)

        answer = api.lint(large_plan(), JSON)

        assert problem(answer)["type"] == "/docs#too-slow"
        assert answer.status_code == 504
        api.run(lambda: _wait_for(lambda: api.pool._idle.qsize() == 1))
        assert workers(api) != [before]
        assert 'tagward_api_workers_replaced{why="too slow"} 1.0' in api.ask("GET", "/metrics").text
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)


def test_work_goes_on_after_a_worker_was_killed() -> None:
    with Api(limits=Limits(workers=1)) as api:
        (killed,) = api.pool._workers
        os.kill(workers(api)[0], signal.SIGKILL)
        api.run(lambda: _wait_for(lambda: not killed.is_alive))

        assert api.lint().status_code == 200


def test_a_worker_that_is_killed_at_work_is_told() -> None:
    with Api(limits=Limits(workers=1)) as api:
        api.lint()

        async def killed_at_work() -> Any:
            asked = asyncio.create_task(api.asked("POST", "/v1/lint", content=large_plan(), headers=JSON))
            await _wait_for(api.pool._idle.empty)
            os.kill(workers(api)[0], signal.SIGKILL)
            return await asked

        answer = api.run(killed_at_work)

        assert problem(answer)["type"] == "/docs#too-large"
        assert answer.status_code == 413
        assert api.lint().status_code == 200


@pytest.mark.parametrize("memory", [60, 160], ids=["to be read", "to be judged"])
def test_an_input_that_takes_too_much_memory_is_told(memory: int) -> None:
    with Api(limits=Limits(workers=1, memory=memory << 20)) as api:
        assert api.lint().status_code == 200

        answer = api.lint(large_plan(12_000), JSON)

        assert problem(answer)["type"] == "/docs#too-large"
        assert answer.status_code == 413
        assert api.lint().status_code == 200


def test_those_who_find_no_place_are_told_to_come_again() -> None:
    with Api(limits=Limits(workers=1, waiting=1)) as api:
        api.lint()

        async def crowd() -> list[Any]:
            asked = [api.asked("POST", "/v1/lint", content=large_plan(), headers=JSON) for _ in range(4)]
            return await asyncio.gather(*asked)

        answers = api.run(crowd)

        assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503]
        for busy in (answer for answer in answers if answer.status_code == 503):
            assert problem(busy)["type"] == "/docs#busy"
            assert busy.headers["retry-after"] == "2"
        assert api.pool.taken == 0


def test_what_nobody_waits_for_any_more_is_stopped() -> None:
    with Api(limits=Limits(workers=1)) as api:
        api.lint()
        (before,) = workers(api)

        async def impatient() -> None:
            gone = asyncio.Event()
            messages = [{"type": "http.request", "body": large_plan(), "more_body": False}]

            async def receive() -> dict[str, Any]:
                if messages:
                    return messages.pop()
                await gone.wait()
                return {"type": "http.disconnect"}

            async def send(_: object) -> None:
                return

            scope = {
                "type": "http",
                "method": "POST",
                "path": "/v1/lint",
                "query_string": b"",
                "headers": [(b"content-type", b"application/json"), (b"host", b"localhost")],
                "client": ("127.0.0.1", 1),
            }
            asked = asyncio.ensure_future(_served(api, scope, receive, send))
            await _wait_for(api.pool._idle.empty)
            gone.set()
            await asked

        api.run(impatient)
        api.run(lambda: _wait_for(lambda: api.pool._idle.qsize() == 1))

        assert workers(api) != [before]
        line = next(line for line in reversed(api.logged()) if line["event"] == "request")
        assert (line["status"], line["why"]) == (499, "abandoned")
        assert api.lint().status_code == 200


async def _served(api: Api, *asgi: Any) -> None:
    await api.app(*asgi)


def test_short_answers_do_not_wait_for_long_work() -> None:
    """Ask for health while a large plan is judged; in the event loop hardly anybody would be answered."""
    with Api(limits=Limits(workers=1)) as api:
        api.lint(large_plan(), JSON)

        async def meanwhile() -> int:
            asked = asyncio.create_task(api.asked("POST", "/v1/lint", content=large_plan(), headers=JSON))
            answered = 0
            while not asked.done():
                assert (await api.asked("GET", "/healthz")).status_code == 200
                answered += 1
                await asyncio.sleep(0)
            assert (await asked).status_code == 200
            return answered

        answered = api.run(meanwhile)

    assert answered > ANSWERED_AT_ONCE


def test_no_worker_outlives_the_service() -> None:
    with Api(limits=Limits(workers=2)) as api:
        api.lint()
        alive = workers(api)

    for process in alive:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


async def _wait_for(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)
