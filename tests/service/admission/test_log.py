"""The log: one line for each event, whatever is in it."""

import asyncio
import io
import json
import logging
from typing import Any

import pytest

from tagward_service.admission.log import Libraries, Log

HOSTILE = [
    'x"}\n{"event":"forged"}\n',
    "\x1b[2J\x07\x7f\x9b31m",
    "\u2028\u2029\u202e\ufeff",
    "\U000e0041",
    "a\ud800b",
    "ü🙈",
]


def written(log_of: Any) -> dict[str, Any]:
    stream = io.BytesIO()
    log_of(Log(stream))
    text = stream.getvalue().decode()
    assert text.endswith("\n")
    assert text[:-1].isprintable()
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_is_logged_is_one_harmless_line_and_comes_back_whole(hostile: str) -> None:
    line = written(lambda log: log.write("review", name=hostile, names=[hostile], **{hostile: 1}))

    assert (line["event"], line["name"], line["names"], line[hostile]) == ("review", hostile, [hostile], 1)


class Stream(io.BytesIO):
    """Remembers what it was given at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: Any) -> int:
        self.writes.append(bytes(data))
        return super().write(data)


def test_the_lines_of_one_turn_of_the_loop_are_written_together() -> None:
    stream = Stream()
    log = Log(stream)

    async def turns() -> None:
        for turn in range(2):
            for number in range(3):
                log.write_soon("review", turn=turn, number=number)
            await asyncio.sleep(0)

    asyncio.run(turns())

    told = [[json.loads(line)["number"] for line in each.splitlines()] for each in stream.writes]
    assert told == [[0, 1, 2], [0, 1, 2]]


def test_what_waits_is_written_where_the_turn_does_not_end() -> None:
    stream = Stream()
    log = Log(stream)

    async def broken() -> None:
        log.write_soon("review", name="first")
        log.write_soon("review", name="second")
        log.flush()
        log.write("ended")

    asyncio.run(broken())

    told = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert told == ["review", "review", "ended"]


def test_what_libraries_warn_of_is_a_line_without_a_traceback() -> None:
    def warn(log: Log) -> None:
        logger = logging.Logger("some.library")
        logger.addHandler(Libraries(log))
        logger.info("nothing to speak of")
        try:
            raise ValueError("hunter2")
        except ValueError:
            logger.exception("it broke\n%s", "badly")

    line = written(warn)

    assert (line["event"], line["name"], line["detail"]) == ("library", "some.library", "it broke\nbadly")
    assert "hunter2" not in str(line)
