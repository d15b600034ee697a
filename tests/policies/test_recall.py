"""What is remembered of other resources never changes what is said of this one."""

from __future__ import annotations

import tracemalloc
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tagward.evaluation import Evaluator, evaluate
from tagward.policy import SURFACES, Allowed, Policy, Requirement, Selector, Tag, TagIn
from tagward.resource import Layer, Part, Resource, Taggability, Tags, TagValue, Unknown
from tests.policies.strategies import (
    DAY,
    IDS,
    ODD_VALUES,
    WORDS,
    modelled,
    random_policy_data,
    random_resource,
)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(SURFACES))
def test_one_evaluator_for_all_says_what_a_fresh_one_says(seed: int, surface: str) -> None:
    random = Random(seed)
    policy = modelled(random_policy_data(random)).policy()
    one_for_all = Evaluator(policy, as_of=DAY, surface=surface)
    made = [random_resource(random, policy, plain=random.random() < 0.5) for _ in range(8)]
    mixed = [_mixed(random.choice(made), random.choice(made), random) for _ in range(12)]
    for resource in (*made, *mixed, *made):
        fresh = evaluate(policy, resource, as_of=DAY, surface=surface)
        assert one_for_all.assess(resource) == fresh


def _mixed(one: Resource, other: Resource, random: Random) -> Resource:
    """Give one resource some of the tags of another, and some of them from its provider."""
    tags = {key: value for key, value in (*one.tags.items(), *other.tags.items()) if random.random() < 0.7}
    origins = {key: "provider aws" for key in tags if random.random() < 0.2}
    return replace(one, tags=tags, origins=origins, open=other.open, parts=other.parts)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_a_twin_that_differs_in_one_thing_is_judged_for_itself(seed: int) -> None:
    random = Random(seed)
    policy = modelled(random_policy_data(random)).policy()
    one_for_all = Evaluator(policy, as_of=DAY)
    for _ in range(3):
        resource = random_resource(random, policy, plain=random.random() < 0.3)
        resource = replace(resource, taggability=Taggability(True, ""), inherited=resource.inherited[:1])
        for twin in (resource, *(_twin(resource, policy, random) for _ in range(9))):
            assert one_for_all.assess(twin) == evaluate(policy, twin, as_of=DAY)


def _twin(resource: Resource, policy: Policy, random: Random) -> Resource:
    other = random_resource(random, policy)
    field = random.choice([*CHANGING, "tags", "tags", "parts", "parts"])
    if field == "tags":
        return replace(resource, tags=_changed(resource.tags, random))
    if field == "parts" and resource.parts:
        return replace(resource, parts=(_twin_part(resource.parts[0], random), *resource.parts[1:]))
    return replace(resource, **{field: getattr(other, field)})


CHANGING = ("place", "open", "origins", "inherited", "parts", "own_billed", "sensitive", "name", "account")


def _twin_part(part: Part, random: Random) -> Part:
    changes: dict[str, Any] = {
        "what": random.choice(["the pods", "the root volume"]),
        "place": random.choice(["volume_tags", "template.labels"]),
        "carries": not part.carries,
        "open": None if part.open else Unknown("var.tags"),
        "type": random.choice(["", "aws:ec2:volume", "kubernetes:apps/Deployment"]),
        "tags": _changed(part.tags, random),
    }
    field = random.choice(list(changes))
    return replace(part, **{field: changes[field]})


def _changed(tags: Tags, random: Random) -> Tags:
    """Leave a tag out, or change its value or the case of its key."""
    if not tags:
        return {random.choice(IDS): "dev"}
    chosen = random.choice(list(tags))
    rest = {key: value for key, value in tags.items() if key != chosen}
    kind = random.randrange(4)
    if kind == 0:
        return rest
    if kind == 1:
        return rest | {chosen.swapcase(): tags[chosen]}
    values: list[TagValue] = [*WORDS, *ODD_VALUES, Unknown("var.x")]
    return {**rest, chosen: random.choice(values)}


def alike(policy: Policy, first: Resource, second: Resource) -> None:
    evaluator = Evaluator(policy, as_of=DAY)
    for resource in (first, second, first, second):
        assert evaluator.assess(resource) == evaluate(policy, resource, as_of=DAY)
    assert evaluate(policy, first, as_of=DAY).findings != evaluate(policy, second, as_of=DAY).findings


KEYS = {"aws": "a"}
OTHER = Tag("b", "b", keys={"aws": "b"}, inherit=())
WHEN_B = TagIn("b", frozenset({"x"}))


def instance(**fields: Any) -> Resource:
    return Resource(cloud="aws", type="aws:ec2:instance", address="x", account="1", region="r", **fields)


def test_the_origin_of_a_tag_that_a_condition_looks_at_is_not_forgotten() -> None:
    policy = Policy(
        "p", "1", "", tags=(Tag("a", "A", requirements=(Requirement(when=WHEN_B),), keys=KEYS), OTHER)
    )
    alike(policy, instance(tags={"b": "x"}), instance(tags={"b": "x"}, origins={"b": "provider aws"}))


def test_a_scope_that_looks_at_names_is_not_remembered_for_a_place() -> None:
    on = Selector(scopes=("web",))
    tag = Tag("a", "A", requirements=(Requirement(on),), keys=KEYS)
    policy = Policy("p", "1", "", tags=(tag,), scopes={"web": Selector(names=("web-*",))})
    alike(policy, instance(name="web-1"), instance(name="db-1"))


def test_conditions_that_hold_for_a_part_alone_are_not_forgotten() -> None:
    on = Selector(types=("aws:ec2:volume",))
    tag = Tag("a", "A", requirements=(Requirement(on, when=WHEN_B),), keys=KEYS)
    policy = Policy("p", "1", "", tags=(tag, OTHER))
    parts = (Part("the root volume", "volume_tags", type="aws:ec2:volume"),)
    alike(policy, instance(tags={"b": "x"}, parts=parts), instance(tags={"b": "y"}, parts=parts))


def test_names_that_matter_for_a_part_alone_are_not_forgotten() -> None:
    on = Selector(types=("aws:ec2:volume",), names=("web",))
    policy = Policy("p", "1", "", tags=(Tag("a", "A", requirements=(Requirement(on),), keys=KEYS),))
    parts = (Part("the root volume", "volume_tags", type="aws:ec2:volume"),)
    alike(policy, instance(name="web", parts=parts), instance(name="db", parts=parts))


def test_inherited_tags_are_not_forgotten() -> None:
    policy = Policy("p", "1", "", tags=(Tag("a", "A", requirements=(Requirement(),), keys=KEYS),))
    layer = Layer("provider", "aws", {"a": "x"})
    alike(policy, instance(inherited=(layer,)), instance())


def test_the_type_of_a_part_is_not_forgotten() -> None:
    on = Selector(types=("aws:ec2:volume",))
    policy = Policy("p", "1", "", tags=(Tag("a", "A", requirements=(Requirement(on),), keys=KEYS),))
    parts = [(Part("the disk", "tags", type=kind),) for kind in ("aws:ec2:volume", "aws:s3:bucket")]
    alike(policy, instance(parts=parts[0]), instance(parts=parts[1]))


def test_good_values_that_a_condition_of_a_later_tag_tells_apart_are_not_forgotten() -> None:
    tag = Tag("a", "A", requirements=(Requirement(when=WHEN_B),), keys=KEYS)
    policy = Policy("p", "1", "", tags=(OTHER, Tag("c", "C", keys={"aws": "c"}), tag))
    alike(policy, instance(tags={"b": "x"}), instance(tags={"b": "y"}))


def test_resources_with_very_many_parts_take_no_room() -> None:
    """Whoever sends them to a webhook could fill its memory, as none is like another."""
    policy = Policy(
        "p",
        "1",
        "0" * 64,
        tags=(
            Tag(
                "a", "a", requirements=(Requirement(),), constraint=Allowed(("x",)), keys={"kubernetes": "a"}
            ),
        ),
    )
    assess = Evaluator(policy, as_of=DAY).assess
    pod = Resource(cloud="kubernetes", type="kubernetes:x/Run", address="Run/x")
    tracemalloc.start()
    try:
        for number in range(20):
            parts = tuple(Part("a pod", "spec", {"a": f"v{each % (number + 90)}"}) for each in range(1_000))
            assess(replace(pod, parts=parts, own_billed=False))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 2_000_000  # the last of them alone, in place of all
