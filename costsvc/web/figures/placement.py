"""The figure of a placement: money against CO2e, with what nothing beats."""

from collections.abc import Iterator, Mapping
from math import ceil, floor, log10

from costsvc.estimates.answer import Plain
from costsvc.web import numbers
from costsvc.web.figures.marks import NAMES, unit
from costsvc.web.figures.theme import WIDTH, Spec

HEIGHT = 320
WIDE = 20.0
"""Ratio of the largest to the smallest from which an axis is logarithmic."""
METRICS = {"cost_usd": "cost", "carbon_kg": "carbon"}
"""The axes, and what their columns are called, which are in the axis's unit."""
KINDS = ("option", "Pareto front", "now")
OPTION, FRONT, NOW = KINDS
EDGE = "least CO2e for the money"
LINES: Spec = {"symbolType": "stroke", "symbolSize": 300, "symbolStrokeWidth": 2}


def scatter(answer: Plain) -> Spec | None:
    """Options by money and CO2e; the Pareto front and the workload as it was described stand out."""
    points = list(_points(answer))
    if len(points) <= 1:
        return None
    x, y = (_axis(points, metric) for metric in METRICS)
    sizes = {metric: unit((one[metric] for one in points), metric) for metric in METRICS}
    rows = [_shown(one, sizes) for one in points]
    for one, edge in zip(rows, _edge(rows), strict=True):
        one["edge"] = edge
    kind = {"field": "kind", "type": "nominal", "title": None, "scale": {"domain": list(KINDS)}}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": rows},
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "transform": [{"filter": "datum.edge"}],
                "mark": {"type": "line", "interpolate": "step-after", "opacity": 0.7, "aria": False},
                "encoding": {
                    "order": {"field": "cost"},
                    "color": {"value": {"expr": "ink"}},
                    "strokeDash": {"datum": EDGE, "title": None, "scale": {"range": [[4, 3]]}, "legend": LINES},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 0.85},
                "encoding": {"color": kind, "shape": kind, "description": {"field": "told"}},
            },
            {
                "transform": [{"filter": "datum.label !== null"}],
                "mark": {"type": "text", "align": {"expr": "datum.align"}, "dx": {"expr": "datum.dx"}, "dy": -10},
                "encoding": {"text": {"field": "label"}},
            },
        ],
    }


def _points(answer: Plain) -> Iterator[Spec]:
    """The options shown and the rest of the front, each once, and the workload as it is."""
    said = answer["baseline"]
    costs = [one["cost_usd"]["value"] for one in (said, *answer["options"]) if one["cost_usd"]]
    middle = (min(costs) + max(costs)) / 2 if costs else 0.0
    shown = set()
    for one in answer["options"]:
        shown.add((one["request"].get("accelerator"), one["request"].get("region")))
        yield from _point(one, FRONT if one["pareto"] else OPTION, one["rank"] == 1, middle)
    yield from _point(said, NOW, True, middle)
    for one in answer["pareto"]:
        if (one["accelerator"], one["region"]) not in shown and one["cost_usd"] > 0:
            name = f"{one['accelerator']}, {one['region']}"
            yield _named(name, FRONT, one["cost_usd"], one["carbon_kg"], None, middle)


def _shown(one: Spec, sizes: Mapping[str, tuple[float, str]]) -> Spec:
    """A point in the units of the axes."""
    rest = {name: value for name, value in one.items() if name not in METRICS}
    for metric, name in METRICS.items():
        size, said = sizes[metric]
        rest |= {name: one[metric] / size, f"{name}_unit": said}
    return rest


def _edge(rows: list[Spec]) -> list[bool]:
    """Of each point whether none is at most as dear and emits less: the front of these two alone."""
    return [
        not any(
            (other["cost"] <= one["cost"] and other["carbon"] < one["carbon"])
            or (other["cost"] < one["cost"] and other["carbon"] <= one["carbon"])
            for other in rows
        )
        for one in rows
    ]


def _point(one: Plain, kind: str, labelled: bool, middle: float) -> Iterator[Spec]:
    if one["cost_usd"] is None or one["carbon_kg"] is None:
        return
    said = one["request"]
    name = f"{said.get('accelerator', said.get('instance'))}, {said.get('region', 'world')}"
    label = ("now: " if kind == NOW else "best: ") + name if labelled else None
    yield _named(name, kind, one["cost_usd"]["value"], one["carbon_kg"]["value"], label, middle)


def _named(name: str, kind: str, cost: float, carbon: float, label: str | None, middle: float) -> Spec:
    left = cost > middle
    told = f"{name}: {numbers.text(cost, 'cost_usd')}, {numbers.text(carbon, 'carbon_kg')} CO2e"
    return {
        "name": name,
        "kind": kind,
        "cost_usd": cost,
        "carbon_kg": carbon,
        "label": label,
        "align": "right" if left else "left",
        "dx": -6 if left else 6,
        "told": told if kind != NOW else f"now, {told}",
    }


def _axis(points: list[Spec], metric: str) -> Spec:
    values = [one[metric] for one in points]
    size, name = unit(values, metric)
    axis: Spec = {"tickCount": 6, "format": ",~r"}
    scale: Spec = {"zero": False, "nice": True}
    if min(values) > 0 and max(values) / min(values) > WIDE:
        scale = {"type": "log", "nice": False}
        low, high = (log10(end(values) / size) for end in (min, max))
        axis["values"] = [step * 10.0**power for power in range(floor(low), ceil(high) + 1) for step in (1, 3)]
    return {
        "field": METRICS[metric],
        "type": "quantitative",
        "title": f"{NAMES[metric]} [{name}]",
        "scale": {**scale, "padding": 30},
        "axis": axis,
    }


def said_scatter(answer: Plain) -> str:
    """The main finding of :func:`scatter`."""
    best = next((one for one in _points(answer) if one["label"] and one["kind"] != NOW), None)
    now = next((one for one in _points(answer) if one["kind"] == NOW), None)
    found = [one["told"] for one in (best, now) if one]
    return f"Money against CO2e of {len(list(_points(answer)))} options. Best: {'; '.join(found)}."
