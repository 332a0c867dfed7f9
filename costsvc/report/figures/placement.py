"""The figure of a placement: cost against CO2e of each option, with the Pareto front."""

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

from typing_extensions import TypedDict

from costsvc.answers.placement import OutcomeAnswer, PlacementAnswer
from costsvc.answers.quantities import PlacementMetric
from costsvc.report.answers import read_request
from costsvc.report.figures.theme import WIDTH_PX
from costsvc.report.figures.vega import DESCRIPTION, Unit, axis_title, common_unit, format_metric
from costsvc.report.labels import COMPARED
from costsvc.report.rendering import Spec

HEIGHT_PX = 320
WIDE = 20.0
"""Ratio of the largest to the smallest value from which an axis is logarithmic."""
KINDS = ("option", "best trade-off", "now")
OPTION, FRONT, NOW = KINDS
EDGE = "least CO2e for the cost"
COST, CARBON = COMPARED["cost_usd"].slug, COMPARED["carbon_kg"].slug
"""The columns of both axes, in the unit of the axis."""
LINES: Spec = {"symbolType": "stroke", "symbolSize": 300, "symbolStrokeWidth": 2}
KIND: Spec = {"field": "kind", "type": "nominal", "title": None, "scale": {"domain": list(KINDS)}}


class PlottedOption(TypedDict):
    """A point of the figure."""

    name: str
    kind: str
    cost_usd: float
    carbon_kg: float
    label: str | None
    align: str
    dx: int
    description: str


def scatter(answer: PlacementAnswer) -> Spec | None:
    """Options by cost and CO2e, with the Pareto front and the workload as described."""
    points = list(_points(answer))
    if len(points) <= 1:
        return None
    costs, carbons = [point["cost_usd"] for point in points], [point["carbon_kg"] for point in points]
    units = common_unit(costs, "cost_usd"), common_unit(carbons, "carbon_kg")
    rows = [{**_row(point, *units), "edge": _is_edge(point, points)} for point in points]
    x, y = _axis(COST, costs, "cost_usd", units[0]), _axis(CARBON, carbons, "carbon_kg", units[1])
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
            "order": {"field": COST},
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


def _points(answer: PlacementAnswer) -> Iterator[PlottedOption]:
    """The options in full, the rest of the Pareto front, and the workload as described."""
    baseline = answer["baseline"]
    costs = [one["cost_usd"]["value"] for one in (baseline, *answer["options"]) if one["cost_usd"]]
    centre = (min(costs) + max(costs)) / 2 if costs else 0.0
    in_full = set()
    for option in answer["options"]:
        request = read_request(option["request"])
        in_full.add((request.get("accelerator"), request.get("region")))
        kind = FRONT if option["pareto"] else OPTION
        yield from _known_point(answer, option, kind, ("best" if option["rank"] == 1 else None, centre))
    yield from _known_point(answer, baseline, NOW, (NOW, centre))
    for point in answer["pareto"]:
        if (point["accelerator"], point["region"]) not in in_full and point["cost_usd"] > 0:
            name = _name(answer, point["accelerator"], point["region"])
            yield _point(name, FRONT, (point["cost_usd"], point["carbon_kg"]), None, centre)


def _name(answer: PlacementAnswer, machine: str | None, region: str | None) -> str:
    """The machine and the place of an option, as people call them."""
    ids = (machine or "", region or "world")
    return ", ".join(answer["names"].get(id_, id_) for id_ in ids if id_)


def _known_point(
    answer: PlacementAnswer, outcome: OutcomeAnswer, kind: str, labelled: tuple[str | None, float]
) -> Iterator[PlottedOption]:
    """The point of an outcome, with its label and the centre of the plot, unless its cost or CO2e is not known."""
    label, centre = labelled
    if outcome["cost_usd"] is None or outcome["carbon_kg"] is None:
        return
    request = read_request(outcome["request"])
    name = _name(answer, request.get("accelerator", request.get("instance")), request.get("region"))
    values = (outcome["cost_usd"]["value"], outcome["carbon_kg"]["value"])
    yield _point(name, kind, values, f"{label}: {name}" if label else None, centre)


def _point(name: str, kind: str, values: tuple[float, float], label: str | None, centre: float) -> PlottedOption:
    """A point; its label is on the side of the centre of the plot."""
    cost, carbon = values
    align, dx = ("right", -6) if cost > centre else ("left", 6)
    amounts = f"{format_metric(cost, 'cost_usd')}, {format_metric(carbon, 'carbon_kg')} CO2e"
    return {
        "name": name,
        "kind": kind,
        "cost_usd": cost,
        "carbon_kg": carbon,
        "label": label,
        "align": align,
        "dx": dx,
        "description": f"{'now, ' if kind == NOW else ''}{name}: {amounts}",
    }


def _row(point: PlottedOption, cost: Unit, carbon: Unit) -> Spec:
    """A point in the units of the axes."""
    return {
        "name": point["name"],
        "kind": point["kind"],
        "label": point["label"],
        "align": point["align"],
        "dx": point["dx"],
        "description": point["description"],
        COST: point["cost_usd"] / cost[0],
        f"{COST}_unit": cost[1],
        CARBON: point["carbon_kg"] / carbon[0],
        f"{CARBON}_unit": carbon[1],
    }


def _is_edge(point: PlottedOption, points: Sequence[PlottedOption]) -> bool:
    """Whether no other point is better in cost or CO2e without being worse in the other."""
    cost, carbon = point["cost_usd"], point["carbon_kg"]
    return not any(
        (other["cost_usd"] <= cost and other["carbon_kg"] < carbon)
        or (other["cost_usd"] < cost and other["carbon_kg"] <= carbon)
        for other in points
    )


def _axis(field: str, values: list[float], metric: PlacementMetric, unit: Unit) -> Spec:
    axis: Spec = {"tickCount": 6, "format": ",~r"}
    scale: Spec = {"zero": False, "nice": True}
    if min(values) > 0 and max(values) / min(values) > WIDE:
        scale = {"type": "log", "nice": False}
        low, high = (log10(end(values) / unit[0]) for end in (min, max))
        axis["values"] = [step * 10.0**power for power in range(floor(low), ceil(high) + 1) for step in (1, 3)]
    return {
        "field": field,
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
