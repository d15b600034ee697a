"""The fidelity rows of aws-scp are true, and say what to know."""

from datetime import date

import pytest

from tagward.policy import (
    Alias,
    Allowed,
    Exemption,
    Matches,
    Not,
    Requirement,
    Selector,
    Stage,
    Tag,
    TagIn,
)
from tagward_generators.rules import rules
from tagward_generators.targets import Grade
from tests.generators.scp_policies import (
    ALWAYS,
    INSTANCES,
    VOLUME,
    compiled,
    denies,
    policy,
    row,
    statements,
    tag,
)

VALUES = Allowed(("dev", "prod"))


def exempting(**match: tuple[str, ...]) -> Exemption:
    return Exemption("EX-1", "ops", "vendor", date(2026, 12, 31), ("ml-team",), Selector(**match))


def test_every_rule_has_one_row_in_source_order() -> None:
    several = (*INSTANCES, Requirement(level="recommended"))
    made = policy(
        tag(
            requirements=several, constraint=VALUES, replaces={"production": "prod"}, aliases=(Alias("team"),)
        ),
        Tag("azure-only", "AzureOnly", requirements=ALWAYS, keys={"azure": "azure-only"}),
        settings={"protect": True},
        forbidden_keys=("*password*",),
        forbidden_values=("AKIA[0-9]+",),
        closed=True,
        max_tags=45,
        exemptions=(exempting(accounts=("1*",)),),
    )

    rows = [(each.tag, each.rule) for each in compiled(made).fidelity]

    assert rows == [
        ("ml-team", "required[0]"),
        ("ml-team", "required[1]"),
        ("ml-team", "blank"),
        ("ml-team", "value"),
        ("ml-team", "replaces"),
        ("ml-team", "alias team"),
        ("azure-only", "required"),
        ("azure-only", "blank"),
        ("*", "forbid.keys"),
        ("*", "forbid.values"),
        ("*", "limits.closed"),
        ("*", "limits.max_tags"),
        ("*", "exemption EX-1"),
        ("*", "protect"),
    ]
    assert rows[:-1] == [(rule.tag, rule.name) for rule in rules(made)]


def test_strict_presence_and_closed_values_are_exact() -> None:
    made = compiled(policy(tag(requirements=INSTANCES, constraint=VALUES)))

    assert row(made, "required").grade is Grade.EXACT
    assert row(made, "blank").grade is Grade.EXACT


def test_closed_values_are_exact_where_the_tag_is_always_required() -> None:
    made = compiled(policy(tag(constraint=VALUES)))

    assert row(made, "value").grade is Grade.EXACT
    assert row(made, "required").grade is Grade.WEAKER, "volumes may come without the tag"
    assert denies(made, {"ml-team": "stage"}, resource=VOLUME)
    assert not denies(made, {}, resource=VOLUME)


def test_tag_of_another_cloud_is_exact_and_makes_no_statement() -> None:
    for other in (
        Tag("ml-team", "Team", requirements=ALWAYS, keys={"azure": "ml-team"}),
        tag(requirements=(Requirement(Selector(clouds=("azure",))),)),
        tag(requirements=(Requirement(Selector(types=("kubernetes:Pod",))),)),
    ):
        made = compiled(policy(other))
        assert made.artifacts == ()
        assert row(made, "required").grade is Grade.EXACT
        assert row(made, "required").why == "does not apply on AWS"


def test_recommended_tag_denies_nothing() -> None:
    made = compiled(policy(tag(requirements=(Requirement(level="recommended"),))))

    assert made.artifacts == ()
    assert row(made, "required").grade is Grade.ABSENT


def test_mode_before_its_day_denies_nothing_and_names_the_day() -> None:
    stages = (Stage("warn"), Stage("deny", date(2027, 1, 15), ("cloud",)))
    staged = policy(tag(requirements=INSTANCES, enforce=stages))

    assert compiled(staged).artifacts == ()
    assert row(compiled(staged), "required").why == "not enforced before 2027-01-15 (mode warn)"
    assert compiled(staged).changes_on == (date(2027, 1, 15),)
    assert denies(compiled(staged, date(2027, 1, 15)), {})


def test_changes_on_lists_every_day_after_which_the_policy_says_something_else() -> None:
    dated = policy(
        tag(
            constraint=Allowed(("dev", "old"), "stages", {"old": date(2026, 12, 1)}),
            aliases=(Alias("team", date(2027, 3, 31)), Alias("gone", date(2026, 1, 1))),
            enforce=(
                Stage("deny"),
                Stage("warn", date(2027, 2, 1)),
                Stage("audit", date(2027, 5, 1), ("ci",)),
            ),
        ),
        exemptions=(exempting(accounts=("1*",)),),
    )

    assert compiled(dated).changes_on == (
        date(2026, 12, 2),
        date(2027, 1, 1),
        date(2027, 2, 1),
        date(2027, 4, 1),
    )


def test_alias_counts_until_its_day_and_the_key_goes_before_it() -> None:
    aliased = policy(tag(constraint=VALUES, aliases=(Alias("team", date(2026, 12, 31)),)))

    assert not denies(compiled(aliased), {"team": "dev"})
    assert denies(compiled(aliased), {"team": "stage"})
    assert not denies(compiled(aliased), {"ml-team": "dev", "team": "stage"})
    assert denies(compiled(aliased, date(2027, 1, 1)), {"team": "dev"})


def test_type_that_nothing_creates_is_absent_and_names_the_action_that_would() -> None:
    vpcs = (Requirement(Selector(types=("aws:ec2:vpc",))),)
    made = compiled(policy(tag(requirements=vpcs)))

    assert row(made, "required").grade is Grade.ABSENT
    assert "`aws:ec2:vpc`" in row(made, "required").why
    assert "ec2:CreateVpc" in row(made, "required").why


def test_requirement_by_name_cannot_be_said_and_is_left_out() -> None:
    named = compiled(policy(tag(requirements=(Requirement(Selector(names=("web-*",))),))))

    assert named.artifacts == ()
    assert row(named, "required").grade is Grade.ABSENT
    assert "names" in row(named, "required").why


@pytest.mark.parametrize(
    ("match", "resource", "account", "denied"),
    [
        ({"types": ("aws:ec2:instance",)}, None, None, False),
        ({"types": ("aws:ec2:volume",)}, None, None, True),
        ({"accounts": ("1111*",)}, None, None, False),
        ({"accounts": ("1111*",)}, None, "555566667777", True),
        ({"regions": ("us-*",)}, None, None, True),
        ({"names": ("web-*",)}, None, None, False),
        ({"names": ("web-*",), "accounts": ("5555*",)}, None, None, True),
        ({"names": ("web-*",), "accounts": ("5555*",)}, None, "555566667777", False),
    ],
)
def test_exemption_narrows_the_denial_and_no_more_than_it_may(
    match: dict[str, tuple[str, ...]], resource: str | None, account: str | None, denied: bool
) -> None:
    made = compiled(policy(tag(), exemptions=(exempting(**match),)))

    assert denies(made, {}, account=account or "111122223333") is denied


def test_exemption_by_name_covers_more_than_it_says_and_says_so() -> None:
    made = compiled(policy(tag(), exemptions=(exempting(names=("web-*",)),)))

    assert row(made, "exemption EX-1", "*").grade is Grade.WEAKER
    assert row(made, "required").grade is Grade.ABSENT


def test_condition_on_another_tag_asks_for_its_exact_key() -> None:
    training = (Requirement(when=TagIn("kind", frozenset({"training"}))),)
    made = compiled(policy(tag(requirements=training), tag("kind", requirements=())))

    assert denies(made, {"kind": "training"})
    assert not denies(made, {"kind": "serving"})
    assert not denies(made, {"KIND": "training"})
    assert not denies(made, {})


def test_negated_condition_holds_when_the_other_tag_is_missing() -> None:
    unless = (Requirement(when=Not(TagIn("kind", frozenset({"scratch"})))),)
    made = compiled(policy(tag(requirements=unless), tag("kind", requirements=())))

    assert denies(made, {})
    assert denies(made, {"kind": "training"})
    assert denies(made, {"KIND": "scratch"})
    assert not denies(made, {"kind": "scratch"})


def test_forbidden_keys_and_keys_of_a_closed_policy() -> None:
    made = compiled(policy(tag(requirements=INSTANCES), forbidden_keys=("*password*",), closed=True))
    good = {"ml-team": "nlp"}

    assert not denies(made, good)
    assert denies(made, good | {"db-password": "x"})
    assert denies(made, good | {"other": "x"})
    assert denies(made, {"db-password": "x"}, resource=VOLUME)
    assert row(made, "forbid.keys", "*").grade is Grade.EXACT


def test_closed_policy_never_denies_what_may_be_a_misspelt_key_that_is_forgiven() -> None:
    soft = compiled(policy(tag(requirements=(Requirement(level="recommended"),)), closed=True))

    assert not denies(soft, {"ml_team": "nlp"})
    assert denies(soft, {"ml-team": "nlp", "other": "x"})
    assert "misspelt" in row(soft, "limits.closed", "*").why


def test_counting_and_values_under_any_key_are_absent() -> None:
    made = compiled(policy(tag(), forbidden_values=("AKIA[0-9]+",), max_tags=5))

    assert row(made, "forbid.values", "*").grade is Grade.ABSENT
    assert row(made, "limits.max_tags", "*").grade is Grade.ABSENT


def test_replaced_value_is_refused_even_where_the_pattern_takes_it() -> None:
    made = compiled(policy(tag(constraint=Matches("[a-z]+"), replaces={"production": "prod"})))

    assert denies(made, {"ml-team": "production"})
    assert not denies(made, {"ml-team": "prod"})


def test_retired_value_is_refused_after_its_last_day() -> None:
    retiring = policy(tag(constraint=Allowed(("dev", "old"), "stages", {"old": date(2026, 12, 1)})))

    assert not denies(compiled(retiring, date(2026, 12, 1)), {"ml-team": "old"})
    assert denies(compiled(retiring, date(2026, 12, 2)), {"ml-team": "old"})


def test_scope_of_accounts_limits_the_denial() -> None:
    made = compiled(
        policy(
            tag(requirements=(Requirement(Selector(scopes=("prod",))),)),
            scopes={"prod": Selector(accounts=("1111*",), namespaces=("prod-*",))},
        )
    )

    assert denies(made, {})
    assert not denies(made, {}, account="555566667777")


def test_same_policy_same_bytes() -> None:
    made = policy(tag(constraint=VALUES), tag("kind"), settings={"protect": True})

    assert compiled(made) == compiled(made)
    assert VOLUME not in str(statements(compiled(made)))
