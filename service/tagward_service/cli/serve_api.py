"""The API beside the webhook: its settings, and what must be there before strangers may reach it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.settings import HIGHEST_PORT, Settings
from tagward_service.loopback import is_loopback

if TYPE_CHECKING:
    from tagward_service.admission.live import LivePolicy
    from tagward_service.admission.log import Log
    from tagward_service.admission.metrics import Metrics
    from tagward_service.admission.serving import Listener, Tls
    from tagward_service.api.bodies import Limits as BodyLimits
    from tagward_service.api.endpoints import Parts
    from tagward_service.api.pool import Limits
    from tagward_service.api.tokens import TokenFile
    from tagward_service.web.desk import Desk

LISTEN = options.Option(
    name="api_listen",
    metavar="HOST:PORT",
    help="serve the API and the dashboard at this address; without it, or --port, there are none",
)
PORT = options.Option(
    name="api_port",
    also="--port",  # a Service called tagward sets TAGWARD_PORT in every pod of its namespace, to a URL
    metavar="N",
    help="serve the API and the dashboard at this port of --host",
)
TOKENS = options.Option(
    name="api_tokens",
    metavar="FILE",
    help="who may use the API: hashes of tokens, as `tagward token` makes them; else only loopback may",
)
TLS_CERT = options.Option(
    name="api_tls_cert", metavar="FILE", help="certificate of the API (PEM, with its chain)"
)
TLS_KEY = options.Option(name="api_tls_key", metavar="FILE", help="key of that certificate (PEM)")
MAX_BODY = options.Option(
    name="api_max_body", metavar="BYTES", default=str(64 << 20), help="the largest input that is read"
)
RATE = options.Option(
    name="api_rate",
    metavar="N",
    default="600",
    help="requests a minute for each token, or each address without one; 0 is no limit",
)
WORKERS = options.Option(
    name="api_workers", metavar="N", default="2", help="processes that judge and compile for the API"
)
WAITING = options.Option(
    name="api_waiting", metavar="N", default="8", help="how many requests may wait for a worker"
)
SECONDS = options.Option(
    name="api_seconds", metavar="N", default="60", help="how long judging or compiling may take"
)
MEMORY = options.Option(
    name="api_memory", metavar="MIB", default="4096", help="address space that one worker may take"
)
STORE = options.Option(
    name="store", metavar="URL", help="the store of scans that the API tells of, as for `tagward scan`"
)
API_OPTIONS = (
    PORT,
    LISTEN,
    STORE,
    TOKENS,
    TLS_CERT,
    TLS_KEY,
    MAX_BODY,
    RATE,
    WORKERS,
    WAITING,
    SECONDS,
    MEMORY,
)


class _Api(NamedTuple):
    host: str
    port: int
    tls: Tls | None
    tokens: TokenFile | None
    limits: Limits
    bodies: BodyLimits
    rate: int
    store: str


class Beside(NamedTuple):
    """What is served beside the webhook, and what is looked at again by and by."""

    listeners: tuple[Listener, ...] = ()
    watched: tuple[Callable[[], object], ...] = ()


def api_of(
    settings: Settings, live: LivePolicy, log: Log, metrics: Metrics
) -> AbstractAsyncContextManager[Beside]:
    """Prepare the API, if one is wanted; its workers live as long as the context. Raises UsageError."""
    if not (settings.text("api_listen") or settings.text("api_port")):
        return nothing()
    from tagward_service.api.bodies import Limits as BodyLimits
    from tagward_service.api.pool import Limits
    from tagward_service.api.tokens import TokenFile

    host, port = _address(settings)
    tls = _tls(settings, host)
    file = settings.text("api_tokens")
    if not is_loopback(host):
        flag = "--api-listen" if settings.text("api_listen") else "--host"
        _guarded(f"{flag} {quoted(host)}", tls=tls is not None, tokens=file is not None)
    limits = Limits(
        workers=max(settings.number("api_workers"), 1),
        waiting=settings.number("api_waiting"),
        seconds=max(settings.number("api_seconds"), 1),
        memory=settings.number("api_memory") << 20,
    )
    tokens = TokenFile(Path(file), log) if file else None
    bodies = BodyLimits(body=settings.number("api_max_body"))
    rate = settings.number("api_rate")
    store = _store(settings, log)
    return _api(_Api(host, port, tls, tokens, limits, bodies, rate, store), live, log, metrics)


@asynccontextmanager
async def nothing() -> AsyncIterator[Beside]:
    """Serve no API."""
    yield Beside()


@asynccontextmanager
async def _api(prepared: _Api, live: LivePolicy, log: Log, metrics: Metrics) -> AsyncIterator[Beside]:
    from tagward_service.admission.serving import Listener
    from tagward_service.api.access import Access
    from tagward_service.api.application import application
    from tagward_service.api.endpoints import Parts
    from tagward_service.api.metrics import ApiMetrics
    from tagward_service.api.pool import Pool
    from tagward_service.api.rates import Rate

    tokens = prepared.tokens
    async with Pool(log, prepared.limits) as pool:
        access = Access(Rate(prepared.rate), _today, tokens)
        api_metrics = ApiMetrics(metrics.registry)
        parts = Parts(live, pool, access, metrics, api_metrics, prepared.bodies, prepared.store)
        async with _dashboard(parts, log) as desk:
            at = Listener(application(parts, log, desk), prepared.host, prepared.port, prepared.tls, "api")
            yield Beside((at,), (tokens.refresh,) if tokens else ())


@asynccontextmanager
async def _dashboard(parts: Parts, log: Log) -> AsyncIterator[Desk | None]:
    """Keep a desk for the dashboard as long as the context lives; None where its extra is not there."""
    if find_spec("jinja2") is None or find_spec("vl_convert") is None:
        log.write("no dashboard", detail="it needs an extra: pip install 'tagward[dashboard]'")
        yield None
        return
    from tagward_service.api.endpoints import Endpoints

    desk = Endpoints(parts).of_pages()
    fresh = asyncio.create_task(desk.keep_fresh(log)) if parts.store else None
    try:
        yield desk
    finally:
        if fresh is not None:
            fresh.cancel()
        desk.easel.close()


def _store(settings: Settings, log: Log) -> str:
    """Try the store that was named: it need not be there yet. Raises UsageError for what names none."""
    url = settings.text("store") or ""
    if url:
        from tagward_service.store.errors import StoreError
        from tagward_service.store.existing import open_existing

        try:
            open_existing(url).close()
        except StoreError as error:
            log.write("no store", fault=str(error))
    return url


def _today() -> date:
    return datetime.now(UTC).date()


def _address(settings: Settings) -> tuple[str, int]:
    """Read HOST:PORT, where an address of IPv6 is in brackets, or a port of --host. Raises UsageError."""
    text = settings.text("api_listen") or ""
    if settings.text("api_port"):
        if text:
            both = f"{settings.origin('api_port')} and {settings.origin('api_listen')}"
            raise UsageError(f"{both} both say where the API is: give one of them")
        return settings.text("host") or "", settings.port("api_port")
    host, colon, port = text.rpartition(":")
    is_port = port.isascii() and port.isdigit() and int(port) <= HIGHEST_PORT
    if not (host and colon and is_port) or (":" in host and not host.startswith("[")):
        raise UsageError(
            f"{settings.origin('api_listen')}: {quoted(text)} is not HOST:PORT; write it like 127.0.0.1:8080"
        )
    return host.removeprefix("[").removesuffix("]"), int(port)


def _tls(settings: Settings, host: str) -> Tls | None:
    """Find the certificate of the API: at --host, but for loopback, that of the webhook is good for both."""
    from tagward_service.admission.serving import Tls

    certificate, key = settings.text("api_tls_cert"), settings.text("api_tls_key")
    if bool(certificate) != bool(key):
        raise UsageError("--api-tls-cert and --api-tls-key come together")
    if not certificate and settings.text("api_port") and not is_loopback(host):
        certificate, key = settings.text("tls_cert"), settings.text("tls_key")
    return Tls(certificate, key) if certificate and key else None


def _guarded(where: str, *, tls: bool, tokens: bool) -> None:
    """Refuse to let others in without tokens, or to have tokens sent in the clear."""
    steps = []
    if not tokens:
        steps.append("give --api-tokens FILE (`tagward token NAME --role lint --tokens FILE` makes one)")
    if not tls:
        steps.append("give --api-tls-cert and --api-tls-key, or listen on 127.0.0.1 behind what speaks TLS")
    if steps:
        raise UsageError(f"{where} is not loopback: {'; '.join(steps)}")
