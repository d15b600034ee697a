"""The plan generator of the benchmarks: the same bytes for one seed, and plans that read as they should."""

import io
import json

from benchmarks.plan_generator import write_plan
from tagward.resource import Resource, Unknown
from tests.service.sources.terraform_plans import read

COUNT = 600


def generated(count: int = COUNT, seed: int = 1) -> bytes:
    out = io.BytesIO()
    write_plan(out, count, seed)
    return out.getvalue()


def is_marked_late(resource: Resource) -> bool:
    return isinstance(resource.open, Unknown)


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not() -> None:
    assert generated(50) == generated(50)
    assert generated(50) != generated(50, seed=2)


def test_a_generated_plan_is_whole_json_of_a_realistic_size() -> None:
    content = generated()
    whole = json.loads(content)
    assert len(whole["resource_changes"]) == COUNT
    assert {"planned_values", "configuration"} <= whole.keys()
    assert 5_000 < len(content) / COUNT < 8_000


def test_every_generated_resource_is_read_and_all_three_clouds_are_there() -> None:
    resources = read(generated())
    assert len(resources) == COUNT
    assert {each.cloud for each in resources} == {"aws", "azure", "gcp"}
    assert {each.taggability.answer for each in resources} == {True, False}


def test_unknown_tags_of_generated_modules_are_led_back_to_their_expressions() -> None:
    late = list(filter(is_marked_late, read(generated())))
    assert late
    assert {each.address.startswith("module.") for each in late} == {True, False}
    for each in late:
        assert each.open
        assert "random_pet.suffix.id" in each.open.because
