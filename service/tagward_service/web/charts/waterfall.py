"""From what was billed to what somebody can be charged for, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from tagward_service.web.charts.chart import Sizes, chart

_COLOURS = {
    "total": "var(--chart-1)",
    "loss": "var(--chart-loss)",
    "gap": "var(--chart-gap)",
    "good": "var(--chart-good)",
}
_ROWS = {500: 46, 130: 32}


class Step(Struct, frozen=True):
    """One bar: from `start` to `end`; `kind` is total, loss, gap or good, `shown` the amount in words."""

    key: str
    name: str
    start: Decimal
    end: Decimal
    kind: str
    shown: str


def waterfall(steps: Sequence[Step], title: str) -> Sizes:
    """Draw the steps as bars from top to bottom."""
    text = ". ".join(f"{each.name}: {each.shown}" for each in steps)
    return Sizes(chart(title, text, _spec(steps, 500, 14)), chart(title, text, _spec(steps, 130, 12)))


def _spec(steps: Sequence[Step], width: int, font: int) -> dict[str, Any]:
    axis = {"labelLimit": 190, "labelColor": "var(--ink)", "labelFontSize": font}
    y = {"field": "step", "type": "nominal", "sort": None, "title": None, "axis": axis}
    return {
        "width": width,
        "height": _ROWS[width] * len(steps),
        "padding": {"left": 26, "right": 44, "top": 2, "bottom": 2},
        "data": {"values": [_row(each) for each in steps]},
        "layer": [_bar(y), _label(y, font)],
    }


def _row(step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "from": float(step.start),
        "to": float(step.end),
        "right": float(max(step.start, step.end)),
        "kind": step.kind,
        "shown": step.shown,
    }


def _bar(y: Mapping[str, Any]) -> dict[str, Any]:
    x = {"field": "from", "type": "quantitative", "title": None, "axis": None, "scale": {"nice": False}}
    colours = {"domain": list(_COLOURS), "range": list(_COLOURS.values())}
    return {
        "mark": {"type": "bar", "cornerRadius": 2, "height": {"band": 0.62}},
        "encoding": {
            "y": y,
            "x": x,
            "x2": {"field": "to"},
            "color": {"field": "kind", "type": "nominal", "legend": None, "scale": colours},
        },
    }


def _label(y: Mapping[str, Any], font: int) -> dict[str, Any]:
    return {
        "mark": {"type": "text", "align": "left", "dx": 8, "fontSize": font, "color": "var(--ink)"},
        "encoding": {"y": y, "x": {"field": "right", "type": "quantitative"}, "text": {"field": "shown"}},
    }
