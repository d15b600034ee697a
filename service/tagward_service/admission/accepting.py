"""Taking connections from a socket that several workers share, so that each gets its share of them."""

from __future__ import annotations

import asyncio
import mmap
import socket
import ssl
from collections.abc import Callable, Sized
from contextlib import suppress

BACKLOG = 2_048
PAUSE = 1.0
"""In seconds; so long nobody is let in where no file can be opened any more."""

COURTESY = 0.005
"""In seconds; so long a connection is left to a worker that has fewer."""

_CELL = 8


class Shares:
    """How many connections each of several workers has: memory that they share, made before they are."""

    def __init__(self, workers: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, workers * _CELL)).cast("Q")

    def is_ahead(self, worker: int, has: int) -> bool:
        """Note how many a worker has, and say whether another one has fewer."""
        self._counts[worker] = has
        return has > min(self._counts)


class Acceptor:
    """Takes one connection at a time, and leaves it to a worker that has fewer.

    asyncio and uvloop take all that wait: whoever wakes first would have them all, and connections stay. It
    stands in for the server that `loop.create_server` makes, as far as uvicorn knows that.
    """

    def __init__(
        self,
        listening: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        tls: ssl.SSLContext | None,
        is_ahead: Callable[[int], bool],
        open_: Sized,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening = listening
        self._protocol = protocol
        self._tls = tls
        self._is_ahead = is_ahead
        self._open = open_
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: asyncio.TimerHandle | None = None
        listening.setblocking(False)
        listening.listen(BACKLOG)
        self._listen()

    def close(self) -> None:
        """Take no more; what has been taken stays."""
        self._loop.remove_reader(self._listening)
        if self._waiting is not None:
            self._waiting.cancel()

    async def wait_closed(self) -> None:
        """Wait until all that was taken is open, or has failed to be."""
        await asyncio.gather(*self._opening)

    def _listen(self) -> None:
        self._loop.add_reader(self._listening, self._consider)

    def _consider(self) -> None:
        if self._is_ahead(len(self._open) + len(self._opening)):
            self._wait(COURTESY)
        else:
            self._take()

    def _wait(self, seconds: float) -> None:
        self._loop.remove_reader(self._listening)
        self._waiting = self._loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        self._listen()
        self._take()

    def _take(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):  # another worker has it, or it has gone
            return
        except OSError:
            self._wait(PAUSE)
            return
        connection.setblocking(False)
        opening = self._loop.create_task(self._begin(connection))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    async def _begin(self, connection: socket.socket) -> None:
        with suppress(OSError):  # a handshake that fails is the client's business; SSLError is an OSError
            await self._loop.connect_accepted_socket(self._protocol, connection, ssl=self._tls)
