"""init, check, explain and compile."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.service.cli.conftest import FULL, Run, manifest

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: org, version: '2'}
tags:
  owner:
    required:
      - {on: {namespaces: ["prod-*"]}}
      - {when: {tier: [gold]}, level: recommended}
    pattern: "[a-z]{3,20}"
    example: payments
    keys: {aws: Owner}
    aliases: [{key: team, until: 2027-03-31}]
    enforce: [{mode: warn}, {from: 2027-01-15, mode: deny, on: [ci]}]
  tier: {values: [gold, silver]}
exemptions:
  - id: EX-1
    owner: ops@example.com
    reason: vendor image
    expires: 2027-01-31
    tags: [owner]
    match: {namespaces: ["prod-legacy"]}
"""


@pytest.fixture
def org(here: Path) -> Path:
    (here / "tagward.yaml").write_text(POLICY)
    (here / "pod.json").write_text(manifest("shop", tier="gold", team="x"))
    return here


def test_init_writes_a_policy_that_is_valid(run: Run, here: Path) -> None:
    ran = run("init")
    assert ran.code == 0
    assert "wrote  tagward.yaml" in ran.out
    assert "next:" in ran.out
    assert run("check").code == 0


def test_init_writes_tests_that_pass(run: Run, here: Path) -> None:
    run("init")
    ran = run("test", "-q")
    assert (ran.code, ran.out) == (0, "1 file, 3 cases: 3 passed, 0 failed\n")


def test_init_makes_the_directory_it_is_given(run: Run, here: Path) -> None:
    assert run("init", "infra/policy").code == 0
    assert (here / "infra" / "policy" / "tagward.yaml").is_file()


def test_init_says_why_it_cannot_make_a_directory(run: Run, here: Path) -> None:
    (here / "file").write_text("")
    ran = run("init", "file/policy")
    assert ran.code == 2
    assert "cannot make the directory `file/policy`" in ran.err


def test_init_writes_yaml_that_its_readers_understand(run: Run, here: Path) -> None:
    import yaml

    run("init")
    hooks = yaml.safe_load((here / ".pre-commit-config.yaml").read_text())
    assert hooks["repos"][0]["hooks"][0]["id"] == "tagward"
    workflow = yaml.safe_load((here / ".github/workflows/tagward.yml").read_text())
    assert any("tagward lint" in step.get("run", "") for step in workflow["jobs"]["tags"]["steps"])
    pipeline = yaml.safe_load((here / ".gitlab/tagward.yml").read_text())
    assert pipeline["tags"]["artifacts"]["reports"]["codequality"] == "tags.json"


def test_the_examples_in_the_starter_policy_work_when_uncommented(run: Run, here: Path) -> None:
    run("init")
    policy = here / "tagward.yaml"
    lines = policy.read_text().splitlines()
    yaml_lines = [line[2:] if line.startswith("# ") and _is_yaml(line[2:]) else line for line in lines]
    policy.write_text("\n".join(yaml_lines) + "\n")
    (here / "teams.csv").write_text("slug,retired_on\nfraud,\n")
    assert "exemptions:" in yaml_lines
    ran = run("check", "--as-of", "2026-11-21")
    assert ran.code == 0, ran.err


def _is_yaml(line: str) -> bool:
    return line.startswith((" ", "registries:", "tags:", "exemptions:"))


def test_init_overwrites_only_when_forced(run: Run, here: Path) -> None:
    (here / "tagward.yaml").write_text("mine")
    ran = run("init")
    assert "kept   tagward.yaml" in ran.out
    assert (here / "tagward.yaml").read_text() == "mine"
    assert run("init").code == 2
    assert run("init", "--force").code == 0
    assert (here / "tagward.yaml").read_text() != "mine"


def test_init_never_touches_the_hooks_of_others(run: Run, here: Path) -> None:
    (here / ".pre-commit-config.yaml").write_text("repos: []\n")
    ran = run("init", "--force")
    assert "add the hook" in ran.out
    assert (here / ".pre-commit-config.yaml").read_text() == "repos: []\n"


def test_check_sums_a_valid_policy_up(run: Run, org: Path) -> None:
    ran = run("check", "--as-of", "2026-11-21")
    assert ran.code == 0
    assert "tagward.yaml is valid" in ran.out
    assert "required on namespaces prod-*; recommended when `tier` is gold" in ran.out
    assert "EX-1  owner  71 days left  ops@example.com  vendor image" in ran.out
    assert "readiness  90 % of cost" in ran.out
    assert "aws-scp" in ran.out
    assert "botocore" in ran.out


def test_check_shows_every_problem_with_its_place(run: Run, here: Path) -> None:
    (here / "tagward.yaml").write_text(
        POLICY.replace("required:", "requierd:").replace("gold, silver", "1, 2")
    )
    ran = run("check")
    assert ran.code == 2
    assert "tagward.yaml:6:5: error: unknown key `requierd`" in ran.err
    assert "^" in ran.err
    assert "the policy has" in ran.err
    assert run("lint", "pod.json").code == 2


def test_check_fails_when_a_target_that_is_named_cannot_take_the_policy(run: Run, here: Path) -> None:
    (here / "tagward.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: tight}\ntags:\n  team: {required: true}\n"
        "targets:\n  aws-scp: {max_policies: 1, max_chars: 256}\n"
    )
    ran = run("check")
    assert ran.code == 0
    assert "aws-scp  cannot take this policy" in ran.out
    assert "\n  kyverno " in ran.out
    assert run("check", "-t", "kyverno").code == 0
    ran = run("check", "-t", "aws-scp", "-t", "kyverno")
    assert ran.code == 1
    assert "aws-scp  cannot take this policy" in ran.out
    assert "azure-policy" not in ran.out
    assert "did you mean `aws-scp`?" in run("check", "-t", "aws-spc").err


def test_check_warns_of_a_stage_that_never_counts(run: Run, here: Path) -> None:
    (here / "tagward.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\ntags:\n  a:\n    enforce: [{mode: warn}, {mode: deny}]\n"
    )
    ran = run("check")
    assert ran.code == 0
    assert ran.err.startswith("tagward.yaml:5:15: warning: this stage never counts")
    assert "enforce: [{mode: warn}" in ran.err
    assert run("lint", "good.json", "-q").err == ""


def test_explain_tells_requirements_modes_exemptions_and_verdict(run: Run, org: Path) -> None:
    ran = run(
        "explain",
        "Pod/shop",
        "owner",
        "--in",
        "pod.json",
        "--namespace",
        "prod-legacy",
        "--as-of",
        "2026-11-21",
    )
    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    assert "namespaces prod-* selects it" in said
    assert "when `tier` is gold: holds" in said
    assert "warn in CI today (2026-11-21)" in said
    assert "later deny on ci from 2027-01-15 (55 days)" in said
    assert "`team` accepted until 2027-03-31" in said
    assert "EX-1 (until 2027-01-31, ops@example.com) selects it: vendor image" in said
    assert "takes tags yes" in said


def test_explain_finds_a_resource_by_a_part_of_its_address(run: Run, org: Path) -> None:
    assert "Pod/shop" in run("explain", "shop", "--in", "pod.json").out
    assert "Pod/shop" in run("explain", "Pod/s*", "--in", "pod.json").out


def test_explain_suggests_what_was_meant(run: Run, org: Path) -> None:
    ran = run("explain", "Pod/shpo", "--in", "pod.json")
    assert ran.code == 2
    assert "did you mean `Pod/shop`?" in ran.err
    assert "did you mean `owner`?" in run("explain", "Pod/shop", "ownr", "--in", "pod.json").err


def test_explain_lists_what_an_ambiguous_name_fits(run: Run, org: Path) -> None:
    ran = run("explain", "Pod/*", "--in", "pod.json", "--in", "good.json")
    assert ran.code == 2
    assert "fits 2 resources" in ran.err
    assert "Pod/web" in ran.err


def test_explain_tells_two_objects_of_one_name_apart_by_namespace_and_group(run: Run, here: Path) -> None:
    places = [("apps/v1", "a"), ("apps/v1", "b"), ("batch/v1", "b")]
    objects = [
        f"apiVersion: {version}\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\n"
        for version, namespace in places
    ]
    (here / "all.yaml").write_text("---\n".join(objects))
    ran = run("explain", "Deployment/web", "--in", "all.yaml")
    assert ran.code == 2
    listed = ["a/Deployment/web", "b/apps/Deployment/web", "batch/Deployment/web"]
    assert [line.split()[0] for line in ran.err.splitlines()[-3:]] == listed
    for name in listed:
        assert run("explain", name, "--in", "all.yaml").code == 0
    assert "namespace a" in run("explain", "a/*", "--in", "all.yaml").out
    assert run("explain", "b/Deployment/web", "--in", "all.yaml").code == 2


@pytest.mark.parametrize("forbid", ['values: ["hunter[0-9]"]', 'keys: ["*password*"]'])
def test_explain_shows_no_forbidden_value(run: Run, here: Path, forbid: str) -> None:
    (here / "tagward.yaml").write_text(f"{POLICY}forbid: {{{forbid}}}\n")
    (here / "pod.json").write_text(manifest("shop", password="hunter2"))
    ran = run("explain", "Pod/shop", "--in", "pod.json")
    assert ran.code == 0
    assert "(not shown)" in ran.out
    assert "hunter2" not in ran.out


def test_compile_writes_artifacts_and_manifest_and_prints_the_fidelity(run: Run, here: Path) -> None:
    ran = run("compile", "pack:ml-platform", "-t", "aws-scp", "-o", "out", "--as-of", "2026-11-21")
    assert ran.code == 0, ran.err
    files = sorted(path for path in (here / "out" / "aws-scp").iterdir())
    assert files
    assert all(json.loads(path.read_text())["Version"] == "2012-10-17" for path in files)
    found = json.loads((here / "out" / "manifest.json").read_text())
    assert found
    assert "ml-team" in ran.out
    assert "weaker" in ran.out


def test_compile_gives_the_same_bytes_twice_and_leaves_others_alone(run: Run, here: Path) -> None:
    def compiled() -> dict[str, bytes]:
        run("compile", "pack:ml-platform", "-o", "out", "--as-of", "2026-11-21")
        return {str(path): path.read_bytes() for path in (here / "out").rglob("*") if path.is_file()}

    first = compiled()
    (here / "out" / "mine.txt").write_text("mine")
    second = compiled()
    assert second.pop(str(here / "out" / "mine.txt")) == b"mine"
    assert second == first


def test_compile_removes_only_what_it_wrote_itself_and_nobody_changed(run: Run, here: Path) -> None:
    command = (
        "compile",
        "pack:ml-platform",
        "-t",
        "aws-scp",
        "-t",
        "rego",
        "-o",
        "out",
        "--as-of",
        "2026-11-21",
    )
    run(*command)
    listed = json.loads((here / "out" / "manifest.json").read_text())
    content = b"{}"
    for name in ("old.json", "changed.json"):
        (here / "out" / "aws-scp" / name).write_bytes(content)
    (here / "outside.json").write_bytes(content)
    artifacts = listed["targets"]["aws-scp"]["artifacts"]
    for path in ("aws-scp/old.json", "aws-scp/changed.json", "../outside.json"):
        artifacts.append({"path": path, "sha256": sha256(content).hexdigest(), "kind": "SCP", "size": 2})
    (here / "out" / "manifest.json").write_text(json.dumps(listed))
    (here / "out" / "aws-scp" / "changed.json").write_text("mine")
    ran = run(*command)
    assert "removed out/aws-scp/old.json" in ran.out
    assert not (here / "out" / "aws-scp" / "old.json").exists()
    assert (here / "out" / "aws-scp" / "changed.json").read_text() == "mine"
    assert (here / "outside.json").exists()


def test_strict_is_1_when_a_rule_is_not_exact(run: Run) -> None:
    assert run("compile", "pack:ml-platform", "-t", "aws-scp", "-o", "out", "--strict").code == 1


def test_lint_and_explain_agree(run: Run, here: Path) -> None:
    assert run("lint", "good.json").code == 0
    ran = run("explain", "Pod/web", "--in", "good.json")
    assert "compliant: every rule that applies holds" in ran.out
    assert all(f"`{value}`" in ran.out for value in FULL.values())


def test_a_target_that_cannot_take_the_policy_keeps_no_other_from_being_compiled(
    run: Run, here: Path
) -> None:
    text = (
        "apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: tight}\ntags:\n  team: {required: true}\n"
    )
    (here / "tight.yaml").write_text(f"{text}targets:\n  aws-scp: {{max_policies: 1, max_chars: 256}}\n")

    ran = run("compile", "tight.yaml", "-o", "out")

    assert ran.code == 2
    assert "aws-scp: " in ran.err
    assert "max_chars" in ran.err
    assert (here / "out" / "manifest.json").is_file()
    assert not (here / "out" / "aws-scp").exists()
    assert [each for each in (here / "out").iterdir() if each.is_dir()]
