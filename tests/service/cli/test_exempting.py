"""What is left alone is named, and nothing that the system leaves alone can be taken out again."""

import pytest

from tests.service.cli.conftest import Run


@pytest.mark.parametrize("command", [["serve"], ["scan", "kubernetes"], ["webhook", "config"]])
@pytest.mark.parametrize("name", ["!kube-system", "!*", "Team_A"])
def test_what_no_namespace_is_called_is_refused(run: Run, command: list[str], name: str) -> None:
    ran = run(*command, "--exempt-namespace", name)

    assert ran.code == 2
    assert f"--exempt-namespace: no namespace is called `{name}`" in ran.err
