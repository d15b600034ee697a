"""Where the labels of pods and volumes stand, kind by kind (the sources are named in the catalogue)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.catalog import KubernetesKind, kubernetes_kinds
from tagward.resource import Part, Resource, Unknown
from tagward_service.sources import read_inputs
from tagward_service.sources.interface import Place, Reading
from tagward_service.sources.kubernetes.manifests import read_manifests

FILES = Path(__file__).parent / "data" / "kubernetes"

OWN = {"ml-team": "own"}
POD_LABELS = {"ml-team": "pods"}
TEMPLATE = {"metadata": {"labels": POD_LABELS}, "spec": {"containers": []}}
HEAD = {"headGroupSpec": {"template": TEMPLATE}}
RAY = {**HEAD, "workerGroupSpecs": [{"groupName": "gpu", "template": TEMPLATE}, {"template": TEMPLATE}]}
RAY_PARTS = [
    ("the head pods", "headGroupSpec.template.metadata.labels"),
    ("the gpu pods", "workerGroupSpecs[0].template.metadata.labels"),
    ("the pods of `{}workerGroupSpecs[1]`", "workerGroupSpecs[1].template.metadata.labels"),
]


def workload(api_version: str, kind: str, spec: object) -> Resource:
    metadata = {"name": "w", "labels": OWN}
    document = {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}
    (resource,) = read_manifests(json.dumps(document).encode(), "m.json", Place()).reading.resources
    return resource


def places(resource: Resource) -> list[tuple[str, str]]:
    return [(part.what, part.place) for part in resource.parts]


def ray(prefix: str) -> list[tuple[str, str]]:
    return [(what.format(prefix), prefix + place) for what, place in RAY_PARTS]


@pytest.mark.parametrize(
    ("api_version", "kind", "spec", "expected"),
    [
        *(
            ("apps/v1", kind, {"template": TEMPLATE}, [("its pods", "spec.template.metadata.labels")])
            for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
        ),
        (
            "extensions/v1beta1",
            "Deployment",
            {"template": TEMPLATE},
            [("its pods", "spec.template.metadata.labels")],
        ),
        ("batch/v1", "Job", {"template": TEMPLATE}, [("its pods", "spec.template.metadata.labels")]),
        (
            "batch/v1",
            "CronJob",
            {"jobTemplate": {"metadata": {"labels": {"ml-team": "job"}}, "spec": {"template": TEMPLATE}}},
            [("its pods", "spec.jobTemplate.spec.template.metadata.labels")],
        ),
        *(
            (
                "kubeflow.org/v1",
                kind,
                {field: {"Master": {"template": TEMPLATE}, "Worker": {"template": TEMPLATE}}},
                [
                    (f"the {role} pods", f"spec.{field}.{role}.template.metadata.labels")
                    for role in ("Master", "Worker")
                ],
            )
            for kind, field in (
                ("PyTorchJob", "pytorchReplicaSpecs"),
                ("TFJob", "tfReplicaSpecs"),
                ("MPIJob", "mpiReplicaSpecs"),
                ("XGBoostJob", "xgbReplicaSpecs"),
                ("PaddleJob", "paddleReplicaSpecs"),
                ("JAXJob", "jaxReplicaSpecs"),
            )
        ),
        ("ray.io/v1", "RayCluster", RAY, ray("spec.")),
        (
            "ray.io/v1",
            "RayJob",
            {"rayClusterSpec": RAY, "submitterPodTemplate": TEMPLATE},
            [
                *ray("spec.rayClusterSpec."),
                ("the submitter pods", "spec.submitterPodTemplate.metadata.labels"),
            ],
        ),
        ("ray.io/v1", "RayService", {"rayClusterConfig": RAY}, ray("spec.rayClusterConfig.")),
        (
            "jobset.x-k8s.io/v1alpha2",
            "JobSet",
            {"replicatedJobs": [{"name": "driver", "template": {"spec": {"template": TEMPLATE}}}]},
            [("the driver pods", "spec.replicatedJobs[0].template.spec.template.metadata.labels")],
        ),
        (
            "batch.volcano.sh/v1alpha1",
            "Job",
            {"tasks": [{"name": "mpi", "template": TEMPLATE}]},
            [("the mpi pods", "spec.tasks[0].template.metadata.labels")],
        ),
        (
            "leaderworkerset.x-k8s.io/v1",
            "LeaderWorkerSet",
            {"leaderWorkerTemplate": {"workerTemplate": TEMPLATE}},
            [("the worker pods", "spec.leaderWorkerTemplate.workerTemplate.metadata.labels")],
        ),
        (
            "disaggregatedset.x-k8s.io/v1",
            "DisaggregatedSet",
            {"roles": [{"name": "prefill", "spec": {"leaderWorkerTemplate": {"workerTemplate": TEMPLATE}}}]},
            [
                (
                    "the prefill pods",
                    "spec.roles[0].spec.leaderWorkerTemplate.workerTemplate.metadata.labels",
                )
            ],
        ),
        (
            "serving.kserve.io/v1alpha2",
            "LLMInferenceService",
            {
                "labels": POD_LABELS,
                "template": {"containers": []},
                "prefill": {"labels": POD_LABELS},
                "router": {"scheduler": {"labels": POD_LABELS}},
            },
            [
                ("its pods", "spec.labels"),
                ("the prefill pods", "spec.prefill.labels"),
                ("the scheduler pods", "spec.router.scheduler.labels"),
            ],
        ),
        (
            "serving.knative.dev/v1",
            "Configuration",
            {"template": TEMPLATE},
            [("its pods", "spec.template.metadata.labels")],
        ),
        (
            "sparkoperator.k8s.io/v1beta2",
            "SparkApplication",
            {"driver": {"labels": POD_LABELS}, "executor": {"labels": POD_LABELS}},
            [("the driver pods", "spec.driver.labels"), ("the executor pods", "spec.executor.labels")],
        ),
    ],
)
def test_only_the_labels_of_the_pod_templates_count_for_a_controller(
    api_version: str, kind: str, spec: object, expected: list[tuple[str, str]]
) -> None:
    resource = workload(api_version, kind, spec)
    assert resource.own_billed is False
    assert resource.tags == OWN
    assert resource.taggability.answer is True
    assert places(resource) == expected
    assert [part.tags for part in resource.parts] == [POD_LABELS] * len(expected)


def test_the_labels_of_a_pod_are_its_own() -> None:
    resource = workload("v1", "Pod", {"containers": []})
    assert (resource.own_billed, resource.parts, resource.tags) == (True, (), OWN)


def test_the_labels_of_a_volume_claim_are_its_own() -> None:
    resource = workload("v1", "PersistentVolumeClaim", {})
    assert (resource.own_billed, resource.parts, resource.taggability.answer) == (True, (), True)


def test_the_volumes_of_a_stateful_set_take_labels_of_their_own() -> None:
    claims = [{"metadata": {"name": "data", "labels": POD_LABELS}}, {"spec": {}}]
    resource = workload("apps/v1", "StatefulSet", {"template": TEMPLATE, "volumeClaimTemplates": claims})
    assert places(resource)[1:] == [
        ("the data volumes", "spec.volumeClaimTemplates[0].metadata.labels"),
        ("its volumes", "spec.volumeClaimTemplates[1].metadata.labels"),
    ]
    assert [dict(part.tags) for part in resource.parts[1:]] == [POD_LABELS, {}]


def test_labels_of_a_ray_group_reach_its_pods_too() -> None:
    group = {"labels": {"ml-project": "group"}, "template": TEMPLATE}
    (part,) = workload("ray.io/v1", "RayCluster", {"headGroupSpec": group}).parts
    assert part.tags == {"ml-project": "group", **POD_LABELS}


def test_labels_of_an_inference_service_reach_its_pods() -> None:
    resource = workload("serving.kserve.io/v1beta1", "InferenceService", {"predictor": {"model": {}}})
    assert (resource.own_billed, resource.parts, resource.tags) == (True, (), OWN)


def test_labels_of_a_component_override_those_of_its_inference_service() -> None:
    spec = {"predictor": {"labels": POD_LABELS}, "transformer": {}}
    resource = workload("serving.kserve.io/v1beta1", "InferenceService", spec)
    assert resource.own_billed is False
    assert [(part.what, part.tags) for part in resource.parts] == [
        ("the predictor pods", POD_LABELS),
        ("the transformer pods", OWN),
    ]


def test_a_train_job_takes_labels_from_a_runtime_that_is_not_in_it() -> None:
    (part,) = workload("trainer.kubeflow.org/v1alpha1", "TrainJob", {"runtimeRef": {"name": "torch"}}).parts
    assert part.open == Unknown("the pod template of `torch`, which is not in this TrainJob")


@pytest.mark.parametrize(
    ("api_version", "kind", "spec"),
    [
        (
            "trainer.kubeflow.org/v1alpha1",
            "TrainJob",
            {"runtimeRef": {"name": "base"}, "podTemplateOverrides": [TEMPLATE]},
        ),
        ("serving.kserve.io/v1alpha2", "LLMInferenceService", {"baseRefs": [{"name": "base"}]}),
    ],
)
def test_labels_that_another_object_may_add_are_not_said_to_be_missing(
    api_version: str, kind: str, spec: object
) -> None:
    (part,) = workload(api_version, kind, spec).parts
    assert part.open == Unknown(f"the labels of `base`, not in this {kind}")


@pytest.mark.parametrize(
    "spec", [None, {}, {"template": {}}, {"template": {"metadata": {"labels": POD_LABELS}}}]
)
def test_the_pod_of_a_notebook_takes_the_labels_of_the_notebook_alone(spec: object) -> None:
    resource = workload("kubeflow.org/v1", "Notebook", spec)
    assert (resource.own_billed, resource.parts, resource.tags) == (True, (), OWN)


def test_argo_templates_take_labels_from_the_defaults_that_win_over_those_of_all_pods() -> None:
    spec = {
        "podMetadata": {"labels": {"ml-team": "all", "ml-project": "all"}},
        "templateDefaults": {"metadata": {"labels": {"ml-project": "default"}}},
        "templates": [{"name": "train", "container": {}}],
    }
    (part,) = workload("argoproj.io/v1alpha1", "Workflow", spec).parts
    assert part.tags == {"ml-team": "all", "ml-project": "default"}


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("trainer.kubeflow.org/v1alpha1", "TrainingRuntime"),
        ("trainer.kubeflow.org/v1alpha1", "ClusterTrainingRuntime"),
        ("serving.kserve.io/v1alpha1", "ServingRuntime"),
        ("serving.kserve.io/v1alpha1", "ClusterServingRuntime"),
        ("serving.kserve.io/v1alpha2", "LLMInferenceServiceConfig"),
        ("argoproj.io/v1alpha1", "ClusterWorkflowTemplate"),
        ("flow.volcano.sh/v1alpha1", "JobTemplate"),
    ],
)
def test_a_mere_template_is_not_billed(group: str, kind: str) -> None:
    resource = workload(group, kind, {})
    assert resource.taggability.answer is False
    assert resource.taggability.why == f"a {kind} runs nothing itself: what uses it is judged"


def test_argo_templates_that_run_no_pod_are_passed_over() -> None:
    templates = [
        {"name": "main", "steps": []},
        {"name": "train", "container": {}, "metadata": {"labels": POD_LABELS}},
    ]
    resource = workload("argoproj.io/v1alpha1", "Workflow", {"templates": templates})
    assert places(resource) == [("the train pods", "spec.templates[1].metadata.labels")]


@pytest.mark.parametrize("spec", [None, {}, {"template": None}, {"template": []}, [], "text"])
def test_a_deployment_without_a_template_lacks_the_labels_of_its_pods(spec: object) -> None:
    resource = workload("apps/v1", "Deployment", spec)
    assert resource.own_billed is False
    assert resource.parts == (Part("its pods", "spec.template.metadata.labels", {}),)


def test_faults_in_the_labels_of_a_template_are_told_with_their_place() -> None:
    spec = {"template": {"metadata": {"labels": {"ml-team": 7}}}}
    document = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "w"}, "spec": spec}
    reading = read_manifests(json.dumps(document).encode(), "m.json", Place()).reading
    (told,) = reading.not_evaluated
    assert told.what == "m.json:1 Deployment/w"
    assert "label `ml-team` in `spec.template.metadata.labels`" in told.why


def expected_files() -> list[list[str]]:
    lines = (FILES / "expected.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines]


@pytest.mark.parametrize(("path", "kinds"), expected_files())
def test_real_manifests_hold_the_kinds_and_parts_counted_by_hand(path: str, kinds: str) -> None:
    (reading,) = read_inputs([str(FILES / path)], place=Place())
    assert isinstance(reading, Reading)
    found = [f"{each.type.removeprefix('kubernetes:')}:{len(each.parts)}" for each in reading.resources]
    assert " ".join(found) == kinds
    assert bool(reading.not_evaluated) is not bool(kinds)


def test_every_real_manifest_is_in_the_table() -> None:
    files = {str(path.relative_to(FILES)) for path in FILES.rglob("*") if path.suffix in (".yaml", ".json")}
    assert files == {path for path, _ in expected_files()}


PLACES = [place for kind in kubernetes_kinds() for place in (*kind.templates, *kind.volumes)]
NAMES = sorted({step for place in PLACES for path in place.label_paths for step in path.split(".")} - {"*"})
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


def holding(path: str) -> object:
    """Give the least that has something at a path; `*` is one element of a list."""
    inner: object = {}
    for step in reversed(path.split(".") if path else []):
        inner = [inner] if step == "*" else {step: inner}
    return inner


@pytest.mark.parametrize("kind", kubernetes_kinds(), ids=lambda kind: str(kind.name))
def test_every_place_of_every_known_kind_may_be_without_labels(kind: KubernetesKind) -> None:
    for place in (*kind.templates, *kind.volumes):
        document = holding(place.at)
        spec = document.get("spec") if isinstance(document, dict) else None
        resource = workload(f"{kind.group}/v1" if kind.group else "v1", kind.kind, spec)
        assert resource.own_billed or resource.parts


@given(st.sampled_from(kubernetes_kinds()), ANYTHING)
def test_no_shape_of_a_known_kind_stops_the_reading_or_leaves_it_without_a_place(
    kind: object, spec: object
) -> None:
    name = str(getattr(kind, "name", ""))
    group, _, plain = name.rpartition("/")
    resource = workload(f"{group}/v1" if group else "v1", plain, spec)
    assert resource.own_billed or resource.parts
    assert all(part.place.endswith("labels") for part in resource.parts)
