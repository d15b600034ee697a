"""Objects that people apply, labelled or not."""

from typing import Any

Data = dict[str, Any]

LABELS = {"ml-team": "nlp", "ml-environment": "dev", "ml-experiment-id": "run-1"}
IMAGE = "example.com/main:1"


def template(labels: dict[str, str], **spec: Any) -> Data:
    """Make a pod template."""
    return {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": IMAGE}], **spec},
    }


def deployment(namespace: str, labels: dict[str, str], name: str = "web") -> Data:
    """Make a Deployment; the labels are those of its pods."""
    selected = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": selected}, "template": template(selected | labels)},
    }


def stateful_set(namespace: str, labels: dict[str, str]) -> Data:
    """Make a StatefulSet with one volume claim; the labels are those of its pods and volumes."""
    thing = deployment(namespace, labels, "db")
    storage = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = {"metadata": {"name": "data", "labels": labels}, "spec": storage}
    spec = thing["spec"] | {"serviceName": "db", "volumeClaimTemplates": [claim]}
    return thing | {"kind": "StatefulSet", "spec": spec}


def cron_job(namespace: str, labels: dict[str, str]) -> Data:
    """Make a CronJob."""
    job = {"template": template(labels, restartPolicy="Never")}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly", "namespace": namespace},
        "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": job}},
    }


def pod(namespace: str, labels: dict[str, str], name: str = "one") -> Data:
    """Make a pod."""
    made = template(labels)
    about = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": made["spec"]}


def ray_cluster(namespace: str, head: dict[str, str], workers: dict[str, str]) -> Data:
    """Make a RayCluster with one group of workers."""
    return {
        "apiVersion": "ray.io/v1",
        "kind": "RayCluster",
        "metadata": {"name": "ray", "namespace": namespace},
        "spec": {
            "headGroupSpec": {"template": template(head)},
            "workerGroupSpecs": [{"groupName": "gpu", "template": template(workers)}],
        },
    }


def job_set(namespace: str, labels: dict[str, str]) -> Data:
    """Make a JobSet with one replicated job."""
    job = {"template": {"spec": {"template": template(labels, restartPolicy="Never")}}}
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": {"name": "train", "namespace": namespace},
        "spec": {"replicatedJobs": [{"name": "workers", **job}]},
    }


def training_run(namespace: str, *workers: dict[str, str]) -> Data:
    """Make an object of a kind that only the policy knows."""
    return {
        "apiVersion": "example.com/v1",
        "kind": "TrainingRun",
        "metadata": {"name": "run", "namespace": namespace},
        "spec": {"workers": [{"name": "w", "template": template(labels)} for labels in workers]},
    }


def crd(group: str, kind: str, version: str = "v1") -> Data:
    """Define a kind whose objects may hold anything."""
    plural = f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }
