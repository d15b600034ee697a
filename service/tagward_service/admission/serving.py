"""Serving ASGI applications: TLS whose certificate is renewed in place, reloads, and a graceful end."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import uvicorn
from msgspec import Struct

from tagward.errors import UsageError
from tagward_service.admission.accepting import Acceptor
from tagward_service.admission.live import LivePolicy
from tagward_service.admission.log import Log
from tagward_service.admission.protocol import BoundedProtocol

LINGER = 2.0
"""In seconds; so long connections are talked out of before the end."""

ENDING = (signal.SIGTERM, signal.SIGINT)

_BACKLOG = 2048
"""So many connections wait to be taken, as uvicorn has it."""


class Tls(Struct, frozen=True):
    """Files in PEM: the certificate with its chain, its key, and the CA of clients, "" to ask for none."""

    certificate: str
    key: str
    clients: str = ""


class Listener(Struct, frozen=True):
    """Where an application listens; without TLS it speaks plain HTTP. Port 0 is any that is free.

    `sockets` are there where somebody has taken the address before; where workers share them, `is_ahead`
    takes how many connections this one has, and says whether another one has fewer.
    """

    application: object
    host: str
    port: int
    tls: Tls | None = None
    name: str = "admission"
    sockets: tuple[socket.socket, ...] = ()
    is_ahead: Callable[[int], bool] | None = None


class _Server(uvicorn.Server):
    """A server among others: signals are everybody's, so that it minds none.

    Where it shares its sockets with others, connections are shared, too.
    """

    is_ahead: Callable[[int], bool] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self.is_ahead is None or sockets is None:
            await super().startup(sockets)
            return
        await super().startup([])
        state, tls = self.server_state, self.config.ssl
        protocol = partial(BoundedProtocol, self.config, state, self.lifespan.state)
        for each in sockets:
            acceptor = Acceptor(each, protocol, tls, self.is_ahead, state.connections)
            self.servers.append(acceptor)  # type: ignore[arg-type]  # as much of a server as is needed

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Certificate:
    """The certificate of a listener, and whose clients it takes: what is shown to each new connection.

    The context of the listener stays; as a connection begins, it is given the one of the day. So there is no
    moment in which half of a new pair is in force.
    """

    def __init__(self, listening: ssl.SSLContext, tls: Tls) -> None:
        self.tls = tls
        self.seen = self._read()
        self.shown = _context(tls)
        listening.sni_callback = self._show

    def _show(self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _: ssl.SSLContext) -> None:
        connection.context = self.shown

    def _read(self) -> tuple[bytes, ...]:
        files = (self.tls.certificate, self.tls.key, self.tls.clients)
        return tuple(Path(file).read_bytes() for file in files if file)

    def renew(self) -> bool:
        """Load the files again when they changed, and say whether that was so. Raises OSError (SSLError too).

        Files that do not fit together leave in force what was.
        """
        found = self._read()
        if found == self.seen:
            return False
        self.shown = _context(self.tls)
        self.seen = found
        return True


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    if tls.clients:
        context.load_verify_locations(tls.clients)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Service:
    """Listeners that live and end together, and what is looked at while they do."""

    def __init__(
        self,
        listeners: Sequence[Listener],
        live: LivePolicy,
        log: Log,
        *,
        every: float,
        drain: int,
        also: Sequence[Callable[[], object]] = (),
    ) -> None:
        self.live = live
        self.log = log
        self.every = every
        self._listeners = listeners
        self._also = also
        self._due = asyncio.Event()
        self._ending = False
        self._servers = [_server(each, drain) for each in listeners]
        self._certificates = [
            Certificate(server.config.ssl, each.tls)
            for server, each in zip(self._servers, listeners, strict=True)
            if each.tls is not None and server.config.ssl is not None
        ]

    async def run(self) -> None:
        """Serve until a signal says to end; requests that are under way are answered before.

        Raises UsageError when there is no listening where that is wanted.
        """
        sockets = [self._bound(each) for each in self._listeners]
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self._end)
        loop.add_signal_handler(signal.SIGHUP, self._due.set)
        self._tell_left_out()
        watching = asyncio.create_task(self._watch())
        try:
            serving = zip(self._servers, sockets, strict=True)
            await asyncio.gather(*(server.serve(bound) for server, bound in serving))
        finally:
            watching.cancel()
            self.log.flush()
            self.log.write("ended")

    def _tell_left_out(self) -> None:
        for tag, why in self.live.left_out().items():
            self.log.write("default left out", tag=tag, why=why)

    def _bound(self, listener: Listener) -> list[socket.socket]:
        """Take the addresses of a listener, and log it with the port that it got."""
        bound = list(listener.sockets) or taken(listener.host, listener.port)
        self.log.write(
            "listening",
            what=listener.name,
            host=listener.host,
            port=bound[0].getsockname()[1],
            tls=listener.tls is not None,
            policy=self.live.condition.sha256,
        )
        return bound

    def _end(self) -> None:
        """End softly, or at once when asked for the second time.

        To close a connection that lies idle may cross a request on its way. So whoever still asks is told to
        come by another connection, and only what has been quiet since is closed then.
        """
        if self._ending:
            self._exit()
            return
        self._ending = True
        for server in self._servers:
            server.config.encoded_headers.append((b"connection", b"close"))
            server.server_state.default_headers = list(server.config.encoded_headers)
        asyncio.get_running_loop().call_later(LINGER, self._exit)

    def _exit(self) -> None:
        for server in self._servers:
            server.should_exit = True

    async def _watch(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), self.every)
            self._due.clear()
            await self._refresh()

    async def _refresh(self) -> None:
        """Look for another policy, renewed certificates and the like; in a thread, as they read files."""
        before = self.live.condition
        if await asyncio.to_thread(self.live.refresh):
            self.log.write("policy loaded", name=self.live.condition.name, sha256=self.live.condition.sha256)
            self._tell_left_out()
        elif self.live.condition.fault and self.live.condition.fault != before.fault:
            self.log.write("policy refused", fault=self.live.condition.fault, kept=before.sha256)
        for certificate in self._certificates:
            try:
                if await asyncio.to_thread(certificate.renew):
                    self.log.write("certificate renewed", file=certificate.tls.certificate)
            except OSError as error:
                self.log.write("certificate refused", file=certificate.tls.certificate, fault=str(error))
        for look in self._also:
            await asyncio.to_thread(look)


def taken(host: str, port: int) -> list[socket.socket]:
    """Take an address, which may be several for a name. Raises UsageError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [_listening(family, address) for family, _, _, _, address in dict.fromkeys(found)]
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot listen on {host} port {port}: {why}") from None


def _listening(family: int, address: tuple[object, ...]) -> socket.socket:
    """Open a socket as asyncio would: the port is free again at once, and IPv6 is only itself.

    It takes connections from here on, so that whoever reads in the log that it listens is not refused.
    """
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(_BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened


def _server(listener: Listener, drain: int) -> _Server:
    tls = listener.tls
    config = uvicorn.Config(
        listener.application,  # type: ignore[arg-type]  # uvicorn's own types of ASGI are TypedDicts
        host=listener.host,
        port=listener.port,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=drain,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
        ssl_ca_certs=tls.clients or None if tls else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if tls and tls.clients else ssl.CERT_NONE,
    )
    try:
        config.load()
    except OSError as error:
        raise UsageError(f"cannot read the certificate or its key: {error}") from None
    server = _Server(config)
    server.is_ahead = listener.is_ahead
    return server
