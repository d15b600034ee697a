"""A place where Terraform runs, and policies compiled for every module."""

from pathlib import Path

import pytest

from tests.terraform import engine
from tests.terraform.engine import Workspace
from tests.terraform.plans import EXAMPLE, INHERITED, TARGETS, compile_into


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    if why := engine.without_providers():
        pytest.skip(why)
    return Workspace(tmp_path_factory.mktemp("terraform"))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the example organisation for every target that a module deploys."""
    every = [target for targets in TARGETS.values() for target in targets]
    return compile_into(tmp_path_factory.mktemp("compiled"), EXAMPLE, *every)


@pytest.fixture(scope="session")
def inherited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile a policy that copies tags in Azure and exempts subscriptions."""
    return compile_into(tmp_path_factory.mktemp("inherited"), INHERITED, *TARGETS["azure"])
