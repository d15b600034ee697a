"""Where links lead: to pages of the service, or to places of one file."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from msgspec import Struct


class Page(Struct, frozen=True):
    """One page of the navigation."""

    name: str
    title: str
    path: str


PAGES = (
    Page("readiness", "Readiness", "/"),
    Page("gaps", "Gaps", "/gaps"),
    Page("findings", "Findings", "/findings"),
    Page("tags", "Tags", "/tags"),
    Page("teams", "Teams", "/teams"),
    Page("disputes", "Disputes", "/disputes"),
    Page("exemptions", "Exemptions", "/exemptions"),
    Page("scans", "Scans", "/scans"),
    Page("definitions", "Definitions", "/definitions"),
)
_PATHS = {page.name: page.path for page in PAGES}
IN_FILE = ("readiness", "gaps", "tags", "teams", "definitions")
"""The pages that a report in one file has."""


class Site(Struct, frozen=True):
    """Makes links; `is_file` where everything is in one file. `has_logout` where somebody has logged in."""

    style: str = ""
    is_file: bool = False
    has_logout: bool = False

    def pages(self) -> tuple[Page, ...]:
        """Return what the navigation shows."""
        return tuple(page for page in PAGES if not self.is_file or page.name in IN_FILE)

    def to(self, page: str, /, *parts: str, **query: object) -> str:
        """Return the address of a page; "" where the file does not have it."""
        if self.is_file:
            return f"#{page}" if page in IN_FILE else ""
        path = _PATHS[page] + "".join(f"/{quote(part, safe='')}" for part in parts)
        asked = [(name, value) for name, given in query.items() for value in _several(given)]
        return path + (f"?{urlencode(asked)}" if asked else "")

    def definition(self, term: str) -> str:
        """Return the address of a definition."""
        return f"#define-{term}" if self.is_file else f"/definitions#define-{term}"


def _several(given: object) -> list[str]:
    values = given if isinstance(given, list | tuple) else [given]
    return [str(value) for value in values if value not in ("", None)]
