"""The pictures of docs/dashboard.md: `python -m tests.browser.screenshots docs/screenshots`."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.browser.service import Service
from tests.service.web.estate import make

SHOTS = (
    ("readiness", "/", "light", 1280, 960),
    ("readiness-dark", "/", "dark", 1280, 960),
    ("gaps", "/gaps", "light", 1280, 860),
    ("teams", "/teams", "light", 1280, 960),
    ("findings", "/findings?life=open&sort=-severity", "light", 1280, 720),
    ("readiness-phone", "/", "dark", 390, 780),
)


def main() -> None:
    """Make the estate, open its pages, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with TemporaryDirectory() as estate, sync_playwright() as playwright:
        make(Path(estate), 2400)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with Service(Path(estate) / "tagward.yaml", Path(estate) / "tagward.db") as service:
            service.wait_for_charts()
            _take(browser, service, folder)
        browser.close()


def _take(browser: Browser, service: Service, folder: Path) -> None:
    for name, path, scheme, width, height in SHOTS:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(service.url + path)
        page.screenshot(path=folder / f"{name}.png")
        page.close()


if __name__ == "__main__":
    main()
