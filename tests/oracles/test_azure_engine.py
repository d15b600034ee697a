"""What Azure documents of policy rules on tags, said by the engine that definitions are compared with."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.oracles import azure_engine
from tests.oracles.azure_engine import Answer, Engine
from tests.oracles.tool import ToolError

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(azure_engine.absent()), reason=azure_engine.absent()),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def definition(condition: dict[str, Any], then: Any = None, **parameters: Any) -> dict[str, Any]:
    rule = {"if": condition, "then": then or {"effect": "deny"}}
    return {"properties": {"mode": "Indexed", "parameters": parameters, "policyRule": rule}}


def resource(**tags: str) -> dict[str, Any]:
    return {"type": "Microsoft.Compute/virtualMachines", "name": "vm", "location": "westeurope", "tags": tags}


def tag(name: str, **condition: Any) -> dict[str, Any]:
    return {"field": f"tags['{name}']", **condition}


@pytest.mark.parametrize(
    ("condition", "tags", "fires"),
    [
        (tag("a", exists="false"), {}, True),
        (tag("a", exists="true"), {"a": ""}, True),
        (tag("a", equals=""), {"a": ""}, True),
        (tag("a", notEquals="x"), {}, True),
        (tag("a", notIn=["x"]), {}, True),
        (tag("a", notMatch="x"), {}, True),
        (tag("a", notLike="x*"), {}, True),
        (tag("a", equals="prod"), {"a": "PROD"}, True),
        (tag("a", **{"in": ["prod"]}), {"a": "PROD"}, True),
        (tag("a", match="prod"), {"a": "PROD"}, False),
        (tag("a", match="exp-####"), {"a": "exp-1234"}, True),
        (tag("a", match="exp-####"), {"a": "exp-12345"}, False),
        (tag("a", match="?.#"), {"a": "Z!1"}, True),
        (tag("a", match="?"), {"a": "1"}, False),
        (tag("a", like="ex*"), {"a": "exp"}, True),
        (tag("ML-Team", exists="true"), {"ml-team": "x"}, True),
        (tag("ml-team", exists="true"), {"ML-Team": "x"}, True),
        ({"field": "type", "in": ["microsoft.compute/VIRTUALMACHINES"]}, {}, True),
    ],
)
def test_conditions(engine: Engine, condition: dict[str, Any], tags: dict[str, str], fires: bool) -> None:
    assert [each.fires for each in engine.ask(definition(condition), [resource(**tags)])] == [fires]


def test_resource_without_any_tags_misses_each(engine: Engine) -> None:
    bare = {"type": "Microsoft.Compute/virtualMachines", "name": "vm"}

    answers = engine.ask(definition(tag("a", exists="false")), [bare, bare | {"tags": None}])

    assert answers == [Answer(True, "deny", None)] * 2


COUNTED = {
    "count": {"value": "[parameters('allowed')]", "name": "v", "where": tag("a", match="[current('v')]")},
    "equals": 0,
}


def test_parameters_have_defaults_and_values(engine: Engine) -> None:
    asked = definition(
        COUNTED,
        {"effect": "[parameters('effect')]"},
        effect={"type": "String", "defaultValue": "Audit"},
        allowed={"type": "Array", "defaultValue": ["dev", "prod"]},
    )

    assert engine.ask(asked, [resource(a="prod"), resource(a="test")]) == [
        Answer(False, "", None),
        Answer(True, "Audit", None),
    ]
    given = {"allowed": ["test"], "effect": "Deny"}
    assert engine.ask(asked, [resource(a="prod")], parameters=given) == [Answer(True, "Deny", None)]
    assert not engine.ask(asked, [resource(a="x")], parameters={"effect": "Disabled"})[0].fires


def test_group_and_subscription_are_given(engine: Engine) -> None:
    group = definition({"value": "[resourceGroup().tags['team']]", "equals": "ml"})
    subscription = definition({"value": "[subscription().tags['team']]", "equals": "ml"})
    tags = {"tags": {"team": "ml"}}

    assert engine.ask(group, [resource()], resource_group=tags)[0].fires
    assert not engine.ask(group, [resource()], subscription=tags)[0].fires
    assert engine.ask(subscription, [resource()], subscription=tags)[0].fires


def test_modify_computes_its_operations(engine: Engine) -> None:
    details = {
        "roleDefinitionIds": ["/providers/microsoft.authorization/roleDefinitions/contributor"],
        "operations": [{"operation": "add", "field": "tags['a']", "value": "[resourceGroup().tags['a']]"}],
    }
    asked = definition(tag("a", exists="false"), {"effect": "modify", "details": details})

    answer = engine.ask(asked, [resource()], resource_group={"tags": {"a": "ml"}})[0]

    assert answer.details["operations"] == [{"operation": "add", "field": "tags['a']", "value": "ml"}]


@pytest.mark.parametrize("condition", [tag("a", regex="x"), {"field": "tags['a']"}, {"anyOf": {}}])
def test_rule_that_is_none_is_an_error(engine: Engine, condition: dict[str, Any]) -> None:
    with pytest.raises(ToolError):
        engine.ask(definition(condition), [resource()])


def test_version_is_the_one_that_is_pinned() -> None:
    assert azure_engine.version().startswith("regorus 0.")
