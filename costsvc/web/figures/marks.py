"""What several figures are made of."""

from collections.abc import Iterable, Sequence
from typing import Any

from costsvc.estimates.answer import Plain
from costsvc.web import numbers
from costsvc.web.figures.theme import ROW, WIDTH, Spec

NAMES = {"energy_kwh": "Energy", "carbon_kg": "CO2e", "water_l": "Water", "cost_usd": "Money", "hours": "Time"}
LABEL_PX = 50
"""Room for the label at the outer end of a bar below 0."""
DIMENSIONS = {"hours": "time_h"}
"""Where a metric's dimension has another name."""


def dimension(metric: str) -> str:
    """The dimension of a metric, under which numbers are shown."""
    return DIMENSIONS.get(metric, metric)


def unit(values: Iterable[float | None], metric: str) -> tuple[float, str]:
    """Size and name of the unit that suits the largest of some values.

    Args:
        values: In the unit of the metric.
        metric: What they are of.
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    size, name = numbers.scale(largest, dimension(metric))
    return size, name or "number"


def quantitative(field: str, title: str | None, **scale: Any) -> Spec:
    """An axis of numbers that begins at 0.

    Args:
        field: Column of the data.
        title: What it shows, with its unit.
        **scale: What its scale says besides.
    """
    axis: Spec = {"title": title, "tickCount": 6}
    return {"field": field, "type": "quantitative", "scale": {"nice": True, **scale}, "axis": axis}


def ranked_bars(panels: Sequence[tuple[str, list[Spec]]], title: str) -> Spec:
    """A panel of bars for each metric, the longest first.

    Args:
        panels: Title and rows of each: ``name``, ``value`` and ``told``.
        title: What the bars measure, with its unit.
    """
    ends = [row["value"] for _, rows in panels for row in rows]
    room = LABEL_PX if min(ends) < 0 else 0
    x = quantitative("value", title, domain=[min(0.0, *ends), max(0.0, *ends)], padding=room, nice=False)
    x["axis"]["grid"] = False
    bare = {**x, "axis": {**x["axis"], "title": None, "labels": False, "ticks": False}}
    *others, last = panels
    found = [*(_bars(name, rows, bare) for name, rows in others), _bars(*last, x)]
    return {"vconcat": found, "spacing": 14}


def _bars(name: str, rows: list[Spec], x: Spec) -> Spec:
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False}}
    return {
        "title": name,
        "width": WIDTH - 120,
        "height": ROW * len(rows),
        "data": {"values": rows},
        "encoding": {"y": y, "description": {"field": "told"}},
        "layer": [
            {
                "mark": {"type": "bar", "height": 14, "cornerRadius": 2, "fill": {"expr": "accent"}},
                "encoding": {"x": x},
            },
            *(_label(side, align, dx) for side, align, dx in ((">=", "left", 4), ("<", "right", -4))),
        ],
    }


def _label(side: str, align: str, dx: int) -> Spec:
    """Labels at the outer end of the bars on one side of 0."""
    return {
        "transform": [{"filter": f"datum.value {side} 0"}],
        "mark": {"type": "text", "align": align, "dx": dx},
        "encoding": {"x": {"field": "value", "type": "quantitative"}, "text": {"field": "label"}},
    }


def intervals(name: str, rows: list[Spec], title: str, *, zero: bool = False) -> Spec:
    """A panel of values with their intervals, one under another; the values stand beside them.

    Args:
        name: Title of the panel.
        rows: ``name``, ``value``, ``low``, ``high`` and ``told`` of each, in the unit of the title.
        title: What they measure, with its unit.
        zero: Whether the axis begins at 0.
    """
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"ticks": False, "domain": False}}
    x = quantitative("value", title, zero=zero, padding=0 if zero else 8)
    accent = {"value": {"expr": "accent"}}
    return {
        "title": name,
        "width": WIDTH - 120,
        "height": ROW * len(rows),
        "data": {"values": rows},
        "encoding": {"y": y, "description": {"field": "told"}},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 5, "opacity": 0.35, "strokeCap": "round"},
                "encoding": {
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    "color": accent,
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {"x": x, "color": accent},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 10, "aria": False},
                "encoding": {"x": {"value": {"expr": "width"}}, "text": {"field": "label"}},
            },
        ],
    }


def row(name: str, q: Plain, metric: str, measure: tuple[float, str]) -> Spec:
    """A quantity as a row of :func:`intervals`.

    Args:
        name: What it is of.
        q: Value, low and high.
        metric: What it is.
        measure: Size and name of the unit that the panel has.
    """
    size, said = measure
    ends = {end: None if q[end] is None else q[end] / size for end in ("value", "low", "high")}
    label = numbers.text(q["value"], dimension(metric))
    return {"name": name, **ends, "unit": said, "label": label, "told": f"{name}: {numbers.text(q, dimension(metric))}"}
