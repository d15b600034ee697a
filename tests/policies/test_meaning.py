"""The eleven meanings of the language, each by its number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tagward.evaluation import Evaluator
from tagward.findings import Status
from tagward.resource import Part, Taggability, Unknown
from tests.policies.judging import (
    around,
    aws,
    azure,
    deployment,
    findings,
    gcp,
    judged,
    only,
    pod,
    said,
    texts,
)
from tests.policies.policy_files import DAY, Policies

DAY_BEFORE, DAY_AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)

TEAM = "tags: {ml-team: {required: true, pattern: '[a-z][a-z0-9-]{1,40}', example: fraud}}\n"


# 1. One effective-tag function, with provenance.


def test_meaning_01_a_tag_says_where_it_came_from(policies: Policies) -> None:
    policy = policies.load(TEAM)
    assert only(policy, aws({"ml-team": "X"})).source == "resource"
    from_provider = aws({"ml-team": "X"}, origins={"ml-team": "provider aws.west"})
    assert only(policy, from_provider).source == "provider aws.west"


def test_meaning_01_inherited_tags_count_where_the_policy_says_so(policies: Policies) -> None:
    inherit = "tags: {ml-team: {required: true, inherit: [%s]}}"
    for origin in ("resource-group", "subscription", "project", "namespace"):
        resource = azure(inherited=(around(origin, {"ml-team": "fraud"}),))
        assert judged(policies.load(inherit % origin), resource).status == Status.COMPLIANT
        assert judged(policies.load(inherit % "provider"), resource).status == Status.VIOLATING


def test_meaning_01_the_nearest_layer_wins(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, values: [x], inherit: [namespace, project]}}")
    layers = (around("namespace", {"t": "far"}, "n"), around("project", {"t": "x"}, "p"))
    assert only(policy, pod(inherited=layers)).source == "namespace n"
    assert not findings(policy, pod(inherited=layers[::-1]))
    assert only(policy, pod({"t": "own"}, inherited=layers)).source == "resource"


def test_meaning_01_provider_defaults_do_not_count_where_the_policy_says_so(policies: Policies) -> None:
    policy = policies.load("tags: {ml-team: {required: true, inherit: []}}")
    assert only(policy, aws({"ml-team": "x"}, origins={"ml-team": "provider aws"})).code == "TW001"
    assert not findings(policy, aws({"ml-team": "x"}))


def test_meaning_01_through_a_registry_and_an_extended_file(policies: Policies) -> None:
    files = {
        "base.yaml": "registries: {teams: {file: teams.csv, column: slug, until: gone}}\n"
        "tags: {ml-team: {required: true, registry: teams, inherit: [provider, namespace]}}\n",
        "teams.csv": f"slug,gone\nfraud,\nmaps,{DAY_BEFORE}\n",
    }
    policy = policies.load("extends: base.yaml\ntags: {ml-team: {inherit: [namespace]}}\n", files)
    assert not findings(policy, pod(inherited=(around("namespace", {"ml-team": "fraud"}),)))
    finding = only(policy, pod(inherited=(around("namespace", {"ml-team": "maps"}, "prod-a"),)))
    assert (finding.code, finding.source) == ("TW002", "namespace prod-a")
    assert only(policy, aws({"ml-team": "fraud"}, origins={"ml-team": "provider aws"})).code == "TW001"


def test_meaning_01_an_own_tag_is_the_effective_one(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, inherit: [provider, namespace]}}")
    assert not findings(policy, pod({"t": "x"}, inherited=(around("namespace", {"t": ""}),)))


# 2. Known, unknown and absent are three things.


def test_meaning_02_an_unknown_value_is_unknown_and_says_why(policies: Policies) -> None:
    policy = policies.load(TEAM)
    assessment = judged(policy, aws({"ml-team": Unknown("random_pet.team.id")}))
    (finding,) = assessment.findings
    assert (finding.code, finding.status, assessment.status) == ("TW006", "unknown", Status.UNKNOWN)
    assert "random_pet.team.id" in finding.message


def test_meaning_02_a_tag_that_may_still_turn_up_is_not_missing(policies: Policies) -> None:
    finding = only(policies.load(TEAM), aws({"other": "x"}, open=Unknown("var.tags")))
    assert (finding.code, finding.status) == ("TW006", "unknown")
    assert "var.tags" in finding.message


def test_meaning_02_a_tag_that_is_there_is_judged_although_others_are_unknown(policies: Policies) -> None:
    policy = policies.load(TEAM)
    assert not findings(policy, aws({"ml-team": "fraud"}, open=Unknown("var.tags")))
    assert only(policy, aws({"ml-team": "X"}, open=Unknown("var.tags"))).code == "TW003"


def test_meaning_02_an_unknown_condition_makes_the_requirement_unknown(policies: Policies) -> None:
    policy = policies.load("tags: {kind: {}, run: {required: {when: {kind: [training]}}}}")
    assert only(policy, aws({"kind": "training"})).code == "TW001"
    assert not findings(policy, aws({"kind": "inference"}))
    assert not findings(policy, aws())
    for resource in (aws({"kind": Unknown("var.kind")}), aws(open=Unknown("var.kind"))):
        finding = only(policy, resource)
        assert (finding.code, finding.key, finding.status) == ("TW006", "run", "unknown")
        assert "var.kind" in finding.message


def test_meaning_02_what_a_known_part_of_a_condition_decides_is_decided(policies: Policies) -> None:
    policy = policies.load("tags: {a: {}, b: {}, run: {required: {when: {a: x, b: y}}}}")
    assert not findings(policy, aws({"a": "z", "b": Unknown("var.b")}))
    either = policies.load("tags: {a: {}, b: {}, run: {required: {when: {any: [{a: x}, {b: y}]}}}}")
    assert only(either, aws({"a": "x", "b": Unknown("var.b")})).code == "TW001"


@pytest.mark.parametrize(
    ("unknown", "mode", "severity"),
    [
        ("pass", "deny", "info"),
        ("warn", "deny", "warning"),
        ("fail", "deny", "error"),
        ("fail", "warn", "warning"),
        ("fail", "audit", "info"),
    ],
)
def test_meaning_02_the_policy_says_how_loud_unknown_is(
    policies: Policies, unknown: str, mode: str, severity: str
) -> None:
    policy = policies.load(
        f"defaults: {{unknown: {unknown}}}\ntags: {{t: {{required: true, enforce: {{mode: {mode}}}}}}}"
    )
    finding = only(policy, aws({"t": Unknown()}))
    assert (finding.severity, finding.status) == (severity, "unknown")


def test_meaning_02_an_unknown_place_makes_the_requirement_unknown(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: {on: {accounts: ['111122223333']}}}}")
    assert only(policy, aws()).code == "TW001"
    assert not findings(policy, aws(account="444455556666"))
    finding = only(policy, aws(account=None))
    assert (finding.code, finding.status) == ("TW006", "unknown")
    assert "--account" in finding.message


# 3. Empty, blank and placeholder values are missing.


@pytest.mark.parametrize(
    "value", ["", " ", "\t\n", "tbd", "TBD", " N/A ", "Unknown", "changeme", "None", "DEFAULT"]
)
def test_meaning_03_blank_and_placeholder_values_are_missing(policies: Policies, value: str) -> None:
    finding = only(policies.load(TEAM), aws({"ml-team": value}))
    assert (finding.code, finding.status, finding.severity) == ("TW005", "violation", "error")
    assert "counts as missing" in finding.message


def test_meaning_03_they_are_missing_for_conditions_too(policies: Policies) -> None:
    policy = policies.load("tags: {kind: {}, run: {required: {when: {not: {kind: [x]}}}}}")
    assert [each.key for each in findings(policy, aws({"kind": "tbd"}))] == ["run"]
    assert not findings(policy, aws({"kind": "x"}))


def test_meaning_03_a_blank_value_of_a_tag_that_is_not_required_is_no_violation(policies: Policies) -> None:
    assert not findings(policies.load("tags: {t: {values: [x]}}"), aws({"t": ""}))


def test_meaning_03_the_policy_names_its_placeholders(policies: Policies) -> None:
    policy = policies.load("defaults: {placeholders: [todo]}\ntags: {t: {required: true}}")
    assert not findings(policy, aws({"t": "tbd"}))
    assert only(policy, aws({"t": "ToDo"})).code == "TW005"


# 4. Keys and values compare exactly; Azure tag names without case; near misses are misspelt.


def test_meaning_04_values_compare_exactly(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, values: [prod, dev]}}")
    finding = only(policy, azure({"t": "Prod"}))
    assert (finding.code, finding.value) == ("TW002", "Prod")
    assert '`t = "prod"`' in finding.fix


@pytest.mark.parametrize("key", ["ML-Team", "ml_team", "mlTeam", "ml-taem", "ml-tea", "ml-teams", "ml:team"])
def test_meaning_04_a_near_miss_is_misspelt_and_not_missing_plus_unknown(
    policies: Policies, key: str
) -> None:
    policy = policies.load(TEAM + "limits: {closed: true}")
    finding = only(policy, aws({key: "fraud"}))
    assert (finding.code, finding.key, finding.tag) == ("TW004", key, "ml-team")
    assert f"rename `{key}` to `ml-team`" in finding.fix


def test_meaning_04_another_word_is_not_misspelt(policies: Policies) -> None:
    policy = policies.load(TEAM)
    for key in ("team", "ml-stem", "mlt"):
        assert only(policy, aws({key: "fraud"})).code == "TW001"


def test_meaning_04_the_key_of_another_tag_is_not_misspelt(policies: Policies) -> None:
    policy = policies.load("tags: {ml-run1: {required: true}, ml-run2: {aliases: [{key: ml-runs}]}}")
    assert only(policy, aws({"ml-run2": "x"})).code == "TW001"
    assert {each.code for each in findings(policy, aws({"ml-runs": "x"}))} == {"TW001", "TW008"}


def test_meaning_04_azure_compares_tag_names_without_case(policies: Policies) -> None:
    policy = policies.load(TEAM + "limits: {closed: true}")
    assert not findings(policy, azure({"ML-TEAM": "fraud"}))
    finding = only(policy, azure({"ML-TEAM": "Fraud"}))
    assert (finding.code, finding.key) == ("TW003", "ML-TEAM")
    assert only(policy, aws({"ML-TEAM": "fraud"})).code == "TW004"


def test_meaning_04_azure_compares_without_case_in_aliases_conditions_and_layers_too(
    policies: Policies,
) -> None:
    policy = policies.load(
        "tags: {kind: {}, run: {required: {when: {kind: [x]}}, inherit: [resource-group],"
        " aliases: [{key: job}]}}"
    )
    assert only(policy, azure({"Kind": "x"})).code == "TW001"
    assert only(policy, azure({"Kind": "x", "JOB": "1"})).code == "TW008"
    assert not findings(policy, azure({"Kind": "x"}, inherited=(around("resource-group", {"RUN": "1"}),)))


# 5. Patterns are RE2 and a full match.


def test_meaning_05_a_pattern_is_a_full_match_through_a_file(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, pattern: 'a|bc', example: a}}")
    for value in ("a", "bc"):
        assert not findings(policy, aws({"t": value}))
    for value in ("ac", "abc", "xa", "a\n", "\na", "bcd"):
        assert only(policy, aws({"t": value})).code == "TW003"


def test_meaning_05_anchors_change_nothing(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, pattern: '^a$'}}")
    assert not findings(policy, aws({"t": "a"}))
    assert only(policy, aws({"t": "a\n"})).code == "TW003"


def test_meaning_05_matching_takes_linear_time(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, pattern: '(a|a)*(a|a)*(a|a)*b'}}")
    assert only(policy, aws({"t": "a" * 250})).code == "TW003"


@pytest.mark.parametrize("pattern", ["(?=a)", "\\\\d+", "(?i)a", "a.b", "\\\\1", "a*?", "[[:alpha:]]"])
def test_meaning_05_what_is_not_portable_is_refused_at_load(policies: Policies, pattern: str) -> None:
    (found,) = policies.refused(f'tags: {{t: {{pattern: "{pattern}"}}}}')
    assert (found.line, found.column) == (4, 21)


def test_meaning_05_the_portable_spelling_is_given(policies: Policies) -> None:
    (found,) = policies.refused("tags: {t: {pattern: 'x\\d{4}'}}")
    assert "[0-9]" in (found.hint or "")


# 6. Untaggable types are never findings.


def test_meaning_06_untaggable_and_untold_types_are_counted_apart(policies: Policies) -> None:
    policy = policies.load(TEAM + "forbid: {keys: ['*']}\n".replace("'*'", "'x*'"))
    for answer, status in ((False, Status.UNTAGGABLE), (None, Status.UNTOLD)):
        assessment = judged(policy, aws({"xx": "y"}, taggability=Taggability(answer, "why")))
        assert (assessment.status, assessment.findings) == (status, ())
        assert assessment.resource.taggability.why == "why"


def test_meaning_06_a_kubernetes_kind_that_no_bill_sees_is_judged_when_named(policies: Policies) -> None:
    service = pod(
        type="kubernetes:Service", native="kubernetes:Service", taggability=Taggability(False, "free")
    )
    assert judged(policies.load(TEAM), service).status == Status.UNTAGGABLE
    named = policies.load("tags: {t: {required: {on: {types: ['kubernetes:Service']}}}}")
    assert judged(named, service).status == Status.VIOLATING
    by_glob = policies.load("tags: {t: {required: {on: {types: ['kubernetes:*']}}}}")
    assert judged(by_glob, service).status == Status.UNTAGGABLE


# 7. Tags that do not reach the billed thing are findings of their own.

VOLUME = Part("the root volume", "root_block_device.tags", {}, type="aws:ec2:volume")


def test_meaning_07_a_tag_that_does_not_reach_the_volume_is_a_finding(policies: Policies) -> None:
    finding = only(policies.load(TEAM), aws({"ml-team": "fraud"}, parts=(VOLUME,)))
    assert (finding.code, finding.key, finding.status) == ("TW009", "ml-team", "violation")
    assert "the root volume" in finding.message
    assert "`root_block_device.tags`" in finding.fix


def test_meaning_07_what_carries_the_tags_of_its_resource_needs_none(policies: Policies) -> None:
    carrying = Part("the root volume", "x", {}, carries=True)
    assert not findings(policies.load(TEAM), aws({"ml-team": "fraud"}, parts=(carrying,)))


def test_meaning_07_a_tag_that_is_nowhere_is_missing_once(policies: Policies) -> None:
    assert only(policies.load(TEAM), aws(parts=(VOLUME,))).code == "TW001"


def test_meaning_07_the_value_on_the_part_is_judged(policies: Policies) -> None:
    policy = policies.load(TEAM)
    parts = (Part("the root volume", "volume_tags", {"ml-team": "X"}),)
    finding = only(policy, aws({"ml-team": "fraud"}, parts=parts))
    assert finding.code == "TW003"
    assert "on the root volume" in finding.message
    both = only(policy, aws({"ml-team": "X"}, parts=parts))
    assert "on the resource and the root volume" in both.message


def test_meaning_07_one_finding_for_one_tag_in_many_parts(policies: Policies) -> None:
    parts = tuple(Part(f"volume {number}", f"v{number}") for number in (1, 2, 3))
    finding = only(policies.load(TEAM), aws({"ml-team": "fraud"}, parts=parts))
    assert "volume 1, volume 2 and volume 3" in finding.message
    assert "`v1`, `v2` and `v3`" in finding.fix


def test_meaning_07_an_unknown_part_is_unknown(policies: Policies) -> None:
    part = Part("the root volume", "volume_tags", open=Unknown("var.volume_tags"))
    for resource in (
        aws({"ml-team": "fraud"}, parts=(part,)),
        deployment({"ml-team": "fraud"}, parts=(part,)),
    ):
        finding = only(policies.load(TEAM), resource)
        assert (finding.code, finding.status) == ("TW006", "unknown")
        assert "var.volume_tags" in finding.message


def test_meaning_07_the_labels_of_a_deployment_do_not_reach_its_pods(policies: Policies) -> None:
    policy = policies.load(TEAM)
    assert only(policy, deployment({"ml-team": "fraud"})).code == "TW009"
    assert only(policy, deployment()).code == "TW001"
    assert not findings(policy, deployment(pods={"ml-team": "fraud"}))
    assert only(policy, deployment({"ml-team": "fraud"}, {"ml-team": "X"})).code == "TW003"


def test_meaning_07_a_requirement_on_the_part_alone_is_judged(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: {on: {types: ['aws:ec2:volume']}}}}")
    finding = only(policy, aws(parts=(VOLUME,)))
    assert (finding.code, finding.status) == ("TW001", "violation")
    assert "the root volume" in finding.message
    assert only(policy, aws({"t": "x"}, parts=(VOLUME,))).code == "TW009"
    assert not findings(policy, aws())


def test_meaning_07_a_requirement_that_leaves_the_part_out_is_not_applied_to_it(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: {on: {types: ['aws:ec2:instance']}}}}")
    assert not findings(policy, aws({"t": "x"}, parts=(VOLUME,)))


# 8. Exemptions, dates and modes are decided in evaluate, for every surface alike.

EXEMPT = (
    TEAM + "exemptions: [{id: EX-1, owner: o@example.com, reason: vendor image, expires: EXPIRES,"
    " tags: [ml-team], match: {accounts: ['111122223333']}}]\n"
)


@pytest.mark.parametrize("surface", ["ci", "admission", "cloud", "scan"])
def test_meaning_08_an_exemption_holds_on_every_surface_and_is_shown(
    policies: Policies, surface: str
) -> None:
    policy = policies.load(EXEMPT.replace("EXPIRES", "2027-03-01"))
    assessment = judged(policy, aws(), surface=surface)
    (finding,) = assessment.findings
    assert (assessment.status, finding.status, finding.code) == (Status.EXEMPT, "exempt", "TW001")
    assert finding.severity == "info"
    assert "EX-1" in finding.message
    assert "vendor image" in finding.message


def test_meaning_08_an_exemption_covers_what_it_names_and_no_more(policies: Policies) -> None:
    policy = policies.load(
        EXEMPT.replace("EXPIRES", "2027-03-01").replace("tags: {", "tags: {t: {required: true}, ")
    )
    assert said(policy, aws()) == [
        ("TW001", "t", "error", "violation"),
        ("TW001", "ml-team", "info", "exempt"),
    ]
    assert judged(policy, aws()).status == Status.VIOLATING
    assert {each.status for each in findings(policy, aws(account="444455556666"))} == {"violation"}


def test_meaning_08_an_exemption_that_cannot_be_proven_does_not_apply(policies: Policies) -> None:
    policy = policies.load(EXEMPT.replace("EXPIRES", "2027-03-01"))
    assert judged(policy, aws(account=None)).status == Status.VIOLATING


@pytest.mark.parametrize("surface", ["ci", "admission", "cloud", "scan"])
def test_meaning_08_an_expired_exemption_is_absent_and_said_to_be(policies: Policies, surface: str) -> None:
    policy = policies.load(EXEMPT.replace("EXPIRES", str(DAY_BEFORE)))
    assert said(policy, aws(), surface=surface) == [
        ("TW001", "ml-team", "error", "violation"),
        ("TW010", "ml-team", "warning", "notice"),
    ]
    assert judged(policy, aws(), surface=surface).status == Status.VIOLATING


def test_meaning_08_an_exemption_that_expires_soon_is_announced(policies: Policies) -> None:
    soon = policies.load(EXEMPT.replace("EXPIRES", str(DAY + timedelta(days=30))))
    assert [each[0] for each in said(soon, aws())] == ["TW001", "TW010"]
    later = policies.load(EXEMPT.replace("EXPIRES", str(DAY + timedelta(days=31))))
    assert [each[0] for each in said(later, aws())] == ["TW001"]


def test_meaning_08_a_resource_cannot_exempt_itself(policies: Policies) -> None:
    policy = policies.load(EXEMPT.replace("EXPIRES", "2027-03-01").replace("111122223333", "999999999999"))
    tags = {"exempt": "true", "tagward-exempt": "EX-1", "accounts": "999999999999", "tagward/exempt": "all"}
    assert judged(policy, aws(tags)).status == Status.VIOLATING


def test_meaning_08_what_is_forbidden_cannot_be_exempt(policies: Policies) -> None:
    policy = policies.load(EXEMPT.replace("EXPIRES", "2027-03-01") + "forbid: {keys: [secret]}\n")
    assert judged(policy, aws({"ml-team": "x1", "secret": "s"})).status == Status.VIOLATING


@pytest.mark.parametrize(("mode", "severity"), [("deny", "error"), ("warn", "warning"), ("audit", "info")])
def test_meaning_08_the_mode_decides_what_a_violation_does(
    policies: Policies, mode: str, severity: str
) -> None:
    policy = policies.load(f"tags: {{t: {{required: true, enforce: {{mode: {mode}}}}}}}")
    finding = only(policy, aws())
    assert (finding.severity, finding.mode, finding.status) == (severity, mode, "violation")
    assert judged(policy, aws()).status == Status.VIOLATING


# 9. Dates are inclusive to the end of the day UTC; the clock is a parameter.


def test_meaning_09_an_exemption_holds_on_its_last_day(policies: Policies) -> None:
    policy = policies.load(EXEMPT.replace("EXPIRES", str(DAY)))
    assert judged(policy, aws(), as_of=DAY).status == Status.EXEMPT
    assert judged(policy, aws(), as_of=DAY_AFTER).status == Status.VIOLATING


def test_meaning_09_an_alias_counts_on_its_last_day(policies: Policies) -> None:
    policy = policies.load(f"tags: {{ml-team: {{required: true, aliases: [{{key: squad, until: {DAY}}}]}}}}")
    accepted = judged(policy, aws({"squad": "x"}), as_of=DAY)
    assert (accepted.status, accepted.findings[0].code) == (Status.COMPLIANT, "TW008")
    assert accepted.findings[0].status == "notice"
    refused = judged(policy, aws({"squad": "x"}), as_of=DAY_AFTER)
    assert (refused.status, refused.findings[0].code) == (Status.VIOLATING, "TW008")
    assert "rename `squad` to `ml-team`" in refused.findings[0].fix


def test_meaning_09_a_value_of_a_registry_is_valid_on_its_last_day(policies: Policies) -> None:
    body = "registries: {r: {file: r.csv, column: s, until: u}}\ntags: {t: {required: true, registry: r}}"
    policy = policies.load(body, {"r.csv": f"s,u\nx,{DAY}\ny,\n"})
    assert not findings(policy, aws({"t": "x"}), as_of=DAY)
    finding = only(policy, aws({"t": "x"}), as_of=DAY_AFTER)
    assert (finding.code, finding.status) == ("TW002", "violation")
    assert f"retired since {DAY}" in finding.message


def test_meaning_09_a_stage_begins_on_its_day(policies: Policies) -> None:
    policy = policies.load(
        "tags: {t: {required: true, enforce: [{mode: warn}, {from: 2027-01-15, mode: deny, on: [ci]}]}}"
    )
    modes = {
        (day, surface): only(policy, aws(), as_of=date(2027, 1, day), surface=surface).mode
        for day in (14, 15)
        for surface in ("ci", "scan")
    }
    assert modes == {(14, "ci"): "warn", (14, "scan"): "warn", (15, "ci"): "deny", (15, "scan"): "warn"}


def test_meaning_09_before_the_first_stage_a_violation_is_only_recorded(policies: Policies) -> None:
    policy = policies.load("tags: {t: {required: true, enforce: {mode: deny, from: 2027-01-15}}}")
    finding = only(policy, aws())
    assert (finding.mode, finding.severity, finding.status) == ("audit", "info", "violation")


def test_meaning_09_the_first_and_the_last_day_can_be_judged(policies: Policies) -> None:
    policy = policies.load(EXEMPT.replace("EXPIRES", "2027-03-01"))
    assert judged(policy, aws(), as_of=date.min).status == Status.EXEMPT
    assert judged(policy, aws(), as_of=date.max).status == Status.VIOLATING


# 10. Nothing evaluated is no pass.


def test_meaning_10_a_resource_that_was_not_judged_is_not_compliant(policies: Policies) -> None:
    policy = policies.load(TEAM)
    for answer in (False, None):
        assessment = judged(policy, aws({"ml-team": "fraud"}, taggability=Taggability(answer, "")))
        assert assessment.status != Status.COMPLIANT


# 11. Same input, same output.


def test_meaning_11_findings_come_in_the_order_of_the_policy(policies: Policies) -> None:
    policy = policies.load("tags: {c: {required: true}, a: {required: true}, b: {required: true}}")
    assert [each.tag for each in findings(policy, aws())] == ["c", "a", "b"]


def test_meaning_11_the_same_resource_always_gets_the_same_assessment(policies: Policies) -> None:
    policy = policies.load(EXEMPT.replace("EXPIRES", str(DAY)) + "limits: {closed: true, max_tags: 1}\n")
    evaluator = Evaluator(policy, as_of=DAY)
    resources = [aws({"b": "1", "a": "2"}), gcp({"ml_team": "x"}), azure({"Ml-Team": ""}), pod()]
    first = [repr(evaluator.assess(each)) for each in resources]
    again = [repr(evaluator.assess(each)) for each in reversed(resources)]
    fresh = [repr(judged(policy, each)) for each in resources]
    assert first == again[::-1] == fresh


def test_meaning_11_every_finding_is_made_of_text(policies: Policies) -> None:
    policy = policies.load(TEAM)
    for finding in findings(policy, aws()):
        assert all(texts(finding).values())


def test_a_tag_that_is_only_recommended_is_never_more_than_a_warning() -> None:
    from datetime import date

    from tagward.evaluation import evaluate
    from tagward.policy import Allowed, Policy, Requirement, Tag
    from tagward.resource import Resource

    tag = Tag("r", "R", requirements=(Requirement(level="recommended"),), keys={"aws": "r"})
    tag_with_values = Tag("v", "V", "", tag.requirements, Allowed(("x", "y")), keys={"aws": "v"})
    policy = Policy("p", "1", "", tags=(tag, tag_with_values))
    bucket = Resource(cloud="aws", type="aws:s3:bucket", address="a", tags={"v": "z"})
    findings = evaluate(policy, bucket, as_of=date(2026, 11, 21)).findings
    assert [(each.code, each.severity) for each in findings] == [("TW001", "warning"), ("TW002", "warning")]
