"""A certificate is renewed in time, and whoever trusted the former one goes on doing so."""

import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tagward.errors import UsageError
from tagward_service.admission.certificates import Bundle, make
from tagward_service.admission.renewal import Order, read_bundle, renewed, write_bundle

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ORDER = Order(("hook.infra.svc", "10.0.0.5"), days=90, renew_before=30)


def after(days: float) -> datetime:
    return NOW + timedelta(days=days)


def authorities(bundle: Bundle) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(bundle.authority)


@pytest.fixture
def first() -> Bundle:
    return renewed(ORDER, None, NOW)[0]


def trusts(authority: bytes, shown: Bundle, place: Path) -> bool:
    """Say whether OpenSSL believes a server with one bundle that knows only the authorities of another."""
    write_bundle(place, shown)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(place / "tls.crt", place / "tls.key")
    client = ssl.create_default_context(cadata=authority.decode())
    return shaken(client, server, "hook.infra.svc")


def shaken(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> bool:
    """Shake hands in memory."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(back, there, server_hostname=name),
        server.wrap_bio(there, back, server_side=True),
    )
    try:
        for _ in range(4):
            for end in ends:
                _step(end.do_handshake)
    except ssl.SSLError:
        return False
    return ends[0].version() is not None


def _step(act: Callable[[], None]) -> None:
    with suppress(ssl.SSLWantReadError):
        act()


def today() -> datetime:
    """OpenSSL goes by its own clock."""
    return datetime.now(UTC)


def test_the_first_one_is_for_the_names_and_believed(tmp_path: Path) -> None:
    made, why = renewed(ORDER, None, today())

    assert why == "there was none"
    assert trusts(made.authority, made, tmp_path)
    assert not trusts(make(["hook.infra.svc"], days=1).authority, made, tmp_path)


def test_one_that_is_valid_for_long_is_left_alone(first: Bundle) -> None:
    assert renewed(ORDER, first, after(59)) == (first, "")


def test_one_whose_end_is_near_is_renewed(first: Bundle) -> None:
    made, why = renewed(ORDER, first, after(61))

    assert why == "it was valid for 29 more days"
    assert made.certificate != first.certificate
    assert made.key != first.key


def test_one_that_has_ended_is_renewed(first: Bundle) -> None:
    assert renewed(ORDER, first, after(200))[1] == "it was valid for 0 more days"


def test_both_are_believed_while_the_former_is_valid(tmp_path: Path) -> None:
    former, _ = renewed(ORDER, None, today())
    latter, _ = renewed(Order(ORDER.names, 90, 30, now=True), former, today())

    assert len(authorities(latter)) == 2
    assert trusts(latter.authority, former, tmp_path)
    assert trusts(latter.authority, latter, tmp_path)
    assert not trusts(former.authority, latter, tmp_path)


def test_authorities_are_forgotten_when_they_have_ended(first: Bundle) -> None:
    second, _ = renewed(ORDER, first, after(61))
    third, _ = renewed(ORDER, second, after(61 + 61))

    assert len(authorities(second)) == 2
    assert authorities(third)[1:] == authorities(second)[:1]


def test_other_names_need_another_certificate(first: Bundle) -> None:
    more = Order((*ORDER.names, "other.infra.svc"), days=90, renew_before=30)
    fewer = Order(ORDER.names[:1], days=90, renew_before=30)

    assert renewed(more, first, NOW)[1] == "it was not for other.infra.svc"
    assert renewed(fewer, first, NOW)[1] == ""


def _key_of_another(kept: Bundle) -> Bundle:
    return Bundle(kept.authority, kept.certificate, make(["x"], days=1).key)


def _authority_of_another(kept: Bundle) -> Bundle:
    return Bundle(make(["x"], days=1).authority, kept.certificate, kept.key)


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (_key_of_another, "its key belonged to another"),
        (_authority_of_another, "none of the authorities kept had signed it"),
        (lambda kept: Bundle(b"nothing", kept.certificate, kept.key), "none of the authorities kept"),
        (lambda kept: Bundle(kept.authority, b"", kept.key), "it could not be read"),
        (lambda kept: Bundle(kept.authority, kept.certificate, b"-----BEGIN"), "it could not be read"),
        (lambda kept: Bundle(kept.authority, kept.authority, kept.key), "its key belonged to another"),
    ],
)
def test_what_is_spoilt_is_replaced(first: Bundle, spoilt: Callable[[Bundle], Bundle], why: str) -> None:
    made, said = renewed(ORDER, spoilt(first), NOW)

    assert said.startswith(why)
    assert renewed(ORDER, made, NOW) == (made, "")


def test_files_come_back_as_they_were_written(first: Bundle, tmp_path: Path) -> None:
    assert read_bundle(tmp_path / "certs") is None

    write_bundle(tmp_path / "certs", first)

    assert read_bundle(tmp_path / "certs") == first
    assert {each.name for each in (tmp_path / "certs").iterdir()} == {"ca.crt", "tls.crt", "tls.key"}
    assert (tmp_path / "certs" / "tls.key").stat().st_mode & 0o777 == 0o600


def test_half_of_the_files_is_nothing(first: Bundle, tmp_path: Path) -> None:
    write_bundle(tmp_path, first)
    (tmp_path / "tls.key").unlink()

    assert read_bundle(tmp_path) is None


def test_files_that_cannot_be_are_said(first: Bundle, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "ca.crt").mkdir()

    with pytest.raises(UsageError, match=r"cannot write `.*taken`"):
        write_bundle(tmp_path / "taken", first)
    with pytest.raises(UsageError, match=r"cannot read `.*ca\.crt`: is a directory"):
        read_bundle(tmp_path)
