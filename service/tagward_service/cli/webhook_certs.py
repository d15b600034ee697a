"""`tagward webhook certs`: a certificate for the admission webhook where no certificate manager is."""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.parser import Parser
from tagward_service.cli.settings import Settings, resolve

if TYPE_CHECKING:
    from tagward_service.admission.certificates import Bundle
    from tagward_service.admission.renewal import Order

OUTPUT = options.Option(name="output", short="-o", metavar="DIR", help="where ca.crt, tls.crt and tls.key go")
SECRET = options.Option(
    name="secret", metavar="NAMESPACE/NAME", help="keep them in a Secret of the cluster instead"
)
SERVICE = options.Option(
    name="service", metavar="NAMESPACE/NAME", help="a service to be known by, as its names in the cluster"
)
HOST_NAMES = options.Option(
    name="host_name",
    metavar="NAME",
    many=True,
    help="a host name or address to be known by, once or several times",
)
DAYS = options.Option(name="days", metavar="N", default="90", help="how long a certificate is valid")
RENEW_BEFORE = options.Option(
    name="renew_before",
    metavar="DAYS",
    default="30",
    help="leave a certificate alone that is valid for longer",
)
RENEW = options.Option(name="renew", flag=True, help="renew it now, however long it is valid")
CONFIGURATION = options.Option(
    name="configuration",
    metavar="NAME",
    help="webhook configurations of the cluster that are to trust the certificate",
)
OPTIONS = (OUTPUT, SECRET, SERVICE, HOST_NAMES, DAYS, RENEW_BEFORE, RENEW, CONFIGURATION, options.COLOR)

SETTLE = 2.0
"""In seconds; so much later every API server has heard whom to trust."""

LONGEST = 3650
"""In days; longer than that nobody should trust anything."""

_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)

_DESCRIPTION = """\
Make a certificate for the webhook, and the authority that signs it and nothing else ever. Run again, it is
renewed when its end is near or its names change. Former authorities are kept in ca.crt while they are
valid, and the webhook configurations are told first, so that no call fails while both are in use."""

_EXAMPLES = """\
examples:
  tagward webhook certs -o certs/ --host-name localhost --host-name 127.0.0.1
  tagward webhook certs --secret tagward/tagward-tls --service tagward/tagward --configuration tagward
"""


def parser() -> Parser:
    """Build the parser of `tagward webhook certs`."""
    codes = explained(Exit.CLEAN, Exit.USAGE)
    usage = "-o DIR|--secret NAMESPACE/NAME [options]"
    built = Parser("webhook certs", usage, _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Make the certificate, or leave the one that is there."""
    settings = resolve(OPTIONS, arguments, os.environ)
    output, secret = settings.text("output"), settings.text("secret")
    if (output is None) == (secret is None):
        raise UsageError("where to? give one of -o DIR and --secret NAMESPACE/NAME")
    try:
        import cryptography  # noqa: F401  (asked first, so that a missing extra is said plainly)
    except ImportError:
        raise UsageError("`tagward webhook certs` needs an extra: pip install 'tagward[service]'") from None
    order = _order(settings)
    if output is None:
        _in_cluster(settings, order)
    else:
        _in_files(settings, order, Path(output))
    return Exit.CLEAN


def _in_files(settings: Settings, order: Order, directory: Path) -> None:
    from tagward_service.admission.renewal import read_bundle, renewed, write_bundle

    bundle, why = renewed(order, read_bundle(directory), datetime.now(UTC))
    _tell(settings, bundle)
    if why:
        write_bundle(directory, bundle)
    _say(bundle, why, str(directory))


def _in_cluster(settings: Settings, order: Order) -> None:
    from tagward_service.admission.cluster import connected
    from tagward_service.admission.custody import Custody, rotate

    namespace, name = _pair(settings, "secret")
    custody = Custody(connected(), namespace, name)
    bundle, why = rotate(custody, order, lambda made: _tell(settings, made), datetime.now(UTC))
    _say(bundle, why, f"Secret {namespace}/{name}")


def _tell(settings: Settings, bundle: Bundle) -> None:
    """Tell the webhook configurations whom to trust; wait until they did where a certificate is in use."""
    name = settings.text("configuration")
    if name is None:
        return
    from tagward_service.admission.cluster import connected
    from tagward_service.admission.custody import trust

    told = list(trust(connected(), name, bundle.authority))
    sys.stdout.writelines(f"{each}: told whom to trust\n" for each in told)
    if told and bundle.has_former:
        sleep(SETTLE)


def _say(bundle: Bundle, why: str, where: str) -> None:
    from cryptography.x509 import load_pem_x509_certificate

    end = load_pem_x509_certificate(bundle.certificate).not_valid_after_utc.date()
    what = f"a new certificate, as {why}" if why else "left as it is"
    sys.stdout.write(f"{where}: {what}; valid until {end}\n")


def _order(settings: Settings) -> Order:
    from tagward_service.admission.renewal import Order

    names = [_checked(settings, name) for name in settings.texts("host_name")]
    if settings.text("service") is not None:
        namespace, name = _pair(settings, "service")
        names += [f"{name}.{namespace}.svc", f"{name}.{namespace}.svc.cluster.local"]
    if not names:
        raise UsageError("for whom? give --service or --host-name")
    days, before = _days(settings, "days"), _days(settings, "renew_before")
    if before >= days:
        raise UsageError(f"--renew-before {before} is no less than --days {days}: it would always be renewed")
    return Order(tuple(dict.fromkeys(names)), days, before, settings.flag("renew"))


def _checked(settings: Settings, name: str) -> str:
    """Return a host name or an address as certificates spell it."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        spelled = name.lower()
    if _HOST_NAME.fullmatch(spelled) is None:
        raise UsageError(
            f"{settings.origin('host_name')}: {quoted(name)} is neither a host name nor an address"
        )
    return spelled


def _pair(settings: Settings, name: str) -> tuple[str, str]:
    """Read NAMESPACE/NAME, both of which are labels of host names."""
    text = settings.text(name) or ""
    pair = text.split("/")
    if len(pair) != 2 or not all(map(_HOST_NAME.fullmatch, pair)):
        raise UsageError(f"{settings.origin(name)}: {quoted(text)} is not NAMESPACE/NAME")
    return pair[0], pair[1]


def _days(settings: Settings, name: str) -> int:
    text = settings.text(name) or ""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST):
        raise UsageError(f"{settings.origin(name)}: `{text}` is not a number of days from 1 to {LONGEST}")
    return int(text)
