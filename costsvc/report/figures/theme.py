"""The theme of figures: sizes, and colours for light and dark pages that colour-blind readers can distinguish."""

from collections.abc import Mapping
from typing import Literal

from costsvc.report.rendering import COLOURS, Spec

Theme = Literal["light", "dark"]
Size = Literal["large", "small"]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
WIDTH_PX = 560
"""Width of a plot; the page scales the figure."""
PADDING_PX = 26
"""Space at the sides, in case the font of the reader is wider than the one that labels were measured with."""
NARROW = 0.5
"""Width of a small plot, as a share of a large one."""
KEEPS_ASPECT: Spec = {"keeps_aspect": True}
"""The mark of a specification whose small plot is lower as well as narrower."""
ROW_PX = 24
"""Height of a row of bars."""
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
"""Colours of the parts of a total, the first one the strongest."""
ON_RAMP: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#ffffff", "#06201f", "#06201f", "#06201f"),
    "dark": ("#06201f", "#ffffff", "#ffffff", "#ffffff"),
}
"""A readable colour of labels on each colour of the ramp."""
HEAT: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#e8f4f1", "#8fc7c0", "#2f8f8b", "#0a4f57"),
    "dark": ("#12343a", "#1f6a6c", "#53aaa4", "#d2f0ea"),
}
"""Colours from low to high, distinguishable by lightness alone."""
GRID: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#7fd093", "#d6c640", "#b0702c", "#4f2a0c"),
    "dark": ("#7fe0a0", "#dccb45", "#b9762f", "#7a4a24"),
}
"""Colours from a clean grid to a dirty one, the same on both pages and distinguishable by lightness alone."""
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def with_theme(spec: Spec, theme: Theme, size: Size = "large") -> Spec:
    """Add colours and sizes to a specification.

    Args:
        spec: A specification without a theme.
        theme: The colours of the page.
        size: Small plots are narrower, with letters of the same size.
    """
    config: Spec = {
        "background": PAPER[theme],
        "font": FONT,
        "padding": {"left": PADDING_PX, "right": PADDING_PX, "top": 6, "bottom": 6},
        "axis": _axis(theme),
        "axisX": {"titlePadding": 6},
        "legend": _legend(theme),
        "title": {"color": INK[theme], "fontSize": NORMAL, "anchor": "start", "frame": "group", "fontWeight": "bold"},
        "text": {"color": INK[theme], "fontSize": SMALL},
        "rule": {"color": SOFT[theme]},
        "view": {"stroke": None},
        "range": _ranges(theme),
    }
    params = {
        "accent": RAMP[theme][0],
        "labels": list(ON_RAMP[theme]),
        "ink": INK[theme],
        "soft": SOFT[theme],
        "paper": PAPER[theme],
        "line": LINE[theme],
    }
    sized = _narrow(spec) if size == "small" else spec
    return {
        "$schema": SCHEMA,
        "config": config,
        "params": [{"name": name, "value": value} for name, value in params.items()],
        **sized,
    }


def _axis(theme: Theme) -> Spec:
    return {
        "labelColor": SOFT[theme],
        "titleColor": SOFT[theme],
        "gridColor": LINE[theme],
        "domainColor": LINE[theme],
        "tickColor": LINE[theme],
        "labelFontSize": SMALL,
        "titleFontSize": SMALL,
        "titleFontWeight": "normal",
        "labelLimit": 220,
        "titlePadding": 12,
    }


def _legend(theme: Theme) -> Spec:
    return {
        "labelColor": INK[theme],
        "titleColor": SOFT[theme],
        "labelFontSize": NORMAL,
        "titleFontSize": SMALL,
        "titleFontWeight": "normal",
        "labelLimit": 160,
        "orient": "top",
        "layout": {"top": {"direction": "vertical", "anchor": "start"}},
        "symbolBaseFillColor": INK[theme],
        "symbolBaseStrokeColor": INK[theme],
    }


def _ranges(theme: Theme) -> Spec:
    return {
        "category": list(CATEGORIES[theme]),
        "ordinal": list(RAMP[theme]),
        "heatmap": list(HEAT[theme]),
        "ramp": list(HEAT[theme]),
        "diverging": list(GRID[theme]),
        "symbol": list(SHAPES),
    }


def _narrow(spec: Spec) -> Spec:
    """The specification with narrower plots."""
    narrow = dict(spec)
    width, height, panels = spec.get("width"), spec.get("height"), spec.get("vconcat")
    if isinstance(width, float | int):
        narrow["width"] = width * NARROW
        if spec.get("usermeta") == KEEPS_ASPECT and isinstance(height, float | int):
            narrow["height"] = height * NARROW
    if "columns" in spec:
        narrow["columns"] = 1
    if isinstance(panels, list):
        narrow["vconcat"] = [_narrow(panel) for panel in panels]
    return narrow
