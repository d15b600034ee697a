"""Views and templates made into pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from tagward_service.web import words
from tagward_service.web.charts.chart import Chart
from tagward_service.web.definitions import DEFINITIONS
from tagward_service.web.site import Site

HERE = Path(__file__).parent

Drawn = Callable[[Chart], str]
"""Gives the drawing of a chart, "" where there is none yet."""


@cache
def environment() -> Environment:
    """Return the templates; everything in them is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("money", "brief", "percent", "count", "day", "moment", "month", "plural"):
        made.filters[name] = getattr(words, name)
    made.filters["coded"] = _coded
    made.filters["pairs"] = lambda values: [(each, each) for each in values]
    made.filters["month_pairs"] = lambda values: [(each, words.month(each)) for each in values]
    made.globals.update(definitions=DEFINITIONS, classes=words.CLASSES, nothing=words.NOTHING)
    return made


def compile_all() -> None:
    """Compile every template, so that nobody's first page waits for it."""
    for name in environment().list_templates():
        environment().get_template(name)


def page(template: str, site: Site, drawn: Drawn, **values: object) -> str:
    """Render a page."""
    return environment().get_template(template).render(site=site, drawn=_as_markup(drawn), **values)


def _as_markup(drawn: Drawn) -> Callable[[Chart], Markup]:
    """Let drawings stand as they are: `charts/svg.py` made them harmless."""
    return lambda chart: Markup(drawn(chart))  # noqa: S704


def _coded(text: str) -> Markup:
    """Set what stands in backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )
