"""From what was billed to what somebody can be charged for, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from tagward_service.web.charts.chart import Chart, chart

_COLOURS = {
    "total": "var(--chart-1)",
    "loss": "var(--chart-loss)",
    "gap": "var(--chart-gap)",
    "good": "var(--chart-good)",
}
_WIDTH, _ROW = 560, 34


class Step(Struct, frozen=True):
    """One bar: from `start` to `end`; `kind` is total, loss, gap or good, `shown` the amount in words."""

    key: str
    name: str
    start: Decimal
    end: Decimal
    kind: str
    shown: str


def waterfall(steps: Sequence[Step], title: str) -> Chart:
    """Draw the steps as bars from top to bottom."""
    rows = [
        {
            "step": each.name,
            "from": float(each.start),
            "to": float(each.end),
            "right": float(max(each.start, each.end)),
            "kind": each.kind,
            "shown": each.shown,
        }
        for each in steps
    ]
    axis = {"labelLimit": 190, "labelColor": "var(--ink)", "labelFontSize": 13}
    y = {"field": "step", "type": "nominal", "sort": None, "title": None, "axis": axis}
    bar = {
        "mark": {"type": "bar", "cornerRadius": 2, "height": {"band": 0.66}},
        "encoding": {
            "y": y,
            "x": {
                "field": "from",
                "type": "quantitative",
                "title": None,
                "axis": None,
                "scale": {"nice": False},
            },
            "x2": {"field": "to"},
            "color": {
                "field": "kind",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": list(_COLOURS), "range": list(_COLOURS.values())},
            },
        },
    }
    label = {
        "mark": {"type": "text", "align": "left", "dx": 8, "fontSize": 13, "color": "var(--ink)"},
        "encoding": {"y": y, "x": {"field": "right", "type": "quantitative"}, "text": {"field": "shown"}},
    }
    text = ". ".join(f"{each.name}: {each.shown}" for each in steps)
    spec = {
        "width": _WIDTH,
        "height": _ROW * len(rows),
        "padding": {"left": 2, "right": 84, "top": 2, "bottom": 2},
        "autosize": "pad",
        "data": {"values": rows},
        "layer": [bar, label],
    }
    return chart(title, text, spec)
