"""Targets are listed in one place, and imported when somebody asks for them."""

import subprocess
import sys

import pytest

from tagward.errors import UsageError
from tagward_generators import TARGETS, target


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_can_be_imported_and_knows_its_name(name: str) -> None:
    assert target(name).name == name


def test_misspelt_target_is_refused_with_the_right_one() -> None:
    with pytest.raises(UsageError, match=r"no target is called `aws-spc`; did you mean `aws-scp`\?"):
        target("aws-spc")


def test_unlike_target_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match=r"there are: .*aws-scp"):
        target("terraform")


def test_the_registry_imports_no_compiler() -> None:
    code = "import sys, tagward_generators; sys.exit('tagward_generators.aws_scp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
