"""Figures of strategies: their totals, and their totals over the number of tasks."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

from costsvc.answers.amortization import Amortization, Curve, StrategyAnswer
from costsvc.answers.quantities import Metric, Quantity
from costsvc.report import numbers
from costsvc.report.figures.theme import DASHES, WIDTH_PX
from costsvc.report.figures.vega import (
    DESCRIPTION,
    Unit,
    axis_title,
    common_unit,
    format_metric,
    metric_intervals,
    stacked,
)
from costsvc.report.labels import COMPARED, TOTALS
from costsvc.report.rendering import Spec

HEIGHT_PX = 300
LINE_PX = 18
DESCRIBED = 130
"""Most points with a description, so that a figure of many strategies stays small."""
NAME_LETTERS = 24
"""Longest name beside a rule."""
MOST_LABELS = 4
"""Most rules with a label; the others only have a tooltip."""
RIGHT_UP_TO = 0.7
"""Share of the plot up to which the label of a rule is on its right."""
BEYOND = "\N{RIGHTWARDS ARROW}"
"""Follows a number of tasks outside of the plot."""
LEGEND: Spec = {"symbolType": "stroke", "symbolOpacity": 1, "symbolSize": 300, "symbolStrokeWidth": 3, "columns": 2}


def curve(answer: Amortization, metric: Metric) -> Spec | None:
    """The total of each strategy over the number of tasks, and where they cross.

    Args:
        answer: A comparison of strategies.
        metric: The metric of the totals.
    """
    data: Curve | None = next((one for one in answer["curves"] if one["metric"] == metric), None)
    if data is None or len(data["strategies"]) < len(answer["strategies"]):
        return None
    unit = common_unit((high for line in data["strategies"] for high in line["high"]), metric)
    return {
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "encoding": {"x": {"field": "tasks", "type": "quantitative", "title": "Tasks [number]"}},
        "layer": [_lines(data, metric, unit), *_rules(answer, metric, data["tasks"][-1])],
    }


def _lines(data: Curve, metric: Metric, unit: Unit) -> Spec:
    names = [line["name"] for line in data["strategies"]]
    strategy = {"field": "strategy", "type": "nominal", "title": None, "scale": {"domain": names}, "legend": LEGEND}
    dash = {**strategy, "scale": {"domain": names, "range": _dashes(len(names))}}
    y = {"type": "quantitative", "title": axis_title(metric, unit), "axis": {"tickCount": 6}}
    value = {**y, "field": "value"}
    return {
        "data": {"values": list(_points(data, metric, unit))},
        "encoding": {"color": strategy},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.22},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"y": value, "strokeDash": dash}},
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0},
                "transform": [{"filter": "datum.description"}],
                "encoding": {"y": value, "description": DESCRIPTION},
            },
        ],
    }


def _dashes(count: int) -> list[list[int]]:
    """A dash for each strategy; a colour that repeats has another dash each time."""
    cycle = len(DASHES)
    return [DASHES[(place + place // cycle) % cycle] for place in range(count)]


def _points(data: Curve, metric: Metric, unit: Unit) -> Iterator[Spec]:
    size, unit_name = unit
    step = ceil(len(data["strategies"]) * len(data["tasks"]) / DESCRIBED)
    for line in data["strategies"]:
        for place, tasks in enumerate(data["tasks"]):
            total: Quantity = {"value": line["value"][place], "low": line["low"][place], "high": line["high"][place]}
            text = f"{numbers.count(tasks)} tasks, {line['name']}: {format_metric(total, metric)}"
            yield {
                "strategy": line["name"],
                "tasks": _rounded(tasks),
                "value": _rounded(total["value"] / size),
                "low": _rounded(total["low"] / size),
                "high": _rounded(total["high"] / size),
                "unit": unit_name,
                **({"description": text} if place % step == 0 else {}),
            }


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")


class _Rule(NamedTuple):
    """A vertical rule at a number of tasks."""

    at: float
    text: str
    dash: list[int]


def _rules(answer: Amortization, metric: Metric, end: float) -> Iterator[Spec]:
    """Rules at the requested number of tasks and at each break-even; outside of the plot only their labels."""
    for place, rule in enumerate(_marked_tasks(answer, metric)):
        beyond = rule.at > end
        line = {"mark": {"type": "rule", "strokeDash": rule.dash, "strokeWidth": 1.5}}
        label = _label(place, right=rule.at < end * RIGHT_UP_TO)
        layers = [*([] if beyond else [line]), *([label] if place <= MOST_LABELS else [])]
        if layers:
            yield {
                "data": {"values": [{"at": rule.at, "text": f"{rule.text} {BEYOND}" if beyond else rule.text}]},
                "encoding": {
                    "x": {"value": {"expr": "width"}} if beyond else {"field": "at", "type": "quantitative"},
                    "description": {"field": "text"},
                },
                "layer": layers,
            }


def _label(place: int, *, right: bool) -> Spec:
    """The label of a rule, in its own line so that labels do not overlap."""
    side = {"align": "left", "dx": 5} if right else {"align": "right", "dx": -5}
    mark = {"type": "text", "baseline": "top", "y": 4 + LINE_PX * place, **side}
    return {"mark": mark, "encoding": {"text": {"field": "text"}}}


def _marked_tasks(answer: Amortization, metric: Metric) -> Iterator[_Rule]:
    yield _Rule(answer["tasks"], f"requested: {numbers.count(answer['tasks'])}", [2, 3])
    for entry in answer["break_even"]:
        at = entry["tasks"] and entry["tasks"]["value"]
        if entry["metric"] == metric and at is not None:
            yield _Rule(at, f"break-even of {_short(entry['strategy'])}: {numbers.count(at)}", [6, 3])


def _short(name: str) -> str:
    return name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"


def describe_curve(answer: Amortization, metric: Metric) -> str:
    """The main finding of :func:`curve`."""
    reasons = [entry["reason"] for entry in answer["break_even"] if entry["metric"] == metric and entry["reason"]]
    title = COMPARED[metric].title
    return f"{title} of each strategy over the number of tasks, with its interval. {' '.join(reasons)}".strip()


def totals(answer: Amortization) -> Spec | None:
    """The total of each strategy with its interval, in a panel for each metric that is known of all."""
    strategies = answer["strategies"]
    return stacked(
        [metric_intervals(_known(strategies, metric), metric, zero=True) for metric in _known_of_all(answer)]
    )


def _known(strategies: Sequence[StrategyAnswer], metric: Metric) -> list[tuple[str, Quantity]]:
    """The name and the total of each strategy whose total is known."""
    return [(one["name"], total) for one in strategies if (total := one["total"][metric])]


def describe_totals(answer: Amortization) -> str:
    """The main finding of :func:`totals`."""
    lowest = []
    for metric in _known_of_all(answer):
        name, total = min(_known(answer["strategies"], metric), key=lambda one: one[1]["value"])
        lowest.append(f"{COMPARED[metric].title} is lowest with {name}, {format_metric(total, metric)}")
    return f"Totals of each strategy: {'; '.join(lowest)}."


def _known_of_all(answer: Amortization) -> list[Metric]:
    return [metric for metric in TOTALS if all(one["total"][metric] for one in answer["strategies"])]
