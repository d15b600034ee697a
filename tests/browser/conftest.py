"""A real browser before a real service; where there is no Chromium, tests say so and are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.service import Service
from tests.service.web.estate import make

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = (
    os.environ.get("TAGWARD_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window; no longer than a module, as other tests run event loops of their own."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium; TAGWARD_TEST_CHROMIUM names one")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def service(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service over a little estate; without a browser there is no need of it."""
    folder = tmp_path_factory.mktemp("browser")
    make(folder, 150, (0, 5, 11))
    with Service(folder / "tagward.yaml", folder / "tagward.db") as served:
        served.wait_for_charts()
        yield served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which nothing may go wrong: no message on the console, no failed request."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(f"console: {message.text}"))
    opened.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    opened.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
    yield opened
    opened.wait_for_load_state()
    opened.close()
    assert not wrong


def follow(page: Page, link: Locator) -> None:
    """Click, and wait for the whole page: one left half read would be told as a failed request."""
    with page.expect_navigation():
        link.click()
