"""Extending policies: what is found, what is merged, what may not be loosened."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tagward.errors import PolicyError
from tagward.loader import load
from tagward.policy import CLOUDS, SUPPORT, Alias, Allowed, Costs, Matches, Stage
from tests.policies.policy_files import DAY, HEADER, Policies

EXEMPTION = (
    "exemptions: [{id: ID, owner: o, reason: r, expires: 2026-12-31, tags: [a], match: {clouds: [aws]}}]"
)


def test_a_pack_is_extended_by_name(policies: Policies) -> None:
    policy = policies.load("extends: pack:ml-platform\ntags: {ml-owner: {required: true}}")
    assert [tag.id for tag in policy.tags][:2] == ["ml-team", "ml-project"]
    assert policy.tags[-1].id == "ml-owner"


@pytest.mark.parametrize(
    "tighter", ["values: [x]", "pattern: '[a-z]{2,3}'", "registry: r", "values: [x], example: x"]
)
def test_the_example_of_a_parent_gives_way_to_tighter_values(policies: Policies, tighter: str) -> None:
    child = f"extends: b.yaml\ntags: {{a: {{{tighter}}}}}\nregistries: {{r: {{file: r.csv, column: s}}}}\n"
    base = "tags: {a: {pattern: '[a-z]{1,10}', example: parents}}\n"
    policy = policies.load(child, {"b.yaml": base, "r.csv": "s\nteam\n"})
    assert policy.tags[0].example == ("x" if "example" in tighter else "")


def test_the_example_of_a_parent_stays_where_it_still_fits(policies: Policies) -> None:
    base = "tags: {a: {pattern: '[a-z]{1,10}', example: parents}}\n"
    policy = policies.load("extends: b.yaml\ntags: {a: {values: [parents, x]}}\n", {"b.yaml": base})
    assert policy.tags[0].example == "parents"


def test_paths_are_relative_to_the_file_that_names_them(policies: Policies) -> None:
    files = {"sub/base.yaml": "extends: ../other.yaml\n", "other.yaml": "tags: {a: {}}\n"}
    assert [tag.id for tag in policies.load("extends: ./sub/base.yaml\n", files).tags] == ["a"]


def test_a_policy_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot read the policy: no such file"):
        load(tmp_path / "none.yaml", as_of=DAY)


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    for name in ("a\0b.yaml", "a" * 5000):
        with pytest.raises(PolicyError, match="cannot read the policy"):
            load(tmp_path / name, as_of=DAY)


def test_a_pack_that_is_not_there_is_said_to_be() -> None:
    with pytest.raises(PolicyError) as caught:
        load("pack:ml-platfrom", as_of=DAY)
    (found,) = caught.value.diagnostics
    assert (found.file, found.hint) == ("pack:ml-platfrom", "did you mean `pack:ml-platform`?")
    assert found.accepted == ("pack:finops-core", "pack:ml-platform")


def test_everything_that_cannot_be_extended_is_reported_at_once(policies: Policies) -> None:
    policies.check_marks(
        "extends:\n- ⟦pack:ml⟧\n- ⟦git+https://git.example.com/x//p.yaml?ref=v3⟧\n- ⟦https://example.com/p.yaml⟧\n"
        '- ⟦none.yaml⟧\n- ⟦"a\\0b"⟧\n- ⟦.⟧\n- ' + f"⟦{'a' * 400}⟧\n",
        ["no pack `ml`", "run `tagward lock`", "run `tagward lock`", *["no such file"] * 4],
    )


def test_the_shapes_of_all_the_files_are_reported_at_once(policies: Policies) -> None:
    found = policies.refused("extends: [a.yaml, b.yaml]\n", {"a.yaml": "tag: {}\n", "b.yaml": "tags: []\n"})
    assert [Path(one.file).name for one in found] == ["a.yaml", "b.yaml"]


def test_a_cycle_is_refused_where_it_closes(policies: Policies) -> None:
    (found,) = policies.refused(
        "extends: a.yaml\n", {"a.yaml": "extends: [b.yaml]\n", "b.yaml": "extends: p.yaml\n"}
    )
    assert (Path(found.file).name, found.line, found.column) == ("b.yaml", 4, 10)
    assert found.message == "`p.yaml` extends itself"


def test_a_policy_cannot_extend_itself(policies: Policies) -> None:
    policies.check_marks("extends: ⟦./p.yaml⟧\n", ["extends itself"])


def test_a_chain_that_is_too_deep_is_refused(policies: Policies) -> None:
    files = {f"{number}.yaml": f"extends: {number + 1}.yaml\n" for number in range(40)}
    (found,) = policies.refused("extends: 0.yaml\n", files | {"40.yaml": "tags: {a: {}}\n"})
    assert "more than 16 policies" in found.message


def test_a_file_that_is_extended_twice_is_read_once(policies: Policies) -> None:
    base = "tags: {a: {values: [x, y]}}\nscopes: {s: {clouds: [aws]}}\n" + EXEMPTION
    files = {
        "base.yaml": base,
        "one.yaml": "extends: base.yaml\ntags: {a: {values: [x]}}\n",
        "two.yaml": "extends: ./base.yaml\ntags: {b: {}}\n",
    }
    policy = policies.load("extends: [one.yaml, two.yaml]\n", files)
    assert [tag.id for tag in policy.tags] == ["a", "b"]
    assert policy.tags[0].constraint == Allowed(("x",))
    assert len(policy.exemptions) == 1


def test_many_ways_to_one_file_are_no_more_work_than_one(policies: Policies) -> None:
    files = {f"{n}.yaml": f"extends: [{n + 1}.yaml, ./{n + 1}.yaml, ././{n + 1}.yaml]\n" for n in range(14)}
    policies.load("extends: 0.yaml\n", files | {"14.yaml": "tags: {a: {}}\n"})


def test_a_fault_is_reported_in_the_file_that_holds_it_and_once(policies: Policies) -> None:
    files = {"base.yaml": "tags:\n  a: {pattern: '(?=x)'}\nforbid: {values: ['(?=y)']}\n"}
    found = policies.refused("extends: base.yaml\ntags: {a: {title: A}}\nforbid: {keys: [x]}\n", files)
    assert [(Path(one.file).name, one.line, one.column) for one in found] == [
        ("base.yaml", 5, 16),
        ("base.yaml", 6, 19),
    ]


def test_a_child_may_repair_the_pattern_of_its_parent_without_a_crash(policies: Policies) -> None:
    (found,) = policies.refused(
        "extends: base.yaml\ntags: {a: {pattern: 'x+'}}\n", {"base.yaml": "tags: {a: {pattern: '(?=x)'}}\n"}
    )
    assert Path(found.file).name == "base.yaml"


PARENT = """\
tags:
  a:
    title: A
    required: {when: {b: [x]}, on: {clouds: [aws, gcp]}}
    values: [x, y]
    keys: {gcp: a_gcp}
    aliases: [{key: old, until: 2027-03-31}]
    replaces: {ex: x}
    inherit: [provider, namespace]
    enforce: [{mode: warn}, {from: 2027-01-15, mode: deny}]
  b: {}
  c: {pattern: "[a-z]{2,8}", required: true, enforce: {mode: deny, on: [ci]}}
limits: {max_tags: 40, closed: true}
"""

TIGHTER = [
    "a: {keys: {aws: A}}",
    "b: {keys: {gcp: b_gcp}}",
    "a: {required: true}",
    "a: {required: [{when: {b: [x]}, on: {clouds: [aws, gcp]}}, {on: {clouds: [azure]}}]}",
    "a: {required: {on: {clouds: [aws, gcp]}}}",
    "a: {values: [x]}",
    "a: {pattern: 'x|y'}",
    "a: {keys: {aws: a}}",
    "a: {aliases: []}",
    "a: {aliases: [{key: old, until: 2027-03-30}]}",
    "a: {replaces: {why: y}}",
    "a: {inherit: [namespace]}",
    "a: {inherit: []}",
    "a: {enforce: {mode: deny}}",
    "a: {enforce: [{mode: warn}, {from: 2027-01-14, mode: deny}]}",
    "a: {title: Another, description: d, message: m, example: y}",
    "b: {required: {on: {clouds: [aws]}}}",
    "b: {pattern: 'x|z'}",
    "b: {enforce: {mode: deny}}",
    "c: {pattern: '[a-z]{3}'}",
    "c: {values: [ab, abcdefgh]}",
    "c: {enforce: [{mode: warn}, {mode: deny, on: [ci]}]}",
]


@pytest.mark.parametrize("entry", TIGHTER)
def test_a_child_may_tighten(policies: Policies, entry: str) -> None:
    policies.load(f"extends: base.yaml\ntags: {{{entry}}}\n", {"base.yaml": PARENT})


LOOSER = [
    ("a: {⟦required⟧: false}", "required in fewer cases"),
    ("a: {⟦required⟧: {when: {b: [x]}, on: {clouds: [aws]}}}", "required in fewer cases"),
    ("a: {⟦required⟧: {when: {b: [x]}, on: {clouds: [aws, gcp]}, level: recommended}}", "in fewer cases"),
    ("a: {⟦values⟧: [x, z]}", "values are accepted"),
    ("a: {⟦pattern⟧: 'x|z'}", "values are accepted"),
    ("a: {⟦keys⟧: {gcp: other}}", "the spelling of the key changes"),
    ("a: {⟦aliases⟧: [{key: old, until: 2027-04-01}]}", "keys are accepted"),
    ("a: {⟦aliases⟧: [{key: old}]}", "keys are accepted"),
    ("a: {⟦aliases⟧: [{key: older, until: 2026-01-01}]}", "keys are accepted"),
    ("a: {⟦replaces⟧: {ex: y}}", "not replaced any more"),
    ("a: {⟦inherit⟧: [provider, project]}", "inherited tags count"),
    ("a: {⟦enforce⟧: {mode: warn}}", "does less on some day"),
    ("a: {⟦enforce⟧: [{mode: warn}, {from: 2027-01-16, mode: deny}]}", "does less on some day"),
    ("a: {⟦enforce⟧: [{mode: warn}, {from: 2027-01-15, mode: deny, on: [ci]}]}", "does less on some day"),
    ("b: {⟦enforce⟧: {mode: audit}}", "does less on some day"),
    ("c: {⟦pattern⟧: '[a-z]{2,9}'}", "values are accepted"),
    ("c: {⟦values⟧: [ab, AB]}", "values are accepted"),
]


@pytest.mark.parametrize(("entry", "said"), LOOSER)
def test_loosening_is_an_error_unless_the_entry_says_why(policies: Policies, entry: str, said: str) -> None:
    body = f"extends: base.yaml\ntags: {{{entry}}}\n"
    (found,) = policies.check_marks(body, [said], {"base.yaml": PARENT})
    assert "override: REASON" in (found.hint or "")
    plain = body.replace("⟦", "").replace("⟧", "")
    policies.load(plain.replace("}}\n", ", override: they move later}}\n"), {"base.yaml": PARENT})


@pytest.mark.parametrize(
    ("entry", "said"), [("⟦closed⟧: false", "does not name"), ("⟦max_tags⟧: 41", "more tags")]
)
def test_limits_cannot_be_loosened_without_a_reason(policies: Policies, entry: str, said: str) -> None:
    body = f"extends: base.yaml\nlimits: {{{entry}}}\n"
    policies.check_marks(body, [said], {"base.yaml": PARENT})
    plain = body.replace("⟦", "").replace("⟧", "")
    policies.load(plain.replace("}", ", override: r}"), {"base.yaml": PARENT})


def test_limits_may_be_tightened(policies: Policies) -> None:
    policy = policies.load("extends: base.yaml\nlimits: {max_tags: 39}\n", {"base.yaml": PARENT})
    assert (policy.max_tags, policy.closed) == (39, True)


def test_a_grandchild_needs_a_reason_of_its_own(policies: Policies) -> None:
    files = {
        "base.yaml": PARENT,
        "mid.yaml": "extends: base.yaml\ntags: {b: {enforce: {mode: warn}, override: r}}\n",
    }
    policies.check_marks("extends: mid.yaml\ntags: {b: {⟦enforce⟧: {mode: audit}}}\n", ["does less"], files)


def test_a_tag_keeps_the_clouds_it_had(policies: Policies) -> None:
    policy = policies.load(
        "extends: base.yaml\ntags: {b: {required: {on: {clouds: [aws]}}}}\n", {"base.yaml": PARENT}
    )
    assert tuple(policy.tags[1].keys) == CLOUDS


def test_fields_that_a_child_leaves_out_stay(policies: Policies) -> None:
    tag = policies.load(
        "extends: base.yaml\ntags: {a: {title: New, keys: {aws: a}, replaces: {why: y}}}\n",
        {"base.yaml": PARENT},
    ).tags[0]
    assert (tag.title, tag.constraint) == ("New", Allowed(("x", "y")))
    assert tag.keys == {"aws": "a", "gcp": "a_gcp"}
    assert tag.replaces == {"ex": "x", "why": "y"}
    assert tag.aliases == (Alias("old", date(2027, 3, 31)),)
    assert tag.enforce == (Stage("warn"), Stage("deny", date(2027, 1, 15)))


def test_one_constraint_takes_the_place_of_another(policies: Policies) -> None:
    tag = policies.load("extends: base.yaml\ntags: {a: {pattern: x}}\n", {"base.yaml": PARENT}).tags[0]
    assert tag.constraint == Matches("x")


def test_what_is_forbidden_and_exempt_adds_up(policies: Policies) -> None:
    base = "tags: {a: {}}\nforbid: {keys: [x], values: [v]}\n" + EXEMPTION.replace("ID", "one")
    child = "extends: base.yaml\nforbid: {keys: [y, x]}\n" + EXEMPTION.replace("ID", "two")
    policy = policies.load(child, {"base.yaml": base})
    assert (policy.forbidden_keys, policy.forbidden_values) == (("x", "y"), ("v",))
    assert [exemption.id for exemption in policy.exemptions] == ["one", "two"]


def test_readiness_defaults_and_targets_merge_key_by_key(policies: Policies) -> None:
    base = (
        "tags: {a: {}}\nreadiness: {threshold: 80, measure: resources}\n"
        "defaults: {unknown: fail, placeholders: [nix]}\n"
        "targets: {aws-scp: {protect: false, max_policies: 3}}\n"
    )
    child = (
        "extends: base.yaml\nreadiness: {threshold: 95}\ndefaults: {placeholders: [foo]}\n"
        "targets: {aws-scp: {max_policies: 4}}\n"
    )
    policy = policies.load(child, {"base.yaml": base})
    assert (policy.readiness.threshold, policy.readiness.measure) == (95, "resources")
    assert (policy.unknown, policy.placeholders) == ("fail", ("foo",))
    assert (policy.targets.aws_scp.protect, policy.targets.aws_scp.max_policies) == (False, 4)


def test_costs_merge_key_by_key_and_known_names_of_support_stay(policies: Policies) -> None:
    base = "tags: {a: {}}\ncosts: {shared: [S3], untaggable: [Tax]}\n"
    child = "extends: base.yaml\ncosts: {shared: ['*Kubernetes*', S3], without_resource: [Bedrock]}\n"

    costs = policies.load(child, {"base.yaml": base}).costs

    assert costs == Costs(("*Kubernetes*", "S3"), SUPPORT, ("Tax",), ("Bedrock",))
    assert policies.load("tags: {a: {}}\ncosts: {support: []}\n").costs == Costs(support=())


@pytest.mark.parametrize(
    "entry", ["registries: {⟦r⟧: {file: r.csv, column: s}}", "scopes: {⟦s⟧: {clouds: [gcp]}}"]
)
def test_a_registry_or_scope_is_defined_once(policies: Policies, entry: str) -> None:
    base = "tags: {a: {}}\nregistries: {r: {file: r.csv, column: s}}\nscopes: {s: {clouds: [aws]}}\n"
    policies.check_marks(
        f"extends: base.yaml\n{entry}\n", ["is there already"], {"base.yaml": base, "r.csv": "s\nx\n"}
    )


def test_the_digest_is_that_of_every_file(policies: Policies) -> None:
    child = "extends: base.yaml\ntags: {a: {registry: r}}\n"
    base = "registries: {r: {file: r.csv, column: s}}\n"
    digests = {
        policies.load(child, {"base.yaml": base, "r.csv": "s\nx\n"}).sha256,
        policies.load(child, {"base.yaml": base + "# said\n", "r.csv": "s\nx\n"}).sha256,
        policies.load(child, {"base.yaml": base, "r.csv": "s\ny\n"}).sha256,
        policies.load(child + "# said\n", {"base.yaml": base, "r.csv": "s\nx\n"}).sha256,
    }
    assert len(digests) == 4
    assert policies.load(child, {"base.yaml": base, "r.csv": "s\nx\n"}).sha256 in digests


def test_a_name_and_a_version_are_those_of_the_policy_itself(policies: Policies) -> None:
    header = "apiVersion: tagward/v1\nkind: TagPolicy\n"
    policy = policies.load("extends: pack:ml-platform\n", header=header)
    assert (policy.name, policy.version) == ("p", "0")
    assert policies.load("extends: pack:ml-platform\n", header=HEADER).name == "p"
