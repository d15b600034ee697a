"""`tagward webhook`: configurations and certificates."""

import base64
from pathlib import Path

import pytest
import yaml

from tagward_service.admission.certificates import make
from tests.service.cli.conftest import Run


def test_the_command_writes_both_with_the_authority(run: Run, tmp_path: Path) -> None:
    authority = make(["localhost"], days=1).authority
    (tmp_path / "ca.crt").write_bytes(authority)

    ran = run("webhook", "config", "pack:ml-platform", "--url", "https://10.0.0.5:8443/", "--ca", "ca.crt")

    made = list(yaml.safe_load_all(ran.out))
    assert [each["kind"] for each in made] == [
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
    ]
    where = made[0]["webhooks"][0]["clientConfig"]
    assert where["url"] == "https://10.0.0.5:8443/admission/validate"
    assert base64.b64decode(where["caBundle"]) == authority


def test_the_command_asks_the_certificate_manager_to_fill_in_the_authority(run: Run) -> None:
    ran = run(
        "webhook", "config", "--cert-manager", "infra/hook", "--service", "infra/hook", "--only", "mutate"
    )

    [made] = yaml.safe_load_all(ran.out)
    assert made["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] == "infra/hook"
    assert made["webhooks"][0]["clientConfig"] == {
        "service": {"namespace": "infra", "name": "hook", "path": "/admission/mutate", "port": 443}
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "http://10.0.0.5"], "https"),
        (["--url", "https://a:b@10.0.0.5"], "no user"),
        (["--url", "https://10.0.0.5/?x=1"], "no user, query"),
        (["--url", "https://[::1"], "is no address: invalid ipv6 url"),
        (["--url", "https://10.0.0.5:99999"], "is no address: port out of range"),
        (["--service", "tagward"], "NAMESPACE/NAME"),
        (["--service", "tagward/tagward:0"], "ports are from 1 to 65535"),
        (["--service", "tagward/tagward:70000"], "ports are from 1 to 65535"),
        (["--cert-manager", "tagward"], "NAMESPACE/NAME"),
        (["--cert-manager", "/tagward"], "NAMESPACE/NAME"),
        (["--name", "Tagward!"], "not a name for an object of Kubernetes"),
        (["--exempt-namespace", "Tagward"], "no namespace is called `Tagward`"),
        (["--exempt-namespace", "a-*", "--exempt-namespace", "!b"], "no namespace is called `!b`"),
        (["--exempt-namespace", "!kube-*"], "no namespace is called `!kube-*`"),
        (["--name", ""], "not a name for an object of Kubernetes"),
        (["--name", "a" * 254], "not a name for an object of Kubernetes"),
        (["--timeout", "31"], "from 1 to 30"),
        (["--ca", "none.pem"], "cannot read"),
        (["--ca", "good.json"], "no certificate"),
        (["--ca", "x", "--cert-manager", "a/b"], "give one of them"),
        (["--failure-policy", "fail"], "did you mean `Fail`?"),
    ],
)
def test_what_the_api_server_would_refuse_is_refused(run: Run, arguments: list[str], said: str) -> None:
    ran = run("webhook", "config", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
