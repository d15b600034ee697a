"""The published JSON Schema and the loader: they accept the same, and say what is wrong in plain words."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from tagward.language import is_condition, read_shape
from tagward.loading.schema import SCHEMA_ID, json_schema
from tagward.policy import Allowed
from tests.policies.policy_files import Policies
from tests.policies.strategies import random_condition, random_policy_data

DATES = FormatChecker(())
DATES.checks("date", raises=ValueError)(
    lambda text: not isinstance(text, str) or bool(date.fromisoformat(text))
)
VALIDATOR = Draft202012Validator(json_schema(), format_checker=DATES)

Path = tuple[str | int, ...]

FULL: dict[str, Any] = {
    "apiVersion": "tagward/v1",
    "kind": "TagPolicy",
    "metadata": {"name": "p", "version": "1.0.0", "owner": "o", "description": "d"},
    "readiness": {"threshold": 90, "measure": "cost"},
    "costs": {
        "shared": ["*Kubernetes*"],
        "support": [],
        "untaggable": ["Tax*"],
        "without_resource": ["Amazon Bedrock"],
    },
    "defaults": {"unknown": "warn", "placeholders": ["tbd"], "max_exemption_days": 90},
    "registries": {"teams": {"file": "teams.csv", "column": "slug", "until": "retired_on"}},
    "scopes": {"prod": {"accounts": ["111122223333"], "namespaces": ["prod-*"]}},
    "workloads": {
        "example.com/Run": {
            "templates": ["spec.template"],
            "propagates": False,
            "namespaced": True,
            "plural": "runs",
        }
    },
    "tags": {
        "a": {
            "required": [{"when": {"b": ["x"]}, "on": {"clouds": ["aws"]}, "level": "recommended"}],
            "keys": {"gcp": "a_b"},
            "aliases": [{"key": "c", "until": "2027-03-31"}],
            "replaces": {"old": "new"},
            "enforce": [{"mode": "warn", "from": "2027-01-15", "on": ["ci"]}],
        },
        "b": {"required": {"on": {"clouds": ["aws"]}}, "enforce": {"mode": "deny"}},
    },
    "forbid": {"keys": ["*password*"], "values": ["x"]},
    "limits": {"closed": False, "max_tags": 45},
    "exemptions": [
        {
            "id": "EX-1",
            "owner": "o",
            "reason": "r",
            "expires": "2027-02-28",
            "tags": ["a"],
            "match": {"types": ["aws:ec2:volume"]},
        }
    ],
    "targets": {"aws-scp": {"max_chars": 10240}},
}
FREE = {
    ("registries",),
    ("scopes",),
    ("workloads",),
    ("tags",),
    ("tags", "a", "replaces"),
    ("tags", "a", "required", 0, "when"),
}
"""Mappings whose keys are anybody's to choose."""


def mappings(data: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(data, dict):
        yield path, data
    for key, value in (
        data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    ):
        yield from mappings(value, (*path, key))


LEVELS = [path for path, _ in mappings(FULL) if path not in FREE]


def changed(path: Path, change: Any) -> dict[str, Any]:
    data = copy.deepcopy(FULL)
    at: Any = data
    for step in path:
        at = at[step]
    change(at)
    return data


def test_the_schema_is_a_valid_one_with_an_identity() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json_schema()["$id"] == SCHEMA_ID
    assert msgspec.json.decode(msgspec.json.encode(json_schema())) == json_schema()


def test_the_full_policy_has_the_right_shape() -> None:
    VALIDATOR.validate(FULL)
    read_shape(FULL)


def loader_accepts(data: object) -> bool:
    try:
        read_shape(data)
    except msgspec.ValidationError:
        return False
    return True


def agree(data: object) -> bool:
    accepted = loader_accepts(data)
    assert accepted == VALIDATOR.is_valid(data), [error.message for error in VALIDATOR.iter_errors(data)]
    return accepted


KEYS = (
    "when",
    "on",
    "level",
    "all",
    "any",
    "not",
    "values",
    "key",
    "until",
    "from",
    "mode",
    "x",
    "",
    "aws-scp",
)
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        1.0,
        1.5,
        1001,
        10**30,
        "",
        "x",
        " ",
        "2027-02-28",
        "2027-02-30",
        "2027-2-8",
    ),
    *(
        "0000-01-01",
        "9999-12-31",
        "20270228",
        "2027-02-28\n",
        "2027-W01-1",
        "2027-02-28T00:00:00",
        "deny",
        "aws",
    ),
    *("tagward/v1", "TagPolicy", "a\n", "-a", "a" * 64, "x" * 129, "x" * 513, "x" * 4097, "é", "\x00"),
    *(
        [],
        [[]],
        [{}],
        ["x"],
        [""],
        [None],
        {},
        {"x": "y"},
        {"x": []},
        {"x": ["y"]},
        {"not": {}},
        {"all": [{}]},
    ),
)


def mutated(data: dict[str, Any], random: Random) -> dict[str, Any]:
    """Change one to three parts of the data."""
    data = copy.deepcopy(data)
    for _ in range(random.randint(1, 3)):
        containers: list[Any] = [each for each in _containers(data) if each]
        into = random.choice(containers)
        key = random.choice(list(into) if isinstance(into, dict) else range(len(into)))
        kind = random.randrange(5)
        if kind == 0:
            del into[key]
        elif kind == 1 and isinstance(into, dict):
            into[random.choice(KEYS)] = into.pop(key)
        elif kind == 2 and isinstance(into, dict):
            into[random.choice(KEYS)] = copy.deepcopy(random.choice(ODD))
        elif kind == 3:
            into[key] = (
                copy.deepcopy(random.choice(random.choice(containers[:3]) or [None]))
                if isinstance(containers[0], list)
                else copy.deepcopy(random.choice(list(_containers(data))))
            )
        else:
            into[key] = copy.deepcopy(random.choice(ODD))
        if not data:
            return data
    return data


def _containers(data: Any) -> Iterator[Any]:
    if isinstance(data, dict | list):
        yield data
        for each in data.values() if isinstance(data, dict) else data:
            yield from _containers(each)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_the_loader_and_the_schema_accept_the_same(seed: int) -> None:
    random = Random(seed)
    data = random_policy_data(random)
    assert agree(data)
    for _ in range(40):
        agree(mutated(random.choice((data, FULL)), random))


@pytest.mark.parametrize("path", [path for path, _ in mappings(FULL)], ids=str)
def test_every_odd_value_in_every_place_is_accepted_by_both_or_neither(path: Path) -> None:
    for key in dict(mappings(FULL))[path]:
        for odd in ODD:
            agree(changed(path, lambda at, key=key, odd=odd: at.update({key: copy.deepcopy(odd)})))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_a_condition_is_one_for_both(seed: int) -> None:
    random = Random(seed)
    condition = random_condition(random, ["a", "b"], depth=4)
    assert is_condition(condition)
    for _ in range(10):
        wrong = mutated(condition, random)
        data = changed(("tags", "a", "required", 0), lambda at, wrong=wrong: at.update(when=wrong))
        assert agree(data) == is_condition(wrong)


@pytest.mark.parametrize("path", LEVELS, ids=str)
def test_an_unknown_key_is_named_at_every_level(policies: Policies, path: Path) -> None:
    known = sorted(dict(mappings(FULL))[path])
    typo = known[0][:-1] + "_" + known[0][-1]
    text = yaml.safe_dump(changed(path, lambda at: at.update({typo: 1})), sort_keys=False)
    (found,) = policies.refused(text, header="")
    line = next(number for number, each in enumerate(text.splitlines(), 1) if f"{typo}:" in each)
    column = text.splitlines()[line - 1].index(typo) + 1
    assert (found.line, found.column, found.length) == (line, column, len(typo))
    assert found.message == f"unknown key `{typo}`"
    assert found.hint == f"did you mean `{known[0]}`?"
    assert set(known) <= set(found.accepted)


MANDATORY = [
    (("apiVersion",), "apiVersion"),
    (("kind",), "kind"),
    *((("exemptions", 0, key), key) for key in ("id", "owner", "reason", "expires", "tags", "match")),
    (("tags", "a", "aliases", 0, "key"), "key"),
    (("tags", "a", "enforce", 0, "mode"), "mode"),
    (("registries", "teams", "file"), "file"),
]


@pytest.mark.parametrize(("path", "key"), MANDATORY, ids=str)
def test_a_missing_key_is_named(policies: Policies, path: Path, key: str) -> None:
    text = yaml.safe_dump(changed(path[:-1], lambda at: at.pop(key)), sort_keys=False)
    (found,) = policies.refused(text, header="")
    assert f"the key `{key}` is missing" in found.message


SHAPES = [
    ("tags: {a: {required: {on: {accounts: [⟦111122223333⟧]}}}}", 'put it in quotes: "111122223333"'),
    ("tags: {a: {values: [⟦1.5⟧]}}", 'put it in quotes: "1.5"'),
    ("tags: {a: {values: [⟦true⟧]}}", 'put it in quotes: "true"'),
    ("tags: {a: {required: {when: {b: [⟦4711⟧]}}}}", 'put it in quotes: "4711"'),
    ("tags: {a: {required: {when: {b: ⟦4711⟧}}}}", "expected text or a list"),
    ("tags: {a: {required: {when: ⟦{}⟧}}}", "expected at least 1"),
    ("tags: {a: {required: {when: {all: ⟦[]⟧}}}}", "expected at least 1"),
    ("tags: {a: {required: {when: {not: ⟦x⟧}}}}", "expected a mapping, found the text `x`"),
    ("tags: {a: {required: ⟦yes⟧}}", "expected true or false, a list or a mapping, found the text `yes`"),
    ("tags: {a: {required: ⟦yes⟧}}", "write `true`"),
    ("tags: {a: {}}\nlimits: {closed: ⟦No⟧}", "write `false`"),
    ("tags: {a: {required: ⟦[]⟧}}", "expected at least 1"),
    ("tags: {a: {required: {on: {clouds: ⟦aws⟧}}}}", "expected a list, found the text `aws`"),
    ("tags: ⟦[a]⟧", "expected a mapping, found a list"),
    ("tags: {a: {title: ⟦''⟧}}", "expected at least 1"),
    ("tags: {a: {title: ⟦~⟧}}", "expected text, found nothing"),
    ("tags: {a: {aliases: [{key: b, until: ⟦2027-02-30⟧}]}}", "`2027-02-30` is not a date"),
    ("tags: {a: {aliases: [{key: b, until: ⟦soon⟧}]}}", "write YYYY-MM-DD"),
    ("tags: {a: {aliases: [{key: b, until: ⟦20270228⟧}]}}", "expected text"),
    ("tags: {a: {enforce: {mode: ⟦warm⟧}}}", "did you mean `warn`?"),
    ("tags: {a: {enforce: [{mode: deny, on: [⟦cli⟧]}]}}", "admission, ci, cloud, scan"),
    ("tags: {a: {inherit: [⟦Provider⟧]}}", "did you mean `provider`?"),
    ("tags: {a: {required: {level: ⟦optional⟧}}}", "recommended, required"),
    ("tags: {a: {}}\ndefaults: {unknown: ⟦ignore⟧}", "fail, pass, warn"),
    ("tags: {a: {}}\nreadiness: {threshold: ⟦101⟧}", "expected 100 or less, found the number 101"),
    ("tags: {a: {}}\nreadiness: {threshold: ⟦-1⟧}", "expected 0 or more"),
    ("tags: {a: {}}\nreadiness: {threshold: ⟦.nan⟧}", "expected a number"),
    ("tags: {a: {}}\ncosts: {shared: ⟦Amazon S3⟧}", "expected a list"),
    ("tags: {a: {}}\ncosts: {⟦share⟧: [Amazon S3]}", "did you mean `shared`?"),
    ("tags: {a: {}}\nreadiness: {threshold: ⟦'90'⟧}", "expected a number, found the text `90`"),
    ("tags: {a: {}}\nlimits: {max_tags: ⟦2.5⟧}", "expected a whole number"),
    ("tags: {a: {pattern: ⟦'" + "x" * 1001 + "'⟧}}", "1001 characters long, more than 1000"),
]


@pytest.mark.parametrize(("body", "said"), SHAPES, ids=[body[:60] for body, _ in SHAPES])
def test_a_wrong_shape_is_explained_where_it_is(policies: Policies, body: str, said: str) -> None:
    policies.check_marks(body, [said])


def test_a_wrong_version_or_kind_is_refused(policies: Policies) -> None:
    header = "apiVersion: ⟦tagward/v2⟧\nkind: ⟦Policy⟧\n"
    policies.check_marks("tags: {a: {}}", ["tagward/v1", "TagPolicy"], header=header)


def test_a_name_holds_no_line_break(policies: Policies) -> None:
    header = 'apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: ⟦"a\\n"⟧}\n'
    policies.check_marks("tags: {a: {}}", ["is not of the form"], header=header)


def test_a_duplicate_key_is_refused(policies: Policies) -> None:
    policies.check_marks("tags:\n  a: {}\n  ⟦a⟧: {}\n", ["the key `a` is here twice"])


def test_every_wrong_shape_is_reported_at_once(policies: Policies) -> None:
    policies.check_marks(
        "⟦tag⟧: {}\ntags: {a: {requird: 1}}\n".replace("requird", "⟦requird⟧") + "limits: {max_tags: ⟦x⟧}\n",
        ["did you mean `tags`?", "did you mean `required`?", "a whole number"],
    )


def test_words_and_dates_of_old_yaml_are_text(policies: Policies) -> None:
    policy = policies.load("tags: {on: {values: [yes, off, 2027-01-01, 0123]}}")
    assert policy.tags[0].id == "on"
    assert policy.tags[0].constraint == Allowed(("yes", "off", "2027-01-01", "0123"))
