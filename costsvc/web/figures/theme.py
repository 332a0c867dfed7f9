"""How figures look: one scale of sizes, colours that colour-blind readers tell apart, on light and on dark."""

from collections.abc import Mapping
from typing import Any, Literal

from costsvc.drawing import COLOURS

Spec = dict[str, Any]
Theme = Literal["light", "dark"]
Size = Literal["large", "small"]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
WIDTH = 560
"""Of the plot in px; the page scales the whole."""
WIDER_PX = 26
"""Room at the sides for a reader's font that is wider than the one that labels were measured with."""
NARROW = 0.5
"""Share of that width that a plot of a narrow page has."""
ROW = 24
"""Height of a bar's row in px."""
SMALL, NORMAL, LARGE = 12, 13, 15
INK: Mapping[Theme, str] = {"light": "#17212b", "dark": "#e6ecf0"}
SOFT: Mapping[Theme, str] = {"light": "#52606d", "dark": "#a3b1bd"}
LINE: Mapping[Theme, str] = {"light": "#d5dde3", "dark": "#33414d"}
PAPER: Mapping[Theme, str] = {"light": "#ffffff", "dark": "#17212b"}
CATEGORIES: Mapping[Theme, tuple[str, ...]] = {
    "light": COLOURS[:6],
    "dark": ("#56B4E9", "#E69F00", "#2BBF94", "#E39AC5", "#F0E442", "#FF8A4C"),
}
RAMP: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#0b6e6e", "#63aaa8", "#c3dfdd", "#e3c48d"),
    "dark": ("#5cc8c0", "#26716d", "#1d5654", "#6b5223"),
}
"""Parts of a whole, the first the strongest."""
ON_RAMP: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#ffffff", "#06201f", "#06201f", "#06201f"),
    "dark": ("#06201f", "#ffffff", "#ffffff", "#ffffff"),
}
"""What can be read on each colour of the ramp."""
HEAT: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#e8f4f1", "#8fc7c0", "#2f8f8b", "#0a4f57"),
    "dark": ("#12343a", "#1f6a6c", "#53aaa4", "#d2f0ea"),
}
"""From little to much, the lightness of which alone tells them apart."""
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def themed(spec: Spec, theme: Theme, size: Size = "large") -> Spec:
    """A specification with a theme's colours and sizes.

    Args:
        spec: A specification without any.
        theme: On what it is shown.
        size: Small makes the plot narrower, but not its letters.
    """
    ink, soft, line = INK[theme], SOFT[theme], LINE[theme]
    config: Spec = {
        "background": PAPER[theme],
        "font": FONT,
        "padding": {"left": WIDER_PX, "right": WIDER_PX, "top": 6, "bottom": 6},
        "axis": {
            "labelColor": soft,
            "titleColor": soft,
            "gridColor": line,
            "domainColor": line,
            "tickColor": line,
            "labelFontSize": SMALL,
            "titleFontSize": SMALL,
            "titleFontWeight": "normal",
            "labelLimit": 220,
            "titlePadding": 12,
        },
        "axisX": {"titlePadding": 6},
        "legend": {
            "labelColor": ink,
            "titleColor": soft,
            "labelFontSize": NORMAL,
            "titleFontSize": SMALL,
            "titleFontWeight": "normal",
            "labelLimit": 160,
            "orient": "top",
            "layout": {"top": {"direction": "vertical", "anchor": "start"}},
            "symbolBaseFillColor": ink,
            "symbolBaseStrokeColor": ink,
        },
        "title": {"color": ink, "fontSize": NORMAL, "anchor": "start", "frame": "group", "fontWeight": "bold"},
        "text": {"color": ink, "fontSize": SMALL},
        "rule": {"color": soft},
        "view": {"stroke": None},
        "range": {
            "category": list(CATEGORIES[theme]),
            "ordinal": list(RAMP[theme]),
            "heatmap": list(HEAT[theme]),
            "ramp": list(HEAT[theme]),
            "symbol": list(SHAPES),
        },
    }
    params = [
        {"name": "accent", "value": RAMP[theme][0]},
        {"name": "labels", "value": list(ON_RAMP[theme])},
        {"name": "ink", "value": ink},
        {"name": "paper", "value": PAPER[theme]},
    ]
    return {"$schema": SCHEMA, "config": config, "params": params, **(_narrow(spec) if size == "small" else spec)}


def _narrow(spec: Spec) -> Spec:
    """The same with its plots at half their width."""
    narrow = {**spec, "width": spec["width"] * NARROW} if "width" in spec else dict(spec)
    if "vconcat" in spec:
        narrow["vconcat"] = [_narrow(inner) for inner in spec["vconcat"]]
    return narrow
