"""Figures of strategies: their totals, over the number of tasks and at the one asked about."""

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from costsvc.estimates.answer import Plain
from costsvc.web import numbers
from costsvc.web.figures.marks import NAMES, dimension, intervals, row, unit
from costsvc.web.figures.theme import DASHES, WIDTH, Spec

HEIGHT = 300
LINE_PX = 18
TOLD = 130
"""Most points that say what they show, so that a figure of many strategies stays light."""
LETTERS = 24
"""Most of a name beside a rule."""
LABELS = 4
"""Most rules that have a label; the others tell theirs when pointed at."""
ROOM = 0.7
"""Share of the plot up to which a rule has its label on the right."""
BEYOND = "\N{RIGHTWARDS ARROW}"
"""After a break-even that lies beyond the plot."""


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
    legend = {"symbolType": "stroke", "symbolOpacity": 1, "symbolSize": 300, "symbolStrokeWidth": 3, "columns": 2}
    strategy = {"field": "strategy", "type": "nominal", "title": None, "scale": {"domain": names}, "legend": legend}
    dash = {**strategy, "scale": {"domain": names, "range": _dashes(len(names))}}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "encoding": {"x": {"field": "tasks", "type": "quantitative", "title": "Tasks [number]"}},
        "layer": [
            {
                "data": {"values": list(_points(found, metric, (size, name)))},
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
                        "transform": [{"filter": "datum.told"}],
                        "encoding": {"y": {**y, "field": "value"}, "description": {"field": "told"}},
                    },
                ],
            },
            *_marked(answer, metric, found["tasks"][-1]),
        ],
    }


def _dashes(count: int) -> list[list[int]]:
    """One for each strategy; those beyond the last colour, whose colour comes again, have another than its first."""
    turns = len(DASHES)
    return [DASHES[(place + place // turns) % turns] for place in range(count)]


def _points(found: Plain, metric: str, measure: tuple[float, str]) -> Iterator[Spec]:
    size, said = measure
    step = ceil(len(found["strategies"]) * len(found["tasks"]) / TOLD)
    for line in found["strategies"]:
        for place, tasks in enumerate(found["tasks"]):
            q = {end: line[end][place] for end in ("value", "low", "high")}
            said_of = f"{numbers.text(tasks, 'number')} tasks, {line['name']}: {numbers.text(q, dimension(metric))}"
            shown = {end: None if q[end] is None else float(f"{q[end] / size:.5g}") for end in q}
            told = {"told": said_of} if place % step == 0 else {}
            yield {"strategy": line["name"], "tasks": float(f"{tasks:.5g}"), **shown, "unit": said, **told}


class _Rule(NamedTuple):
    """A number of tasks that is marked."""

    at: float
    text: str
    dash: list[int]


def _marked(answer: Plain, metric: str, reach: float) -> Iterator[Spec]:
    """Rules where strategies cross, and at the number of tasks asked about; one beyond the plot is only a label."""
    for place, rule in enumerate(_rules(answer, metric)):
        beyond = rule.at > reach
        line = {"mark": {"type": "rule", "strokeDash": rule.dash, "strokeWidth": 1.5}}
        layers = [*([] if beyond else [line]), *([_label(place, rule.at < reach * ROOM)] if place <= LABELS else [])]
        if layers:
            yield {
                "data": {"values": [{"at": rule.at, "text": f"{rule.text} {BEYOND}" if beyond else rule.text}]},
                "encoding": {
                    "x": {"value": {"expr": "width"}} if beyond else {"field": "at", "type": "quantitative"},
                    "description": {"field": "text"},
                },
                "layer": layers,
            }


def _label(place: int, right: bool) -> Spec:
    """What a rule is, in a line of its own so that no two overlap."""
    side = {"align": "left", "dx": 5} if right else {"align": "right", "dx": -5}
    mark = {"type": "text", "baseline": "top", "y": 4 + LINE_PX * place, **side}
    return {"mark": mark, "encoding": {"text": {"field": "text"}}}


def _rules(answer: Plain, metric: str) -> Iterator[_Rule]:
    yield _Rule(answer["tasks"], f"asked: {numbers.text(answer['tasks'], 'number')}", [2, 3])
    for one in answer["break_even"]:
        at = one["tasks"] and one["tasks"]["value"]
        if one["metric"] == metric and at is not None:
            yield _Rule(at, f"break-even of {_short(one['strategy'])}: {numbers.text(at, 'number')}", [6, 3])


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def said_curve(answer: Plain, metric: str) -> str:
    """The main finding of :func:`curve`."""
    found = [one for one in answer["break_even"] if one["metric"] == metric]
    texts = [one["reason"] for one in found if one["reason"]]
    return f"{NAMES[metric]} of each strategy over the number of tasks, with its interval. {' '.join(texts)}".strip()


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
