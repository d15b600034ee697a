"""Coverage over time against the threshold, and where it is heading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from tagward_service.web.charts.chart import Sizes, chart

_HEIGHT = 300
MOST_POINTS = 40
_COLOURS = ("var(--chart-1)", "var(--chart-2)")


class Line(Struct, frozen=True):
    """One measure over time, in percent."""

    name: str
    points: Sequence[tuple[date, float]]


class Ahead(Struct, frozen=True):
    """When the threshold is reached: from the last point on; `latest` is None when it may be never."""

    start: date
    percent: float
    likely: date
    earliest: date | None
    latest: date | None


def trend(lines: Sequence[Line], threshold: float, ahead: Ahead | None) -> Sizes:
    """Draw the lines, the threshold and the forecast."""
    lines = [each for each in lines if each.points]
    lowest = min((percent for each in lines for _, percent in each.points), default=0.0)
    bottom = max(0, int(min(lowest, threshold) // 10) * 10 - 5)
    layers = [_measured(lines), *_forecast(ahead, threshold), _rule(threshold)]
    spec = {"height": _HEIGHT, "layer": [_scaled(each, bottom) for each in layers]}
    title, text = "Coverage over time", _words(lines, threshold, ahead)
    return Sizes(chart(title, text, {**spec, "width": 600}), chart(title, text, {**spec, "width": 270}))


def _scaled(layer: dict[str, Any], bottom: int) -> dict[str, Any]:
    layer["encoding"]["y"] |= {
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [bottom, 100]},
        "axis": {"labelExpr": "datum.value + ' %'", "tickCount": 5},
    }
    return layer


def _measured(lines: Sequence[Line]) -> dict[str, Any]:
    values = [
        {"day": day.isoformat(), "percent": percent, "measure": each.name}
        for each in lines
        for day, percent in each.points
    ]
    names = [each.name for each in lines]
    return {
        "data": {"values": values},
        "mark": {"type": "line", "strokeWidth": 2.5, "point": _points(lines)},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "title": None,
                "axis": {"format": "%b %Y", "grid": False, "tickCount": 5, "labelOverlap": True},
            },
            "y": {"field": "percent"},
            "color": {
                "field": "measure",
                "type": "nominal",
                "scale": {"domain": names, "range": list(_COLOURS[: len(names)])},
                "legend": {"symbolType": "stroke", "symbolSize": 200},
            },
        },
    }


def _points(lines: Sequence[Line]) -> dict[str, Any] | bool:
    """Mark the points, where there are so few that they can be told apart."""
    return max(len(each.points) for each in lines) <= MOST_POINTS and {"size": 34, "filled": True}


def _rule(threshold: float) -> dict[str, Any]:
    return {
        "data": {"values": [{"percent": threshold}]},
        "mark": {"type": "rule", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": "var(--ink-2)"},
        "encoding": {"y": {"field": "percent"}},
    }


def _forecast(ahead: Ahead | None, threshold: float) -> list[dict[str, Any]]:
    if ahead is None:
        return []
    course = [
        {"day": ahead.start.isoformat(), "percent": ahead.percent},
        {"day": ahead.likely.isoformat(), "percent": threshold},
    ]
    x = {"field": "day", "type": "temporal"}
    drawn: list[dict[str, Any]] = [
        {
            "data": {"values": course},
            "mark": {"type": "line", "strokeDash": [2, 4], "strokeWidth": 2, "color": "var(--chart-1)"},
            "encoding": {"x": x, "y": {"field": "percent"}},
        }
    ]
    if ahead.earliest and ahead.latest:
        between = {
            "day": ahead.earliest.isoformat(),
            "latest": ahead.latest.isoformat(),
            "percent": threshold,
        }
        drawn.append(
            {
                "data": {"values": [between]},
                "mark": {
                    "type": "rule",
                    "strokeWidth": 7,
                    "strokeCap": "round",
                    "opacity": 0.35,
                    "color": "var(--chart-1)",
                },
                "encoding": {"x": x, "x2": {"field": "latest"}, "y": {"field": "percent"}},
            }
        )
    return drawn


def _words(lines: Sequence[Line], threshold: float, ahead: Ahead | None) -> str:
    said = [f"{each.name}: from {_at(each.points[0])} to {_at(each.points[-1])}" for each in lines]
    said.append(f"the threshold is {threshold:g} %")
    if ahead:
        said.append(f"it is likely reached on {ahead.likely}")
    return "; ".join(said)


def _at(point: tuple[date, float]) -> str:
    return f"{point[1]:.1f} % on {point[0]}"
