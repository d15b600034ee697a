"""When a certificate is renewed, whom to trust meanwhile, and the files it is kept in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from msgspec import Struct

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.admission.certificates import Bundle, make

AUTHORITY, CERTIFICATE, KEY = "ca.crt", "tls.crt", "tls.key"
"""What files, and the keys of a Secret, are called, as Kubernetes has it for a Secret of TLS."""


class Order(Struct, frozen=True):
    """What certificate is wanted: for these names, valid for so many days, renewed so many before the end.

    `now` asks for a new one whatever is kept.
    """

    names: tuple[str, ...]
    days: int
    renew_before: int
    now: bool = False


def renewed(order: Order, kept: Bundle | None, now: datetime) -> tuple[Bundle, str]:
    """Return the bundle to use, and why it is a new one; "" when the one that is kept will do.

    The authorities of a new bundle hold the former ones that are still valid: whoever trusts them goes on
    trusting the former certificate until it is out of use everywhere.
    """
    why = _due(order, kept, now)
    if kept is not None and not why:
        return kept, ""
    made = make(order.names, days=order.days, now=now)
    former = kept.authority if kept is not None else b""
    return Bundle(made.authority + _still_valid(former, now), made.certificate, made.key), why


def _due(order: Order, kept: Bundle | None, now: datetime) -> str:
    if kept is None:
        return "there was none"
    if order.now:
        return "asked for"
    try:
        certificate = x509.load_pem_x509_certificate(kept.certificate)
        key = serialization.load_pem_private_key(kept.key, None)
        fault = _fault(certificate, key.public_key(), kept.authority)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "it could not be read"
    return fault or _outdated(order, certificate, now)


def _fault(certificate: x509.Certificate, key: object, authorities: bytes) -> str:
    if key != certificate.public_key():
        return "its key belonged to another"
    return "" if _is_signed(certificate, authorities) else "none of the authorities kept had signed it"


def _outdated(order: Order, certificate: x509.Certificate, now: datetime) -> str:
    missing = sorted(set(order.names) - _names(certificate))
    if missing:
        return f"it was not for {', '.join(missing)}"
    left = certificate.not_valid_after_utc - now
    return f"it was valid for {max(left.days, 0)} more days" if left < timedelta(order.renew_before) else ""


def _is_signed(certificate: x509.Certificate, authorities: bytes) -> bool:
    return any(_has_signed(each, certificate) for each in _authorities(authorities))


def _has_signed(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _names(certificate: x509.Certificate) -> frozenset[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    addresses = found.get_values_for_type(x509.IPAddress)
    return frozenset((*found.get_values_for_type(x509.DNSName), *map(str, addresses)))


def _authorities(content: bytes) -> Sequence[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        return ()


def _still_valid(authorities: bytes, now: datetime) -> bytes:
    """Leave out what nobody would trust any more."""
    valid = (each for each in _authorities(authorities) if each.not_valid_after_utc > now)
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in valid)


def read_bundle(directory: Path) -> Bundle | None:
    """Read what is kept in a directory; None unless it is complete."""
    try:
        return Bundle(*((directory / name).read_bytes() for name in (AUTHORITY, CERTIFICATE, KEY)))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(_cannot("read", error)) from None


def write_bundle(directory: Path, bundle: Bundle) -> None:
    """Write the files, each whole or not at all; the key is for the eyes of its owner. Raises UsageError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _write(directory / AUTHORITY, bundle.authority, 0o644)
        _write(directory / KEY, bundle.key, 0o600)
        _write(directory / CERTIFICATE, bundle.certificate, 0o644)
    except OSError as error:
        raise UsageError(_cannot("write", error)) from None


def _cannot(what: str, error: OSError) -> str:
    return f"cannot {what} {quoted(str(error.filename))}: {(error.strerror or 'failed').lower()}"


def _write(path: Path, content: bytes, mode: int) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
    temporary.replace(path)
