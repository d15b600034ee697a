"""Types of AWS tag policies: what a policy may name without being refused."""

from collections import Counter

from tagward.catalog import ALL_SUPPORTED, TagPolicyType, known_type, tag_policy_types

TYPES = tag_policy_types()


def test_volumes_are_enforced_and_endpoints_only_reported() -> None:
    assert TYPES.types["ec2:volume"] == TagPolicyType("aws:ec2:volume", ("enforce", "report"))
    assert TYPES.types["sagemaker:endpoint"].modes == ("report",)
    assert TYPES.types["sagemaker:training-job"].modes == ("enforce",)


def test_a_service_as_a_whole_is_not_among_the_types() -> None:
    assert TYPES.services["ec2"] == ("enforce", "report")
    assert "sagemaker" not in TYPES.services
    assert not any(name.endswith(ALL_SUPPORTED) for name in TYPES.types)


def test_every_type_that_means_something_means_a_type_of_the_catalogue() -> None:
    meant = [each.type for each in TYPES.types.values() if each.type]
    assert all(map(known_type, meant))
    assert len(meant) == 741


def test_two_types_that_mean_one_thing_are_one_type_spelled_twice() -> None:
    meant = Counter(each.type for each in TYPES.types.values() if each.type)
    twice = [each for each in TYPES.types.values() if meant[each.type] > 1]
    assert twice
    assert all(each.also for each in twice)


def test_numbers_are_those_of_the_page() -> None:
    modes = Counter(mode for each in TYPES.types.values() for mode in each.modes)
    whole = Counter(mode for each in TYPES.services.values() for mode in each)
    assert (len(TYPES.types), len(TYPES.services)) == (766, 94)
    assert (modes["enforce"] + whole["enforce"], modes["report"] + whole["report"]) == (437, 723)
