"""What is deployed fits together, keeps going when parts of it fail, and may do no more than it must."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tagward import __version__
from tests.deploy.rendered import (
    DEPLOY,
    OVERLAYS,
    ROOT,
    absent,
    containers,
    environment,
    manifests,
    one,
    pods,
    text,
    webhook,
)

pytestmark = pytest.mark.skipif(bool(absent()), reason=absent())

each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)

CONFIG = {
    "cert-manager": ("--cert-manager", "tagward/tagward", "--exempt-namespace", "cert-manager"),
    "self-signed": (),
}
"""How the webhook configurations of an overlay are written, beside the policy."""


def tagward(*arguments: str, **environ: str) -> str:
    command = [sys.executable, "-m", "tagward_service.cli", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | environ)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@each_overlay
def test_the_webhook_configurations_are_what_the_policy_asks_for(overlay: str) -> None:
    written = tagward("webhook", "config", "deploy/base/tagward.yaml", *CONFIG[overlay])

    assert (DEPLOY / "overlays" / overlay / "webhooks.yaml").read_text() == written
    assert [each for each in manifests(overlay) if each["kind"].endswith("WebhookConfiguration")] == sorted(
        yaml.safe_load_all(written), key=lambda each: str(each["kind"])
    )


@each_overlay
def test_the_readme_says_how_they_are_written(overlay: str) -> None:
    command = " ".join(("tagward webhook config deploy/base/tagward.yaml", *CONFIG[overlay]))

    assert (
        f"{command} \\\n    -o deploy/overlays/{overlay}/webhooks.yaml" in (DEPLOY / "README.md").read_text()
    )


@each_overlay
def test_a_webhook_that_is_away_keeps_nobody_from_mending_the_cluster(overlay: str) -> None:
    validating = one(overlay, "ValidatingWebhookConfiguration", "tagward")["webhooks"]
    mutating = one(overlay, "MutatingWebhookConfiguration", "tagward")["webhooks"]

    assert {each["failurePolicy"] for each in validating} == {"Fail"}
    assert {each["failurePolicy"] for each in mutating} == {"Ignore"}
    for each in (*validating, *mutating):
        [selected] = each["namespaceSelector"]["matchExpressions"]
        assert (selected["key"], selected["operator"]) == ("kubernetes.io/metadata.name", "NotIn")
        assert {"kube-system", "kube-public", "kube-node-lease", "tagward"} <= set(selected["values"])
        assert ("cert-manager" in selected["values"]) is (overlay == "cert-manager")


@each_overlay
def test_images_are_of_this_version(overlay: str) -> None:
    images = {each["image"] for _, template in pods(overlay) for each in containers(template)}

    assert images == {f"tagward:{__version__}"}
    assert "latest" not in text(overlay)


@each_overlay
def test_pods_may_do_nothing_that_they_need_not(overlay: str) -> None:
    for kind, template in pods(overlay):
        spec = template["spec"]
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] == context["runAsGroup"] == 65532
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & set(spec)
        for container in containers(template):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, kind
            assert set(container["resources"]) == {"requests", "limits"}
            assert all(each["readOnly"] for each in container.get("volumeMounts", []))


@each_overlay
def test_no_variable_of_a_service_is_taken_for_a_setting(overlay: str) -> None:
    assert all(template["spec"]["enableServiceLinks"] is False for _, template in pods(overlay))


@each_overlay
def test_the_settings_are_those_of_the_command(overlay: str, tmp_path: Path) -> None:
    _, container = webhook(overlay)
    given = environment(container)

    shown = tagward(*container["args"], "--show-config", **given)

    rows = {row.split()[0]: row.split()[1:] for row in shown.splitlines()}
    for name, value in given.items():
        assert rows[name.removeprefix("TAGWARD_").lower()] == [value, f"${name}"]


@each_overlay
def test_whoever_calls_the_service_gets_to_the_port_that_is_listened_on(overlay: str) -> None:
    _, container = webhook(overlay)
    [port] = container["ports"]
    [served] = one(overlay, "Service", "tagward")["spec"]["ports"]
    called = one(overlay, "ValidatingWebhookConfiguration", "tagward")["webhooks"][0]["clientConfig"][
        "service"
    ]

    assert (called["namespace"], called["name"], called["port"]) == ("tagward", "tagward", served["port"])
    assert served["targetPort"] == port["name"]
    assert environment(container)["TAGWARD_ADMISSION_PORT"] == str(port["containerPort"])
    assert environment(container)["TAGWARD_HOST"] == "0.0.0.0"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        assert (asked["port"], asked["scheme"]) == (port["name"], "HTTPS")


@each_overlay
def test_everything_that_selects_the_pods_of_the_webhook_does(overlay: str) -> None:
    template, _ = webhook(overlay)
    deployment = one(overlay, "Deployment", "tagward")["spec"]
    selectors: list[dict[str, str]] = [
        deployment["selector"]["matchLabels"],
        one(overlay, "Service", "tagward")["spec"]["selector"],
        one(overlay, "PodDisruptionBudget", "tagward")["spec"]["selector"]["matchLabels"],
        one(overlay, "NetworkPolicy", "tagward-webhook")["spec"]["podSelector"]["matchLabels"],
        *(each["labelSelector"]["matchLabels"] for each in template["spec"]["topologySpreadConstraints"]),
    ]

    for selector in selectors:
        assert selector.items() <= template["metadata"]["labels"].items()
        others = [each for kind, each in pods(overlay) if kind != "Deployment"]
        assert not any(selector.items() <= each["metadata"]["labels"].items() for each in others)


@each_overlay
def test_one_of_two_or_more_replicas_is_always_there(overlay: str) -> None:
    template, _ = webhook(overlay)
    deployment = one(overlay, "Deployment", "tagward")["spec"]
    spread = [each["topologyKey"] for each in template["spec"]["topologySpreadConstraints"]]

    assert deployment["replicas"] >= 2
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert one(overlay, "PodDisruptionBudget", "tagward")["spec"]["minAvailable"] == 1
    assert spread == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]


@each_overlay
def test_requests_have_time_to_finish_before_the_end(overlay: str) -> None:
    template, container = webhook(overlay)
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    drain = int(environment(container)["TAGWARD_DRAIN_SECONDS"])

    assert template["spec"]["terminationGracePeriodSeconds"] >= pause + drain + 5


@each_overlay
def test_files_are_mounted_where_the_settings_look_for_them(overlay: str) -> None:
    template, container = webhook(overlay)
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    volumes = {each["name"]: each for each in template["spec"]["volumes"]}
    given = environment(container)

    held = one(overlay, "ConfigMap", volumes["policy"]["configMap"]["name"])["data"]
    assert given["TAGWARD_POLICY"] == f"{mounts['policy']}/{next(iter(held))}"
    assert {given["TAGWARD_TLS_CERT"], given["TAGWARD_TLS_KEY"]} == {
        f"{mounts['tls']}/{each['path']}" for each in volumes["tls"]["secret"]["items"]
    }
    for volume in (volumes["policy"]["configMap"], volumes["tls"]["secret"]):
        assert volume["defaultMode"] == 0o440
    assert template["spec"]["securityContext"]["fsGroup"] == 65532


@each_overlay
def test_the_policy_can_be_used(overlay: str, tmp_path: Path) -> None:
    template, _ = webhook(overlay)
    [name] = [each["configMap"]["name"] for each in template["spec"]["volumes"] if "configMap" in each]
    [(file, content)] = one(overlay, "ConfigMap", name)["data"].items()
    (tmp_path / file).write_text(content)

    assert "ml-platform" in tagward("check", str(tmp_path / file))


def secret_of(overlay: str) -> str:
    template, _ = webhook(overlay)
    [name] = [each["secret"]["secretName"] for each in template["spec"]["volumes"] if "secret" in each]
    return str(name)


def test_cert_manager_makes_the_certificate_that_is_mounted_and_injected() -> None:
    certificate = one("cert-manager", "Certificate", "tagward")
    annotations = one("cert-manager", "ValidatingWebhookConfiguration", "tagward")["metadata"]["annotations"]

    assert certificate["spec"]["secretName"] == secret_of("cert-manager")
    assert certificate["spec"]["dnsNames"][0] == "tagward.tagward.svc"
    assert annotations["cert-manager.io/inject-ca-from"] == "tagward/tagward"


def test_the_jobs_make_the_certificate_that_is_mounted() -> None:
    jobs = {kind: template for kind, template in pods("self-signed") if kind != "Deployment"}
    [container] = containers(jobs["Job"])

    assert set(jobs) == {"Job", "CronJob"}
    assert jobs["Job"] == jobs["CronJob"]
    assert container["args"] == [
        "webhook",
        "certs",
        f"--secret=tagward/{secret_of('self-signed')}",
        "--service=tagward/tagward",
        "--configuration=tagward",
    ]


def test_the_jobs_may_change_the_one_secret_and_the_one_configuration() -> None:
    rules = {kind: one("self-signed", kind, "tagward-certs")["rules"] for kind in ("Role", "ClusterRole")}

    for [rule] in rules.values():
        assert rule["verbs"] == ["get", "patch"]
    assert rules["Role"][0]["resourceNames"] == [secret_of("self-signed")]
    assert rules["ClusterRole"][0]["resourceNames"] == ["tagward"]


@each_overlay
def test_the_webhook_may_read_the_labels_of_namespaces_and_nothing_else(overlay: str) -> None:
    granted: list[Any] = [
        rule
        for each in manifests(overlay)
        if each["kind"] in ("Role", "ClusterRole") and each["metadata"]["name"] == "tagward"
        for rule in each["rules"]
    ]

    assert granted == [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list", "watch"]}]
