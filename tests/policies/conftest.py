"""Fixtures for tests of the policy language."""

from pathlib import Path

import pytest

from tests.policies.policy_files import Policies


@pytest.fixture
def policies(tmp_path: Path) -> Policies:
    """Give an empty folder for policy files."""
    return Policies(tmp_path)
