"""Registries: lists of values in csv, json and yaml files, and every way in which they cannot be read."""

from __future__ import annotations

from datetime import date

import pytest

from tagward.policy import Allowed
from tests.policies.policy_files import Policies


def allowed(policies: Policies, entry: str, content: str, name: str) -> Allowed:
    body = f"registries: {{r: {{file: {name}{entry}}}}}\ntags: {{a: {{registry: r}}}}\n"
    constraint = policies.load(body, {name: content}).tags[0].constraint
    assert isinstance(constraint, Allowed)
    return constraint


LISTS = [
    ("r.csv", ", column: slug", "slug,name\nx,X\ny,Y\n"),
    ("r.csv", ", column: slug", "\ufeffname,slug\r\nX,x\r\nY,y"),
    ("R.CSV", ", column: slug", 'slug\n"x"\n\n y \n'),
    ("r.json", "", '["x", "y"]'),
    ("r.json", ", column: slug", '[{"slug": "x"}, {"slug": "y", "other": 1}]'),
    ("r.yaml", "", "- x\n- y\n"),
    ("r.yml", ", column: slug", "- {slug: x}\n- {slug: y}\n"),
]


@pytest.mark.parametrize(("name", "entry", "content"), LISTS)
def test_values_are_read_in_their_order(policies: Policies, name: str, entry: str, content: str) -> None:
    body = f"registries: {{r: {{file: {name}{entry}}}}}\ntags: {{a: {{registry: r}}}}\n"
    policies.write(name, content)
    assert policies.load(body).tags[0].constraint == Allowed(("x", "y"), registry="r")


def test_yaml_is_read_as_policies_are(policies: Policies) -> None:
    assert allowed(policies, "", "[on, no, y, 0123, 2026-01-01]", "r.yml").values == (
        *("on", "no", "y", "0123", "2026-01-01"),
    )


RETIRING = [
    ("r.csv", "slug,gone\nx,2026-11-20\ny,\nz, 2026-11-21 \n"),
    (
        "r.json",
        '[{"slug": "x", "gone": "2026-11-20"}, {"slug": "y", "gone": null},'
        '{"slug": "z", "gone": "2026-11-21"}]',
    ),
    ("r.yml", "- {slug: x, gone: 2026-11-20}\n- {slug: y}\n- {slug: z, gone: 2026-11-21}\n"),
]


@pytest.mark.parametrize(("name", "content"), RETIRING)
def test_a_value_is_valid_to_the_end_of_its_last_day(policies: Policies, name: str, content: str) -> None:
    values = allowed(policies, ", column: slug, until: gone", content, name)
    assert values.until == {"x": date(2026, 11, 20), "z": date(2026, 11, 21)}
    assert values.on(date(2026, 11, 20)) == {"x", "y", "z"}
    assert values.on(date(2026, 11, 21)) == {"y", "z"}
    assert values.on(date(2026, 11, 22)) == {"y"}


def test_a_value_that_came_back_is_valid(policies: Policies) -> None:
    content = "slug,gone\nx,2020-01-01\nx,\ny,2030-01-01\ny,2020-01-01\n"
    values = allowed(policies, ", column: slug, until: gone", content, "r.csv")
    assert values.until == {"y": date(2030, 1, 1)}


BROKEN = [
    ("file: ⟦none.csv⟧, column: s", {}, "cannot read `none.csv`: no such file"),
    ("file: ⟦.⟧, column: s", {}, "cannot read `.`: is a directory"),
    ('file: ⟦"a\\0.csv"⟧, column: s', {}, "no file can have this name"),
    ("file: ⟦https://example.com/r.csv⟧, column: s", {}, "run `tagward lock`"),
    ("file: ⟦r.txt⟧", {"r.txt": "x\n"}, "is not a .csv, .json, .yaml or .yml file"),
    ("file: ⟦r.csv⟧", {"r.csv": "s\nx\n"}, "say which one holds the values"),
    ("file: r.csv, column: ⟦t⟧", {"r.csv": "s,u\nx,y\n"}, "it has s, u"),
    ("file: r.csv, column: s, until: ⟦t⟧", {"r.csv": "s\nx\n"}, "no column `t`"),
    ("file: r.json, column: s, until: ⟦t⟧", {"r.json": '[{"s": "x"}]'}, "no column `t`"),
    ("file: r.yml, until: ⟦t⟧", {"r.yml": "[x]"}, "no column `t`"),
    (
        "file: r.csv, column: s, until: ⟦t⟧",
        {"r.csv": "s,t\nx,soon\n"},
        "row 1 of `r.csv`: `soon` is not a date",
    ),
    ("file: r.csv, column: s, until: ⟦t⟧", {"r.csv": "s,t\nx,20260101\n"}, "YYYY-MM-DD"),
    ("file: r.csv, column: s, until: ⟦t⟧", {"r.csv": "s,t\nx,2026-W01-1\n"}, "YYYY-MM-DD"),
    ("file: ⟦r.csv⟧, column: s", {"r.csv": "s\n"}, "holds no values"),
    ("file: ⟦r.csv⟧, column: s", {"r.csv": ""}, "holds no values"),
    ("file: ⟦r.csv⟧, column: s", {"r.csv": "s,t\nx,y\n,z\n"}, "row 2 of `r.csv` holds no text"),
    ("file: ⟦r.csv⟧, column: s", {"r.csv": 's\n"x\n'}, "not valid CSV"),
    ("file: ⟦r.json⟧", {"r.json": "{"}, "not valid JSON"),
    ("file: ⟦r.json⟧", {"r.json": '{"a": "b"}'}, "does not hold a list"),
    ("file: ⟦r.json⟧", {"r.json": "[4711]"}, "put the value in quotes"),
    ("file: ⟦r.json⟧", {"r.json": "[" * 100_000}, "not valid JSON"),
    ("file: ⟦r.json⟧", {"r.json": "[]"}, "holds no values"),
    ("file: ⟦r.yml⟧", {"r.yml": "- [\n"}, "not valid YAML"),
    ("file: ⟦r.yml⟧", {"r.yml": "- true\n"}, "put the value in quotes"),
    ("file: ⟦r.yml⟧", {"r.yml": "a: b\n"}, "does not hold a list"),
    ("file: ⟦r.yml⟧", {"r.yml": ""}, "holds no values"),
]


@pytest.mark.parametrize(("entry", "files", "said"), BROKEN)
def test_a_registry_that_cannot_be_read_says_why(
    policies: Policies, entry: str, files: dict[str, str], said: str
) -> None:
    policies.check_marks(
        f"registries: {{r: {{{entry}}}}}\ntags: {{a: {{registry: r, example: x}}}}\n", [said], files
    )


def test_text_that_is_not_utf_8_is_refused(policies: Policies) -> None:
    policies.write("r.csv", "").write_bytes("slug\nx\n".encode("utf-16"))
    policies.check_marks(
        "registries: {r: {file: ⟦r.csv⟧, column: slug}}\ntags: {a: {registry: r}}\n", ["not UTF-8"]
    )


def test_an_unread_registry_is_no_loosening_too(policies: Policies) -> None:
    base = "registries: {r: {file: none.csv, column: s}}\ntags: {a: {registry: r}}\n"
    (found,) = policies.refused("extends: base.yaml\ntags: {a: {values: [x]}}\n", {"base.yaml": base})
    assert "cannot read" in found.message


def test_a_registry_with_nothing_left_is_an_error(policies: Policies) -> None:
    policies.check_marks(
        "registries: {r: {file: r.csv, column: s, until: t}}\ntags: {a: {registry: ⟦r⟧}}\n",
        ["every value of the registry `r` is retired"],
        {"r.csv": "s,t\nx,2026-11-20\n"},
    )


def test_an_example_that_is_retired_is_not_accepted(policies: Policies) -> None:
    policies.check_marks(
        "registries: {r: {file: r.csv, column: s, until: t}}\ntags: {a: {registry: r, example: ⟦x⟧}}\n",
        ["the example `x`"],
        {"r.csv": "s,t\nx,2026-11-20\ny,\n"},
    )


def test_a_registry_may_only_be_replaced_by_one_that_retires_no_later(policies: Policies) -> None:
    files = {
        "base.yaml": "registries:\n  r: {file: r.csv, column: s, until: t}\n"
        "  u: {file: u.csv, column: s, until: t}\ntags: {a: {registry: r}}\n",
        "r.csv": "s,t\nx,2027-01-01\ny,\n",
        "u.csv": "s,t\nx,2026-12-31\n",
    }
    policies.load("extends: base.yaml\ntags: {a: {registry: u}}\n", files)
    files["u.csv"] = "s,t\nx,2027-01-02\n"
    policies.check_marks("extends: base.yaml\ntags: {a: {⟦registry⟧: u}}\n", ["values are accepted"], files)
