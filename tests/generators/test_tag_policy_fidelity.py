"""The fidelity rows of aws-tag-policy are true, and say what to know."""

from datetime import date

import pytest

from tagward.policy import Alias, Allowed, Exemption, Matches, Requirement, Selector, Stage, Tag
from tagward_generators.rules import rules
from tagward_generators.targets import Compilation, Grade
from tests.generators.scp_policies import ALWAYS, INSTANCES, row, tag
from tests.generators.tag_policy_policies import compiled, entries, policy, refuses

VALUES = Allowed(("dev", "prod"))
SAGEMAKER = {"enforced_types": [], "report_types": ["sagemaker:endpoint"]}


def exempting(**match: tuple[str, ...]) -> Exemption:
    return Exemption("EX-1", "ops", "vendor", date(2026, 12, 31), ("ml-team",), Selector(**match))


def grades(made: Compilation, tag_id: str = "ml-team") -> dict[str, str]:
    return {each.rule: each.grade.value for each in made.fidelity if each.tag == tag_id}


def test_every_rule_has_one_row_in_source_order() -> None:
    made = policy(
        tag(
            requirements=(*INSTANCES, Requirement(level="recommended")),
            constraint=VALUES,
            replaces={"production": "prod"},
            aliases=(Alias("team"),),
        ),
        Tag("azure-only", "AzureOnly", requirements=ALWAYS, keys={"azure": "azure-only"}),
        forbidden_keys=("*password*",),
        forbidden_values=("AKIA[0-9]+",),
        closed=True,
        max_tags=45,
        exemptions=(exempting(accounts=("1*",)),),
    )

    rows = compiled(made).fidelity

    assert [(each.tag, each.rule) for each in rows] == [(rule.tag, rule.name) for rule in rules(made)]
    assert all(each.why and each.covered_by for each in rows if each.grade is not Grade.EXACT)


def test_listed_values_are_exact_where_the_tag_is_always_required() -> None:
    made = compiled(policy(tag(constraint=VALUES, replaces={"production": "prod"})))

    assert grades(made) == {"required": "weaker", "blank": "exact", "value": "exact", "replaces": "exact"}


def test_presence_is_never_exact_and_says_what_asks_for_it() -> None:
    found = row(compiled(policy(tag())), "required")

    assert found.grade is Grade.WEAKER
    assert "CloudFormation" in found.why
    assert found.covered_by == "aws-scp, lint and scan"


def test_presence_on_no_type_that_takes_required_keys_is_absent() -> None:
    made = compiled(policy(tag(), settings={"enforced_types": ["ec2:snapshot"], "report_types": []}))

    assert row(made, "required").grade is Grade.ABSENT
    assert row(made, "required").why


def test_a_second_requirement_answers_for_itself() -> None:
    buckets = Requirement(Selector(types=("aws:s3:bucket",)))
    made = compiled(policy(tag(requirements=(*INSTANCES, buckets))))

    assert grades(made)["required[0]"] == "weaker"
    assert grades(made)["required[1]"] == "absent"


def test_values_are_weaker_where_the_tag_may_be_absent() -> None:
    made = compiled(policy(tag(requirements=INSTANCES, constraint=VALUES)))

    assert row(made, "value").grade is Grade.WEAKER
    assert "not always required" in row(made, "value").why
    assert row(made, "blank").why == "not looked at where the tag is not always required: ec2:volume"


def test_types_that_aws_cannot_enforce_are_counted_by_service() -> None:
    made = compiled(policy(tag(constraint=VALUES), settings={}))

    assert "types for which AWS enforces no tag policy: 24 of sagemaker, 11 of glue, 9 of bedrock" in (
        row(made, "value").why
    )


def test_a_type_that_tag_policies_do_not_know_is_named() -> None:
    models = (Requirement(Selector(types=("aws:bedrock:custom-model",))),)
    made = compiled(policy(tag(requirements=models, constraint=VALUES), settings={}))

    assert row(made, "required").grade is Grade.ABSENT
    assert "do not know `aws:bedrock:custom-model`" in row(made, "required").why


def test_a_loosened_pattern_says_what_else_passes() -> None:
    made = compiled(policy(tag(constraint=Matches("cc-[0-9]{3}"))))

    assert row(made, "value").grade is Grade.WEAKER
    assert "it also accepts `cc-`" in row(made, "value").why
    assert not refuses(made, {"ml-team": "cc-"})
    assert row(made, "blank").grade is Grade.EXACT


@pytest.mark.parametrize(
    ("pattern", "blank"),
    [
        ("n[a-z]+", "weaker"),
        ("(n|t)[a-z]*e", "weaker"),
        (" +x", "exact"),
        ("x-[a-z]+", "exact"),
        (" [a-z]+", "weaker"),
    ],
)
def test_forms_that_a_blank_value_may_have_are_told(pattern: str, blank: str) -> None:
    made = compiled(policy(tag(constraint=Matches(pattern)), placeholders=("none", "tbd")))

    assert grades(made)["blank"] == blank


def test_any_value_passes_without_values_and_so_does_a_blank_one() -> None:
    made = compiled(policy(tag()))

    assert row(made, "blank").grade is Grade.ABSENT
    assert not refuses(made, {"ml-team": ""})
    assert row(compiled(policy(tag(constraint=Matches("[a-z]+")))), "value").grade is Grade.ABSENT


def test_replaced_values_that_a_wildcard_matches_still_pass() -> None:
    made = compiled(policy(tag(constraint=Matches("x-[a-z]+"), replaces={"x-old": "x-new", "old": "x-new"})))

    assert row(made, "replaces").grade is Grade.WEAKER
    assert "still passes: x-old" in row(made, "replaces").why
    only = compiled(policy(tag(constraint=Matches("x-[a-z]+"), replaces={"x-old": "x-new"})))
    assert row(only, "replaces").grade is Grade.ABSENT


def test_values_under_an_older_key_are_not_looked_at() -> None:
    made = compiled(policy(tag(constraint=VALUES, aliases=(Alias("team", date(2026, 12, 31)),))))

    assert "values under `team` are not looked at" in row(made, "value").why
    assert row(made, "required").grade is Grade.ABSENT
    assert row(made, "alias team").why == "accepted until 2026-12-31"
    later = compiled(policy(tag(aliases=(Alias("team", date(2026, 1, 1)),))))
    assert row(later, "alias team").why == "does not count since 2026-01-01"


def test_a_tag_that_denies_nothing_yet_is_reported_on_and_names_the_day() -> None:
    staged = policy(
        tag(constraint=VALUES, enforce=(Stage("warn"), Stage("deny", date(2027, 1, 15), ("cloud",))))
    )

    assert set(entries(compiled(staged))["ml-team"]) == {"tag_key", "tag_value"}
    assert row(compiled(staged), "value").why == "not enforced before 2027-01-15 (mode warn)"
    assert compiled(staged).changes_on == (date(2027, 1, 15),)
    assert refuses(compiled(staged, date(2027, 1, 15)), {"ml-team": "x"})


def test_tags_of_other_clouds_and_levels_make_nothing() -> None:
    for other in (
        Tag("ml-team", "Team", requirements=ALWAYS, keys={"azure": "ml-team"}),
        tag(requirements=(Requirement(Selector(clouds=("azure",))),)),
        tag(requirements=(Requirement(Selector(types=("kubernetes:Pod",))),)),
    ):
        assert row(compiled(policy(other)), "required").why == "does not apply on AWS"
    advised = compiled(policy(tag(requirements=(*ALWAYS, Requirement(level="recommended")))))
    assert row(advised, "required[1]").why == "recommended: a tag policy cannot advise"


@pytest.mark.parametrize(
    ("match", "grade"),
    [
        ({"types": ("aws:ec2:volume",)}, Grade.EXACT),
        ({"types": ("aws:s3:bucket",), "accounts": ("1*",)}, Grade.EXACT),
        ({"clouds": ("azure",)}, Grade.EXACT),
        ({"accounts": ("1*",)}, Grade.WEAKER),
        ({"types": ("aws:ec2:volume",), "names": ("x",)}, Grade.WEAKER),
    ],
)
def test_an_exemption_is_exact_where_types_decide_it(match: dict[str, tuple[str, ...]], grade: Grade) -> None:
    made = compiled(policy(tag(constraint=VALUES), exemptions=(exempting(**match),)))
    found = row(made, "exemption EX-1", "*")

    assert found.grade is grade
    assert ("exempts more than it says" in found.why) is (grade is Grade.WEAKER)


def test_an_exemption_that_is_over_or_covers_nothing_here_says_so() -> None:
    over = exempting(accounts=("1*",))
    later = compiled(policy(tag(), exemptions=(over,)), date(2027, 1, 1))
    other = Tag("ml-team", "Team", requirements=ALWAYS, keys={"azure": "ml-team"})

    assert row(later, "exemption EX-1", "*").why == "expired on 2026-12-31"
    assert (
        row(compiled(policy(other, exemptions=(over,))), "exemption EX-1", "*").why == "covers no tag on AWS"
    )


def test_notes_tell_what_attaching_does() -> None:
    notes = " ".join(compiled(policy(tag(constraint=VALUES), settings={})).notes)

    for told in ("management account", "case only", "TaggingComplianceValidator", "AWS adds", "S3"):
        assert told in notes
    assert compiled(policy(settings={})).notes == ()
    assert "TaggingComplianceValidator" not in " ".join(
        compiled(policy(tag(), settings={"report_types": []})).notes
    )
