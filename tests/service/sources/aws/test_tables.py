"""Every operation, path and member that the tables name exists in the service models of botocore."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import botocore.loaders
import botocore.session
import pytest
from botocore import xform_name

from tagward.catalog import aws_actions, known_type
from tagward_service.sources.aws.kinds import Api, Asked, Inline, Kind
from tagward_service.sources.aws.pages import TOKENS
from tagward_service.sources.aws.tables import SERVICES

APIS = tuple(api for apis in SERVICES.values() for api in apis)
KINDS = tuple((api, kind) for api in APIS for kind in api.kinds)
GIVEN = {"item", "last", "parent", "partition", "region", "account", "arn"}
FIELD = re.compile(r"\{(\w+)\}")
MORE = re.compile("token|marker|hasmore|truncated|lastevaluated", re.IGNORECASE)
SESSION = botocore.session.get_session()


def each_kind(test: Callable[[Api, Kind], None]) -> Callable[[Api], None]:
    """Run a test for every kind: a case for each API, since two thousand cases take their time."""

    @pytest.mark.parametrize("api", APIS, ids=lambda api: api.client)
    def over(api: Api) -> None:
        for kind in api.kinds:
            test(api, kind)

    return over


@cache
def model(client: str) -> Any:
    return SESSION.get_service_model(client)


@cache
def paginators(client: str) -> Any:
    try:
        return SESSION.get_component("data_loader").load_service_model(client, "paginators-1")["pagination"]
    except botocore.exceptions.UnknownServiceError:
        return {}


def inputs(api: Api, operation: str) -> dict[str, Any]:
    shape = model(api.client).operation_model(operation).input_shape
    return dict(shape.members) if shape else {}


def at(shape: Any, path: str) -> Any:
    """Return the shape at a path, and fail where the model has no such member."""
    for step in filter(None, path.split(".")):
        assert shape.type_name == "structure", f"{path}: nothing is below {shape.name}"
        shape = shape.members[step.removesuffix("[]")]
        assert (shape.type_name == "list") == step.endswith("[]"), f"{path}: {step} is a {shape.type_name}"
        shape = shape.member if step.endswith("[]") else shape
    return shape


def answer(api: Api, operation: str, path: str) -> Any:
    return at(model(api.client).operation_model(operation).output_shape, path)


def members(shape: Any) -> set[str]:
    return set(shape.members) if shape.type_name == "structure" else set()


def known_members(api: Api, kind: Kind) -> set[str]:
    """Return what a template of a kind can name once everything was asked."""
    found = GIVEN | members(answer(api, kind.list, kind.items))
    if kind.detail:
        found |= members(answer(api, kind.detail.operation, kind.detail.answer))
    return found


def is_tags(shape: Any) -> bool:
    if shape.type_name == "map":
        return bool(shape.key.type_name == "string" and shape.value.type_name == "string")
    pairs = ({"Key", "Value"}, {"key", "value"}, {"TagKey", "TagValue"})
    return shape.type_name == "list" and any(pair <= members(shape.member) for pair in pairs)


def fields(*templates: str) -> set[str]:
    return {name for template in templates for name in FIELD.findall(template)}


@each_kind
def test_the_list_and_its_items_exist(api: Api, kind: Kind) -> None:
    item = answer(api, kind.list, kind.items)
    assert item.type_name in ("structure", "string")
    for path in (*kind.skip, *([kind.owner] if kind.owner else [])):
        at(item, path)


@each_kind
def test_values_that_are_left_out_exist(api: Api, kind: Kind) -> None:
    item = answer(api, kind.list, kind.items)
    for path, values in kind.skip.items():
        shape = at(item, path)
        allowed = getattr(shape, "enum", None) or (["true", "false"] if shape.type_name == "boolean" else [])
        if allowed:
            assert set(values) <= {each.casefold() for each in allowed}
        assert all(value == value.casefold() for value in values)


@each_kind
def test_the_list_takes_what_it_is_given(api: Api, kind: Kind) -> None:
    required = set(model(api.client).operation_model(kind.list).input_shape.required_members)
    under = {kind.under.parameter} if kind.under else set()
    assert required <= {*kind.given, *under} <= set(inputs(api, kind.list))
    assert fields(*(each for each in kind.given.values() if isinstance(each, str))) <= {"region"}
    for name, value in kind.given.items():
        shape = inputs(api, kind.list)[name]
        assert (shape.type_name == "list") == isinstance(value, tuple)
        if getattr(shape, "enum", None) and isinstance(value, str):
            assert value in shape.enum


@each_kind
def test_what_it_is_listed_under_exists(api: Api, kind: Kind) -> None:
    if kind.under is not None:
        assert answer(api, kind.under.list, kind.under.items).type_name == "string"
        assert kind.under.parameter in inputs(api, kind.list)


@each_kind
def test_the_detail_exists_and_is_asked_with_all_it_needs(api: Api, kind: Kind) -> None:
    if kind.detail is not None:
        shape = model(api.client).operation_model(kind.detail.operation).input_shape
        item = GIVEN | members(answer(api, kind.list, kind.items))
        assert set(shape.required_members) <= set(kind.detail.parameters) <= set(shape.members)
        assert fields(*kind.detail.parameters.values()) <= item


@each_kind
def test_the_arn_can_be_made(api: Api, kind: Kind) -> None:
    names = fields(kind.arn) if "{" in kind.arn else {kind.arn}
    assert names <= known_members(api, kind)


@each_kind
def test_the_tags_are_where_the_table_says(api: Api, kind: Kind) -> None:
    tagging = api.tagging_of(kind)
    if isinstance(tagging, Inline):
        item = answer(api, kind.list, kind.items)
        if kind.detail is not None:
            item = answer(api, kind.detail.operation, kind.detail.answer)
        assert is_tags(item.members[tagging.path])
        return
    shape = inputs(api, tagging.operation)[tagging.parameter]
    required = model(api.client).operation_model(tagging.operation).input_shape.required_members
    assert set(required) <= {tagging.parameter}
    assert fields(tagging.value) <= known_members(api, kind)
    if tagging.many > 1:
        entry = answer(api, tagging.operation, tagging.answer)
        assert shape.type_name == "list"
        assert tagging.key in entry.members
        assert is_tags(entry.members["Tags"])
    else:
        assert shape.type_name == "string"
        found = model(api.client).operation_model(tagging.operation).output_shape
        assert is_tags(found.members[tagging.answer])


def listing() -> Iterator[tuple[Api, str]]:
    """List every operation whose answer may come in pages."""
    for api, kind in KINDS:
        tagging = api.tagging_of(kind)
        detail = {kind.detail.operation} if kind.detail else set()
        yield from ((api, each) for each in api.operations(kind) if each not in detail)
        assert not isinstance(tagging, Asked) or tagging.operation in api.operations(kind)


PAGED = sorted({(api.client, operation) for api, operation in listing()})


@pytest.mark.parametrize(("client", "operation"), PAGED)
def test_no_page_is_lost(client: str, operation: str) -> None:
    shape = model(client).operation_model(operation)
    more = {name for name in shape.output_shape.members if MORE.search(name)}
    if operation in paginators(client):
        result = paginators(client)[operation]["result_key"]
        keys = [result] if isinstance(result, str) else result
        assert {key.split("[")[0].split(".")[0] for key in keys} <= set(shape.output_shape.members)
    elif more:
        assert more <= set(TOKENS)
        assert more <= set(shape.input_shape.members)


@each_kind
def test_pages_are_of_a_size_that_the_list_takes(api: Api, kind: Kind) -> None:
    size, pages = kind.page or api.page, paginators(api.client).get(kind.list)
    if size and pages:
        shape = inputs(api, kind.list)[pages["limit_key"]]
        assert shape.metadata.get("min", 1) <= size <= shape.metadata.get("max", 1000)


def test_the_types_of_a_service_are_read_in_parts_of_one_name() -> None:
    # What a narrower scan tells of a service takes the place of all that was known of it.
    names = [api.service for apis in SERVICES.values() for api in {api.service: api for api in apis}.values()]
    assert sorted(names) == sorted(set(names))


@each_kind
def test_the_type_is_one_that_the_catalogue_knows(api: Api, kind: Kind) -> None:
    assert known_type(api.type_of(kind))


def test_no_type_is_read_twice() -> None:
    # Classic load balancers are the same type as the others.
    types = [api.type_of(kind) for api, kind in KINDS if api.client != "elb"]
    assert len(types) == len(set(types))


@each_kind
def test_arns_made_are_those_of_the_authorization_reference(api: Api, kind: Kind) -> None:
    patterns = aws_actions().types.get(f"{api.service}:{kind.type}", ())
    if "{" in kind.arn and patterns and not kind.arn.startswith("arn:"):
        shape = re.sub(r"\{\w+\}", "*", kind.arn)
        known = {re.sub(r"\$\{\w+\}", "*", pattern).split(":", 5)[5] for pattern in patterns}
        assert shape in known


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.client)
def test_methods_have_the_names_that_botocore_gives_them(api: Api) -> None:
    names = {xform_name(each) for each in model(api.client).operation_names}
    assert {xform_name(each) for kind in api.kinds for each in api.operations(kind)} <= names
