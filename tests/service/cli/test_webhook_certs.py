"""`tagward webhook certs` into files."""

from pathlib import Path

import pytest
from cryptography import x509

from tests.service.cli.conftest import Run

MAKE = ("webhook", "certs", "-o", "certs", "--host-name", "LocalHost", "--host-name", "0:0:0:0:0:0:0:1")


def names(certificate: Path) -> list[str]:
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    every = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(each.value) for each in every]


def test_a_certificate_is_made_once_and_renewed_when_asked_for(run: Run, here: Path) -> None:
    made, again, renewed = run(*MAKE), run(*MAKE), run(*MAKE, "--renew")

    assert [each.code for each in (made, again, renewed)] == [0, 0, 0]
    assert made.out.startswith("certs: a new certificate, as there was none; valid until 2")
    assert again.out.startswith("certs: left as it is; valid until 2")
    assert renewed.out.startswith("certs: a new certificate, as asked for; valid until 2")
    assert names(here / "certs" / "tls.crt") == ["localhost", "::1"]
    assert (here / "certs" / "ca.crt").read_text().count("BEGIN CERTIFICATE") == 2


def test_a_service_is_known_by_its_names_in_the_cluster(run: Run, here: Path) -> None:
    run("webhook", "certs", "-o", "certs", "--service", "infra/hook")

    assert names(here / "certs" / "tls.crt") == ["hook.infra.svc", "hook.infra.svc.cluster.local"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give one of -o DIR and --secret"),
        (("-o", "x", "--secret", "a/b"), "give one of"),
        (("-o", "x"), "give --service or --host-name"),
        (("-o", "x", "--host-name", "a b"), "`a b` is neither a host name nor an address"),
        (("-o", "x", "--host-name", "-a"), "--host-name"),
        (("-o", "x", "--service", "tagward"), "`tagward` is not NAMESPACE/NAME"),
        (("-o", "x", "--service", "a/b/c"), "is not NAMESPACE/NAME"),
        (("--secret", "a/", "--service", "a/b"), "`a/` is not NAMESPACE/NAME"),
        (("-o", "x", "--host-name", "a", "--days", "0"), "from 1 to 3650"),
        (("-o", "x", "--host-name", "a", "--days", "30"), "it would always be renewed"),
        (("-o", "good.json", "--host-name", "a"), "cannot read `good.json/ca.crt`: not a directory"),
    ],
)
def test_what_cannot_be_is_refused(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("webhook", "certs", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_without_a_cluster_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    monkeypatch.setenv("KUBECONFIG", str(here / "none"))

    ran = run("webhook", "certs", "--secret", "a/b", "--service", "a/b")

    assert ran.code == 2
    assert "not in a cluster, and no kubeconfig" in ran.err
