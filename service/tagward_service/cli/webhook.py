"""`tagward webhook config`: how the API server has to be told of the admission webhook."""

from __future__ import annotations

import argparse
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy, take_given
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.writing import write_file

if TYPE_CHECKING:
    from tagward_service.admission.configuration import Endpoint

URL = options.Option(
    name="url", metavar="URL", help="where the webhook is, https://HOST:PORT; else a service of the cluster"
)
SERVICE = options.Option(
    name="service",
    metavar="NAMESPACE/NAME[:PORT]",
    default="tagward/tagward:443",
    help="the service of the webhook; its namespace is exempt",
)
CA = options.Option(
    name="ca", metavar="FILE", help="the authority of the webhook's certificate (PEM), for caBundle"
)
CERT_MANAGER = options.Option(
    name="cert_manager",
    metavar="NAMESPACE/NAME",
    help="a Certificate of cert-manager, which fills in caBundle",
)
NAME = options.Option(name="name", metavar="NAME", default="tagward", help="name of the configurations")
ONLY = options.Option(name="only", choices=("validate", "mutate"), help="one of the two webhooks")
FAILURE = options.Option(
    name="failure_policy",
    choices=("Fail", "Ignore"),
    default="Fail",
    help="what becomes of a request that cannot be validated",
)
MUTATE_FAILURE = options.Option(
    name="mutate_failure_policy",
    choices=("Fail", "Ignore"),
    default="Ignore",
    help="what becomes of a request whose labels cannot be filled",
)
TIMEOUT = options.Option(
    name="timeout", metavar="SECONDS", default="5", help="how long the API server waits, 1 to 30"
)
OUTPUT = options.Option(
    name="output", short="-o", metavar="FILE", help="where it goes; else to standard output"
)
OPTIONS = (
    options.POLICY,
    URL,
    SERVICE,
    CA,
    CERT_MANAGER,
    NAME,
    ONLY,
    options.EXEMPT_NAMESPACE,
    FAILURE,
    MUTATE_FAILURE,
    TIMEOUT,
    OUTPUT,
    options.COLOR,
)

LONGEST_TIMEOUT = 30

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
"""A subdomain of RFC 1123, which names of webhook configurations and certificates are."""
_CERTIFICATE = re.compile(rf"[a-z0-9]([-a-z0-9]*[a-z0-9])?/{_NAME.pattern}")

_DESCRIPTION = """\
Write the ValidatingWebhookConfiguration and the MutatingWebhookConfiguration for a policy. They ask about
new and changed objects of the kinds that are judged, and leave out what never could be: objects that
another judged one made, objects that are being deleted, namespaces that are exempt."""

_EXAMPLES = """\
examples:
  tagward webhook config --cert-manager tagward/tagward | kubectl apply -f -
  tagward webhook config pack:ml-platform --url https://10.0.0.5:8443 --ca certs/ca.crt -o webhook.yaml
"""


def parser() -> Parser:
    """Build the parser of `tagward webhook config`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    built = Parser("webhook config", "[POLICY] [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("given", nargs="?", metavar="POLICY", help="a path or pack:NAME, as --policy")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Write the configurations."""
    from tagward_generators.kubernetes.documents import manifests
    from tagward_service.admission.configuration import KINDS, Calls, configurations
    from tagward_service.cli.exempting import exempt_namespaces

    take_given(arguments)
    settings = resolve(OPTIONS, arguments, os.environ)
    calls = Calls(
        exempt_namespaces=exempt_namespaces(settings, settings.texts("exempt_namespace")),
        validate_failure=settings.text("failure_policy") or "",
        mutate_failure=settings.text("mutate_failure_policy") or "",
        seconds=_seconds(settings),
    )
    only = settings.text("only")
    endpoint = _endpoint(settings)
    policy = load_policy(settings, datetime.now(UTC).date())
    name = _matching(settings, "name", _NAME, "a name for an object of Kubernetes, as `tagward`")
    made = configurations(policy, endpoint, calls, name=name, webhooks=(only,) if only else tuple(KINDS))
    _write(settings.text("output"), manifests(tuple(made)))
    return Exit.CLEAN


def _endpoint(settings: Settings) -> Endpoint:
    from tagward_service.admission.configuration import Endpoint, with_service

    ca, injected = settings.text("ca"), settings.text("cert_manager") or ""
    if ca and injected:
        raise UsageError("--ca and --cert-manager both say whom to trust: give one of them")
    if injected:
        _matching(settings, "cert_manager", _CERTIFICATE, "NAMESPACE/NAME")
    endpoint = Endpoint(url=settings.text("url") or "", authority=_read(ca), injected_from=injected)
    return with_service(endpoint, settings.text("service") or "")


def _matching(settings: Settings, name: str, form: re.Pattern[str], what: str) -> str:
    text = settings.text(name) or ""
    if form.fullmatch(text) is None:
        raise UsageError(f"{settings.origin(name)}: {quoted(text)} is not {what}")
    return text


def _read(path: str | None) -> bytes:
    """Read the authority; what is no certificate would be refused by the API server only much later."""
    if path is None:
        return b""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"--ca: cannot read {quoted(path)}: {(error.strerror or '').lower()}") from None
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise UsageError(f"--ca: {quoted(path)} holds no certificate in PEM")
    if b"PRIVATE KEY-----" in content:
        raise UsageError(f"--ca: {quoted(path)} holds a private key, which everybody would read")
    return content


def _seconds(settings: Settings) -> int:
    text = settings.text("timeout") or ""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST_TIMEOUT):
        raise UsageError(f"{settings.origin('timeout')}: `{text}` is not a number of seconds from 1 to 30")
    return int(text)


def _write(path: str | None, text: str) -> None:
    if path is None:
        sys.stdout.write(text)
    else:
        write_file(Path(path), text)
