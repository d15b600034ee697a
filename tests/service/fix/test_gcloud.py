"""The commands that write labels of Google Cloud, by the full names that Cloud Asset Inventory gives."""

import shlex

import pytest

from tagward_service.fix.gcloud import command

SETS = {"ml_team": "nlp"}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (
            "//compute.googleapis.com/projects/ml/zones/europe-west1-b/instances/one",
            "gcloud compute instances update one --zone=europe-west1-b --project=ml",
        ),
        (
            "//compute.googleapis.com/projects/ml/regions/europe-west1/disks/two",
            "gcloud compute disks update two --region=europe-west1 --project=ml",
        ),
        ("//storage.googleapis.com/models", "gcloud storage buckets update gs://models"),
        (
            "//container.googleapis.com/projects/ml/zones/europe-west1-b/clusters/train",
            "gcloud container clusters update train --location=europe-west1-b --project=ml",
        ),
        (
            "//aiplatform.googleapis.com/projects/123/locations/europe-west4/endpoints/456",
            "gcloud ai endpoints update 456 --region=europe-west4 --project=123",
        ),
    ],
)
def test_gcloud_updates_one_label(resource: str, expected: str) -> None:
    assert command(resource, SETS) == f"{expected} --update-labels=ml_team=nlp"


@pytest.mark.parametrize(
    ("path", "name"),
    [("datasets/features", "ml:features"), ("datasets/features/tables/t1", "ml:features.t1")],
)
def test_bq_updates_datasets_and_tables(path: str, name: str) -> None:
    resource = f"//bigquery.googleapis.com/projects/ml/{path}"

    assert command(resource, SETS) == f"bq update --set_label ml_team:nlp {name}"
    assert command(resource, {}, ["env"]) == f"bq update --clear_label env {name}"


def test_several_labels_are_set_and_removed_in_one_command() -> None:
    made = command("//storage.googleapis.com/models", {"b": "2", "a": "1"}, ["d", "c"])

    assert made == "gcloud storage buckets update gs://models --update-labels=a=1,b=2 --remove-labels=c,d"


@pytest.mark.parametrize(
    "resource",
    [
        "//cloudresourcemanager.googleapis.com/projects/123",
        "//dataflow.googleapis.com/projects/ml/jobs/one",
        "//compute.googleapis.com/projects/ml/global/networks/default",
        "arn:aws:s3:::models",
        "",
    ],
)
def test_where_no_command_is_known_there_is_none(resource: str) -> None:
    assert command(resource, SETS) == ""


def test_what_a_stranger_named_is_one_word_of_a_shell() -> None:
    made = command("//storage.googleapis.com/x; rm -rf ~", SETS)

    assert shlex.split(made) == [
        "gcloud",
        "storage",
        "buckets",
        "update",
        "gs://x; rm -rf ~",
        "--update-labels=ml_team=nlp",
    ]
