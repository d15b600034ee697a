"""Everything that a policy is refused for beyond its shape: what is said, and at which place exactly."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tagward.loader import load_checked
from tagward.policy import CLOUDS
from tests.policies.policy_files import DAY, HEADER, Policies

EXEMPTION = "owner: o@example.com, reason: r"


def case(name: str, body: str, *said: str) -> object:
    return pytest.param(body, list(said), id=name)


REFERENCES = [
    case("a registry", "tags: {a: {registry: ⟦team⟧}}", "no registry `team`"),
    case(
        "a scope", "tags: {a: {required: {on: {scopes: [⟦prd⟧]}}}}\nscopes: {prod: {clouds: [aws]}}", "`prod`"
    ),
    case("an excluded scope", 'tags: {a: {required: {on: {scopes: [⟦"!x"⟧]}}}}', "no scope `x`"),
    case(
        "a scope in an exemption",
        "tags: {a: {}}\nexemptions: [{id: x, " + EXEMPTION + ", "
        "expires: 2026-12-31, tags: [a], match: {scopes: [⟦x⟧]}}]",
        "no scope `x`",
    ),
    case("a tag in a condition", "tags: {team: {}, b: {required: {when: {⟦taem⟧: [x]}}}}", "`team`"),
    case(
        "a tag in an exemption",
        "tags: {team: {}}\nexemptions: [{id: x, " + EXEMPTION + ", "
        "expires: 2026-12-31, tags: [⟦taem⟧], match: {clouds: [aws]}}]",
        "did you mean `team`?",
    ),
    case("a cloud", "tags: {a: {required: {on: {clouds: [aws, ⟦azur⟧]}}}}", "did you mean `azure`?"),
    case("a glob of clouds", 'tags: {a: {required: {on: {clouds: [⟦"g?"⟧]}}}}', "no cloud `g?`"),
    case("a type", 'tags: {a: {required: {on: {types: [⟦"aws:ec2:instanc"⟧]}}}}', "`aws:ec2:instance`"),
    case("a Terraform type", "tags: {a: {required: {on: {types: [⟦aws_instanc⟧]}}}}", "did you mean"),
    case("a glob of types", 'tags: {a: {required: {on: {types: [⟦"aws:nope:*"⟧]}}}}', "`aws:nope:*`"),
    case("in a scope", 'tags: {a: {}}\nscopes: {s: {types: [⟦"aws:nope:*"⟧]}}', "`aws:nope:*`"),
]


@pytest.mark.parametrize(("body", "said"), REFERENCES)
def test_what_is_named_must_be_there(policies: Policies, body: str, said: list[str]) -> None:
    policies.check_marks(body, said)


def test_a_custom_kind_of_kubernetes_is_no_unknown_type(policies: Policies) -> None:
    policies.load('tags: {a: {required: {on: {types: ["kubernetes:example.com/Widget"]}}}}')


CONDITIONS = [
    case("on itself", "tags: {a: {required: {when: {⟦a⟧: [x]}}}}", "cannot depend on itself"),
    case("on itself, inside", "tags: {a: {required: {when: {not: {any: [{⟦a⟧: x}]}}}}}", "depend on itself"),
    case(
        "a value that is not allowed",
        "tags: {a: {values: [x, y]}, b: {required: {when: {a: [x, ⟦z⟧]}}}}",
        "`z` is not a value of `a`",
    ),
    case(
        "a value that does not match",
        "tags: {a: {pattern: 'x+'}, b: {required: [{when: {all: [{a: ⟦y⟧}]}}]}}",
        "never match",
    ),
    case("a placeholder", "tags: {a: {}, b: {required: {when: {a: [⟦TBD⟧]}}}}", "counts as missing"),
    case(
        "a tag of another cloud",
        "tags: {a: {required: {on: {clouds: [gcp]}}}, b: {required: {when: {⟦a⟧: x}, on: {clouds: [aws]}}}}",
        "is not used on the clouds",
    ),
    case(
        "parts that exclude one another",
        "tags: {a: {}, b: {required: {⟦when⟧: {all: [{a: x}, {a: y}]}}}}",
        "can never hold",
    ),
    case(
        "its own opposite", "tags: {a: {}, b: {required: {⟦when⟧: {a: x, not: {a: [x, y]}}}}}", "never hold"
    ),
]


@pytest.mark.parametrize(("body", "said"), CONDITIONS)
def test_a_condition_must_be_able_to_hold(policies: Policies, body: str, said: list[str]) -> None:
    policies.check_marks(body, said)


def test_a_condition_that_a_missing_tag_fulfils_can_hold(policies: Policies) -> None:
    policies.load("tags: {a: {values: [x, y]}, b: {required: {when: {not: {a: [x, y]}}}}}")


SELECTORS = [
    case("everything is excluded", 'tags: {a: {required: {on: {⟦clouds⟧: [aws, "!aws"]}}}}', "excluded too"),
    case(
        "a glob excludes it",
        'tags: {a: {required: {on: {⟦types⟧: ["aws:ec2:instance", "!aws:*"]}}}}',
        "excluded too",
    ),
    case(
        "clouds and types",
        'tags: {a: {required: {⟦on⟧: {clouds: [gcp], types: ["aws:s3:bucket"]}}}}',
        "different clouds",
    ),
    case(
        "accounts and namespaces",
        'tags: {a: {required: [{⟦on⟧: {accounts: ["1"], namespaces: [n]}}]}}',
        "different clouds",
    ),
    case(
        "regions of Kubernetes",
        "tags: {a: {required: {⟦on⟧: {clouds: [kubernetes], regions: [r]}}}}",
        "different clouds",
    ),
    case(
        "an exemption",
        "tags: {a: {}}\nexemptions: [{id: x, " + EXEMPTION + ", expires: 2026-12-31, "
        "tags: [a], ⟦match⟧: {clouds: [aws], namespaces: [x]}}]",
        "different clouds",
    ),
    case(
        "clouds and places of a scope",
        'tags: {a: {}}\nscopes: {⟦s⟧: {clouds: [kubernetes], accounts: ["1"]}}',
        "different clouds",
    ),
    case("an empty scope", "tags: {a: {}}\nscopes: {s: ⟦{}⟧}", "selects everything"),
    case(
        "a scope of scopes",
        "tags: {a: {}}\nscopes: {s: {clouds: [aws]}, t: {⟦scopes⟧: [s]}}",
        "cannot name other scopes",
    ),
]


@pytest.mark.parametrize(("body", "said"), SELECTORS)
def test_a_selector_must_be_able_to_match(policies: Policies, body: str, said: list[str]) -> None:
    policies.check_marks(body, said)


VALUES = [
    case("several constraints", "tags: {a: {values: [x], ⟦pattern⟧: x}}", "not values and pattern"),
    case(
        "all three", "tags: {a: {values: [x], ⟦pattern⟧: x, registry: r}}", "values and pattern and registry"
    ),
    case("a look-ahead", "tags: {a: {pattern: ⟦'(?=x)y'⟧}}", "look-ahead"),
    case("a class escape", "tags: {a: {pattern: ⟦'\\d+'⟧}}", "write"),
    case("no value at all", "tags: {a: {pattern: ⟦' +'⟧}}", "no value can match"),
    case(
        "none on a named cloud",
        "tags: {a: {pattern: ⟦'[A-Z]+'⟧, required: {on: {clouds: [gcp]}}}}",
        "legal on gcp",
    ),
    case(
        "none on the cloud of a spelling", "tags: {a: {pattern: ⟦'[A-Z]+'⟧, keys: {gcp: b}}}", "legal on gcp"
    ),
    case(
        "none on the cloud of a type",
        "tags: {a: {pattern: ⟦'/[a-z]+'⟧, required: {on: {types: ['kubernetes:Pod']}}}}",
        "legal on kubernetes",
    ),
    case(
        "no legal value in a list",
        "tags: {a: {values: ⟦[A, B]⟧, required: {on: {clouds: [gcp]}}}}",
        "legal on gcp",
    ),
    case("a placeholder among values", "tags: {a: {values: [x, ⟦None⟧]}}", "`None` counts as missing"),
    case("a blank among values", "tags: {a: {values: [x, x, ⟦' '⟧]}}", "counts as missing"),
    case("an example that is not allowed", "tags: {a: {values: [x], example: ⟦y⟧}}", "the example `y`"),
    case("an example that does not match", "tags: {a: {pattern: 'x+', example: ⟦y⟧}}", "the example `y`"),
    case("a placeholder as the example", "tags: {a: {example: ⟦tbd⟧}}", "the example `tbd`"),
    case("an old value as the example", "tags: {a: {replaces: {y: x}, example: ⟦y⟧}}", "the example `y`"),
    case("replaced by itself", "tags: {a: {replaces: {⟦x⟧: x}}}", "replaced by itself"),
    case("replaced by an old value", "tags: {a: {replaces: {x: ⟦y⟧, y: z}}}", "replaced too"),
    case("replaced by what is not allowed", "tags: {a: {values: [x], replaces: {y: ⟦z⟧}}}", "`z` is not one"),
    case("replaced by a placeholder", "tags: {a: {replaces: {y: ⟦tbd⟧}}}", "`tbd` is not one"),
    case("allowed and replaced", "tags: {a: {values: [x, y], replaces: {⟦y⟧: x}}}", "allowed and replaced"),
    case("a placeholder is replaced", "tags: {a: {replaces: {⟦none⟧: x}}}", "counts as missing"),
]


@pytest.mark.parametrize(("body", "said"), VALUES)
def test_values_must_be_possible(policies: Policies, body: str, said: list[str]) -> None:
    policies.check_marks(body, said)


def test_a_pattern_may_be_impossible_on_a_cloud_that_the_policy_does_not_name(policies: Policies) -> None:
    assert policies.load("tags: {a: {pattern: '[A-Z]+', required: true}}").tags[0].keys.keys() >= {"gcp"}


def test_a_placeholder_may_be_taken_out_of_the_placeholders(policies: Policies) -> None:
    policies.load("defaults: {placeholders: [tbd]}\ntags: {a: {values: [none, default]}}")


KEYS = [
    case("an id that a cloud refuses", "tags: {⟦Team⟧: {}}", "`Team` is not legal on gcp"),
    case("a spelling that its cloud refuses", "tags: {a: {keys: {aws: ⟦'aws:x'⟧}}}", "reserves"),
    case("another one", "tags: {a: {keys: {kubernetes: ⟦a/b/c⟧}}}", "`a/b/c` is not legal on kubernetes"),
    case("an alias that every cloud refuses", "tags: {a: {aliases: [{key: ⟦'a<b'⟧}]}}", "on any cloud"),
    case("an alias that is the key", "tags: {a: {aliases: [{key: ⟦a⟧}]}}", "a key of the tag already"),
    case("an alias twice", "tags: {a: {aliases: [{key: b, until: 2027-01-01}, {key: ⟦b⟧}]}}", "already"),
    case(
        "one spelling", "tags: {a: {keys: {aws: x}}, b: {keys: {aws: ⟦x⟧}}}", "`x` of `a` are one key on aws"
    ),
    case("case on Azure", "tags: {a: {keys: {azure: X}}, b: {keys: {azure: ⟦x⟧}}}", "compare without case"),
    case("what cost tools see", "tags: {a-b: {}, ⟦a_b⟧: {}}", "cost tools see `_`"),
    case(
        "an alias is another tag on one cloud",
        "tags: {a: {required: {on: {clouds: [aws]}}}, b: {required: {on: {clouds: [aws]}}, "
        "aliases: [{key: ⟦a⟧}]}}",
        "`a` of `a` are one key on aws",
    ),
]


@pytest.mark.parametrize(("body", "said"), KEYS)
def test_keys_must_be_legal_and_tell_tags_apart(policies: Policies, body: str, said: list[str]) -> None:
    policies.check_marks(body, said)


def test_an_alias_may_differ_from_the_key_in_case(policies: Policies) -> None:
    policies.load("tags: {team: {aliases: [{key: Team}]}}")


def test_a_key_need_only_be_legal_on_the_clouds_of_its_requirements(policies: Policies) -> None:
    tag = policies.load("tags: {Team: {required: {on: {clouds: [aws, azure]}}}}").tags[0]
    assert tag.keys == {"aws": "Team", "azure": "Team"}


def test_the_scopes_of_a_requirement_say_on_which_clouds_a_tag_is_used(policies: Policies) -> None:
    scopes = (
        "scopes: {spaces: {namespaces: [a]}, accounts: {accounts: ['1']}, hosts: {types: [aws_instance]},"
        " both: {namespaces: [a], accounts: ['1']}}\n"
    )
    used = {
        "[spaces]": {"kubernetes"},
        "[accounts]": {"aws", "azure", "gcp"},
        "[both]": set(CLOUDS),
        "[spaces, hosts]": {"aws", "kubernetes"},
        "['!spaces']": set(CLOUDS),
    }
    for written, clouds in used.items():
        body = f"{scopes}tags: {{a: {{required: {{on: {{scopes: {written}}}}}}}}}"
        assert policies.load(body).tags[0].keys.keys() == clouds, written


def test_a_tag_of_namespaces_alone_need_not_be_legal_elsewhere(policies: Policies) -> None:
    scope = "scopes: {prod: {namespaces: ['prod-*']}}\n"
    tag = "Team: {required: {on: {scopes: [prod]}}}"
    assert policies.load(f"{scope}tags: {{{tag}}}").tags[0].keys.keys() == {"kubernetes"}
    policies.check_marks(
        "scopes: {prod: {namespaces: [a], accounts: ['1']}}\n"
        "tags: {⟦Team⟧: {required: {on: {scopes: [prod]}}}}",
        ["is not legal on gcp"],
    )


def test_a_scope_that_only_a_child_writes_may_be_anywhere(policies: Policies) -> None:
    parent = "tags: {a: {required: {on: {scopes: [later]}}}}\n"
    body = "extends: ./base.yaml\nscopes: {later: {namespaces: [a]}}\n"
    assert policies.load(body, {"base.yaml": parent}).tags[0].keys.keys() == set(CLOUDS)


def test_a_selector_and_its_scope_must_meet_on_a_cloud(policies: Policies) -> None:
    policies.check_marks(
        "scopes: {spaces: {namespaces: [a]}}\n"
        "tags: {a: {required: {⟦on⟧: {clouds: [aws], scopes: [spaces]}}, keys: {aws: x}}}",
        ["can never match"],
    )


def warned(policies: Policies, enforce: str) -> list[tuple[int, str]]:
    """The columns that are warned of in `enforce`, and the hints."""
    path = policies.write("w.yaml", f"{HEADER}tags: {{a: {{enforce: {enforce}}}}}\n")
    _, warnings = load_checked(path, as_of=DAY)
    assert {each.severity for each in warnings} <= {"warning"}
    assert all("never counts" in each.message and each.line == 4 for each in warnings)
    return [(each.column - len("tags: {a: {enforce: "), each.message) for each in warnings]


@pytest.mark.parametrize(
    ("enforce", "columns"),
    [
        ("{mode: deny}", []),
        ("[{mode: warn}, {from: 2027-01-15, mode: deny}]", []),
        ("[{from: 2027-01-15, mode: deny}, {mode: warn}]", []),
        ("[{mode: warn}, {mode: deny}]", [2]),
        ("[{mode: warn}, {mode: deny, on: [ci]}]", []),
        ("[{mode: warn, on: [ci]}, {mode: deny}]", [2]),
        ("[{mode: warn, on: [ci, scan]}, {mode: deny, on: [scan]}, {mode: audit, on: [ci]}]", [2]),
        ("[{from: 2027-01-15, mode: warn}, {from: 2027-01-15, mode: deny}]", [2]),
        ("[{mode: deny, on: [ci]}, {mode: deny, on: [admission]}, {mode: deny, on: [cloud]}]", []),
    ],
)
def test_a_stage_that_never_counts_is_warned_of(policies: Policies, enforce: str, columns: list[int]) -> None:
    assert [column for column, _ in warned(policies, enforce)] == columns


FORBIDDEN = [
    case("a pattern that is not portable", "tags: {a: {}}\nforbid: {values: [x, ⟦'(?=y)'⟧]}", "look-ahead"),
    case(
        "a limit below what is required",
        "tags: {a: {required: true}, b: {required: true}}\nlimits: {max_tags: ⟦1⟧}",
        "2 tags are required",
    ),
    case("nothing at all", "⟦limits⟧: {closed: true}", "names no tag"),
]


@pytest.mark.parametrize(("body", "said"), FORBIDDEN[:2])
def test_what_is_forbidden_and_limited_must_leave_room(
    policies: Policies, body: str, said: list[str]
) -> None:
    policies.check_marks(body, said)


VALUES_FORBIDDEN = [
    case("a value", "tags: {a: {values: [y, x]}}\nforbid: {values: [z, ⟦x⟧]}", "`x`, a value of the tag `a`"),
    case("several", "tags: {a: {values: [x1, x2]}}\nforbid: {values: [⟦'x[0-9]'⟧]}", "`x1` (and 1 more)"),
    case("a whole pattern", "tags: {a: {pattern: 'x[0-4]'}}\nforbid: {values: [⟦'x[0-9]+'⟧]}", "every value"),
    case("the example", "tags: {a: {example: key-1}}\nforbid: {values: [⟦'key-[0-9]+'⟧]}", "the example of"),
    case("what replaces", "tags: {a: {replaces: {y: x}}}\nforbid: {values: [⟦x⟧]}", "`x`, which replaces"),
]


@pytest.mark.parametrize(("body", "said"), VALUES_FORBIDDEN)
def test_a_value_cannot_be_both_allowed_and_forbidden(policies: Policies, body: str, said: list[str]) -> None:
    policies.check_marks(body, said)


def test_a_registry_may_hold_no_forbidden_value_that_is_still_valid(policies: Policies) -> None:
    files = {"teams.csv": "slug,until\nfraud,\nAKIA,\nAKIB,2026-01-01\n"}
    body = (
        "registries: {teams: {file: teams.csv, column: slug, until: until}}\ntags: {a: {registry: teams}}\n"
        "forbid: {values: [⟦'AKI[AB]'⟧]}\n"
    )
    policies.check_marks(body, ["`AKIA`, a value of the tag `a`"], files)


def test_a_child_that_forbids_a_value_of_its_parent_is_told_where_it_does(policies: Policies) -> None:
    body = "extends: ./base.yaml\nforbid: {values: [⟦x⟧]}\n"
    policies.check_marks(body, ["a value of the tag `a`"], {"base.yaml": "tags: {a: {values: [x, y]}}\n"})


def test_a_pattern_may_be_forbidden_in_part(policies: Policies) -> None:
    policies.load("tags: {a: {pattern: '[a-z0-9]+'}}\nforbid: {values: ['akia[0-9]+', 'A+']}")


def test_forbidding_a_key_of_the_policy_is_an_error(policies: Policies) -> None:
    found = policies.refused("tags: {db-password: {}}\nforbid: {keys: [x, '*password*']}")
    assert {(one.line, one.column) for one in found} == {(5, 20)}
    assert all("a key of the tag `db-password`" in one.message for one in found)


def test_a_key_that_azure_alone_takes_for_a_forbidden_one_is_an_error(policies: Policies) -> None:
    tags = "tags: {team: {keys: {azure: DBPassword}}}\n"
    (found,) = policies.refused(tags + "forbid: {keys: ['*password*']}")
    assert "`DBPassword`" in found.message


def test_tags_that_never_meet_on_one_resource_may_outnumber_the_limit(policies: Policies) -> None:
    tags = ", ".join(f"{cloud}-tag: {{required: {{on: {{clouds: [{cloud}]}}}}}}" for cloud in ("aws", "gcp"))
    policies.load(f"tags: {{{tags}}}\nlimits: {{max_tags: 1}}")


def test_a_policy_must_say_something(policies: Policies) -> None:
    (found,) = policies.refused("limits: {closed: true}")
    assert "names no tag" in found.message


def exempting(expires: date, defaults: str = "") -> str:
    return (
        f"tags: {{a: {{}}}}\n{defaults}exemptions:\n- id: x\n  owner: o\n  reason: r\n"
        f"  expires: {expires}\n  tags: [a]\n  match: {{clouds: [aws]}}\n"
    )


def test_an_exemption_lasts_180_days_at_most(policies: Policies) -> None:
    latest = DAY + timedelta(days=180)
    policies.load(exempting(latest))
    (found,) = policies.refused(exempting(latest + timedelta(days=1)))
    assert (found.line, found.column) == (9, 12)
    assert "more than 180 days" in found.message
    assert str(latest) in (found.hint or "")


def test_the_policy_may_say_how_long_an_exemption_lasts(policies: Policies) -> None:
    policies.load(exempting(DAY + timedelta(days=400), "defaults: {max_exemption_days: 400}\n"))
    (found,) = policies.refused(exempting(DAY + timedelta(days=31), "defaults: {max_exemption_days: 30}\n"))
    assert "more than 30 days" in found.message


def test_an_exemption_that_has_expired_is_no_error(policies: Policies) -> None:
    assert policies.load(exempting(DAY - timedelta(days=4000))).exemptions[0].id == "x"


def test_the_last_days_of_the_calendar_are_days(policies: Policies) -> None:
    assert policies.load(exempting(date.max), as_of=date.max).exemptions[0].expires == date.max


def test_an_exemption_must_match_something_and_name_its_tags(policies: Policies) -> None:
    exemption = f"{{id: x, {EXEMPTION}, expires: 2026-12-31, tags: [a], ⟦match⟧: {{}}}}"
    body = f"tags: {{a: {{}}}}\nexemptions: [{exemption}]"
    policies.check_marks(body, ["must say what it matches"])


def test_an_exemption_id_is_used_once_and_both_are_checked(policies: Policies) -> None:
    body = (
        f"tags: {{a: {{}}}}\nexemptions:\n"
        f"- {{id: x, {EXEMPTION}, expires: ⟦2028-12-31⟧, tags: [a], match: {{clouds: [aws]}}}}\n"
        f"- {{id: ⟦x⟧, {EXEMPTION}, expires: 2026-12-31, tags: [⟦b⟧], match: {{clouds: [aws]}}}}\n"
    )
    policies.check_marks(body, ["180 days", "there already", "no tag `b`"])


def test_everything_is_reported_at_once(policies: Policies) -> None:
    body = (
        "tags:\n  a: {pattern: ⟦'(?=x)'⟧, example: x}\n  b: {values: [x], example: ⟦y⟧, keys: {aws: ⟦'<'⟧}}\n"
        "  c: {registry: ⟦none⟧, required: {when: {⟦d⟧: x}}}\nforbid: {values: [⟦'\\d'⟧]}\n"
    )
    policies.check_marks(body, ["look-ahead", "example", "aws", "registry", "no tag `d`", "write"])
