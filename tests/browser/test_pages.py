"""Every page in a real browser: a quiet console, accessible in light and dark, fit for phones and paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tagward_service.cli import main
from tests.browser.conftest import follow
from tests.browser.service import Service
from tests.service.web.harness import PATHS

if TYPE_CHECKING:
    from playwright.sync_api import Page

DEEP = (
    "/tags/ml-team",
    "/teams/fraud-detection",
    "/teams?group=project&environment=prod",
    "/disputes?state=open&team=nlp-assistants",
    "/gaps?text=nothing-like-that",
    "/findings?life=open&life=resolved&sort=-first_seen",
)


def violations(page: Page, only: str = "") -> list[dict[str, Any]]:
    """Ask axe-core, from outside of what the page itself may run."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    options = {"resultTypes": ["violations"]} | ({"runOnly": [only]} if only else {})
    found: list[dict[str, Any]] = axe.Axe().run(page, options=options).response["violations"]
    return [{"id": each["id"], "nodes": [node["html"][:200] for node in each["nodes"]]} for each in found]


@pytest.mark.parametrize("path", [*PATHS, *DEEP])
def test_a_page_is_accessible_in_light_and_dark_and_fits(service: Service, page: Page, path: str) -> None:
    page.goto(service.url + path)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []
    page.set_viewport_size({"width": 390, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


LENGTHEN = """() => {
  const lists = ".pieces bdi, .plain b, .plain .said, .checklist .said, dl.facts dd";
  for (const each of document.querySelectorAll(`main :is(h1, ${lists}, .scroll tbody :is(a, th, td))`)) {
    if (!each.children.length) { each.textContent = "x".repeat(300); }
  }
}"""
"""Make everything that may hold a name as long as names of clouds can be."""


@pytest.mark.parametrize("path", ["/", "/tags/ml-team", "/teams/fraud-detection", "/disputes", "/scans"])
def test_no_name_is_too_long_for_a_page(service: Service, page: Page, path: str) -> None:
    page.goto(service.url + path)
    page.evaluate(LENGTHEN)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_that_run_backwards_turn_nothing_else_round(service: Service, page: Page) -> None:
    page.goto(service.url)
    for link in ("main a", ".pieces bdi", "td", "tbody th", "code"):
        found = page.locator(link).first
        assert found.evaluate("each => getComputedStyle(each).unicodeBidi") == "isolate"


def test_axe_would_find_what_is_wrong(page: Page) -> None:
    page.set_content("<p style='color: #ddd; background: #eee'>pale</p><input>")
    assert {"color-contrast", "label"} <= {each["id"] for each in violations(page)}


def test_one_finding_is_accessible(service: Service, page: Page) -> None:
    page.goto(f"{service.url}/findings")
    follow(page, page.locator("tbody a").first)
    assert page.get_by_role("heading", name="Its life").is_visible()
    assert violations(page) == []


def test_the_report_in_one_file_is_accessible(service: Service, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    store, policy = service.folder / "tagward.db", service.folder / "tagward.yaml"
    assert main(["report", "--html", str(file), "--store", str(store), "--policy", str(policy)]) == 0
    page.goto(file.as_uri())
    assert page.get_by_role("heading", name="Reconciliation").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(246, 245, 242)"
    assert violations(page) == []


def test_charts_follow_the_colours_of_the_scheme(service: Service, page: Page) -> None:
    page.goto(service.url)
    bar = page.locator(".wide svg.chart path[fill='var(--chart-1)']").first
    colour = "element => getComputedStyle(element).fill"
    light = bar.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert light == "rgb(47, 102, 144)"
    assert bar.evaluate(colour) == "rgb(106, 169, 216)"


def test_charts_have_names_and_the_narrow_one_is_for_narrow_screens(service: Service, page: Page) -> None:
    page.goto(service.url)
    charts = page.get_by_role("img")
    assert charts.count() == 2
    assert page.get_by_role("img", name="Coverage over time").is_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.locator(".narrow svg.chart").first.is_visible()
    assert not page.locator(".wide svg.chart").first.is_visible()


def test_filters_work_by_keyboard_alone(service: Service, page: Page) -> None:
    page.goto(f"{service.url}/findings")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "tag":
            break
    page.keyboard.type("ml-env")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Filter":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings?**tag=ml-environment**")
    assert set(page.locator("tbody td:nth-child(3)").all_inner_texts()) == {"ml-environment"}


def test_a_link_with_filters_shows_the_same_to_everybody(service: Service, page: Page) -> None:
    page.goto(f"{service.url}/teams/fraud-detection?environment=prod&period=2026-09&group=project")
    assert page.get_by_label("Environment", exact=True).input_value() == "prod"
    assert page.get_by_label("Month", exact=True).input_value() == "2026-09"
    assert page.get_by_label("Group by", exact=True).input_value() == "project"
    page.get_by_label("Environment", exact=True).select_option("dev")
    follow(page, page.get_by_role("button", name="Show"))
    assert "environment=dev" in page.url
    assert "period=2026-09" in page.url
    page.go_back()
    assert page.get_by_label("Environment", exact=True).input_value() == "prod"


def test_a_figure_leads_to_what_it_means(service: Service, page: Page) -> None:
    page.goto(service.url)
    follow(page, page.get_by_role("link", name="Coverage by cost").first)
    assert page.url.endswith("/definitions#define-by-cost")
    assert page.locator(":target").inner_text().startswith("Coverage by cost")


def test_a_page_prints(service: Service, page: Page) -> None:
    for path in PATHS:
        page.goto(service.url + path)
        printed = page.pdf(format="A4", print_background=True)
        assert printed.startswith(b"%PDF-")
        assert len(printed) > 10_000
    page.goto(service.url)
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Pages").is_visible()
    assert page.get_by_text("All months of the bill").is_visible()


def test_pages_need_no_script(service: Service, page: Page) -> None:
    assert page.context.browser
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{service.url}/gaps")
    plain.get_by_label("Tag missing or wrong").select_option("ml-team")
    follow(plain, plain.get_by_role("button", name="Filter"))
    assert "tag=ml-team" in plain.url
    context.close()
