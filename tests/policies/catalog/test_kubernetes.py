"""Kubernetes kinds: where the labels of billed pods sit."""

import pytest

from tagward.catalog import KubernetesKind, kubernetes_kind, kubernetes_kinds


def known(group: str, kind: str) -> KubernetesKind:
    found = kubernetes_kind(group, kind)
    assert found is not None, (group, kind)
    return found


@pytest.mark.parametrize(
    ("group", "kind", "path"),
    [
        ("", "Pod", "metadata.labels"),
        ("apps", "Deployment", "spec.template.metadata.labels"),
        ("apps", "StatefulSet", "spec.template.metadata.labels"),
        ("apps", "DaemonSet", "spec.template.metadata.labels"),
        ("batch", "Job", "spec.template.metadata.labels"),
        ("batch", "CronJob", "spec.jobTemplate.spec.template.metadata.labels"),
        ("kubeflow.org", "PyTorchJob", "spec.pytorchReplicaSpecs.*.template.metadata.labels"),
        ("kubeflow.org", "TFJob", "spec.tfReplicaSpecs.*.template.metadata.labels"),
        ("kubeflow.org", "MPIJob", "spec.mpiReplicaSpecs.*.template.metadata.labels"),
        ("kubeflow.org", "JAXJob", "spec.jaxReplicaSpecs.*.template.metadata.labels"),
        ("ray.io", "RayCluster", "spec.headGroupSpec.template.metadata.labels"),
        ("ray.io", "RayCluster", "spec.workerGroupSpecs.*.template.metadata.labels"),
        ("ray.io", "RayJob", "spec.rayClusterSpec.workerGroupSpecs.*.template.metadata.labels"),
        ("ray.io", "RayJob", "spec.submitterPodTemplate.metadata.labels"),
        ("ray.io", "RayCronJob", "spec.jobTemplate.rayClusterSpec.headGroupSpec.template.metadata.labels"),
        ("ray.io", "RayService", "spec.rayClusterConfig.headGroupSpec.template.metadata.labels"),
        ("jobset.x-k8s.io", "JobSet", "spec.replicatedJobs.*.template.spec.template.metadata.labels"),
        (
            "leaderworkerset.x-k8s.io",
            "LeaderWorkerSet",
            "spec.leaderWorkerTemplate.workerTemplate.metadata.labels",
        ),
        ("batch.volcano.sh", "Job", "spec.tasks.*.template.metadata.labels"),
        ("batch.volcano.sh", "CronJob", "spec.jobTemplate.spec.tasks.*.template.metadata.labels"),
        ("sparkoperator.k8s.io", "SparkApplication", "spec.executor.labels"),
        ("serving.kserve.io", "InferenceService", "spec.predictor.labels"),
    ],
)
def test_the_labels_of_the_pods_of_a_kind_are_found(group: str, kind: str, path: str) -> None:
    assert path in {found for place in known(group, kind).templates for found in place.label_paths}


def test_only_some_controllers_pass_the_objects_own_labels_on() -> None:
    passing = {found.name for found in kubernetes_kinds() if found.propagates}
    assert passing >= {"Pod", "serving.kserve.io/InferenceService", "kubeflow.org/Notebook"}
    assert not passing & {"apps/Deployment", "batch/Job", "ray.io/RayJob", "trainer.kubeflow.org/TrainJob"}


def test_claims_are_billed_too() -> None:
    claims = known("apps", "StatefulSet").volumes[0]
    assert claims.label_paths == ("spec.volumeClaimTemplates.*.metadata.labels",)
    assert known("", "PersistentVolumeClaim").volumes[0].label_paths == ("metadata.labels",)


def test_what_only_others_use_runs_nothing() -> None:
    assert not known("trainer.kubeflow.org", "ClusterTrainingRuntime").runs
    assert not known("", "PodTemplate").runs
    assert known("apps", "Deployment").runs


def test_the_group_tells_kinds_of_one_name_apart() -> None:
    assert known("batch", "Job").templates != known("batch.volcano.sh", "Job").templates
    assert kubernetes_kind("", "Deployment") is None
    assert kubernetes_kind("", "ConfigMap") is None


def test_every_kind_has_a_place_and_a_source() -> None:
    for found in kubernetes_kinds():
        assert found.templates or found.volumes, found.name
        assert found.source, found.name
        assert found.name == (f"{found.group}/{found.kind}" if found.group else found.kind)


def test_kinds_without_a_namespace_are_told() -> None:
    outside = {kind.name for kind in kubernetes_kinds() if not kind.namespaced}

    assert outside == {
        "argoproj.io/ClusterWorkflowTemplate",
        "serving.kserve.io/ClusterServingRuntime",
        "trainer.kubeflow.org/ClusterTrainingRuntime",
    }


def test_built_in_kinds_always_have_a_template() -> None:
    job, cluster = kubernetes_kind("batch", "Job"), kubernetes_kind("ray.io", "RayCluster")

    assert job is not None
    assert cluster is not None
    assert (job.always_has_template, job.plural) == (True, "jobs")
    assert (cluster.always_has_template, cluster.plural) == (False, "rayclusters")
