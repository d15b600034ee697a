"""Many findings in a real browser: 2,000, or as many as TAGWARD_TEST_FINDINGS says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tagward_service.store import open_store
from tagward_service.store.interface import Wanted
from tests.browser.conftest import follow
from tests.browser.service import Service
from tests.service.web.estate import hopeless, scan_all, write_files

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FINDINGS = int(os.environ.get("TAGWARD_TEST_FINDINGS", "2000"))


@pytest.fixture(scope="module")
def crowded(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with that many findings."""
    folder: Path = tmp_path_factory.mktemp("many")
    policy = write_files(folder)
    store = open_store(str(folder / "tagward.db"))
    scan_all(store, policy, hopeless(FINDINGS // 3), [11])
    count = store.count(Wanted(policy=policy.name))
    store.close()
    assert count >= FINDINGS
    with Service(folder / "tagward.yaml", folder / "tagward.db") as served:
        yield served


def test_the_first_pages_come_and_follow_each_other(crowded: Service, page: Page) -> None:
    seen: set[str] = set()
    page.goto(f"{crowded.url}/findings?sort=-severity&limit=100")
    for _ in range(5):
        found = page.locator("tbody td.id a").evaluate_all("links => links.map(link => link.href)")
        assert len(found) == 100
        assert not seen & set(found)
        seen |= set(found)
        follow(page, page.get_by_role("link", name="Next page"))
    page.get_by_label("Cloud", exact=True).select_option("gcp")
    follow(page, page.get_by_role("button", name="Filter"))
    assert "cloud=gcp" in page.url
    assert "cursor" not in page.url
    assert page.locator("tbody tr").count() == 100
