"""tagward diff against directories."""

import json
from pathlib import Path

import jsonschema
import pytest

from tagward_service.drift.json_drift import json_schema
from tests.service.cli.conftest import Run

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {{name: acme, version: '2'}}
tags:
  ml-team: {{title: Team, required: {{on: {{types: ["aws:ec2:instance"]}}}}, values: [{values}]}}
targets: {{aws-scp: {{actions: ["ec2:RunInstances"], protect: false}}}}
"""
DAY = ("--as-of", "2026-11-21")


@pytest.fixture
def compiled(run: Run, here: Path) -> Path:
    """A policy, and what it compiled to before it was changed."""
    policy = here / "tagward.yaml"
    policy.write_text(POLICY.format(values="a, b"))
    assert run("compile", "-t", "aws-scp", "-o", "before", *DAY).code == 0
    return here


def test_a_policy_that_did_not_change_has_not_drifted(run: Run, compiled: Path) -> None:
    ran = run("diff", "-t", "aws-scp", "--against", "before", *DAY)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "from  directory before\n"
        "to    policy acme 2, as of 2026-11-21\n"
        "\n"
        "aws-scp\n"
        "  same      1 artifact is the same\n"
        "\n"
        "no drift: nothing differs\n"
    )


def test_a_value_that_is_taken_back_is_told(run: Run, compiled: Path) -> None:
    (compiled / "tagward.yaml").write_text(POLICY.format(values="b"))

    ran = run("diff", "-t", "aws-scp", "--against", "before", *DAY)

    assert ran.code == 1
    assert (
        "  stricter  creating an EC2 instance, or 4 other kinds, with `ml-team` = `a` is denied now"
        " (was allowed)\n            [ec2:RunInstances on instance"
    ) in ran.out
    assert ran.out.endswith("drift: 1 stricter\n")


def test_other_text_that_decides_alike_is_no_drift_unless_strict(run: Run, compiled: Path) -> None:
    file = compiled / "before" / "aws-scp" / "acme-1.json"
    document = json.loads(file.read_text())
    document["Statement"].reverse()
    for number, statement in enumerate(document["Statement"]):
        statement["Sid"] = f"Mine{number}"
    file.write_text(json.dumps(document, indent=4))

    ran = run("diff", "-t", "aws-scp", "--against", "before", *DAY)

    assert ran.code == 0
    assert "alike     `acme-1` differs in text only: both sides decide alike on " in ran.out
    assert ran.out.endswith("no drift: only the text differs\n")
    assert run("diff", "-t", "aws-scp", "--against", "before", "--strict", *DAY).code == 1


@pytest.fixture
def modules(run: Run, compiled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A target that nothing here evaluates, as it was compiled before: the program for it is not there."""
    monkeypatch.setenv("PATH", "")
    assert run("compile", "-t", "rego", "-o", "modules", *DAY).code == 0
    return compiled / "modules" / "rego"


def test_what_nothing_evaluates_and_did_not_change_has_not_drifted(run: Run, modules: Path) -> None:
    ran = run("diff", "-t", "rego", "--against", "modules", *DAY)

    assert ran.code == 0
    assert "artifacts are the same" in ran.out


def test_what_nothing_evaluates_and_is_on_one_side_only_is_not_said_to_decide_alike(
    run: Run, modules: Path
) -> None:
    (modules.parent.parent / "tagward.yaml").write_text(POLICY.format(values="a").replace("acme", "other"))

    ran = run("diff", "-t", "rego", "--against", "modules", *DAY)

    assert ran.code == 1
    assert "alike" not in ran.out
    assert "`acme`, `acme-main` and `acme-plan` (before) cannot be evaluated: the program `opa`" in ran.out
    assert ran.out.endswith("drift: 3 missing, 3 extra, 2 not evaluated\n")


@pytest.mark.parametrize("comment", ["\n# by hand\n", " "])
def test_what_nothing_evaluates_is_compared_letter_by_letter(run: Run, modules: Path, comment: str) -> None:
    file = modules / "acme-main.rego"
    file.write_text(file.read_text() + comment)

    ran = run("diff", "-t", "rego", "--against", "modules", *DAY)

    assert ran.code == 1
    assert "`acme-main` (on both sides, and changed) cannot be evaluated: the program `opa`" in ran.out
    assert ran.out.endswith("drift: 1 not evaluated\n")


def test_what_needs_an_engine_that_is_not_installed_is_not_evaluated(
    run: Run, compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tagward_generators.deciding.families as families

    text = POLICY.format(values="a, b").replace("aws:ec2:instance", "gcp:compute.googleapis.com/Instance")
    (compiled / "tagward.yaml").write_text(text)
    assert run("compile", "-t", "gcp-org-policy", "-o", "gcp", *DAY).code == 0
    (compiled / "tagward.yaml").write_text(text.replace("a, b", "a"))
    monkeypatch.setattr(families, "find_spec", lambda name: None)

    ran = run("diff", "-t", "gcp-org-policy", "--against", "gcp", *DAY)

    assert ran.code == 1
    assert "the CEL engine is not installed: pip install 'tagward[cel]'" in ran.out


def test_two_directories_are_compared_without_a_policy(run: Run, compiled: Path) -> None:
    assert run("compile", "pack:finops-core", "-t", "aws-scp", "-o", "after", *DAY).code == 0

    ran = run("diff", "--from", "after", "--against", "before")

    assert ran.code == 1
    assert "`finops-core-1`" in ran.out
    assert "extra     `acme-1` is compiled no more" in ran.out


def test_the_json_keeps_to_its_schema(run: Run, compiled: Path) -> None:
    (compiled / "tagward.yaml").write_text(POLICY.format(values="b, c"))

    ran = run("diff", "-t", "aws-scp", "--against", "before", "-f", "json=drift.json", "-f", "text", *DAY)

    document = json.loads((compiled / "drift.json").read_text())
    jsonschema.validate(document, json_schema())
    (target,) = document["targets"]
    assert ran.code == 1
    assert [each["direction"] for each in target["differences"]] == ["stricter", "looser"]
    assert target["differences"][0]["deviation"] == [{"key": "ml-team", "values": ["a"], "present": True}]
    assert target["differences"][0]["example"]["tags"] == {"ml-team": "a"}
    assert target["differences"][0]["example"]["now_by"] == ["CheckTeamValueOnEC2"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "compare with what? Give one of `--against DIR` and `--deployed`"),
        (("--against", "before", "--deployed"), "give one of `--against DIR` and `--deployed`"),
        (("--against", "nowhere"), "there is no `nowhere/manifest.json`"),
        (
            ("pack:ml-platform", "--from", "before", "--against", "before"),
            "a policy or `--from DIR`, not both",
        ),
        (("--against", "before", "-t", "aws-spc"), "did you mean `aws-scp`?"),
        (("--against", "before", "-f", "xml"), "unknown format `xml`; choose from text, json"),
        (("--from", "before", "--against", "before", "-t", "aws-tag-policy"), "nothing compiled for"),
    ],
)
def test_what_is_not_clear_is_a_usage_error(
    run: Run, compiled: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = run("diff", *arguments)

    assert ran.code == 2
    assert said.lower() in ran.err.lower()


def test_a_manifest_cannot_point_outside_of_its_directory(run: Run, compiled: Path) -> None:
    manifest = compiled / "before" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("aws-scp/acme-1.json", "aws-scp/../../tagward.yaml"))

    ran = run("diff", "--from", "before", "--against", "before")

    assert ran.code == 2
    assert "outside of it" in ran.err


def test_nothing_on_either_side_is_nothing_evaluated(run: Run, here: Path) -> None:
    (here / "tagward.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: acme, version: '1'}\ntags:\n  a: {}\n"
    )
    run("compile", "-t", "aws-scp", "-o", "before")

    assert run("diff", "-t", "aws-scp", "--against", "before").code == 3


NAMED = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '1'}
workloads:
  example.com/TrainingRun: {templates: ["spec.workers[*].template", "spec.launcher.template"]}
  example.com/Fleet: {templates: ["spec.roles.*.template"], namespaced: false, plural: fleets}
tags:
  ml-team: {required: {on: {types: [KINDS]}}}
"""
RUN, FLEET = '"kubernetes:example.com/TrainingRun"', '"kubernetes:example.com/Fleet"'


@pytest.mark.parametrize("target", ["kubernetes-vap", "gatekeeper", "kyverno"])
@pytest.mark.parametrize(
    ("kept", "left", "other"), [(FLEET, "TrainingRun", "Fleet"), (RUN, "Fleet", "Training")]
)
def test_kinds_that_a_policy_names_are_evaluated_as_others_are(
    run: Run, here: Path, target: str, kept: str, left: str, other: str
) -> None:
    pytest.importorskip("cel_expr_python", reason="the CEL engine is not installed")
    policy = here / "tagward.yaml"
    policy.write_text(NAMED.replace("KINDS", f"{RUN}, {FLEET}"))
    assert run("compile", "-t", target, "-o", "before", *DAY).code == 0
    policy.write_text(NAMED.replace("KINDS", kept))

    ran = run("diff", "-t", target, "--against", "before", *DAY)

    assert ran.code == 1
    assert f"looser    creating a {left} without `ml-team` is allowed now (was denied)" in ran.out
    assert other not in ran.out
    assert "it looks at" not in ran.out
