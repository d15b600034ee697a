import re
from pathlib import Path

import pytest

from tests.service.cli.conftest import Run

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: NAME, version: '1'}
extends: pack:ml-platform
"""


def policy(path: Path, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(POLICY.replace("NAME", name))


def shown(run: Run, *arguments: str) -> dict[str, tuple[str, str]]:
    ran = run("lint", "--show-config", *arguments)
    assert ran.code == 0, ran.err
    rows = (line.split(maxsplit=2) for line in ran.out.splitlines())
    return {name: (value, origin) for name, value, origin in rows}


def test_the_default_format_is_shown(run: Run) -> None:
    assert shown(run)["format"] == ("text", "default")


def test_the_default_pack_is_used_with_a_notice(run: Run) -> None:
    ran = run("lint", "good.json")
    assert "note: no tagward.yaml from here up, so pack:ml-platform applies" in ran.err
    assert shown(run)["policy"] == ("pack:ml-platform", "default")


def test_a_policy_is_found_upward_to_the_git_root(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy(here / "tagward.yml", "above")
    deep = here / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert shown(run)["policy"][0] == "../../tagward.yml"
    policy(here / "a" / "tagward.yaml", "nearer")
    assert shown(run)["policy"][0] == "../tagward.yaml"


def test_a_folder_stands_for_the_policy_in_it(run: Run, here: Path) -> None:
    (here / "policies").mkdir()
    policy(here / "policies" / "tagward.yaml", "inside")
    assert "inside" in run("check", "policies").out


def test_a_folder_without_a_policy_is_refused(run: Run, here: Path) -> None:
    (here / "empty").mkdir()
    ran = run("check", "empty")
    assert ran.code == 2
    assert "is a directory" in ran.err


@pytest.mark.parametrize("arguments", [("check", ""), ("compile", "", "-o", "x"), ("lint", "a", "--policy=")])
def test_a_policy_without_a_name_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert "--policy: the policy has no name" in ran.err


def test_a_policy_that_is_named_twice_is_refused(run: Run) -> None:
    ran = run("check", "pack:ml-platform", "--policy", "pack:finops-core")
    assert ran.code == 2
    assert "there are two policies" in ran.err


def test_the_search_ends_at_the_git_root(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy(here / "tagward.yaml", "outside")
    (here / "inner" / ".git").mkdir(parents=True)
    monkeypatch.chdir(here / "inner")
    assert shown(run)["policy"][0] == "pack:ml-platform"


def test_flag_beats_environment_beats_file(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy(here / "tagward.yaml", "file")
    policy(here / "env.yaml", "env")
    policy(here / "flag.yaml", "flag")
    assert shown(run)["policy"][0] == "tagward.yaml"
    monkeypatch.setenv("TAGWARD_POLICY", "env.yaml")
    assert shown(run)["policy"] == ("env.yaml", "$TAGWARD_POLICY")
    assert shown(run, "--policy", "flag.yaml")["policy"] == ("flag.yaml", "--policy")


def test_unknown_comes_from_the_policy_unless_an_option_sets_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(run)["unknown"] == ("warn", "policy")
    monkeypatch.setenv("TAGWARD_UNKNOWN", "pass")
    assert shown(run)["unknown"] == ("pass", "$TAGWARD_UNKNOWN")
    assert shown(run, "--unknown", "fail")["unknown"] == ("fail", "--unknown")


@pytest.mark.parametrize(
    ("variable", "value", "name"),
    [
        ("TAGWARD_FAIL_ON", "warning", "fail_on"),
        ("TAGWARD_AS_OF", "2027-01-15", "as_of"),
        ("TAGWARD_CHANGED_ONLY", "true", "changed_only"),
        ("TAGWARD_ALLOW_EMPTY", "true", "allow_empty"),
        ("TAGWARD_ACCOUNT", "111122223333", "account"),
        ("TAGWARD_REGION", "eu-west-1", "region"),
        ("TAGWARD_NAMESPACE", "prod", "namespace"),
        ("TAGWARD_QUIET", "true", "quiet"),
        ("TAGWARD_COLOR", "never", "color"),
        ("TAGWARD_FORMAT", "json", "format"),
    ],
)
def test_every_option_has_a_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, name: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert shown(run)[name] == (value, f"${variable}")


def test_a_switch_of_the_environment_can_be_turned_off(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGWARD_QUIET", "yes")
    assert shown(run, "--no-quiet")["quiet"] == ("false", "--quiet")


def test_a_wrong_variable_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGWARD_FAIL_ON", "always")
    ran = run("lint", "good.json")
    assert ran.code == 2
    assert "$TAGWARD_FAIL_ON: `always` is not accepted" in ran.err
    monkeypatch.setenv("TAGWARD_FAIL_ON", "error")
    monkeypatch.setenv("TAGWARD_QUIET", "perhaps")
    assert "$TAGWARD_QUIET: `perhaps` is neither true nor false" in run("lint", "good.json").err


def test_several_formats_can_come_from_the_environment(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGWARD_FORMAT", "text,json=out.json")
    run("lint", "good.json")
    assert (here / "out.json").exists()


@pytest.mark.parametrize(
    "command", ["lint", "coverage", "readiness", "showback", "report", "scan aws", "scan kubernetes", "serve"]
)
def test_every_command_shows_its_settings_alike_and_does_nothing(run: Run, here: Path, command: str) -> None:
    before = sorted(here.rglob("*"))
    ran = run(*command.split(), "--show-config", "--color", "never")
    assert ran.code == 0, ran.err
    rows = {name: (value, origin) for name, value, origin in map(_columns, ran.out.splitlines())}
    assert rows["color"] == ("never", "--color")
    assert rows["show_config"] == ("true", "--show-config")
    assert list(rows) == sorted(rows)
    assert "as_of" not in rows or rows["as_of"][1] == "today"
    assert sorted(here.rglob("*")) == before


def _columns(line: str) -> list[str]:
    return re.split(r"  +", line, maxsplit=2)
