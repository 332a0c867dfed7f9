"""Parts of Vega-Lite specifications that several figures share."""

from collections.abc import Iterable, Sequence

from typing_extensions import TypedDict

from costsvc.answers.quantities import PlacementMetric, Quantity
from costsvc.report import numbers
from costsvc.report.answers import upper_ends
from costsvc.report.figures.theme import ROW_PX, WIDTH_PX
from costsvc.report.labels import COMPARED, DIMENSIONS
from costsvc.report.rendering import Spec

LABEL_PX = 50
"""Space for the label at the outer end of a negative bar."""
PANEL_PX = WIDTH_PX - 120
"""Width of a panel with labels beside it."""
Unit = tuple[float, str]
"""Size and name of a unit."""
CATEGORIES: Spec = {
    "field": "name",
    "type": "nominal",
    "sort": None,
    "title": None,
    "axis": {"ticks": False, "domain": False},
}
"""An axis of names in the order of the rows."""
DESCRIPTION: Spec = {"field": "description"}
"""The accessible name of a mark, which the page also shows as a tooltip."""
CLEAN_TO_DIRTY: Spec = {"range": "diverging"}
"""The scale of colours of CO2e and of the intensity of a grid."""
BACKGROUND = "background"
"""Begin of the names of data that only decorate a figure."""
ACCENT: Spec = {"value": {"expr": "accent"}}


class BarRow(TypedDict):
    """A row of :func:`ranked_bars`."""

    name: str
    value: float
    unit: str
    label: str
    description: str


def format_metric(quantity: numbers.Amount, metric: PlacementMetric) -> str:
    """Format an amount of a metric."""
    return numbers.text(quantity, DIMENSIONS[metric])


def common_unit(values: Iterable[float | None], metric: PlacementMetric) -> Unit:
    """Choose the unit of suitable size for the largest of some values.

    Args:
        values: The values, in the unit of the metric.
        metric: What they measure.
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    size, name = numbers.scale(largest, DIMENSIONS[metric])
    return size, name or "number"


def axis_title(metric: PlacementMetric, unit: Unit) -> str:
    """The title of an axis: the metric and its unit."""
    return f"{COMPARED[metric].title} [{unit[1]}]"


def quantitative(field: str, title: str | None, **scale: object) -> Spec:
    """A numeric axis.

    Args:
        field: Column of the data.
        title: What it shows, with its unit.
        **scale: Properties of its scale.
    """
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"nice": True, **scale},
        "axis": {"title": title, "tickCount": 6},
    }


def panel(name: str, rows: Sequence[object], layers: list[Spec]) -> Spec:
    """A panel with one line for each row.

    Args:
        name: Its title.
        rows: Its data.
        layers: Its marks.
    """
    return {
        "title": name,
        "width": PANEL_PX,
        "height": ROW_PX * len(rows),
        "data": {"values": rows},
        "encoding": {"y": CATEGORIES, "description": DESCRIPTION},
        "layer": layers,
    }


def ranked_bars(panels: Sequence[tuple[str, list[BarRow]]], title: str) -> Spec:
    """Panels of bars, the longest bar of each first.

    Args:
        panels: Title and rows of each panel.
        title: What the bars measure, with its unit.
    """
    ends = [row["value"] for _, rows in panels for row in rows]
    padding = LABEL_PX if min(ends) < 0 else 0
    x = quantitative("value", title, domain=[min(0.0, *ends), max(0.0, *ends)], padding=padding, nice=False)
    axis: Spec = {"title": title, "tickCount": 6, "grid": False}
    x |= {"axis": axis}
    bare = {**x, "axis": {**axis, "title": None, "labels": False, "ticks": False}}
    *others, last = panels
    return {"vconcat": [*(_bars(name, rows, bare) for name, rows in others), _bars(*last, x)], "spacing": 14}


def _bars(name: str, rows: list[BarRow], x: Spec) -> Spec:
    bar = {"type": "bar", "height": 14, "cornerRadius": 2, "fill": {"expr": "accent"}}
    labels = [_bar_label(sign, align, dx) for sign, align, dx in ((">=", "left", 4), ("<", "right", -4))]
    return panel(name, rows, [{"mark": bar, "encoding": {"x": x}}, *labels])


def _bar_label(sign: str, align: str, dx: int) -> Spec:
    """Labels at the outer end of the bars on one side of 0."""
    return {
        "transform": [{"filter": f"datum.value {sign} 0"}],
        "mark": {"type": "text", "align": align, "dx": dx},
        "encoding": {"x": {"field": "value", "type": "quantitative"}, "text": {"field": "label"}},
    }


def bar_row(name: str, percent: float, label: str) -> BarRow:
    """A row of :func:`ranked_bars`.

    Args:
        name: Its name.
        percent: The length of its bar.
        label: The number at its end.
    """
    return {"name": name, "value": percent, "unit": "%", "label": label, "description": f"{name}: {label}"}


def stacked(panels: list[Spec]) -> Spec | None:
    """Panels one below the other; None if there are none."""
    return {"vconcat": panels, "spacing": 18} if panels else None


def metric_intervals(amounts: Sequence[tuple[str, Quantity]], metric: PlacementMetric, *, zero: bool = False) -> Spec:
    """A panel of one metric with the interval of each amount.

    Args:
        amounts: Names and amounts.
        metric: What they measure.
        zero: Whether the axis begins at 0.
    """
    unit = common_unit(upper_ends(amount for _, amount in amounts), metric)
    rows = [interval_row(name, amount, metric, unit) for name, amount in amounts]
    return intervals(COMPARED[metric].title, rows, axis_title(metric, unit), zero=zero)


def intervals(name: str, rows: list[Spec], title: str, *, zero: bool = False) -> Spec:
    """A panel of values with their intervals, and the values as labels at the right.

    Args:
        name: Title of the panel.
        rows: Rows of :func:`interval_row`, in the unit of the title.
        title: What they measure, with its unit.
        zero: Whether the axis begins at 0.
    """
    x = quantitative("value", title, zero=zero, padding=0 if zero else 8)
    rule = {"type": "rule", "strokeWidth": 5, "opacity": 0.35, "strokeCap": "round"}
    point = {"type": "point", "filled": True, "size": 70, "opacity": 1}
    label = {"type": "text", "align": "left", "dx": 10, "aria": False}
    return panel(
        name,
        rows,
        [
            {"mark": rule, "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": ACCENT}},
            {"mark": point, "encoding": {"x": x, "color": ACCENT}},
            {"mark": label, "encoding": {"x": {"value": {"expr": "width"}}, "text": {"field": "label"}}},
        ],
    )


def interval_row(name: str, amount: Quantity, metric: PlacementMetric, unit: Unit) -> Spec:
    """An amount as a row of :func:`intervals`.

    Args:
        name: Its name.
        amount: Value, low and high.
        metric: What it measures.
        unit: The unit of the panel.
    """
    size, unit_name = unit
    return {
        "name": name,
        "value": amount["value"] / size,
        "low": amount["low"] / size,
        "high": amount["high"] / size,
        "unit": unit_name,
        "label": format_metric(amount["value"], metric),
        "description": f"{name}: {format_metric(amount, metric)}",
    }
