"""The figure of a placement: cost against CO2e of each option, with the Pareto front."""

from collections.abc import Iterator, Mapping
from math import ceil, floor, log10

from costsvc.report.answers import Outcome, PlacementAnswer
from costsvc.report.figures.theme import WIDTH_PX, Spec
from costsvc.report.figures.vega import DESCRIPTION, Unit, axis_title, common_unit, format_metric
from costsvc.report.labels import COMPARED

HEIGHT_PX = 320
WIDE = 20.0
"""Ratio of the largest to the smallest value from which an axis is logarithmic."""
AXES: Mapping[str, str] = {metric: COMPARED[metric].slug for metric in ("cost_usd", "carbon_kg")}
"""The metrics of both axes, and their columns in the unit of the axis."""
KINDS = ("option", "Pareto front", "now")
OPTION, FRONT, NOW = KINDS
EDGE = "least CO2e for the cost"
LINES: Spec = {"symbolType": "stroke", "symbolSize": 300, "symbolStrokeWidth": 2}
KIND: Spec = {"field": "kind", "type": "nominal", "title": None, "scale": {"domain": list(KINDS)}}


def scatter(answer: PlacementAnswer) -> Spec | None:
    """Options by cost and CO2e, with the Pareto front and the workload as described."""
    points = list(_points(answer))
    if len(points) <= 1:
        return None
    units = {metric: common_unit((point[metric] for point in points), metric) for metric in AXES}
    rows = [_row(point, units) for point in points]
    for row, is_edge in zip(rows, _edge(rows), strict=True):
        row["edge"] = is_edge
    x, y = (_axis([point[metric] for point in points], metric, units[metric]) for metric in AXES)
    return {
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "data": {"values": rows},
        "encoding": {"x": x, "y": y},
        "layer": [_edge_line(), _marks(), _labels()],
    }


def _edge_line() -> Spec:
    return {
        "transform": [{"filter": "datum.edge"}],
        "mark": {"type": "line", "interpolate": "step-after", "opacity": 0.7, "aria": False},
        "encoding": {
            "order": {"field": AXES["cost_usd"]},
            "color": {"value": {"expr": "ink"}},
            "strokeDash": {"datum": EDGE, "title": None, "scale": {"range": [[4, 3]]}, "legend": LINES},
        },
    }


def _marks() -> Spec:
    return {
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 0.85},
        "encoding": {"color": KIND, "shape": KIND, "description": DESCRIPTION},
    }


def _labels() -> Spec:
    return {
        "transform": [{"filter": "datum.label !== null"}],
        "mark": {"type": "text", "align": {"expr": "datum.align"}, "dx": {"expr": "datum.dx"}, "dy": -10},
        "encoding": {"text": {"field": "label"}},
    }


def _points(answer: PlacementAnswer) -> Iterator[Spec]:
    """The options in full, the rest of the Pareto front, and the workload as described."""
    baseline = answer["baseline"]
    costs = [one["cost_usd"]["value"] for one in (baseline, *answer["options"]) if one["cost_usd"]]
    centre = (min(costs) + max(costs)) / 2 if costs else 0.0
    in_full = set()
    for option in answer["options"]:
        in_full.add((option["request"].get("accelerator"), option["request"].get("region")))
        kind = FRONT if option["pareto"] else OPTION
        yield from _known_point(option, kind, "best" if option["rank"] == 1 else None, centre)
    yield from _known_point(baseline, NOW, NOW, centre)
    for option in answer["pareto"]:
        if (option["accelerator"], option["region"]) not in in_full and option["cost_usd"] > 0:
            name = f"{option['accelerator']}, {option['region']}"
            yield _point(name, FRONT, (option["cost_usd"], option["carbon_kg"]), None, centre)


def _known_point(outcome: Outcome, kind: str, label: str | None, centre: float) -> Iterator[Spec]:
    """The point of an outcome, unless its cost or CO2e is not known."""
    if outcome["cost_usd"] is None or outcome["carbon_kg"] is None:
        return
    request = outcome["request"]
    name = f"{request.get('accelerator', request.get('instance'))}, {request.get('region', 'world')}"
    values = (outcome["cost_usd"]["value"], outcome["carbon_kg"]["value"])
    yield _point(name, kind, values, f"{label}: {name}" if label else None, centre)


def _point(name: str, kind: str, values: tuple[float, float], label: str | None, centre: float) -> Spec:
    """A point; its label is on the side of the centre of the plot."""
    cost, carbon = values
    side = {"align": "right", "dx": -6} if cost > centre else {"align": "left", "dx": 6}
    amounts = f"{format_metric(cost, 'cost_usd')}, {format_metric(carbon, 'carbon_kg')} CO2e"
    return {
        "name": name,
        "kind": kind,
        "cost_usd": cost,
        "carbon_kg": carbon,
        "label": label,
        **side,
        "description": f"{'now, ' if kind == NOW else ''}{name}: {amounts}",
    }


def _row(point: Spec, units: Mapping[str, Unit]) -> Spec:
    """A point in the units of the axes."""
    row = {name: value for name, value in point.items() if name not in AXES}
    for metric, column in AXES.items():
        size, unit_name = units[metric]
        row |= {column: point[metric] / size, f"{column}_unit": unit_name}
    return row


def _edge(rows: list[Spec]) -> list[bool]:
    """Whether no other point is better in cost or CO2e without being worse in the other."""
    cost, carbon = AXES.values()
    return [
        not any(
            (other[cost] <= row[cost] and other[carbon] < row[carbon])
            or (other[cost] < row[cost] and other[carbon] <= row[carbon])
            for other in rows
        )
        for row in rows
    ]


def _axis(values: list[float], metric: str, unit: Unit) -> Spec:
    axis: Spec = {"tickCount": 6, "format": ",~r"}
    scale: Spec = {"zero": False, "nice": True}
    if min(values) > 0 and max(values) / min(values) > WIDE:
        scale = {"type": "log", "nice": False}
        low, high = (log10(end(values) / unit[0]) for end in (min, max))
        axis["values"] = [step * 10.0**power for power in range(floor(low), ceil(high) + 1) for step in (1, 3)]
    return {
        "field": AXES[metric],
        "type": "quantitative",
        "title": axis_title(metric, unit),
        "scale": {**scale, "padding": 30},
        "axis": axis,
    }


def describe_scatter(answer: PlacementAnswer) -> str:
    """The main finding of :func:`scatter`."""
    points = list(_points(answer))
    best = [point["description"] for point in points if point["label"] and point["kind"] != NOW]
    now = [point["description"] for point in points if point["kind"] == NOW]
    return f"Cost against CO2e of {len(points)} options. Best: {'; '.join([*best[:1], *now[:1]])}."
