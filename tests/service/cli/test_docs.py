import re
from pathlib import Path

import pytest

from tagward.codes import CODES
from tagward.findings import Code
from tagward_service.cli.dispatch import COMMANDS
from tests.service.cli.conftest import Run

ROOT = Path(__file__).parents[3]


def test_every_code_is_described() -> None:
    assert list(CODES) == list(Code)
    names = [about.name for about in CODES.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples_and_exit_codes(run: Run, command: str) -> None:
    ran = run(*command.split(), "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"usage: tagward {command} ")
    assert "examples:" in ran.out
    assert "exit codes:" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 110
    assert run("help", *command.split()).out == ran.out


def test_the_root_help_names_every_command(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert all(f"\n  {command} " in ran.out for command in COMMANDS)
    assert run().code == 2


def test_the_readme_shows_of_the_webhook_what_its_page_shows() -> None:
    console = re.findall(r"```console\n.*?```", (ROOT / "README.md").read_text(), re.DOTALL)
    page = (ROOT / "docs" / "webhook.md").read_text()
    assert console
    assert all(each in page for each in console)
