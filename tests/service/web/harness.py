"""The dashboard with real workers, asked without a socket."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx

from tagward.loader import load
from tagward_service.api.application import framework
from tagward_service.api.endpoints import Endpoints
from tagward_service.api.shell import Shell
from tests.service.api.harness import NOON, Api

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PATHS = (
    *("/", "/gaps", "/findings", "/tags", "/teams", "/disputes", "/exemptions", "/scans", "/definitions"),
)


class Web(Api):
    """An API with a dashboard. `policy` is a file, `store` the URL of a store or ""."""

    def __init__(self, policy: Path | None = None, store: str = "", **more: Any) -> None:
        super().__init__(store=store, **more)
        if policy is not None:
            self.source.policy = load(policy, as_of=NOON.date())
            self.live.refresh()
        self.desk = Endpoints(self.parts).of_pages()
        self.framework = framework(self.parts, self.desk)
        self.app = Shell(self.framework, self.log, self.parts.api_metrics)

    def __exit__(self, *_: object) -> None:
        self.desk.easel.close()
        super().__exit__()

    def open(self, path: str, **more: Any) -> httpx.Response:
        """Ask as a browser does."""
        headers = {**BROWSER, **more.pop("headers", {})}
        return self.ask("GET", path, headers=headers, **more)

    def seen(self, path: str) -> Page:
        """Open a page that there is, and read it."""
        answer = self.open(path)
        assert answer.status_code == 200, (path, answer.text[:2000])
        return Page(answer.text)


class Page(HTMLParser):
    """What of a page tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.html = text
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "a" and found.get("href"):
            self.links.append(found["href"] or "")
        if found.get("id"):
            self.ids.append(found["id"] or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """Return the words, with single spaces."""
        return re.sub(r"[ \n\t]+", " ", " ".join(self.words))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]
