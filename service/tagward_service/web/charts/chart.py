"""A chart: words for those who do not see it, and what to draw."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_INK, _LINE = "var(--ink-2)", "var(--line)"

CONFIG: Mapping[str, Any] = {
    "background": None,
    "padding": 2,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK,
        "titleColor": _INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": _LINE,
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "labelColor": _INK,
        "labelFontSize": 12,
        "symbolType": "square",
        "symbolSize": 90,
        "columnPadding": 26,
        "offset": 12,
        "labelLimit": 220,
    },
}
"""Colours are those of the style sheet, so that light and dark need one drawing."""


class Chart(Struct, frozen=True):
    """A chart; `spec` is Vega-Lite as JSON, so that equal charts are equal."""

    title: str
    text: str
    spec: bytes

    @property
    def key(self) -> str:
        """Name the drawing."""
        return sha256(b"\0".join((self.title.encode(), self.text.encode(), self.spec))).hexdigest()[:16]


class Sizes(Struct, frozen=True):
    """One chart for wide screens and paper, and one for narrow screens; pages show one of them."""

    wide: Chart
    narrow: Chart

    @property
    def both(self) -> tuple[Chart, Chart]:
        """Return both."""
        return self.wide, self.narrow


def chart(title: str, text: str, spec: Mapping[str, Any]) -> Chart:
    """Make a chart of a specification without its common parts."""
    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": CONFIG, **spec}
    return Chart(title, text, msgspec.json.encode(whole))
