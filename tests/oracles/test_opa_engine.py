"""The wrappers of OPA and conftest give back what the engines say, input by input."""

import pytest

from tests.oracles import conftest_engine, opa_engine
from tests.oracles.conftest_engine import Report
from tests.oracles.opa_engine import UNDEFINED
from tests.oracles.tool import ToolError

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(opa_engine.absent()), reason=opa_engine.absent()),
]

MODULE = """package main

deny contains message if {
	not input.tags.team
	message := "no team"
}

warn contains "old" if input.tags.old

name := input.name

size := to_number(input.size)

test_team if count(deny) == 0 with input as {"tags": {"team": "ml"}}
"""


def test_every_input_has_an_answer() -> None:
    inputs = [{"tags": {"team": "ml"}}, {}, {"tags": {}}]

    assert opa_engine.evaluate({"x.rego": MODULE}, "data.main.deny", inputs) == [[], ["no team"], ["no team"]]


def test_undefined_is_not_false() -> None:
    found = opa_engine.evaluate({"x.rego": MODULE}, "data.main.name", [{"name": False}, {}])

    assert found == [False, UNDEFINED]


def test_data_beside_a_module_is_read() -> None:
    modules = {"x.rego": "package main\n\nlisted := data.teams\n", "data.json": '{"teams": ["ml"]}'}

    assert opa_engine.evaluate(modules, "data.main.listed", [{}]) == [["ml"]]


def test_error_of_a_builtin_is_one_of_the_run_unless_asked_otherwise() -> None:
    with pytest.raises(ToolError, match="to_number"):
        opa_engine.evaluate({"x.rego": MODULE}, "data.main.size", [{"size": "many"}])
    assert opa_engine.evaluate({"x.rego": MODULE}, "data.main.size", [{"size": "many"}], strict=False) == [
        UNDEFINED
    ]


def test_module_is_checked_formatted_and_tested() -> None:
    assert opa_engine.check({"x.rego": MODULE}) == ""
    assert "unused" in opa_engine.check({"x.rego": "package main\n\np if { unused := 1 }\n"})
    assert opa_engine.misformatted({"x.rego": MODULE}) == ""
    assert opa_engine.misformatted({"x.rego": "package main\np   := 1\n"}) != ""
    assert opa_engine.test({"x.rego": MODULE}) == ""
    assert "FAIL" in opa_engine.test({"x.rego": MODULE.replace("== 0", "== 1")})
    assert opa_engine.test({"x.rego": "package main\n"}) != ""


@pytest.mark.skipif(bool(conftest_engine.absent()), reason=conftest_engine.absent())
def test_conftest_reports_by_file() -> None:
    files = {"good.json": {"tags": {"team": "ml"}}, "bad.json": {"tags": {"old": True}}}

    assert conftest_engine.judge({"x.rego": MODULE}, files) == {
        "good.json": Report((), (), ()),
        "bad.json": Report(("no team",), ("old",), ()),
    }


@pytest.mark.skipif(bool(conftest_engine.absent()), reason=conftest_engine.absent())
def test_conftest_that_cannot_read_a_module_is_an_error() -> None:
    with pytest.raises(ToolError, match="rego_parse_error"):
        conftest_engine.judge({"x.rego": "package main\n\np if {"}, {"x.json": {}})


def test_versions_are_those_that_are_pinned() -> None:
    assert opa_engine.version().startswith("opa 1.")
    assert conftest_engine.version().startswith("conftest 0.")
