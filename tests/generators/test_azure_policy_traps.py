"""Each trap of Azure Policy that makes a rule on tags deny too much, or let too much through."""

import json
from datetime import date
from typing import Any

import pytest

from tagward.language import AzurePolicy, Targets
from tagward.loader import load
from tagward.policy import (
    Alias,
    Allowed,
    Exemption,
    Matches,
    Policy,
    Requirement,
    Selector,
    Stage,
    Tag,
    TagIn,
)
from tagward_generators.targets import Compilation, CompileError, Fidelity, Grade
from tests.generators.azure_policy_laws import Assigned, by_subset, compiled
from tests.generators.azure_policy_resources import Asked
from tests.generators.random_policies import DAY
from tests.generators.worlds import SUBSCRIPTIONS

HERE, _, THERE = SUBSCRIPTIONS
REQUIRED = (Requirement(),)
MACHINE = "Microsoft.Compute/virtualMachines"
GROUP = "Microsoft.Resources/subscriptions/resourceGroups"


def tag(name: str = "ml-team", **about: Any) -> Tag:
    given = {"requirements": REQUIRED, "keys": {"azure": name}} | about
    return Tag(name, name.title(), **given)


def policy(*tags: Tag, settings: AzurePolicy | None = None, **about: Any) -> Policy:
    return Policy(
        "acme", "1.0.0", "0" * 64, tags=tags, targets=Targets(azure_policy=settings or AzurePolicy()), **about
    )


def asked(
    tags: dict[str, str] | None,
    *,
    type_: str = MACHINE,
    group: dict[str, str] | None = None,
    subscription: dict[str, str] | None = None,
    account: str = HERE,
    **fields: str,
) -> Asked:
    own = {} if tags is None else {"tags": tags}
    resource = {"type": type_, "name": "web-1", "location": "westeurope", **own, **fields}
    return Asked(resource, {"tags": group or {}}, {"subscriptionId": account, "tags": subscription or {}})


def applied(drawn: Policy, about: Asked) -> dict[str, str]:
    return dict(Assigned(compiled(drawn)).effects(about, by_subset))


def denied(drawn: Policy, about: Asked) -> bool:
    return "Deny" in applied(drawn, about).values()


def bodies(compilation: Compilation, kind: str) -> list[Any]:
    return [json.loads(each.content) for each in compilation.artifacts if each.kind == kind]


def row(compilation: Compilation, tag: str, rule: str) -> Fidelity:
    return next(each for each in compilation.fidelity if (each.tag, each.rule) == (tag, rule))


def test_resource_without_any_tags_has_none_of_them() -> None:
    assert denied(policy(tag()), asked(None))
    assert not denied(policy(tag(requirements=(), constraint=Allowed(("a",)))), asked(None))


def test_empty_value_exists_and_is_missing_all_the_same() -> None:
    assert denied(policy(tag()), asked({"ml-team": ""}))
    assert denied(policy(tag()), asked({"ml-team": " \t"}))


@pytest.mark.parametrize("value", ["tbd", "TBD", " tbd "])
def test_placeholder_is_missing_in_any_case_and_with_blanks_around_it(value: str) -> None:
    assert denied(policy(tag()), asked({"ml-team": value}))


def test_value_rule_of_an_optional_tag_does_not_make_it_required() -> None:
    optional = policy(tag(requirements=(), constraint=Allowed(("dev", "prod"))))

    assert not denied(optional, asked({}))
    assert denied(optional, asked({"ml-team": "test"}))


@pytest.mark.parametrize("constraint", [Allowed(("dev", "prod")), Matches("[a-z]{3,4}"), Matches("dev|prod")])
def test_value_in_another_case_is_another_value(constraint: Allowed | Matches) -> None:
    strict = policy(tag(constraint=constraint))

    assert not denied(strict, asked({"ml-team": "prod"}))
    assert denied(strict, asked({"ml-team": "PROD"}))


def test_condition_on_a_value_in_another_case_does_not_hold() -> None:
    needed = Requirement(when=TagIn("ml-stage", frozenset({"prod"})))
    conditional = policy(tag("ml-stage", requirements=()), tag(requirements=(needed,)))

    assert denied(conditional, asked({"ml-stage": "prod"}))
    assert not denied(conditional, asked({"ml-stage": "PROD"}))


@pytest.mark.parametrize(
    ("value", "other"), [("v1.2", "v1x2"), ("a#1", "a11"), ("why?", "whya"), ("[x]", "x")]
)
def test_wildcards_of_match_in_a_value_stand_for_themselves(value: str, other: str) -> None:
    literal = policy(tag(constraint=Allowed((value,))))

    assert not denied(literal, asked({"ml-team": value}))
    assert denied(literal, asked({"ml-team": other}))
    assert denied(literal, asked({"ml-team": value.upper()})) is (value != value.upper())


def test_tag_names_have_no_case() -> None:
    assert not denied(policy(tag()), asked({"ML-Team": "nlp"}))


def test_class_of_letters_is_not_any_letter() -> None:
    assert denied(policy(tag(constraint=Matches("x[a-c][a-z0-9-]{1,9}"))), asked({"ml-team": "xz-1"}))
    assert denied(policy(tag(constraint=Matches("[a-z]{2}"))), asked({"ml-team": "aB"}))


def test_name_with_an_apostrophe_is_left_alone_and_said_to_be() -> None:
    odd = policy(tag("owner's"))

    assert compiled(odd).artifacts == ()
    assert row(compiled(odd), "owner's", "required").grade is Grade.ABSENT


def test_resource_groups_are_looked_at_by_a_definition_of_their_own() -> None:
    definitions = bodies(compiled(policy(tag())), "policyDefinitions")

    assert [each["properties"]["mode"] for each in definitions] == ["Indexed", "All"]
    assert denied(policy(tag()), asked({}, type_=GROUP))
    assert not denied(policy(tag()), asked({"ml-team": "x"}, type_=GROUP))


def test_mode_all_looks_at_containers_only() -> None:
    (definition,) = [
        each
        for each in bodies(compiled(policy(tag())), "policyDefinitions")
        if each["properties"]["mode"] == "All"
    ]

    assert by_subset(definition, asked({}, type_="Microsoft.Network/virtualNetworks/subnets"), "Deny") == ""


def test_types_of_the_policy_decide_whether_resource_groups_count() -> None:
    machines = Requirement(on=Selector(types=("azurerm_linux_virtual_machine", f"azure:{MACHINE}")))
    groups = Requirement(on=Selector(types=("azurerm_resource_group",)))

    assert not denied(policy(tag(requirements=(machines,))), asked({}, type_=GROUP))
    assert denied(policy(tag(requirements=(groups,))), asked({}, type_=GROUP))
    assert not denied(policy(tag(requirements=(groups,))), asked({}))


def test_settings_leave_containers_out_and_the_row_says_so() -> None:
    left_out = policy(tag(), settings=AzurePolicy(resource_groups=False, subscriptions=False))

    assert not denied(left_out, asked({}, type_=GROUP))
    assert row(compiled(left_out), "ml-team", "required").why == (
        "resource groups are left out by the settings of the target; "
        "subscriptions are left out by the settings of the target"
    )


def test_one_of_several_terraform_types_of_one_azure_type_cannot_be_told() -> None:
    linux = policy(tag(requirements=(Requirement(on=Selector(types=("azurerm_linux_virtual_machine",))),)))

    assert not denied(linux, asked({}))
    assert row(compiled(linux), "ml-team", "required").grade is Grade.ABSENT


def test_tags_of_the_resource_group_count_only_where_the_policy_says_so() -> None:
    lent = asked({}, group={"ml-team": "nlp"})

    assert denied(policy(tag()), lent)
    assert not denied(policy(tag(inherit=("resource-group",))), lent)
    assert denied(policy(tag(inherit=("resource-group",))), asked({}, group={"ml-team": ""}))


def test_nearest_tag_counts() -> None:
    near = policy(tag(inherit=("resource-group", "subscription"), constraint=Allowed(("a",))))

    assert not denied(near, asked({}, group={"ml-team": "a"}, subscription={"ml-team": "b"}))
    assert denied(near, asked({}, group={"ml-team": "b"}, subscription={"ml-team": "a"}))
    assert not denied(near, asked({}, subscription={"ml-team": "a"}))


def test_resource_group_does_not_inherit_from_itself() -> None:
    assert denied(policy(tag(inherit=("resource-group",))), asked({}, type_=GROUP, group={"ml-team": "a"}))


def test_definitions_audit_unless_they_are_told_to_deny() -> None:
    made = compiled(policy(tag(), tag("ml-cost", enforce=(Stage("warn"),))))
    (assignment,) = bodies(made, "policyAssignments")

    for definition in bodies(made, "policyDefinitions"):
        effect = definition["properties"]["parameters"]["effect"]
        assert (effect["defaultValue"], effect["allowedValues"]) == ("Audit", ["Audit", "Deny", "Disabled"])
    assert assignment["properties"]["enforcementMode"] == "Default"
    assert assignment["properties"]["parameters"] == {
        "denyEffect": {"value": "Deny"},
        "auditEffect": {"value": "Audit"},
    }


def test_mode_of_the_day_decides_what_a_definition_is_passed() -> None:
    later = Stage("deny", date(2027, 1, 15))
    staged = policy(tag(enforce=(Stage("warn"), later)))

    assert set(applied(staged, asked({})).values()) == {"Audit"}
    assert compiled(staged).changes_on == (date(2027, 1, 15),)
    assert row(compiled(staged), "ml-team", "required").why == (
        "audited: not enforced before 2027-01-15 (mode warn)"
    )


def test_do_not_enforce_is_a_setting() -> None:
    staged = compiled(policy(tag(), settings=AzurePolicy(enforcement_mode="DoNotEnforce")))

    assert bodies(staged, "policyAssignments")[0]["properties"]["enforcementMode"] == "DoNotEnforce"


def test_exemption_of_a_subscription_is_one_of_azure_and_ends_with_its_day() -> None:
    exemption = Exemption("EX-1", "ops", "vendor", DAY, ("ml-team",), Selector(accounts=(HERE,)))
    exempting = policy(tag(), tag("ml-cost"), exemptions=(exemption,))
    (body,) = bodies(compiled(exempting), "policyExemptions")

    assert body["scope"] == f"/subscriptions/{HERE}"
    assert body["properties"]["expiresOn"] == f"{DAY}T23:59:59Z"
    assert body["properties"]["policyDefinitionReferenceIds"] == [
        "acme-ml-team-required",
        "acme-ml-team-required-containers",
    ]
    assert set(applied(exempting, asked({}))) == {"acme-ml-cost-required"}
    assert denied(exempting, asked({"ml-cost": "1"}, account=THERE))


@pytest.mark.parametrize(
    "match",
    [
        Selector(accounts=(HERE,), regions=("westeurope",)),
        Selector(accounts=("1111*",)),
        Selector(accounts=(HERE, "111122223333")),
        Selector(types=(f"azure:{MACHINE}",)),
        Selector(names=("web-*",)),
    ],
)
def test_other_exemptions_are_part_of_the_rule(match: Selector) -> None:
    exempting = policy(tag(), exemptions=(Exemption("EX-1", "ops", "vendor", DAY, ("ml-team",), match),))

    assert bodies(compiled(exempting), "policyExemptions") == []
    assert not denied(exempting, asked({}))
    assert denied(
        exempting, asked({}, type_="Microsoft.Storage/x", name="db", account=THERE, location="eastus")
    )


def test_accounts_of_other_clouds_are_not_asked_about() -> None:
    elsewhere, everywhere_else = "111122223333", "!111122223333"
    nowhere = compiled(policy(tag(requirements=(Requirement(on=Selector(accounts=(elsewhere,))),))))
    here = policy(tag(requirements=(Requirement(on=Selector(accounts=(elsewhere, HERE))),)))
    anywhere = policy(tag(requirements=(Requirement(on=Selector(accounts=(everywhere_else,))),)))

    assert nowhere.artifacts == ()
    assert row(nowhere, "ml-team", "required").grade is Grade.EXACT
    assert all(elsewhere not in each.content for each in compiled(here).artifacts)
    assert denied(here, asked({}))
    assert not denied(here, asked({}, account=THERE))
    assert denied(anywhere, asked({}))


def test_message_says_once_what_is_missing() -> None:
    when = TagIn("ml-stage", frozenset({"prod"}))
    conditional = policy(tag(requirements=(Requirement(when=when),)), tag("ml-stage", requirements=()))
    (body,) = (
        each
        for each in bodies(compiled(conditional), "policyDefinitions")
        if each["name"] == "acme-ml-team-required"
    )

    assert body["properties"]["description"].count("is missing") == 1
    assert "because ml-stage is prod" in body["properties"]["description"]


def test_names_and_globs_have_case_though_like_has_none() -> None:
    named = policy(tag(requirements=(Requirement(on=Selector(names=("web-*",))),)))

    assert denied(named, asked({}, name="web-9"))
    assert not denied(named, asked({}, name="WEB-9"))
    assert not denied(named, asked({}, name="we"))


def test_alias_counts_until_its_day() -> None:
    aliases = (Alias("team", DAY), Alias("squad", date(2026, 11, 20)))
    renamed = policy(tag(aliases=aliases))

    assert not denied(renamed, asked({"team": "nlp"}))
    assert denied(renamed, asked({"squad": "nlp"}))


def test_unknown_names_are_counted_and_hidden_ones_never_held_against_anybody() -> None:
    closed = policy(tag(), closed=True)

    assert not denied(closed, asked({"ml-team": "x"}))
    assert not denied(closed, asked({"ML-TEAM": "x"}))
    assert denied(closed, asked({"ml-team": "x", "other": "y"}))
    assert not denied(closed, asked({"ml-team": "x", "other": "y", "Hidden-title": "z"}))


def test_forbidden_names_are_looked_up_and_globs_are_not() -> None:
    forbidding = policy(tag(requirements=()), forbidden_keys=("Password", "*secret*"))

    assert denied(forbidding, asked({"password": "x"}))
    assert not denied(forbidding, asked({"my-secret": "x"}))
    assert row(compiled(forbidding), "*", "forbid.keys").grade is Grade.WEAKER


def test_too_many_tags() -> None:
    few = policy(tag(requirements=()), max_tags=1)

    assert not denied(few, asked(None))
    assert not denied(few, asked({"a": "1"}))
    assert denied(few, asked({"a": "1", "b": "2"}))


def test_missing_tags_are_copied_from_the_nearest_that_has_one() -> None:
    lent = tag(inherit=("resource-group", "subscription"), aliases=(Alias("team"),))
    copying = policy(lent, settings=AzurePolicy(inherit=True, location="westeurope"))
    made = compiled(copying)
    by_name = {each["name"]: each for each in bodies(made, "policyDefinitions")}
    from_group, from_subscription = (
        by_name[f"acme-ml-team-from-{each}"] for each in ("resource-group", "subscription")
    )

    def copied(definition: Any, about: Asked) -> bool:
        return by_subset(definition, about, "Modify") == "Modify"

    assert copied(from_group, asked({}, group={"ml-team": "a"}))
    assert not copied(from_group, asked({"Team": "a"}, group={"ml-team": "a"}))
    assert not copied(from_group, asked({}, group={"ml-team": " tbd"}))
    assert copied(from_subscription, asked({}, subscription={"ml-team": "a"}))
    assert not copied(from_subscription, asked({}, group={"team": "b"}, subscription={"ml-team": "a"}))


def test_copying_needs_an_identity_with_a_place_to_live() -> None:
    lent = tag(inherit=("resource-group",))
    (assignment,) = bodies(
        compiled(policy(lent, settings=AzurePolicy(inherit=True, location="westeurope"))), "policyAssignments"
    )

    assert (assignment["location"], assignment["identity"]) == ("westeurope", {"type": "SystemAssigned"})
    assert assignment["properties"]["parameters"]["inheritEffect"] == {"value": "Modify"}
    with pytest.raises(CompileError, match="needs an identity"):
        compiled(policy(lent, settings=AzurePolicy(inherit=True)))


def test_nothing_is_copied_unless_asked_for() -> None:
    made = compiled(policy(tag(inherit=("resource-group",))))

    assert not any("modify" in each.content.lower() for each in made.artifacts)


def test_names_are_cut_and_stay_apart() -> None:
    long = "x" * 60
    made = compiled(policy(tag(f"{long}a"), tag(f"{long}b"), tag("cost.center/eu")))
    names = [each["name"] for each in bodies(made, "policyDefinitions")]

    assert len(set(names)) == len(names) == 6
    assert all(len(name) <= 64 for name in names)
    assert names[-2].startswith("acme-cost-center-eu-")


def test_assignment_in_a_management_group_has_a_short_name() -> None:
    long = Policy("a-policy-with-quite-a-long-name", "1", "0" * 64, tags=(tag(),))

    assert len(bodies(compiled(long), "policyAssignments")[0]["name"]) == 24


def test_too_many_definitions_is_an_error_that_says_what_to_drop() -> None:
    many = policy(*(tag(f"t{number}", constraint=Allowed(("a",))) for number in range(130)))

    with pytest.raises(CompileError, match="makes 520 definitions, Azure takes 500 in a scope"):
        compiled(many)


def test_tags_whose_names_become_one_is_an_error() -> None:
    with pytest.raises(CompileError, match="`Team`, `team` have the same name"):
        compiled(policy(tag("team", keys={"azure": "a"}), tag("Team", keys={"azure": "b"})))


def test_many_values_are_compared_without_case_and_the_row_says_so() -> None:
    many = policy(tag(constraint=Allowed(tuple(f"team-{number}" for number in range(900)))))

    assert denied(many, asked({"ml-team": "team-900"}))
    assert not denied(many, asked({"ml-team": "TEAM-1"}))
    assert "without case" in row(compiled(many), "ml-team", "value").why


def test_more_conditions_than_one_rule_takes_are_several_rules() -> None:
    values = Allowed(tuple(f"team-{number}" for number in range(390)))
    aliases = tuple(Alias(f"team-{number}") for number in range(8))
    wide = policy(tag(constraint=values, aliases=aliases, inherit=("resource-group",)))
    made = compiled(wide)

    assert "acme-ml-team-value-2.definition.json" in [each.path for each in made.artifacts]
    assert not denied(wide, asked({"team-7": "team-389"}))
    assert denied(wide, asked({"team-7": "x"}))
    assert denied(wide, asked({}, group={"team-7": "x"}))


def test_default_pack_comes_through_but_for_one_pattern() -> None:
    made = compiled(load("pack:ml-platform", as_of=DAY))

    assert [each.rule for each in made.fidelity if each.grade is not Grade.EXACT] == ["value"]
    assert len(bodies(made, "policyDefinitions")) == 20
