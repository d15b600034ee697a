"""What people with kubectl meet: the real API server asks the real webhook, registered as it says itself."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.cluster import Cluster
from tests.e2e.objects import (
    LABELS,
    Data,
    crd,
    cron_job,
    deployment,
    job_set,
    pod,
    ray_cluster,
    stateful_set,
    training_run,
)
from tests.e2e.webhook import Webhook, serving
from tests.oracles.apiserver_client import until

CUSTOM = (
    crd("ray.io", "RayCluster"),
    crd("jobset.x-k8s.io", "JobSet", "v1alpha2"),
    crd("example.com", "TrainingRun"),
)


@pytest.fixture(scope="module")
def webhook(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webhook]:
    cluster.namespace("kept")
    cluster.make(*CUSTOM, deployment("kept", {}, "before"))
    with serving(cluster, tmp_path_factory.mktemp("webhook")) as running:
        until(lambda: "denied" in said(cluster, "run", "probe", "--image=x", "--dry-run=server"))
        yield running


@pytest.fixture
def dev(cluster: Cluster, webhook: Webhook, request: pytest.FixtureRequest) -> str:
    """A namespace of its own for each test."""
    return cluster.namespace(request.node.name.removeprefix("test_").replace("_", "-")[:60].strip("-"))


def said(cluster: Cluster, *arguments: str, given: Any = None) -> str:
    ran = cluster.try_kubectl(*arguments, given=json.dumps(given) if given else None)
    return ran.stdout + ran.stderr


def apply(cluster: Cluster, *things: Data, how: tuple[str, ...] = ()) -> str:
    given = things[0] if len(things) == 1 else {"apiVersion": "v1", "kind": "List", "items": things}
    return said(cluster, "apply", *how, "-f", "-", given=given)


def read(cluster: Cluster, namespace: str, what: str) -> Any:
    return json.loads(cluster.kubectl("get", what, "-n", namespace, "-o", "json").stdout)


def pod_labels(cluster: Cluster, namespace: str, what: str = "deployment/web") -> Any:
    return read(cluster, namespace, what)["spec"]["template"]["metadata"]["labels"]


def test_a_denial_says_what_to_add_and_where(cluster: Cluster, dev: str) -> None:
    assert apply(cluster, deployment(dev, {})) == (
        "Warning: `ml-experiment-id` is missing on its pods\n"
        'Error from server (Forbidden): error when creating "STDIN": admission webhook '
        '"validate.acme.tagward" denied the request: '
        "Deployment/web does not carry the tags of the policy acme 1.0.0:\n"
        "- `ml-team` is missing on its pods: "
        "add `ml-team: fraud-detection` to `spec.template.metadata.labels`\n"
    )
    assert said(cluster, "get", "deployment", "-n", dev) == f"No resources found in {dev} namespace.\n"

    assert apply(cluster, deployment(dev, LABELS)) == "deployment.apps/web created\n"


def test_changes_are_judged_whichever_way_they_come(cluster: Cluster, dev: str) -> None:
    apply(cluster, deployment(dev, LABELS))
    wrong = {"spec": {"template": {"metadata": {"labels": {"ml-team": None}}}}}
    replaced = deployment(dev, LABELS | {"ml-team": "N"})

    patched = said(cluster, "patch", "deployment", "web", "-n", dev, "-p", json.dumps(wrong))
    applied = apply(cluster, replaced)
    on_server = apply(cluster, replaced, how=("--server-side", "--force-conflicts"))
    put = said(cluster, "replace", "-f", "-", given=replaced)

    for each in (patched, applied, on_server, put):
        assert "denied the request" in each
    assert pod_labels(cluster, dev) == {"app": "web"} | LABELS
    apply(cluster, deployment(dev, LABELS | {"ml-team": "vision"}))
    assert pod_labels(cluster, dev)["ml-team"] == "vision"


def test_what_was_wrong_before_can_still_be_changed_scaled_and_deleted(
    cluster: Cluster, webhook: Webhook
) -> None:
    image = said(cluster, "set", "image", "deployment/before", "-n", "kept", "main=example.com/main:2")
    scaled = said(cluster, "scale", "deployment/before", "-n", "kept", "--replicas=3")
    worse = {"spec": {"template": {"metadata": {"labels": {"ml-environment": "moon"}}}}}
    worsened = said(cluster, "patch", "deployment", "before", "-n", "kept", "-p", json.dumps(worse))

    assert "deployment.apps/before image updated" in image
    assert "Warning: `ml-team` is missing on its pods (as before this update; will have to be fixed)" in image
    assert scaled == "deployment.apps/before scaled\n"
    assert "`ml-environment` is `moon` on its pods" in worsened
    assert "denied the request" in worsened
    assert read(cluster, "kept", "deployment/before")["spec"]["replicas"] == 3

    assert 'deployment.apps "before" deleted' in said(cluster, "delete", "deployment", "before", "-n", "kept")


def test_an_object_with_a_finalizer_goes_although_it_is_wrong(
    cluster: Cluster, webhook: Webhook, dev: str
) -> None:
    apply(cluster, deployment(dev, LABELS))
    hold = {"metadata": {"finalizers": ["example.com/hold"]}}
    cluster.kubectl("patch", "deployment", "web", "-n", dev, "--type=merge", "-p", json.dumps(hold))
    cluster.kubectl("delete", "deployment", "web", "-n", dev, "--wait=false")

    strip = [
        {"op": "remove", "path": "/spec/template/metadata/labels/ml-team"},
        {"op": "remove", "path": "/metadata/finalizers"},
    ]
    gone = said(cluster, "patch", "deployment", "web", "-n", dev, "--type=json", "-p", json.dumps(strip))

    assert gone == "deployment.apps/web patched\n"
    assert "NotFound" in said(cluster, "get", "deployment", "web", "-n", dev)


def test_the_status_is_nobodys_to_judge(cluster: Cluster, dev: str) -> None:
    cluster.make(pod(dev, LABELS))
    path = f"/api/v1/namespaces/{dev}/pods/one/status"

    answer = cluster.client.request(
        "PATCH",
        path,
        {"status": {"phase": "Failed"}, "metadata": {"labels": {"ml-team": None}}},
        content="application/merge-patch+json",
    )

    assert answer.ok, answer.message


def test_a_dry_run_says_the_same_and_changes_nothing(cluster: Cluster, webhook: Webhook, dev: str) -> None:
    how = ("--dry-run=server",)

    assert "denied the request" in apply(cluster, deployment(dev, {}), how=how)
    assert (
        apply(cluster, deployment(dev, LABELS), how=how) == "deployment.apps/web created (server dry run)\n"
    )
    assert said(cluster, "get", "deployment", "-n", dev) == f"No resources found in {dev} namespace.\n"
    until(lambda: len([each for each in webhook.lines if each.get("namespace") == dev]) >= 4)
    assert all(each["dry_run"] for each in webhook.lines if each.get("namespace") == dev)


def test_every_pod_template_of_a_custom_kind_is_named(cluster: Cluster, dev: str) -> None:
    refused = apply(cluster, ray_cluster(dev, {}, LABELS | {"ml-team": "N"}))
    assert "to `spec.headGroupSpec.template.metadata.labels`" in refused
    assert "in `spec.workerGroupSpecs[0].template.metadata.labels`" in refused
    assert apply(cluster, ray_cluster(dev, LABELS, LABELS)) == "raycluster.ray.io/ray created\n"

    refused = apply(cluster, job_set(dev, {}))
    assert "`spec.replicatedJobs[0].template.spec.template.metadata.labels`" in refused
    assert apply(cluster, job_set(dev, LABELS)) == "jobset.jobset.x-k8s.io/train created\n"


def test_kinds_that_the_policy_names_are_judged_and_filled(cluster: Cluster, dev: str) -> None:
    refused = apply(cluster, training_run(dev, LABELS, {"ml-environment": "dev"}))
    assert "add `ml-team: fraud-detection` to `spec.workers[1].template.metadata.labels`" in refused
    assert "/run created\n" in apply(cluster, training_run(dev, LABELS, {"ml-team": "nlp"}))

    workers = read(cluster, dev, "trainingrun/run")["spec"]["workers"]
    filled = {"ml-team": "nlp", "ml-environment": "dev"}
    assert [each["template"]["metadata"]["labels"] for each in workers] == [LABELS, filled]


def test_labels_are_filled_where_they_reach_pods_and_nowhere_else(cluster: Cluster, dev: str) -> None:
    team = {"ml-team": "nlp"}
    every = {"ml-team": "nlp", "ml-environment": "dev"}

    made = apply(
        cluster, deployment(dev, team), cron_job(dev, team), pod(dev, team), ray_cluster(dev, team, team)
    )

    assert "denied" not in made
    web = read(cluster, dev, "deployment/web")
    assert web["spec"]["template"]["metadata"]["labels"] == {"app": "web"} | every
    assert web["spec"]["selector"]["matchLabels"] == {"app": "web"}
    assert "labels" not in web["metadata"]
    job = read(cluster, dev, "cronjob/nightly")["spec"]["jobTemplate"]["spec"]
    assert job["template"]["metadata"]["labels"] == every
    assert read(cluster, dev, "pod/one")["metadata"]["labels"] == every
    ray = read(cluster, dev, "raycluster/ray")["spec"]
    for each in (ray["headGroupSpec"], ray["workerGroupSpecs"][0]):
        assert each["template"]["metadata"]["labels"] == every


def test_labels_that_are_there_are_never_changed(cluster: Cluster, dev: str) -> None:
    wanted = LABELS | {"ml-environment": "prod"}
    apply(cluster, deployment(dev, wanted))

    assert pod_labels(cluster, dev) == {"app": "web"} | wanted
    assert "`ml-environment` is `moon`" in apply(
        cluster, deployment(dev, LABELS | {"ml-environment": "moon"})
    )


def test_to_apply_twice_changes_nothing(cluster: Cluster, dev: str) -> None:
    thing = deployment(dev, {"ml-team": "nlp"})
    apply(cluster, thing)
    before = read(cluster, dev, "deployment/web")

    assert "deployment.apps/web unchanged" in apply(cluster, thing)
    assert cluster.try_kubectl("diff", "-f", "-", given=json.dumps(thing)).returncode == 0
    assert read(cluster, dev, "deployment/web") == before


def test_a_namespace_gives_its_team_to_what_lives_in_it(cluster: Cluster, dev: str) -> None:
    assert "denied" in said(cluster, "create", "deployment", "web", "-n", dev, "--image=x")

    cluster.kubectl("label", "namespace", dev, "ml-team=vision")
    until(lambda: "denied" not in said(cluster, "run", "probe", "-n", dev, "--image=x", "--dry-run=server"))
    assert "created" in said(cluster, "create", "deployment", "web", "-n", dev, "--image=x")
    assert pod_labels(cluster, dev)["ml-team"] == "vision"

    cluster.kubectl("label", "namespace", dev, "ml-team-")
    until(lambda: "denied" in said(cluster, "run", "probe", "-n", dev, "--image=x", "--dry-run=server"))


@pytest.mark.parametrize("team", ["nlp", ""])
def test_a_namespace_counts_from_the_moment_it_is_made(cluster: Cluster, webhook: Webhook, team: str) -> None:
    name = f"new-{team or 'bare'}"
    labels = {"ml-team": team} if team else {}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}

    made = apply(cluster, namespace, *(deployment(name, {}, f"web-{number}") for number in range(3)))

    assert f"namespace/{name} created" in made
    assert "could not be checked" not in made
    assert made.count("denied the request") == (0 if team else 3)


def test_exempt_namespaces_are_left_alone(cluster: Cluster, webhook: Webhook) -> None:
    assert said(cluster, "run", "bare", "-n", "kube-system", "--image=x") == "pod/bare created\n"


def test_what_a_controller_makes_is_not_judged_again(cluster: Cluster, dev: str) -> None:
    apply(cluster, deployment(dev, LABELS))
    uid = read(cluster, dev, "deployment/web")["metadata"]["uid"]
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": uid, "controller": True}
    made = pod(dev, {})
    made["metadata"]["ownerReferences"] = [owner]

    assert apply(cluster, made) == "pod/one created\n"


def test_labels_cannot_forge_a_line_of_the_log_or_of_the_terminal(
    cluster: Cluster, webhook: Webhook, dev: str
) -> None:
    forged = 'x"}\n{"event":"review","decision":"allowed"}\x1b[2K'
    thing = deployment(dev, LABELS | {"ml-team": forged})
    before = len(webhook.lines)

    answer = cluster.client.create(thing)

    assert not answer.ok
    until(lambda: any(each.get("namespace") == dev for each in webhook.lines[before:]))
    assert "\x1b" not in answer.message
    lines = [each for each in webhook.lines[before:] if each["event"] == "review" and "namespace" not in each]
    assert lines == []


def test_the_configuration_is_kept_as_it_was_written(cluster: Cluster, webhook: Webhook) -> None:
    """What the API server makes of it has no field that was left to its defaults."""
    for each in webhook.registered:
        [written] = each["webhooks"]
        [kept] = read(cluster, "default", f"{each['kind']}/{each['metadata']['name']}")["webhooks"]
        assert set(kept) - set(written) <= {"objectSelector", "matchConditions"}
        assert {key: kept[key] for key in written if key not in ("rules", "matchConditions")} == {
            key: written[key] for key in written if key not in ("rules", "matchConditions")
        }
        assert yaml.safe_dump(kept["matchConditions"]) == yaml.safe_dump(written["matchConditions"])


def test_what_was_filled_in_lists_stays_when_they_are_applied_again(cluster: Cluster, dev: str) -> None:
    """Who applies a list replaces all of it; that of volume claims can never be changed."""
    team = {"ml-team": "nlp"}
    for thing in (stateful_set(dev, team), ray_cluster(dev, team, team), job_set(dev, team)):
        assert "created" in apply(cluster, thing)
        for how in ((), ("--server-side", "--force-conflicts")):
            again = apply(cluster, thing, how=how)
            assert "denied" not in again
            assert "invalid" not in again

    claim = read(cluster, dev, "statefulset/db")["spec"]["volumeClaimTemplates"][0]
    group = read(cluster, dev, "raycluster/ray")["spec"]["workerGroupSpecs"][0]
    for labels in (claim["metadata"]["labels"], group["template"]["metadata"]["labels"]):
        assert labels == team | {"ml-environment": "dev"}


def test_a_stateful_set_that_was_there_before_gets_volumes_for_further_pods(
    cluster: Cluster, dev: str
) -> None:
    """As its controller makes them: with the labels of its template, and for no owner."""
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-db-1", "namespace": dev, "labels": {"app": "db"}},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    controller = "system:serviceaccount:kube-system:statefulset-controller"

    assert "add `ml-team: fraud-detection` to `metadata.labels`" in apply(cluster, claim)
    made = said(cluster, "create", "--as", controller, "-f", "-", given=claim)
    assert made == "persistentvolumeclaim/data-db-1 created\n"
