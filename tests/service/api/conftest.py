"""One API for the tests of a module; those that need another one make it."""

from collections.abc import Iterator

import pytest

from tests.service.api.harness import Api


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with Api() as made:
        yield made
