"""AWS on loopback, with an environment that leads every client there."""

import os
from collections.abc import Iterator

import pytest

from tests.service.sources.aws.cloud.server import Cloud, running


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patched:
        for name in [each for each in os.environ if each.startswith("AWS_")]:
            patched.delenv(name)
        with running() as found:
            for name, value in found.environment().items():
                patched.setenv(name, value)
            yield found
            found.faults.clear()
