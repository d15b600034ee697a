"""Only clients with a certificate of the right authority are served, also after that was replaced."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.service.admission.test_serving import PATIENCE, Served


class Authority:
    """An authority that signs certificates of clients."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(self.name, self.key, authority=True)

    def _sign(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> bytes:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder(self.name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)

    def client(self, file: Path) -> Path:
        """Write a certificate with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(self._sign(name, key, authority=False) + pem)
        return file


def asks(served: Served, certificate: Path | None) -> bool:
    """Say whether a client is served."""
    context = ssl.create_default_context(cafile=str(served.place / "ca.crt"))
    if certificate:
        context.load_cert_chain(certificate)
    try:
        url = f"https://127.0.0.1:{served.port}"
        with httpx.Client(base_url=url, verify=context, timeout=PATIENCE) as client:
            return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Served, Authority]]:
    authority = Authority("first")
    (tmp_path / "clients.crt").write_bytes(authority.certificate)
    running = Served(tmp_path, "--client-ca", str(tmp_path / "clients.crt"))
    try:
        running.wait_for_connections()
        yield running, authority
    finally:
        running.end()


def test_clients_of_another_authority_are_refused(served: tuple[Served, Authority], tmp_path: Path) -> None:
    running, first = served
    second = Authority("second")
    one, other = first.client(tmp_path / "one.pem"), second.client(tmp_path / "other.pem")
    assert [asks(running, each) for each in (one, other, None)] == [True, False, False]

    (tmp_path / "clients.crt").write_bytes(second.certificate)
    running.reloaded()
    running.wait_for("certificate renewed")

    assert [asks(running, each) for each in (one, other, None)] == [False, True, False]
