"""The figure of who is cheapest over numbers of tasks and of requests per task, and how surely."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor, log10, sqrt

from costsvc.estimates.answer import Plain
from costsvc.units import PERCENT
from costsvc.web import numbers
from costsvc.web.figures.marks import NAMES
from costsvc.web.figures.theme import LARGE, WIDTH, Spec

CELLS = 22
"""Most cells along an axis, so that the figure stays light."""
HEIGHT = 340
FEW = 2
"""Powers of ten that an axis needs, or it has ticks in between."""
COUNT = (
    "datum.value < 1e6 ? format(datum.value, ',~r') : datum.value < 1e9 ? format(datum.value / 1e6, '~r') + ' million'"
    " : format(datum.value / 1e9, '~r') + ' billion'"
)
"""A power of ten on an axis, in words where it has many zeros."""

Edges = list[tuple[float, float]]


def surface(answer: Plain, metric: str) -> Spec | None:
    """Who is cheapest over numbers of tasks and of requests per task, and how surely.

    Args:
        answer: A comparison of strategies.
        metric: What is counted.
    """
    sheet = _sheet(answer, metric)
    if sheet is None:
        return None
    rows = list(_cells(answer["surface"], sheet))
    x = _axis([row["left"] for row in rows], [row["right"] for row in rows], "Tasks [number]")
    y = _axis([row["bottom"] for row in rows], [row["top"] for row in rows], "Requests per task [number]")
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "rect"},
                "encoding": {
                    "x": {"field": "left", **x},
                    "x2": {"field": "right"},
                    "y": {"field": "bottom", **y},
                    "y2": {"field": "top"},
                    **_colours([one["name"] for one in sheet["strategies"]]),
                    "description": {"field": "told"},
                },
            },
            *_labels(rows, {"x": {"field": "tasks", **x}, "y": {"field": "requests_per_task", **y}}),
            *_asked(answer, rows, {"x": {"field": "tasks", **x}, "y": {"field": "requests_per_task", **y}}),
        ],
    }


def _sheet(answer: Plain, metric: str) -> Plain | None:
    sheets = answer["surface"]["metrics"] if answer["surface"] else []
    found: Plain | None = next((one for one in sheets if one["metric"] == metric), None)
    return found if found and len(found["strategies"]) == len(answer["strategies"]) else None


def _cells(axes: Plain, sheet: Plain) -> Iterator[Spec]:
    columns, lines = _some(len(axes["tasks"])), _some(len(axes["requests_per_task"]))
    across = _edges([axes["tasks"][i] for i in columns])
    up = _edges([axes["requests_per_task"][j] for j in lines])
    names = [one["name"] for one in sheet["strategies"]]
    for i, (left, right) in zip(columns, across, strict=True):
        for j, (bottom, top) in zip(lines, up, strict=True):
            tasks, requests = axes["tasks"][i], axes["requests_per_task"][j]
            probability, cheapest = PERCENT * sheet["probability"][i][j], names[sheet["cheapest"][i][j]]
            yield {
                "tasks": tasks,
                "requests_per_task": requests,
                "cheapest": cheapest,
                "probability_percent": probability,
                "left": left,
                "right": right,
                "bottom": bottom,
                "top": top,
                "told": f"{numbers.count(tasks)} tasks of {numbers.count(requests)} requests: "
                f"{cheapest} is lowest in {probability:.0f} % of draws",
            }


def _some(points: int) -> list[int]:
    """Evenly spaced places of an axis, at most as many as a heat map shows."""
    if points <= CELLS:
        return list(range(points))
    return sorted({round(place * (points - 1) / (CELLS - 1)) for place in range(CELLS)})


def _edges(points: Sequence[float]) -> Edges:
    """Where the cell of each point begins and ends: half-way to its neighbours on a logarithmic scale."""
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
        "axis": {**axis, "values": powers} if len(powers) >= FEW else {**axis, "tickCount": 5},
    }


def _colours(names: Sequence[str]) -> Spec:
    return {
        "color": {"field": "cheapest", "type": "nominal", "title": "lowest", "scale": {"domain": names}},
        "opacity": {
            "field": "probability_percent",
            "type": "quantitative",
            "title": "how probably [%]",
            "legend": {"values": [50, 75, 100]},
            "scale": {"domain": [40, 100], "range": [0.25, 1], "clamp": True},
        },
    }


def _labels(rows: Sequence[Spec], encoding: Spec) -> Iterator[Spec]:
    """The name of each strategy in the middle of its cells: colour alone is not enough."""
    names = dict.fromkeys(row["cheapest"] for row in rows)
    places = [{**_middle([row for row in rows if row["cheapest"] == name]), "label": name} for name in names]
    halo = {"stroke": {"expr": "paper"}, "strokeWidth": 4, "strokeJoin": "round"}
    for look in (halo, {}):
        yield {
            "data": {"values": places},
            "mark": {"type": "text", "fontSize": LARGE, "fontWeight": "bold", "limit": 200, "aria": False, **look},
            "encoding": {**encoding, "text": {"field": "label"}},
        }


def _middle(rows: Sequence[Spec]) -> Spec:
    """The cell nearest to the middle of some."""
    logs = [(log10(row["tasks"]), log10(row["requests_per_task"])) for row in rows]
    x, y = (sum(one[side] for one in logs) / len(logs) for side in (0, 1))
    nearest = min(zip(logs, rows, strict=True), key=lambda one: (one[0][0] - x) ** 2 + (one[0][1] - y) ** 2)
    return {name: nearest[1][name] for name in ("tasks", "requests_per_task")}


def _asked(answer: Plain, rows: Sequence[Spec], encoding: Spec) -> Iterator[Spec]:
    """A mark at the tasks and requests that were asked about, where they lie on the map."""
    tasks, requests = answer["tasks"], answer["requests_per_task"]
    within = (
        row for row in rows if row["left"] <= tasks <= row["right"] and row["bottom"] <= (requests or 0) <= row["top"]
    )
    if next(within, None) is None:
        return
    told = f"asked about: {numbers.count(tasks)} tasks of {numbers.count(requests)} requests"
    mark = {"type": "point", "shape": "diamond", "size": 120, "filled": True, "opacity": 1, "strokeWidth": 2}
    yield {
        "data": {"values": [{"tasks": tasks, "requests_per_task": requests, "text": "asked", "told": told}]},
        "encoding": {**encoding, "description": {"field": "told"}},
        "layer": [
            {"mark": {**mark, "fill": {"expr": "paper"}, "stroke": {"expr": "ink"}}},
            *(
                {
                    "mark": {"type": "text", "align": "left", "dx": 10, "aria": False, **look},
                    "encoding": {"text": {"field": "text"}},
                }
                for look in ({"stroke": {"expr": "paper"}, "strokeWidth": 4, "strokeJoin": "round"}, {})
            ),
        ],
    }


def said_surface(answer: Plain, metric: str) -> str:
    """The main finding of :func:`surface`."""
    sheet = _sheet(answer, metric)
    flat = [place for row in sheet["cheapest"] for place in row] if sheet else []
    names = [one["name"] for one in sheet["strategies"]] if sheet else []
    shares = {names[place]: PERCENT * flat.count(place) / len(flat) for place in dict.fromkeys(flat)}
    told = ", ".join(f"{name} in {share:.0f} % of the cells" for name, share in shares.items())
    return f"Which strategy has the least {NAMES[metric]} over tasks and requests per task: {told}."
