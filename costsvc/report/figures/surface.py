"""The figure of the cheapest strategy over the numbers of tasks and of requests per task."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor, log10, sqrt

from typing_extensions import TypedDict

from costsvc.answers.amortization import Amortization, Sheet, SurfaceAnswer
from costsvc.answers.quantities import Metric
from costsvc.report import numbers
from costsvc.report.figures.theme import LARGE, WIDTH_PX
from costsvc.report.figures.vega import BACKGROUND, DESCRIPTION
from costsvc.report.labels import COMPARED
from costsvc.report.rendering import Spec
from costsvc.units import PERCENT

MOST_CELLS = 21
"""Most cells along an axis, so that the figure stays small."""
HEIGHT_PX = 340
FEW_POWERS = 2
"""Axes with fewer powers of ten have ticks in between."""
COUNT = (
    "datum.value < 1e6 ? format(datum.value, ',~r') : datum.value < 1e9 ? format(datum.value / 1e6, '~r') + ' million'"
    " : format(datum.value / 1e9, '~r') + ' billion'"
)
"""A power of ten on an axis, in words if it has many zeros."""
HALO: Spec = {"stroke": {"expr": "paper"}, "strokeWidth": 4, "strokeJoin": "round"}
"""An outline in the colour of the paper behind a label."""

PAIR = ("first", "second")
Edges = list[tuple[float, float]]
Totals = Sequence[Sequence[float]]


class Cell(TypedDict):
    """A cell of the heat map."""

    tasks: float
    requests_per_task: float
    cheapest: str
    probability_percent: float
    left: float
    right: float
    bottom: float
    top: float
    description: str


class Axes(TypedDict):
    """The axes of a mark."""

    x: Spec
    y: Spec


def surface(answer: Amortization, metric: Metric) -> Spec | None:
    """The cheapest strategy and its probability over the numbers of tasks and of requests per task.

    Args:
        answer: A comparison of strategies.
        metric: The metric of the totals.
    """
    data = _of_metric(answer, metric)
    if data is None or answer["surface"] is None:
        return None
    rows = list(_cells(answer["surface"], data))
    x = _axis([row["left"] for row in rows], [row["right"] for row in rows], "Tasks [number]")
    y = _axis([row["bottom"] for row in rows], [row["top"] for row in rows], "Requests per task [number]")
    points: Axes = {"x": {"field": "tasks", **x}, "y": {"field": "requests_per_task", **y}}
    cells = {
        "x": {"field": "left", **x},
        "x2": {"field": "right"},
        "y": {"field": "bottom", **y},
        "y2": {"field": "top"},
        **_colours([strategy["name"] for strategy in data["strategies"]]),
        "description": DESCRIPTION,
    }
    heat_map = {"data": {"values": rows}, "mark": {"type": "rect"}, "encoding": cells}
    layers = [
        heat_map,
        *_frontier(answer["surface"], data, points),
        *_labels(rows, points),
        *_requested(answer, rows, points),
    ]
    return {"width": WIDTH_PX, "height": HEIGHT_PX, "layer": layers}


def _of_metric(answer: Amortization, metric: Metric) -> Sheet | None:
    """The surface of a metric; None if a strategy has no total in it."""
    surfaces = answer["surface"]["metrics"] if answer["surface"] else []
    data: Sheet | None = next((one for one in surfaces if one["metric"] == metric), None)
    return data if data and len(data["strategies"]) == len(answer["strategies"]) else None


def _cells(axes: SurfaceAnswer, data: Sheet) -> Iterator[Cell]:
    columns, lines = _selection(len(axes["tasks"])), _selection(len(axes["requests_per_task"]))
    across = _edges([axes["tasks"][i] for i in columns])
    up = _edges([axes["requests_per_task"][j] for j in lines])
    names = [strategy["name"] for strategy in data["strategies"]]
    probabilities, winners = data["probability"] or [], data["cheapest"] or []
    for i, (left, right) in zip(columns, across, strict=True):
        for j, (bottom, top) in zip(lines, up, strict=True):
            tasks, requests = axes["tasks"][i], axes["requests_per_task"][j]
            probability, cheapest = probabilities[i][j], names[winners[i][j]]
            yield {
                "tasks": tasks,
                "requests_per_task": requests,
                "cheapest": cheapest,
                "probability_percent": PERCENT * probability,
                "left": left,
                "right": right,
                "bottom": bottom,
                "top": top,
                "description": f"{_tasks_and_requests(tasks, requests)}; cheapest: {cheapest}, "
                f"probability {numbers.probability(probability)}",
            }


def _tasks_and_requests(tasks: float, requests: float) -> str:
    return f"{numbers.count(tasks)} tasks of {numbers.count(requests)} requests"


def _selection(points: int) -> list[int]:
    """Evenly spaced points of an axis, at most as many as a heat map has cells."""
    if points <= MOST_CELLS:
        return list(range(points))
    return sorted({round(place * (points - 1) / (MOST_CELLS - 1)) for place in range(MOST_CELLS)})


def _edges(points: Sequence[float]) -> Edges:
    """The edges of the cell of each point, half-way to its neighbours on a logarithmic scale."""
    if len(points) == 1:
        return [(points[0] / 2, points[0] * 2)]
    inner = [sqrt(one * other) for one, other in pairwise(points)]
    edges = [points[0] ** 2 / inner[0], *inner, points[-1] ** 2 / inner[-1]]
    return list(pairwise(edges))


def _axis(lows: Sequence[float], highs: Sequence[float], title: str) -> Spec:
    low, high = min(lows), max(highs)
    powers = [10.0**power for power in range(ceil(log10(low)), floor(log10(high)) + 1)]
    axis: Spec = {"labelExpr": COUNT, "grid": False, "labelOverlap": True}
    return {
        "type": "quantitative",
        "title": title,
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": {**axis, "values": powers} if len(powers) >= FEW_POWERS else {**axis, "tickCount": 5},
    }


def _colours(names: Sequence[str]) -> Spec:
    return {
        "color": {"field": "cheapest", "type": "nominal", "title": "cheapest", "scale": {"domain": names}},
        "opacity": {
            "field": "probability_percent",
            "type": "quantitative",
            "title": "probability [%]",
            "legend": {"values": [50, 75, 100]},
            "scale": {"domain": [50, 100], "range": [0.05, 0.5], "clamp": True},
        },
    }


def _frontier(axes: SurfaceAnswer, data: Sheet, encoding: Axes) -> Iterator[Spec]:
    """The line on which two strategies cost the same; none of more strategies, whose cells show it."""
    if len(data["strategies"]) != len(PAIR):
        return
    first, second = (strategy["value"] for strategy in data["strategies"])
    points = sorted({*_crossings(axes["tasks"], axes["requests_per_task"], first, second)})
    if len(points) > 1:
        yield {
            "data": {
                "name": f"{BACKGROUND}-frontier",
                "values": [{"tasks": tasks, "requests_per_task": requests} for tasks, requests in points],
            },
            "mark": {"type": "line", "strokeWidth": 2.5, "color": {"expr": "ink"}, "aria": False},
            "encoding": dict(encoding),
        }


def _crossings(
    tasks: Sequence[float], requests: Sequence[float], first: Totals, second: Totals
) -> Iterator[tuple[float, float]]:
    """Points between neighbouring points of the grid at which two totals are equal."""
    for i, count in enumerate(tasks):
        for j, (low, high) in enumerate(pairwise(requests)):
            at = _equal(first[i][j] - second[i][j], first[i][j + 1] - second[i][j + 1], low, high)
            if at is not None:
                yield count, at
    for j, per_task in enumerate(requests):
        for i, (low, high) in enumerate(pairwise(tasks)):
            at = _equal(first[i][j] - second[i][j], first[i + 1][j] - second[i + 1][j], low, high)
            if at is not None:
                yield at, per_task


def _equal(one: float, other: float, low: float, high: float) -> float | None:
    """Where a difference is 0 between two points of an axis, None if it keeps its sign."""
    if (one < 0) == (other < 0):
        return None
    share = one / (one - other)
    return float(f"{low + share * (high - low):.6g}")


def _labels(rows: Sequence[Cell], encoding: Axes) -> Iterator[Spec]:
    """The name of each strategy at the centre of its cells, because colour alone is not accessible."""
    names = dict.fromkeys(row["cheapest"] for row in rows)
    places = [_label(name, [row for row in rows if row["cheapest"] == name]) for name in names]
    text = {"type": "text", "fontSize": LARGE, "fontWeight": "bold", "limit": 200, "aria": False}
    for style in (HALO, {}):
        yield {
            "data": {"values": places},
            "mark": {**text, **style},
            "encoding": {**encoding, "text": {"field": "label"}},
        }


def _label(name: str, rows: Sequence[Cell]) -> Spec:
    """The label of a strategy, at the cell nearest to the centre of its cells."""
    logs = [(log10(row["tasks"]), log10(row["requests_per_task"])) for row in rows]
    x, y = (sum(point[axis] for point in logs) / len(logs) for axis in (0, 1))
    nearest = min(zip(logs, rows, strict=True), key=lambda pair: (pair[0][0] - x) ** 2 + (pair[0][1] - y) ** 2)
    cell = nearest[1]
    return {"tasks": cell["tasks"], "requests_per_task": cell["requests_per_task"], "label": name}


def _requested(answer: Amortization, rows: Sequence[Cell], encoding: Axes) -> Iterator[Spec]:
    """A mark at the requested tasks and requests, if they are on the map."""
    tasks, requests = answer["tasks"], answer["requests_per_task"]
    if not any(_covers(row, tasks, requests or 0.0) for row in rows):
        return
    text = f"requested: {_tasks_and_requests(tasks, requests)}"
    row = {"tasks": tasks, "requests_per_task": requests, "text": "requested", "description": text}
    point = {"type": "point", "shape": "diamond", "size": 120, "filled": True, "opacity": 1, "strokeWidth": 2}
    label = {"type": "text", "align": "left", "dx": 10, "aria": False}
    labels = [{"mark": {**label, **style}, "encoding": {"text": {"field": "text"}}} for style in (HALO, {})]
    yield {
        "data": {"values": [row]},
        "encoding": {**encoding, "description": DESCRIPTION},
        "layer": [{"mark": {**point, "fill": {"expr": "paper"}, "stroke": {"expr": "ink"}}}, *labels],
    }


def _covers(row: Cell, tasks: float, requests: float) -> bool:
    """Whether a cell covers some number of tasks and of requests."""
    return bool(row["left"] <= tasks <= row["right"] and row["bottom"] <= requests <= row["top"])


def describe_surface(answer: Amortization, metric: Metric) -> str:
    """The main finding of :func:`surface`."""
    data = _of_metric(answer, metric)
    cells = [place for row in data["cheapest"] or [] for place in row] if data else []
    names = [strategy["name"] for strategy in data["strategies"]] if data else []
    shares = {names[place]: PERCENT * cells.count(place) / len(cells) for place in dict.fromkeys(cells)}
    parts = ", ".join(f"{name} in {share:.0f} % of the cells" for name, share in shares.items())
    return f"Cheapest strategy in {COMPARED[metric].noun} over tasks and requests per task: {parts}."
