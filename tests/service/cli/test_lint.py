import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tagward_service.outputs import FORMATS
from tagward_service.outputs.json_report import json_schema
from tests.service.cli.conftest import FULL, Run, manifest


def test_clean_is_0(run: Run) -> None:
    ran = run("lint", "good.json")
    assert ran.code == 0
    assert "1 compliant" in ran.out


def test_findings_are_1(run: Run) -> None:
    ran = run("lint", "bad.json")
    assert ran.code == 1
    assert "TW001  `ml-project` is missing" in ran.out


def test_a_broken_input_is_2_and_does_not_stop_the_others(run: Run, here: Path) -> None:
    (here / "broken.json").write_text('{"apiVersion": "v1", "kind": ')
    ran = run("lint", "broken.json", "missing.json", "bad.json")
    assert ran.code == 2
    assert "error: broken.json:1: " in ran.err
    assert "error: missing.json: there is no such file" in ran.err
    assert "Pod/bad" in ran.out


def test_nothing_evaluated_is_3_unless_that_is_accepted(run: Run, here: Path) -> None:
    (here / "empty.json").write_text('{"format_version": "1.2", "resource_changes": [], "variables": {}}')
    ran = run("lint", "empty.json")
    assert ran.code == 3
    assert "nothing was evaluated" in ran.err
    assert run("lint", "empty.json", "--allow-empty").code == 0


def test_a_plan_that_changes_nothing_is_said_to_change_nothing(run: Run, here: Path) -> None:
    change = {"actions": ["no-op"], "before": {"tags": None}, "after": {"tags": None}}
    resource = {"address": "aws_s3_bucket.x", "mode": "managed", "type": "aws_s3_bucket", "change": change}
    (here / "plan.json").write_text(json.dumps({"format_version": "1.2", "resource_changes": [resource]}))
    ran = run("lint", "plan.json", "--changed-only", "--policy", "pack:ml-platform")
    assert ran.code == 3
    assert "would change, so nothing was evaluated; --allow-empty" in ran.err


def test_the_policy_in_a_directory_of_manifests_is_no_input(run: Run, here: Path) -> None:
    assert run("init").code == 0
    (here / "good.json").write_text(manifest(**FULL))
    (here / "all").mkdir()
    (here / "tagward.yaml").rename(here / "all" / "tagward.yaml")
    (here / "good.json").rename(here / "all" / "good.json")
    ran = run("lint", "all", "--policy", "all/tagward.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert "a tagward policy" in ran.out.partition("not evaluated")[2]


def test_an_empty_directory_is_nothing_evaluated(run: Run, here: Path) -> None:
    (here / "none").mkdir()
    ran = run("lint", "none", "--policy", "pack:ml-platform")
    assert ran.code == 3
    assert "the directory holds no .json" in ran.out
    assert run("lint", "none", "--allow-empty", "--policy", "pack:ml-platform").code == 0


def test_a_broken_file_in_a_directory_is_4(run: Run, here: Path) -> None:
    (here / "all").mkdir()
    (here / "all" / "bad.json").write_text(manifest("bad"))
    (here / "all" / "broken.json").write_text('{"apiVersion": "v1", "kind": "Pod", "metadata": {')
    ran = run("lint", "all")
    assert ran.code == 4
    assert "Pod/bad" in ran.out


def test_a_file_of_another_trade_in_a_directory_is_skipped_and_counted(run: Run, here: Path) -> None:
    (here / "all").mkdir()
    (here / "all" / "good.json").write_text(manifest(**FULL))
    (here / "all" / "package.json").write_text('{"name": "app", "dependencies": {}}')
    ran = run("lint", "all")
    assert ran.code == 0
    assert "package.json" in ran.out.partition("not evaluated")[2]


def test_resources_of_which_none_is_taggable_pass_and_say_so(run: Run, here: Path) -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r"}}
    (here / "role.json").write_text(json.dumps(role))
    ran = run("lint", "role.json")
    assert ran.code == 0
    assert "nothing to judge: none of 1 resource can carry tags" in ran.out


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("info", 1), ("never", 0)])
def test_fail_on_decides_what_findings_do(run: Run, fail_on: str, code: int) -> None:
    assert run("lint", "bad.json", "--fail-on", fail_on).code == code


def test_a_warning_fails_only_when_asked_to(run: Run, here: Path) -> None:
    (here / "tagward.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {name: p, version: '1'}\n"
        "tags: {owner: {required: true, enforce: {mode: warn}}}\n"
    )
    assert run("lint", "bad.json").code == 0
    assert run("lint", "bad.json", "--fail-on", "warning").code == 1


def test_standard_input_is_a_path(here: Path) -> None:
    command = [sys.executable, "-m", "tagward_service.cli", "lint", "-", "-f", "json"]
    ran = subprocess.run(command, input=manifest("bad"), capture_output=True, text=True, cwd=here)
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["findings"][0]["resource"]["file"] == "<stdin>"


def test_real_json_is_valid_under_the_published_schema(run: Run) -> None:
    ran = run("lint", "bad.json", "good.json", "-f", "json", "--as-of", "2026-11-21")
    report = json.loads(ran.out)
    Draft202012Validator(json_schema()).validate(report)
    assert report["as_of"] == "2026-11-21"
    assert report["summary"]["coverage_percent"] == 50.0


def test_several_outputs_at_once(run: Run, here: Path) -> None:
    files = [f"-f{name}=out.{name}" for name in FORMATS if name != "text"]
    ran = run("lint", "bad.json", "-f", "text", *files)
    assert ran.code == 1
    assert "Pod/bad" in ran.out
    for name in FORMATS:
        if name != "text":
            assert "TW001" in (here / f"out.{name}").read_text()


def test_the_same_input_twice_gives_the_same_bytes(run: Run) -> None:
    for name in FORMATS:
        once = run("lint", "bad.json", "-f", name, "--as-of", "2026-11-21").out
        assert run("lint", "bad.json", "-f", name, "--as-of", "2026-11-21").out == once != ""


def test_two_formats_cannot_share_standard_output(run: Run) -> None:
    ran = run("lint", "bad.json", "-f", "text", "-f", "json")
    assert (ran.code, ran.out) == (2, "")
    assert "only one format" in ran.err


def test_an_output_in_a_missing_directory_is_refused_and_nothing_is_left(run: Run, here: Path) -> None:
    ran = run("lint", "bad.json", "-f", "json=no/where.json")
    assert ran.code == 2
    assert "there is no directory `no`" in ran.err
    assert sorted(path.name for path in here.iterdir()) == [".git", "bad.json", "good.json"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lint"], "missing PATH"),
        (["lint", "bad.json", "--fial-on=error"], "did you mean `--fail-on`?"),
        (["lint", "bad.json", "--fail-on", "eror"], "did you mean `error`?"),
        (["lint", "bad.json", "-f", "jsn"], "did you mean `json`?"),
        (["lint", "bad.json", "-f", "json="], "names no file"),
        (["lint", "bad.json", "--as-of", "tomorrow"], "`tomorrow` is not a day"),
        (["lint", "bad.json", "--policy", "none.yaml"], "none.yaml"),
        (["lint", "bad.json", "--policy", "pack:nothing"], "nothing"),
        (["lnt", "bad.json"], "did you mean `lint`?"),
        (["--verison"], "did you mean `--version`?"),
        (["lint", "bad.json", "--policy"], "expected one argument"),
        (["explain", "x"], "missing --in PATH"),
        (["compile"], "missing -o DIR"),
        (["compile", "-t", "aws-spc", "-o", "out"], "did you mean `aws-scp`?"),
    ],
)
def test_a_wrong_command_is_2_with_what_to_do(run: Run, arguments: list[str], said: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_quiet_is_one_line_and_no_note(run: Run) -> None:
    ran = run("lint", "bad.json", "-q")
    assert ran.out == "0 of 1 taggable resource compliant (0 %), 3 errors\n"
    assert ran.err == ""


def test_colour_only_when_asked_for(run: Run) -> None:
    assert "\x1b" not in run("lint", "bad.json").out
    assert "\x1b[" in run("lint", "bad.json", "--color", "always").out


def test_an_interrupt_is_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tagward_service.sources.read_inputs", interrupt)
    assert run("lint", "bad.json").code == 130


def test_a_bug_is_70_and_says_so_without_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("tagward_service.sources.read_inputs", fail)
    ran = run("lint", "bad.json")
    assert ran.code == 70
    assert "this is a bug in tagward: ZeroDivisionError: oh" in ran.err
    assert "Traceback" not in ran.err
    monkeypatch.setenv("TAGWARD_DEBUG", "1")
    assert "Traceback" in run("lint", "bad.json").err


def test_a_closed_pipe_is_quiet(here: Path) -> None:
    pods = [json.loads(manifest(f"p{number}")) for number in range(3000)]
    (here / "many.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}))
    command = [sys.executable, "-m", "tagward_service.cli", "lint", "many.json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=here)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == 141
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_an_error_and_no_traceback(here: Path) -> None:
    (here / "bad.json").write_text(manifest("bad"))
    command = [sys.executable, "-m", "tagward_service.cli", "lint", "bad.json"]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=here)
    assert ran.returncode == 2
    assert "no space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception" not in ran.stderr


def test_an_output_that_cannot_say_everything_in_its_encoding_says_it_with_escapes(here: Path) -> None:
    (here / "bad.json").write_text(manifest("b\u00e4d"))
    command = [sys.executable, "-m", "tagward_service.cli", "lint", "bad.json"]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(command, capture_output=True, cwd=here, env=env)
    assert ran.returncode == 1
    assert b"Pod/b\\xe4d" in ran.stdout
    assert ran.stdout.isascii()


def test_version_is_printed_without_importing_a_parser(here: Path) -> None:
    code = (
        "import sys; from tagward_service.cli import main; main(['--version']);"
        "sys.exit(any(name in sys.modules for name in ('argparse', 'msgspec', 'yaml', 'enum')))"
    )
    ran = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, env=_path())
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("tagward ")


def _path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_resources_of_unknown_types_alone_are_nothing_evaluated(run: Run, here: Path) -> None:
    change = '{"actions": ["create"], "after": {"a": 1}}'
    plan = f'{{"resource_changes": [{{"address": "a", "type": "aws_not_there", "change": {change}}}]}}'
    (here / "plan.json").write_text(plan)
    ran = run("lint", "plan.json")
    assert ran.code == 3
    assert "nothing was evaluated" in ran.err
    assert run("lint", "plan.json", "--allow-empty").code == 0


NAMED = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme}
tags: {ml-team: {required: true}}
workloads: {example.com/TrainingRun: {templates: ["spec.workers[*].template"]}}
"""


def test_kinds_that_a_policy_names_are_linted_and_explained(run: Run, here: Path) -> None:
    (here / "acme.yaml").write_text(NAMED)
    worker: dict[str, object] = {"template": {"spec": {"containers": []}}}
    made: dict[str, object] = {
        "apiVersion": "example.com/v1",
        "kind": "TrainingRun",
        "metadata": {"name": "x"},
    }
    made["spec"] = {"workers": [worker]}
    (here / "run.json").write_text(json.dumps(made))

    ran = run("lint", "run.json", "--policy", "acme.yaml")
    assert ran.code == 1
    assert "spec.workers[0].template.metadata.labels" in ran.out
    told = run("explain", "TrainingRun/x", "--in", "run.json", "--policy", "acme.yaml")
    assert told.code == 0
    assert "the policy names it under `workloads`" in told.out
    assert "name it under `workloads` in the policy" in run("lint", "run.json").out
