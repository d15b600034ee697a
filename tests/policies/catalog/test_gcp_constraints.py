"""Which labels an organization policy can ask for, and how sure that is."""

import pytest

from scripts.catalog import gcp_constraints as builder
from tagward.catalog import gcp_constraints, header, known_type
from tagward.catalog.files import DIRECTORY

DATA = gcp_constraints()


def test_file_is_what_the_tables_give() -> None:
    assert (DIRECTORY / "gcp_constraints.json").read_text() == builder.build()


def test_clusters_of_gke_have_resource_labels_and_others_have_labels() -> None:
    elsewhere = {name: each.field for name, each in DATA.types.items() if each.field != "labels"}

    assert elsewhere == {"container.googleapis.com/Cluster": "resourceLabels"}


def test_what_google_does_not_say_is_told_from_what_it_says() -> None:
    docs = {name for name, each in DATA.types.items() if each.evidence == "docs"}

    assert docs == {
        "compute.googleapis.com/Instance",
        "dataproc.googleapis.com/Cluster",
        "storage.googleapis.com/Bucket",
    }
    assert all(each.why for each in DATA.types.values())


def test_every_type_can_be_judged_on_create() -> None:
    assert all("CREATE" in each.methods for each in DATA.types.values())


@pytest.mark.parametrize(
    "name", [name for name, each in DATA.types.items() if each.evidence != "unverified"] + list(DATA.without)
)
def test_types_are_spelled_as_elsewhere_in_the_catalogue(name: str) -> None:
    assert known_type(f"gcp:{name}") or name == "pubsub.googleapis.com/Snapshot"


def test_no_type_is_both_with_and_without() -> None:
    assert not DATA.types.keys() & DATA.without.keys()


def test_sources_are_dated() -> None:
    assert header("gcp_constraints").date == "2026-11-21"
    assert len(header("gcp_constraints").source) == 3
