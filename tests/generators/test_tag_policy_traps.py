"""What AWS Organizations makes of tag policies where it surprises people."""

from datetime import date
from itertools import product

import pytest

from tagward.policy import Alias, Allowed, Exemption, Matches, Requirement, Selector, Tag, TagIn
from tagward_generators.targets import CompileError
from tests.generators.scp_policies import ALWAYS, INSTANCES, tag
from tests.generators.tag_policy_engine import effective
from tests.generators.tag_policy_policies import compiled, entries, misses, policy, refuses

VALUES = Allowed(("dev", "prod"))
STAGES = Allowed(("dev", "old", "n/a"), "stages", {"old": date(2026, 11, 20)})
NOWHERE: dict[str, list[str]] = {"enforced_types": [], "report_types": []}


def test_untagged_resources_pass_and_only_tools_miss_the_key() -> None:
    made = compiled(policy(tag(constraint=VALUES)))

    assert not refuses(made, {})
    assert misses(made, {}) == ["ml-team"]
    assert refuses(made, {"ml-team": "stage"})
    assert not refuses(made, {"ml-team": "prod", "other": "x"})


def test_the_key_is_spelled_as_on_aws_and_in_no_other_case() -> None:
    made = compiled(policy(tag("cost-center", keys={"aws": "CostCenter"})))

    assert entries(made)["CostCenter"]["tag_key"] == "CostCenter"
    assert not refuses(made, {"CostCenter": "x"})
    assert refuses(made, {"costcenter": "x"})
    assert not refuses(made, {"cost-center": "x"}), "another key, which nothing is said of"


def test_a_second_spelling_beside_the_right_one_is_refused_which_the_notes_say() -> None:
    made = compiled(policy(tag()))

    assert refuses(made, {"ml-team": "x", "ML-Team": "x"})
    assert any("case only" in note for note in made.notes)


@pytest.mark.parametrize(
    "other",
    [
        tag("ML-Team"),
        tag("owner", aliases=(Alias("ML-Team", date(2020, 1, 1)),)),
        tag("owner", keys={"aws": "ML-TEAM"}),
    ],
)
def test_keys_that_differ_by_case_only_are_left_out(other: Tag) -> None:
    made = compiled(policy(tag(constraint=VALUES), other))

    assert "ml-team" not in {key.lower() for key in entries(made)} - {"owner"}
    assert not refuses(made, {"ml-team": "x"})
    assert "differs from `ml-team` by case only" in made.fidelity[0].why


def test_an_accepted_alias_in_another_case_leaves_the_tag_out_until_its_day() -> None:
    made = policy(tag(aliases=(Alias("Ml-Team", date(2026, 12, 31)),)))

    assert entries(compiled(made)) == {}
    assert refuses(compiled(made, date(2027, 1, 1)), {"Ml-Team": "x"})


def test_a_key_that_reads_as_an_operator_is_left_out() -> None:
    assert entries(compiled(policy(tag(keys={"aws": "@@assign"})))) == {}


def test_values_are_those_of_the_day() -> None:
    made = policy(tag(constraint=STAGES, replaces={"dev": "development"}))

    assert entries(compiled(made))["ml-team"]["tag_value"] == []
    assert entries(compiled(made, date(2026, 11, 20)))["ml-team"]["tag_value"] == ["old"]
    assert refuses(compiled(made), {"ml-team": "dev"})


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("cc-[0-9]{3}", ["cc-*"]),
        ("(dev|prod)-[a-z]+", ["dev-*", "prod-*"]),
        ("(dev|prod)-(eu|us)", ["dev-eu", "dev-us", "prod-eu", "prod-us"]),
        ("[a-z]+-x-[a-z]+", None),
        ("a[0-9]+b[0-9]+c", ["a*c"]),
        ("[a-z]+@example[.]com", ["*@example.com"]),
        ("v(1|[0-9]+)", ["v*"]),
        ("none|real", ["real"]),
        ("a[*]b|ab", ["ab"]),
        ("[ -~]*", None),
    ],
)
def test_patterns_become_values_with_one_wildcard_at_most(pattern: str, values: list[str] | None) -> None:
    assert entries(compiled(policy(tag(constraint=Matches(pattern)))))["ml-team"].get("tag_value") == values


def test_a_value_that_aws_never_takes_is_no_wildcard() -> None:
    made = compiled(policy(tag(constraint=Allowed(("a*b*", "dev")))))

    assert entries(made)["ml-team"]["tag_value"] == ["dev"]


@pytest.mark.parametrize(
    "requirement",
    [
        Requirement(when=TagIn("env", frozenset(("prod",)))),
        Requirement(Selector(accounts=("1*",))),
        Requirement(Selector(regions=("!us-*",))),
        Requirement(Selector(names=("web-*",))),
        Requirement(level="recommended"),
        Requirement(Selector(types=("aws:s3:bucket",))),
    ],
)
def test_what_is_not_required_everywhere_is_not_enforced(requirement: Requirement) -> None:
    made = compiled(policy(tag(requirements=(requirement,), constraint=VALUES), tag("env", requirements=())))

    assert set(entries(made)["ml-team"]) == {"tag_key", "tag_value"}
    assert not refuses(made, {"ml-team": ""}), (
        "evaluation accepts a blank value where the tag is not required"
    )


def test_requirements_of_two_kinds_meet_on_the_types_of_both() -> None:
    either = (*INSTANCES, Requirement(Selector(types=("aws:ec2:vol*",))))

    assert entries(compiled(policy(tag(requirements=either))))["ml-team"]["enforced_for"] == [
        "ec2:instance",
        "ec2:volume",
    ]


@pytest.mark.parametrize(
    ("match", "left"),
    [
        ({"types": ("aws:ec2:volume",)}, ["ec2:instance"]),
        ({"types": ("aws:ec2:volume",), "accounts": ("1*",)}, ["ec2:instance"]),
        ({"accounts": ("1*",)}, None),
        ({"names": ("x",)}, None),
        ({"types": ("aws:s3:bucket",)}, ["ec2:instance", "ec2:volume"]),
        ({"clouds": ("azure",)}, ["ec2:instance", "ec2:volume"]),
    ],
)
def test_nothing_is_enforced_where_an_exemption_may_hold(
    match: dict[str, tuple[str, ...]], left: list[str] | None
) -> None:
    exemption = Exemption("EX-1", "ops", "vendor", date(2026, 12, 31), ("ml-team",), Selector(**match))
    made = policy(tag(constraint=VALUES), exemptions=(exemption,))

    assert entries(compiled(made))["ml-team"].get("enforced_for") == left
    assert entries(compiled(made))["ml-team"].get("report_required_tag_for") == left
    assert compiled(made).changes_on == (date(2027, 1, 1),)
    assert len(entries(compiled(made, date(2027, 1, 1)))["ml-team"]["enforced_for"]) == 2


def test_an_alias_that_counts_is_missed_by_no_tool() -> None:
    made = policy(tag(aliases=(Alias("team", date(2026, 12, 31)),), constraint=VALUES))

    assert misses(compiled(made), {"team": "dev"}) == []
    assert refuses(compiled(made), {"ml-team": "stage", "team": "dev"})
    assert not refuses(compiled(made), {"team": "stage"})
    assert misses(compiled(made, date(2027, 1, 1)), {"team": "dev"}) == ["ml-team"]


def test_a_service_is_named_as_a_whole_when_nothing_of_it_is_left_out() -> None:
    whole = {"enforced_types": ["ec2:*"], "report_types": []}
    but_volumes = Requirement(Selector(types=("aws:ec2:*", "!aws:ec2:volume")))

    assert entries(compiled(policy(tag(), settings=whole)))["ml-team"]["enforced_for"] == [
        "ec2:ALL_SUPPORTED"
    ]
    some = entries(compiled(policy(tag(requirements=(but_volumes,)), settings=whole)))["ml-team"][
        "enforced_for"
    ]
    assert "ec2:instance" in some
    assert not {"ec2:volume", "ec2:ALL_SUPPORTED"} & set(some)


def test_a_service_is_not_named_as_a_whole_for_what_aws_may_add_to_it() -> None:
    exempt = Exemption("EX-1", "o", "r", date(2026, 12, 31), ("ml-team",), Selector(types=("aws:rds:db",)))
    made = policy(tag(), settings={"enforced_types": ["rds:*"]}, exemptions=(exempt,))

    assert "rds:ALL_SUPPORTED" not in entries(compiled(made))["ml-team"]["enforced_for"]


def test_a_type_that_others_spell_differently_is_named_only_with_its_service() -> None:
    alone = policy(
        tag(requirements=(Requirement(Selector(types=("aws:states:stateMachine",))),)), settings={}
    )
    service = policy(tag(), settings={"enforced_types": ["states:*"], "report_types": []})

    assert "enforced_for" not in entries(compiled(alone))["ml-team"]
    assert entries(compiled(service))["ml-team"]["enforced_for"] == ["states:ALL_SUPPORTED"]


def test_types_that_requirements_name_are_in_view_beside_the_usual_services() -> None:
    keys = (Requirement(Selector(types=("aws:kms:key",))),)

    assert entries(compiled(policy(tag(requirements=keys), settings={})))["ml-team"]["enforced_for"] == [
        "kms:key"
    ]
    usual = entries(compiled(policy(tag(requirements=(*ALWAYS, *keys)), settings={})))["ml-team"][
        "enforced_for"
    ]
    assert {"ec2:ALL_SUPPORTED", "s3:ALL_SUPPORTED", "kms:key"} <= set(usual)
    assert "iam:ALL_SUPPORTED" not in usual


def test_endpoints_are_reported_and_not_enforced() -> None:
    types = (Requirement(Selector(types=("aws:sagemaker:endpoint",))),)
    entry = entries(compiled(policy(tag(requirements=types), settings={})))["ml-team"]

    assert entry == {"tag_key": "ml-team", "report_required_tag_for": ["sagemaker:endpoint"]}


def test_settings_name_a_type_that_aws_did_not_list_and_are_told() -> None:
    made = compiled(policy(tag(), settings={"enforced_types": ["sagemaker:endpoint"], "report_types": []}))

    assert entries(made)["ml-team"]["enforced_for"] == ["sagemaker:endpoint"]
    assert any("did not list" in note and "sagemaker:endpoint" in note for note in made.notes)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("aws:ec2:instance", "did you mean `ec2:instance`?"),
        ("ec2", "write it like `ec2:instance`"),
        ("!ec2:volume", "did you mean `ec2:volume`?"),
        ("imaginary:*", "write it like `ec2:instance`"),
        ("sagemaker:ALL_SUPPORTEDX*", "is no type of tag policies"),
    ],
)
def test_settings_that_name_no_type_are_refused(named: str, said: str) -> None:
    with pytest.raises(CompileError, match=r"targets\.aws-tag-policy\.report_types") as refusal:
        compiled(policy(tag(), settings={"report_types": [named]}))

    assert said in str(refusal.value)


def test_settings_can_turn_everything_off_but_reporting() -> None:
    made = compiled(policy(tag(constraint=VALUES), settings=NOWHERE))

    assert entries(made) == {"ml-team": {"tag_key": "ml-team", "tag_value": ["dev", "prod"]}}


def test_children_change_nothing_under_a_lock() -> None:
    locked = [
        each.content for each in compiled(policy(tag(constraint=VALUES), settings={"lock": True})).artifacts
    ]
    fields = ("tag_value", "enforced_for", "report_required_tag_for")
    child = '{"tags":{"ml-team":{"tag_key":{"@@assign":"ML-TEAM"},"%s":{"@@%s":["ec2:fleet"]}}}}'

    for field, operator in product(fields, ("assign", "append", "remove")):
        assert effective([locked, [child % (field, operator)]]) == effective([locked])


def test_a_tag_can_be_left_out_and_a_strange_one_cannot() -> None:
    made = compiled(policy(tag(), tag("env"), settings={"omit": ["ml-team"]}))

    assert list(entries(made)) == ["env"]
    assert "targets.aws-tag-policy.omit" in made.fidelity[0].why
    with pytest.raises(CompileError, match=r"`ml-tem` .* did you mean `ml-team`\?"):
        compiled(policy(tag(), settings={"omit": ["ml-tem"]}))
