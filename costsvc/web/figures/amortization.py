"""Figures of strategies: totals over the number of tasks, and who is cheapest over tasks and requests."""

from collections.abc import Iterator
from typing import Any

from costsvc.estimates.answer import Plain
from costsvc.units import PERCENT
from costsvc.web import numbers
from costsvc.web.figures.marks import NAMES, dimension, intervals, row, unit
from costsvc.web.figures.theme import DASHES, WIDTH, Spec

HEIGHT = 300
CELLS = 24
"""Most cells along an axis of a heat map, so that it stays light."""


def curve(answer: Plain, metric: str) -> Spec | None:
    """Each strategy's total over the number of tasks with its interval, and where they cross.

    Args:
        answer: A comparison of strategies.
        metric: What is counted.
    """
    found = next((one for one in answer["curves"] if one["metric"] == metric), None)
    if found is None or len(found["strategies"]) < len(answer["strategies"]):
        return None
    size, name = unit((top for line in found["strategies"] for top in line["high"]), metric)
    y = {"type": "quantitative", "title": f"{NAMES[metric]} [{name}]", "axis": {"tickCount": 6}}
    names = [line["name"] for line in found["strategies"]]
    legend = {"symbolType": "stroke", "symbolOpacity": 1, "symbolSize": 300, "symbolStrokeWidth": 3}
    strategy = {"field": "strategy", "type": "nominal", "title": None, "scale": {"domain": names}, "legend": legend}
    dash = {**strategy, "scale": {"domain": names, "range": [DASHES[i % len(DASHES)] for i in range(len(names))]}}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "encoding": {"x": {"field": "tasks", "type": "quantitative", "title": "Tasks [number]"}},
        "layer": [
            {
                "data": {"values": list(_points(found, metric, size))},
                "encoding": {"color": strategy},
                "layer": [
                    {
                        "mark": {"type": "area", "opacity": 0.22},
                        "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
                    },
                    {
                        "mark": {"type": "line", "strokeWidth": 2.5},
                        "encoding": {"y": {**y, "field": "value"}, "strokeDash": dash},
                    },
                    {
                        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0},
                        "encoding": {"y": {**y, "field": "value"}, "description": {"field": "told"}},
                    },
                ],
            },
            *_marked(answer, metric, found["tasks"][-1]),
        ],
    }


def _points(found: Plain, metric: str, size: float) -> Iterator[Spec]:
    for line in found["strategies"]:
        for place, tasks in enumerate(found["tasks"]):
            q = {end: line[end][place] for end in ("value", "low", "high")}
            told = f"{numbers.text(tasks, 'number')} tasks, {line['name']}: {numbers.text(q, dimension(metric))}"
            shown = {end: None if q[end] is None else float(f"{q[end] / size:.5g}") for end in q}
            yield {"strategy": line["name"], "tasks": float(f"{tasks:.5g}"), **shown, "told": told}


def _marked(answer: Plain, metric: str, reach: float) -> Iterator[Spec]:
    """Rules where strategies cross, and at the number of tasks asked about."""
    for at, text, dash, height in _rules(answer, metric, reach):
        right = at < reach * 0.7
        yield {
            "data": {"values": [{"at": at, "text": text}]},
            "encoding": {"x": {"field": "at", "type": "quantitative"}, "description": {"field": "text"}},
            "layer": [
                {"mark": {"type": "rule", "strokeDash": dash, "strokeWidth": 1.5}},
                {
                    "mark": {
                        "type": "text",
                        "align": "left" if right else "right",
                        "dx": 5 if right else -5,
                        "y": height,
                        "baseline": "top",
                    },
                    "encoding": {"text": {"field": "text"}},
                },
            ],
        }


def _rules(answer: Plain, metric: str, reach: float) -> Iterator[tuple[float, str, list[int], int]]:
    height = 4
    yield answer["tasks"], f"asked: {numbers.text(answer['tasks'], 'number')}", [2, 3], height
    for one in answer["break_even"]:
        at = one["tasks"] and one["tasks"]["value"]
        if one["metric"] == metric and at is not None and at <= reach:
            height += 18
            yield at, f"break-even of {one['strategy']}: {numbers.text(at, 'number')}", [6, 3], height


def said_curve(answer: Plain, metric: str) -> str:
    """The main finding of :func:`curve`."""
    found = [one for one in answer["break_even"] if one["metric"] == metric]
    texts = [one["reason"] for one in found if one["reason"]]
    return f"{NAMES[metric]} of each strategy over the number of tasks, with its interval. {' '.join(texts)}".strip()


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
    names = [one["name"] for one in sheet["strategies"]]
    axis: dict[str, Any] = {"labelOverlap": True, "labelAngle": 0, "ticks": False, "domain": False}
    return {
        "width": WIDTH,
        "height": WIDTH * 0.62,
        "data": {"values": rows},
        "mark": {"type": "rect"},
        "encoding": {
            "x": {"field": "tasks", "type": "ordinal", "sort": None, "title": "Tasks [number]", "axis": axis},
            "y": {
                "field": "requests",
                "type": "ordinal",
                "sort": list(dict.fromkeys(row["requests"] for row in rows))[::-1],
                "title": "Requests per task [number]",
                "axis": axis,
            },
            "color": {"field": "cheapest", "type": "nominal", "title": "lowest", "scale": {"domain": names}},
            "opacity": {
                "field": "probability",
                "type": "quantitative",
                "title": "how probably [%]",
                "legend": {"values": [50, 75, 100]},
                "scale": {"domain": [40, 100], "range": [0.25, 1], "clamp": True},
            },
            "description": {"field": "told"},
        },
    }


def _sheet(answer: Plain, metric: str) -> Plain | None:
    sheets = answer["surface"]["metrics"] if answer["surface"] else []
    found: Plain | None = next((one for one in sheets if one["metric"] == metric), None)
    return found if found and len(found["strategies"]) == len(answer["strategies"]) else None


def _cells(axes: Plain, sheet: Plain) -> Iterator[Spec]:
    for i in _some(len(axes["tasks"])):
        for j in _some(len(axes["requests_per_task"])):
            tasks, requests = (
                numbers.text(axes[axis][place], "number") for axis, place in (("tasks", i), ("requests_per_task", j))
            )
            probability = PERCENT * sheet["probability"][i][j]
            cheapest = sheet["cheapest"][i][j]
            told = f"{tasks} tasks of {requests} requests: {cheapest} is lowest in {probability:.0f} % of draws"
            yield {
                "tasks": tasks,
                "requests": requests,
                "cheapest": cheapest,
                "probability": probability,
                "told": told,
            }


def _some(points: int) -> list[int]:
    """Evenly spaced places of an axis, at most as many as a heat map shows."""
    if points <= CELLS:
        return list(range(points))
    return sorted({round(place * (points - 1) / (CELLS - 1)) for place in range(CELLS)})


def said_surface(answer: Plain, metric: str) -> str:
    """The main finding of :func:`surface`."""
    sheet = _sheet(answer, metric)
    flat = [name for row in sheet["cheapest"] for name in row] if sheet else []
    shares = {name: PERCENT * flat.count(name) / len(flat) for name in dict.fromkeys(flat)}
    told = ", ".join(f"{name} in {share:.0f} % of the cells" for name, share in shares.items())
    return f"Which strategy has the least {NAMES[metric]} over tasks and requests per task: {told}."


def totals(answer: Plain) -> Spec | None:
    """Each strategy's total with its interval, a panel for each metric that all of them know."""
    panels = []
    for metric, name in NAMES.items():
        known = [(one["name"], one["total"].get(metric)) for one in answer["strategies"]]
        if not all(q for _, q in known):
            continue
        measure = unit((q["high"] for _, q in known), metric)
        rows = [row(strategy, q, metric, measure) for strategy, q in known]
        panels.append(intervals(name, rows, f"{name} [{measure[1]}]", zero=True))
    return {"vconcat": panels, "spacing": 18} if panels else None


def said_totals(answer: Plain) -> str:
    """The main finding of :func:`totals`."""
    found = []
    for metric, name in NAMES.items():
        known = [(one["total"][metric], one["name"]) for one in answer["strategies"] if one["total"].get(metric)]
        if len(known) == len(answer["strategies"]):
            q, least = min(known, key=lambda one: float(one[0]["value"]))
            found.append(f"{name} is least with {least}, {numbers.text(q, dimension(metric))}")
    return f"Totals of each strategy: {'; '.join(found)}."
