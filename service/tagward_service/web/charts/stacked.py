"""Costs by month, stacked."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tagward_service.web.charts.chart import CONFIG, Sizes, chart

_HEIGHT = 260
MOST = 8
"""So many colours can be told apart; what is more is put together before."""


class Part(Struct, frozen=True):
    """Part of a bar."""

    period: str
    name: str
    amount: float


def stacked(
    title: str,
    text: str,
    parts: Sequence[Part],
    periods: Sequence[str],
    colours: Sequence[tuple[str, str]],
) -> Sizes:
    """Draw a bar for each month; `colours` names every part, the lowest first, with its colour."""
    order = {name: at for at, (name, _) in enumerate(colours)}
    values = [
        {"period": each.period, "name": each.name, "amount": each.amount, "order": order[each.name]}
        for each in parts
    ]
    spec = {
        "height": _HEIGHT,
        "data": {"values": values},
        "mark": {"type": "bar", "width": {"band": 0.7}},
        "encoding": {
            "x": {
                "field": "period",
                "type": "ordinal",
                "title": None,
                "sort": list(periods),
                "axis": {"labelAngle": 0, "labelOverlap": True},
            },
            "y": {
                "field": "amount",
                "type": "quantitative",
                "title": None,
                "axis": {"format": "~s", "tickCount": 5},
            },
            "color": {
                "field": "name",
                "type": "nominal",
                "scale": {"domain": [name for name, _ in colours], "range": [each for _, each in colours]},
            },
            "order": {"field": "order", "type": "quantitative"},
        },
    }
    few = {**CONFIG, "legend": {**CONFIG["legend"], "columns": 2}}
    return Sizes(
        chart(title, text, {**spec, "width": 1040}),
        chart(title, text, {**spec, "width": 270, "config": few}),
    )
