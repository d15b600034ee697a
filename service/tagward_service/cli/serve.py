"""`tagward serve`: the admission webhook, and the API beside it."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.serve_api import API_OPTIONS, api_of, nothing
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.showing import config_shown
from tagward_service.loopback import is_loopback

if TYPE_CHECKING:
    from tagward_service.admission.log import Log
    from tagward_service.admission.metrics import Metrics
    from tagward_service.admission.namespaces import Namespaces
    from tagward_service.admission.serving import Listener, Tls

HOST = options.Option(
    name="host", metavar="ADDRESS", default="127.0.0.1", help="address to listen on, for both"
)
ADMISSION_PORT = options.Option(
    name="admission_port", metavar="N", default="8443", help="port of the admission webhook"
)
TLS_CERT = options.Option(
    name="tls_cert",
    metavar="FILE",
    help="certificate (PEM, with its chain); without it only loopback is served",
)
TLS_KEY = options.Option(name="tls_key", metavar="FILE", help="key of the certificate (PEM)")
CLIENT_CA = options.Option(
    name="client_ca", metavar="FILE", help="accept only clients with a certificate of this CA (PEM)"
)
UPDATES = options.Option(
    name="updates",
    choices=("fair", "strict"),
    default="fair",
    help="fair: what was wrong before an update is a warning; strict: a denial like any other",
)
FILL = options.Option(
    name="fill", metavar="TAG=VALUE", many=True, help="a value that /admission/mutate fills in by default"
)
NAMESPACES = options.Option(
    name="namespaces",
    choices=("auto", "watch", "none"),
    default="auto",
    help="watch the labels of namespaces, which objects may inherit: auto does so inside a cluster",
)
LOG = options.Option(
    name="log", choices=("all", "denied", "none"), default="all", help="which decisions are worth a log line"
)
EVERY = options.Option(
    name="reload_seconds", metavar="N", default="10", help="how often policy and certificate are looked at"
)
DRAIN = options.Option(
    name="drain_seconds", metavar="N", default="25", help="how long requests may finish after SIGTERM"
)
MAX_BODY = options.Option(
    name="max_body", metavar="BYTES", default=str(8 * 1024 * 1024), help="the largest review that is read"
)
WORKERS = options.Option(
    name="workers",
    metavar="N",
    default="1",
    help="processes that answer reviews; one answers thousands a second, the API is beside the first",
)
OPTIONS = (
    options.POLICY,
    HOST,
    ADMISSION_PORT,
    WORKERS,
    TLS_CERT,
    TLS_KEY,
    CLIENT_CA,
    options.EXEMPT_NAMESPACE,
    UPDATES,
    FILL,
    NAMESPACES,
    LOG,
    EVERY,
    DRAIN,
    MAX_BODY,
    *API_OPTIONS,
    options.CONFIG,
    options.SHOW_CONFIG,
    options.COLOR,
)

_DESCRIPTION = """\
Serve the Kubernetes admission webhook: POST /admission/validate refuses what the policy denies, POST
/admission/mutate fills labels that the policy lets be inherited; /healthz, /readyz and /metrics beside.
--port serves the HTTP API and the dashboard, too, at the same address, --api-listen at one of their own;
the /docs of the API explain it.
Policy, certificates and tokens are loaded again when they change; a broken one is said and the last good
one kept."""

_EXAMPLES = """\
examples:
  tagward serve --policy policies/tagward.yaml
  tagward serve --host 0.0.0.0 --tls-cert tls.crt --tls-key tls.key
  tagward serve --port 8080 --store tagward.db
"""


def parser() -> Parser:
    """Build the parser of `tagward serve`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("serve", "[options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal says to end."""
    settings = resolve(OPTIONS, arguments, os.environ)
    if config_shown(settings):
        return Exit.CLEAN
    try:
        import uvicorn  # noqa: F401  (asked first, so that a missing extra is said plainly)
    except ImportError:
        raise UsageError("`tagward serve` needs an extra: pip install 'tagward[service]'") from None
    return _serve(settings)


def _serve(settings: Settings) -> int:
    """Serve in this process, or in several."""
    from tagward_service.admission.log import Log
    from tagward_service.admission.serving import Listener, taken

    host, port = settings.text("host") or "", settings.port("admission_port")
    log = Log(decisions=settings.text("log") or "all")
    at = Listener(None, host, port, _tls(settings))
    count = settings.number("workers")
    if count <= 1:
        from tagward_service.admission.metrics import Metrics

        _work(settings, log, at, Metrics())
        return Exit.CLEAN
    with TemporaryDirectory(prefix="tagward-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        return _serve_together(settings, log, replace(at, sockets=tuple(taken(host, port))), count)


def _serve_together(settings: Settings, log: Log, at: Listener, count: int) -> int:
    """Serve in several processes, which share connections and what they count."""
    from tagward_service.admission.accepting import Shares
    from tagward_service.admission.metrics import Metrics
    from tagward_service.admission.workers import Workers

    parent, shares, metrics = os.getpid(), Shares(count), Metrics(count)

    def work(number: int) -> None:
        metrics.count_as(number)
        here = replace(at, is_ahead=partial(shares.is_ahead, number))
        _work(settings, log, here, metrics, parent, number)

    return Workers(work, log).run(count)


def _work(
    settings: Settings, log: Log, at: Listener, metrics: Metrics, parent: int | None = None, number: int = 0
) -> None:
    import logging

    import uvloop

    from tagward_service.admission.bodies import Limits
    from tagward_service.admission.endpoint import Admission
    from tagward_service.admission.live import LivePolicy
    from tagward_service.admission.log import Libraries
    from tagward_service.admission.review import Settings as ReviewSettings
    from tagward_service.admission.serving import Service
    from tagward_service.admission.workers import orphaned
    from tagward_service.cli.exempting import exempt_namespaces

    def load(day: date) -> Policy:
        return load_policy(settings, day, note=False)

    exempt = exempt_namespaces(settings, settings.texts("exempt_namespace"))
    reviewing = ReviewSettings(exempt, settings.text("updates") or "fair", _fill(settings))
    logging.getLogger().addHandler(Libraries(log))
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # it warns of every broken request
    live = LivePolicy(load, reviewing)
    live.refresh()
    limits = Limits(body=settings.number("max_body"))
    admission = Admission(live, log, metrics, _namespaces(settings, log), limits=limits)
    api = api_of(settings, live, log, metrics) if number == 0 else nothing()
    if live.condition.fault:
        log.write("policy refused", fault=live.condition.fault, kept="")

    _open_many_files()

    watched = (partial(orphaned, parent),) if parent else ()

    async def main() -> None:
        every, drain = _every(settings), settings.number("drain_seconds")
        async with api as beside:
            listeners = [replace(at, application=admission), *beside.listeners]
            also = (*beside.watched, *watched)
            await Service(listeners, live, log, every=every, drain=drain, also=also).run()

    uvloop.run(main())


def _namespaces(settings: Settings, log: Log) -> Namespaces | None:
    """Watch the namespaces of the cluster, if that is wanted and, unless it is insisted on, possible."""
    wanted = settings.text("namespaces")
    if wanted == "none" or (wanted == "auto" and "KUBERNETES_SERVICE_HOST" not in os.environ):
        return None
    from tagward_service.admission.cluster import connected
    from tagward_service.admission.namespaces import Namespaces
    from tagward_service.admission.watching import Watcher

    try:
        client = connected()
    except UsageError as error:
        if wanted == "watch":
            raise
        log.write("namespaces not watched", detail=str(error))
        return None
    namespaces = Namespaces()
    Watcher(client, namespaces, lambda event, detail: log.write(event, detail=detail)).start()
    return namespaces


def _open_many_files() -> None:
    """Let there be as many connections as the system lets there be; each of them is an open file."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _tls(settings: Settings) -> Tls | None:
    """Decide on TLS: without a certificate nothing but loopback is served."""
    from tagward_service.admission.serving import Tls

    certificate, key = settings.text("tls_cert"), settings.text("tls_key")
    if certificate and key:
        return Tls(certificate, key, settings.text("client_ca") or "")
    if certificate or key:
        raise UsageError("--tls-cert and --tls-key come together")
    if settings.text("client_ca"):
        raise UsageError(
            f"{settings.origin('client_ca')}: clients show a certificate only where TLS is spoken: "
            "give --tls-cert and --tls-key"
        )
    if not is_loopback(settings.text("host") or ""):
        raise UsageError(
            "--host is not loopback: give --tls-cert and --tls-key, as the API server asks for TLS"
        )
    sys.stderr.write("warning: plain HTTP, on loopback only, as there is no certificate\n")
    return None


def _every(settings: Settings) -> int:
    """Return how often to look at files; without a pause nothing else would be done."""
    seconds = settings.number("reload_seconds")
    if seconds < 1:
        raise UsageError(f"{settings.origin('reload_seconds')}: `0` is too often; write 1 or more")
    return seconds


def _fill(settings: Settings) -> dict[str, str]:
    pairs = [text.partition("=") for text in settings.texts("fill")]
    for tag, equals, value in pairs:
        if not (tag and equals and value):
            raise UsageError(f"{settings.origin('fill')}: `{tag}` has no value; write TAG=VALUE")
    return {tag: value for tag, _, value in pairs}
