"""Figure of the scoreboard: predicted against published, as a Vega-Lite specification and as SVG."""

import re
from collections.abc import Sequence
from math import ceil, floor, log10

from typing_extensions import TypedDict

from costsvc.reference.scoreboard import FigurePoint
from costsvc.report.rendering import COLOURS, Spec, render

PANELS = (
    ("Another source: accelerator-hours", "h", r"^another source: hours from"),
    ("Another source: images and video", "h", r"^another source: hours of"),
    ("Another source: tokens per second", "token/s", r"^another source: tokens per second"),
    ("Another source: energy of serving", "J per output token", r"^another source: joules per token"),
    ("Another source: energy of training", "kWh", r"^another source: (chip )?energy"),
    ("Another source: dollars", "USD", r"^another source: dollars, hours"),
    ("Another source: list prices of calls", "USD", r"^another source: dollars of a call"),
    ("Hosted models, size hidden: active parameters", "10^9", r"^hosted open models.*: active parameters"),
    ("Hosted models, size hidden: energy", "Wh per request", r"^hosted open models.*: energy"),
    ("Training: energy", "kWh", r"^training: (chip energy|energy at)"),
    ("Training: mean power per chip", "W", r"^training: (chip|wall) power"),
    ("Training: accelerator-hours", "h", r"^training: hours"),
    (
        "Serving: chips, the model named",
        "J per output token",
        r"^serving: joules per token, (current software$|between)",
    ),
    ("Serving: chips, only sizes given", "J per output token", r"^serving: joules per token, current software, sizes"),
    ("Serving: chips, older software", "J per output token", r"^serving: joules per token, software of"),
    ("Serving: chips, at a rate of requests", "J per output token", r"^serving: joules per token, at a rate"),
    ("Images and video: chips", "Wh per image or video", r"^serving: images"),
)
"""Title, unit and kinds of each panel."""
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke")
LABEL = "format(datum.value, datum.value < 10000 ? '~g' : '~s')"
"""10k, 1M, but 0.1 and not 100m."""
SIDE_PX = 300
FEW_DECADES = 2.0
CONFIG: Spec = {
    "aria": False,
    "background": "white",
    "font": "Arial, Helvetica, Liberation Sans, sans-serif",
    "axis": {"gridColor": "#eeeeee", "labelFontSize": 10, "titleFontSize": 11, "titleFontWeight": "normal"},
    "legend": {"labelFontSize": 11, "labelLimit": 0, "symbolOpacity": 1, "symbolSize": 60},
    "title": {"anchor": "start", "frame": "group", "fontSize": 13},
    "view": {"stroke": "#cccccc"},
}


class Axes(TypedDict):
    """The axes of a panel."""

    x: Spec
    y: Spec


class Value(TypedDict):
    """A point of a panel, rounded."""

    kind: str
    published: float
    predicted: float
    low: float
    high: float


def specification(points: Sequence[FigurePoint]) -> Spec:
    """Vega-Lite of all panels that have points.

    Args:
        points: The points.
    """
    chosen = ((title, unit, [one for one in points if re.search(kinds, one.kind)]) for title, unit, kinds in PANELS)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "concat": [_panel(title, unit, some) for title, unit, some in chosen if some],
        "columns": 2,
        "spacing": 30,
        "resolve": {"scale": {"color": "independent", "shape": "independent"}},
        "config": CONFIG,
    }


def unit_of(kind: str) -> str:
    """The unit of a kind's figures, empty if its rows have different units."""
    return next((unit for _, unit, kinds in PANELS if re.search(kinds, kind)), "")


def short(kind: str) -> str:
    """A kind without what all kinds of its panel share."""
    return re.sub(r"^[\w ,]+: (joules per token, )?", "", kind)


def svg(points: Sequence[FigurePoint]) -> str:
    """The figure.

    Args:
        points: The points.
    """
    return render(specification(points), "svg").decode() + "\n"


def _panel(title: str, unit: str, points: Sequence[FigurePoint]) -> Spec:
    values = [_value(point) for point in points]
    figures = [
        number for value in values for number in (value["published"], value["predicted"], value["low"], value["high"])
    ]
    ends = [rounded(min(figures) / 1.2), rounded(max(figures) * 1.2)]
    labels = list(dict.fromkeys(value["kind"] for value in values))
    axes: Axes = {"x": axis_of("published", unit, ends), "y": axis_of("predicted", unit, ends)}
    return {
        "title": title,
        "width": SIDE_PX,
        "height": SIDE_PX,
        "layer": [
            *(_line(axes, ends, factor) for factor in (0.5, 1.0, 2.0)),
            {"data": {"values": values}, **_marks(axes, labels)},
        ],
    }


def _marks(axes: Axes, labels: Sequence[str]) -> Spec:
    """Points with their intervals."""
    colour = {"domain": labels, "range": COLOURS[: len(labels)]}
    shape = {"domain": labels, "range": SHAPES[: len(labels)]}
    legend = {"title": None, "orient": "bottom", "columns": 1, "labelLimit": 0}
    by_kind = {
        "color": {"field": "kind", "type": "nominal", "scale": colour, "legend": legend},
        "shape": {"field": "kind", "type": "nominal", "scale": shape, "legend": legend},
    }
    interval = {"x": axes["x"], "y": {**axes["y"], "field": "low"}, "y2": {"field": "high"}}
    return {
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 0.7, "opacity": 0.35},
                "encoding": {**interval, "color": by_kind["color"]},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 28, "opacity": 0.8},
                "encoding": {**axes, **by_kind},
            },
        ]
    }


def _line(axes: Axes, ends: Sequence[float], factor: float) -> Spec:
    """The diagonal, or the line along which predictions are off by a factor."""
    dash = [] if factor == 1.0 else [4, 3]
    return {
        "data": {"values": [{"published": end, "predicted": rounded(end * factor)} for end in ends]},
        "mark": {"type": "line", "clip": True, "color": "#888888", "strokeWidth": 1, "strokeDash": dash},
        "encoding": axes,
    }


def axis_of(name: str, unit: str, ends: Sequence[float]) -> Spec:
    """A logarithmic axis.

    Args:
        name: The column.
        unit: Its unit.
        ends: The ends of the axis.
    """
    return {
        "field": name,
        "type": "quantitative",
        "title": f"{name} [{unit}]",
        "scale": {"type": "log", "domain": ends, "nice": False},
        "axis": {"values": _ticks(*ends), "labelExpr": LABEL, "labelOverlap": True},
    }


def _ticks(low: float, high: float) -> list[float]:
    """Powers of ten; also twice and five times them if there are few."""
    steps = (1.0, 2.0, 5.0) if log10(high / low) < FEW_DECADES else (1.0,)
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    ticks = [rounded(step * 10.0**decade) for decade in decades for step in steps]
    return [tick for tick in ticks if low <= tick <= high]


def _value(point: FigurePoint) -> Value:
    return {
        "kind": short(point.kind),
        "published": rounded(point.published),
        "predicted": rounded(point.predicted),
        "low": rounded(point.low),
        "high": rounded(point.high),
    }


def rounded(value: float) -> float:
    """Four digits: further ones are not visible and differ between machines."""
    return float(f"{value:.4g}")
