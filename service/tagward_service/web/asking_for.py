"""Who asks: a browser that wants a page, or a program that reads problem documents."""

from __future__ import annotations

import re

from starlette.requests import Request

_FOR_PROGRAMS = re.compile(r"/(v1|healthz|readyz|metrics|openapi\.json)(/|$)")


def wants_page(request: Request) -> bool:
    """Say whether a page is wanted, also where there is only an error to show."""
    if _FOR_PROGRAMS.match(request.url.path):
        return False
    return "text/html" in request.headers.get("accept", "")
