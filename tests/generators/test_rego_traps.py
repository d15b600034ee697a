"""The rego target: the traps of plans as OPA and conftest judge them."""

import json
from datetime import date
from typing import Any

import pytest

from tagward.policy import Alias, Not, Policy, Requirement, Stage, TagIn
from tests.generators.plan_laws import said_by_opa
from tests.generators.random_policies import DAY
from tests.generators.rego_policies import KIND, compiled, policy
from tests.oracles import conftest_engine, opa_engine
from tests.service.sources.terraform_plans import change, configured, plan, trimmed

needs_opa = pytest.mark.skipif(bool(opa_engine.absent()), reason=opa_engine.absent())


def said(drawn: Policy, content: bytes, mode: str = "deny") -> set[str]:
    """Return the names of the resources of a plan that something is said of."""
    answer = said_by_opa(compiled(drawn), "tagward.p", [json.loads(content)])[0]
    return {address.rpartition(".")[2] for address in answer[mode]}


def providers(*resources: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Write a configuration: what each provider configuration has for expressions, and the resources."""
    written = {
        key.replace("__", "."): {"name": key.partition("__")[0], "expressions": expressions}
        for key, expressions in given.items()
    }
    return {"provider_config": written, "root_module": {"resources": list(resources)}}


def defaults(**written: Any) -> dict[str, Any]:
    """Write the default tags of a provider of AWS."""
    return {"default_tags": [{"tags": written}]}


LATE = {"tags": True, "tags_all": True}
"""The marks of tags that are unknown as a whole."""


@needs_opa
def test_what_is_read_or_destroyed_is_not_judged() -> None:
    made = plan(
        change("aws_s3_bucket.made", {"tags": None}),
        change("aws_s3_bucket.replaced", {"tags": None}, actions=["delete", "create"]),
        change("aws_s3_bucket.kept", {"tags": None}, actions=["no-op"]),
        change("aws_s3_bucket.gone", None, actions=["delete"]),
        change("aws_s3_bucket.forgotten", None, actions=["forget"]),
        change("aws_s3_bucket.read", {"tags": None}, mode="data", actions=["read"]),
        change("aws_s3_bucket.deposed", {"tags": None}, deposed="1234"),
    )

    assert said(policy(), made) == {"made", "replaced", "kept"}


@needs_opa
def test_what_is_unknown_is_neither_missing_nor_wrong() -> None:
    made = plan(
        change("aws_s3_bucket.whole", {}, LATE),
        change("aws_s3_bucket.value", {"tags": {}}, {"tags": {"Team": True}, "tags_all": True}),
        change("aws_s3_bucket.none", {"tags": None}, {"tags_all": True}),
        change("azurerm_key_vault.whole", {}, {"tags": True}),
        change("google_storage_bucket.none", {"labels": None}, {"effective_labels": True}),
    )

    assert said(policy(), made) == {"none"}


@needs_opa
@pytest.mark.parametrize("contrary", [False, True])
def test_a_condition_on_an_unknown_tag_asks_for_nothing_nor_does_its_contrary(contrary: bool) -> None:
    when = TagIn("kind", frozenset({"training", ""}))
    asked = policy(KIND, requirements=(Requirement(when=Not(when) if contrary else when),))
    made = plan(
        change("aws_s3_bucket.unknown", {"tags": {}}, {"tags": {"kind": True}, "tags_all": True}),
        change("aws_s3_bucket.training", {"tags": {"kind": "training"}}),
        change("aws_s3_bucket.other", {"tags": {"kind": "serving"}}),
        change("aws_s3_bucket.without", {"tags": {}}),
    )

    assert said(asked, made) == ({"other", "without"} if contrary else {"training"})


@needs_opa
def test_default_tags_count_and_what_the_plan_does_not_show_of_them_is_recovered() -> None:
    constant = providers(aws=defaults(constant_value={"Team": "ml"}))
    variable = providers(aws=defaults(references=["var.common"]))
    late = change("aws_s3_bucket.late", {"tags": {}}, {"tags": {"x": True}, "tags_all": True})
    old = change("aws_s3_bucket.old", {"tags": None})
    merged = change("aws_s3_bucket.merged", {"tags": None, "tags_all": {"Team": "ml"}})

    assert said(policy(), plan(late, old, merged, configuration=constant)) == {"old"}
    assert said(policy(inherit=()), plan(late, merged, configuration=constant)) == {"late", "merged"}
    value = {"common": {"value": {"Team": "WRONG"}}}
    assert said(policy(), plan(late, configuration=variable, variables=value)) == {"late"}


@needs_opa
def test_default_tags_that_are_an_expression_are_learnt_from_resources_that_show_them() -> None:
    local = providers(aws=defaults(references=["local.common"]))
    late = change("aws_s3_bucket.late", {"tags": {"a": "b"}}, {"tags_all": True})
    shows = change("aws_s3_bucket.shows", {"tags": None, "tags_all": {"Other": "x", "Team": "WRONG"}})
    bare = change("aws_s3_bucket.bare", {"tags": None, "tags_all": {"Other": "x"}})

    assert said(policy(), plan(late, configuration=local)) == set()
    assert said(policy(), plan(late, shows, configuration=local)) == {"late", "shows"}
    assert said(policy(), plan(late, bare, configuration=local)) == {"late", "bare"}


@needs_opa
def test_a_resource_gets_the_defaults_of_its_own_provider_configuration() -> None:
    tagged, plain = defaults(constant_value={"Team": "ml"}), {"region": {"constant_value": "eu-west-1"}}
    resources = [
        configured("aws_s3_bucket.alias", {}, "aws.tagged"),
        configured("aws_s3_bucket.plain", {}, "aws"),
    ]
    inner = configured("aws_s3_bucket.inner", {}, "module.a.module.b:aws")
    configuration = providers(*resources, aws=plain, aws__tagged=tagged)
    configuration["provider_config"]["module.a:aws"] = {"name": "aws", "expressions": tagged}
    configuration["provider_config"]["module.a.module.b:aws"] = {"name": "aws"}
    calls = {"a": {"module": {"module_calls": {"b": {"module": {"resources": [inner]}}}}}}
    configuration["root_module"]["module_calls"] = calls
    shown: tuple[Any, Any] = ({"tags": {}}, {"tags_all": True})
    made = plan(
        change("aws_s3_bucket.alias[0]", *shown),
        change("aws_s3_bucket.plain", *shown),
        change('module.a["x.y"].module.b.aws_s3_bucket.inner', *shown),
        configuration=configuration,
    )

    assert said(policy(), made) == {"plain"}


@needs_opa
def test_azure_compares_keys_without_case_and_the_others_do_not() -> None:
    made = plan(
        change("azurerm_key_vault.azure", {"tags": {"TEAM": "ml"}}),
        change("aws_s3_bucket.aws", {"tags": {"TEAM": "ml"}}),
        change("azurerm_key_vault.wrong", {"tags": {"TEAM": "ML"}}),
        change("azurerm_key_vault.twice", {"tags": {"TEAM": "ML", "team": "ml"}}),
    )

    assert said(policy(), made) == {"aws", "wrong"}


@needs_opa
def test_google_labels_are_read_from_where_they_are_without_those_that_google_adds() -> None:
    own = {"goog-terraform-provisioned": "true"}
    block = configured("google_sql_database_instance.set", {"settings": [{"user_labels": {}}]}, "google")
    unset = configured("google_sql_database_instance.unset", {"settings": [{"tier": {}}]}, "google")
    late: tuple[Any, Any] = ({"settings": [{}]}, {"settings": [{"user_labels": True}]})
    made = plan(
        change("google_storage_bucket.bare", {"labels": None, "effective_labels": own}),
        change("google_storage_bucket.good", {"labels": None, "effective_labels": {"team": "ml"}}),
        change("google_container_cluster.good", {"resource_labels": {"team": "ml"}}),
        change("google_monitoring_alert_policy.alert", {"user_labels": {"team": "ML"}}),
        change("google_sql_database_instance.shown", {"settings": [{"user_labels": {"team": "ML"}}]}),
        change("google_sql_database_instance.set", *late),
        change("google_sql_database_instance.unset", *late),
        configuration=providers(block, unset, google={}),
    )

    assert said(policy(), made) == {"bare", "alert", "shown", "unset"}


@needs_opa
def test_groups_have_their_tags_in_blocks_and_get_no_default_tags() -> None:
    good = {"key": "Team", "value": "ml", "propagate_at_launch": True}
    made = plan(
        change("aws_autoscaling_group.bare", {"tag": [], "tags": None}),
        change("aws_autoscaling_group.good", {"tag": [good]}),
        change("aws_autoscaling_group.old", {"tags": [good], "tag": []}),
        change("aws_autoscaling_group.wrong", {"tag": [good | {"value": "ML"}]}),
        change("aws_autoscaling_group.value", {"tag": [{"key": "Team"}]}, {"tag": [{"value": True}]}),
        change("aws_autoscaling_group.whole", {}, {"tag": True}),
        change("aws_autoscaling_group.none", {"tag": None}),
        configuration=providers(aws=defaults(constant_value={"Team": "ml"})),
    )

    assert said(policy(), made) == {"bare", "wrong"}


@needs_opa
def test_types_that_take_no_tags_are_not_judged() -> None:
    made = plan(
        change("aws_route.route", {"name": "x"}),
        change("google_cloud_identity_group.group", {"labels": None}),
        change("azurerm_api_management_named_value.list", {"tags": None}),
        change("random_pet.pet", {"tags": None}),
        change("aws_newer_thing.newer", {"tags": None}),
    )

    assert said(policy(), made) == {"newer"}


@needs_opa
def test_what_may_be_inherited_from_a_group_in_the_plan_is_not_missing() -> None:
    group = change("azurerm_resource_group.group", {"tags": {"Team": "ml"}, "name": "g"})
    vault = change("azurerm_key_vault.vault", {"tags": None, "resource_group_name": "g"})
    bucket = change("aws_s3_bucket.bucket", {"tags": None})
    inherits = policy(inherit=("provider", "resource-group"))

    assert said(inherits, plan(group, vault, bucket)) == {"bucket"}
    assert said(inherits, plan(vault)) == {"vault"}
    assert said(policy(), plan(group, vault)) == {"vault"}


@needs_opa
def test_an_older_key_counts_until_its_day_and_the_preferred_one_before_it() -> None:
    made = plan(
        change("aws_s3_bucket.old", {"tags": {"owner": "ml"}}),
        change("aws_s3_bucket.both", {"tags": {"owner": "ml", "Team": "ML"}}),
    )
    until = {day: (Alias("owner", day),) for day in (DAY, date(2026, 11, 20))}

    assert [said(policy(aliases=aliases), made) for aliases in until.values()] == [{"both"}, {"both", "old"}]


@needs_opa
@pytest.mark.parametrize("mode", ["deny", "warn", "audit"])
def test_the_mode_in_ci_decides_in_which_set_a_violation_is(mode: str) -> None:
    made = plan(change("aws_s3_bucket.bare", {"tags": None}))
    staged = policy(enforce=(Stage(mode, None, ("ci",)), Stage("deny", None, ("scan",))))

    found = {each for each in ("deny", "warn", "audit") if said(staged, made, each)}

    assert found == {mode}


@needs_opa
def test_a_finding_says_what_to_do_and_never_a_value() -> None:
    made = plan(change("aws_s3_bucket.bad", {"tags": {"Team": "s3cret!"}}))
    modules = {artifact.path: artifact.content for artifact in compiled(policy()).artifacts}

    assert opa_engine.evaluate(modules, "data.main.deny", [json.loads(made)])[0] == [
        {
            "msg": "aws_s3_bucket.bad: Team has a value that is not accepted: "
            "use a value of the form [a-z]{2,9}",
            "resource": "aws_s3_bucket.bad",
            "rule": "value",
            "tag": "team",
            "type": "aws_s3_bucket",
        }
    ]


@needs_opa
def test_nothing_evaluated_is_said_and_trimmed_plans_get_the_benefit_of_the_doubt() -> None:
    modules = {artifact.path: artifact.content for artifact in compiled(policy()).artifacts}
    tagged = providers(aws=defaults(constant_value={"Team": "ml"}))
    cut = json.loads(trimmed(change("aws_s3_bucket.cut", {"tags": {}}))) | {"configuration": tagged}

    inputs = [{}, json.loads(plan(errored=True)), json.loads(plan(errored=False)), cut]
    ((nothing,), (ended,), *rest) = opa_engine.evaluate(modules, "data.main.warn", inputs)

    assert nothing["msg"].startswith("no resource changes")
    assert ended["msg"].startswith("planning ended with an error")
    assert rest == [[], []]
    assert opa_engine.evaluate(modules, "data.main.deny", [{}, cut]) == [[], []]


@pytest.mark.skipif(bool(conftest_engine.absent()), reason=conftest_engine.absent())
def test_conftest_finds_the_rules() -> None:
    modules = {artifact.path: artifact.content for artifact in compiled(policy()).artifacts}
    made = plan(
        change("aws_s3_bucket.bare", {"tags": None}), change("aws_s3_bucket.ok", {"tags": {"Team": "ml"}})
    )

    report = conftest_engine.judge(modules, {"plan.json": json.loads(made)})["plan.json"]

    assert report.failures == (
        "aws_s3_bucket.bare: Team is missing: set it to a value of the form [a-z]{2,9}",
    )
    assert report.warnings == ()
