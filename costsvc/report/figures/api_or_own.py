"""Figures of a hosted model against own hardware: both over the traffic of a month."""

from collections.abc import Iterator

from costsvc.answers.api_or_own import ApiOrOwnAnswer
from costsvc.answers.quantities import Metric
from costsvc.report import numbers
from costsvc.report.figures.theme import WIDTH_PX
from costsvc.report.figures.vega import DESCRIPTION, Unit, axis_title, common_unit, format_metric
from costsvc.report.labels import COMPARED
from costsvc.report.rendering import Spec

HEIGHT_PX = 300
SIDES = {"api": "calls to the hosted model", "own": "own hardware"}
DECADES = {"tickCount": 4}
"""A logarithmic axis over at least so many powers of ten has a line at each, and no others."""
DASHES = [[1, 0], [6, 4]]


def curve(answer: ApiOrOwnAnswer, metric: Metric) -> Spec | None:
    """What a month takes on both sides over its traffic.

    Args:
        answer: A comparison.
        metric: The metric.
    """
    if answer["api"]["per_month"][metric] is None or answer["own"]["per_month"][metric] is None:
        return None
    amounts = [point[side][metric] for point in answer["curve"] for side in ("api", "own")]
    unit = common_unit((amount["high"] for amount in amounts if amount), metric)
    names = list(SIDES.values())
    side = {"field": "side", "type": "nominal", "title": None, "scale": {"domain": names}}
    dash = {**side, "scale": {"domain": names, "range": DASHES}}
    y = {"type": "quantitative", "title": axis_title(metric, unit), "scale": {"type": "log"}, "axis": DECADES}
    x = {
        "field": "requests",
        "type": "quantitative",
        "title": "Requests a month [number]",
        "scale": {"type": "log", "nice": False},
        "axis": DECADES,
    }
    return {
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "encoding": {"x": x, "color": side},
        "data": {"values": list(_points(answer, metric, unit))},
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
                "encoding": {"y": {**y, "field": "value"}, "description": DESCRIPTION},
            },
        ],
    }


def _points(answer: ApiOrOwnAnswer, metric: Metric, unit: Unit) -> Iterator[Spec]:
    size, unit_name = unit
    for point in answer["curve"]:
        for side, name in (("api", SIDES["api"]), ("own", SIDES["own"])):
            amount = point["api"][metric] if side == "api" else point["own"][metric]
            if amount is not None and amount["low"] > 0:
                yield {
                    "side": name,
                    "requests": _rounded(point["requests_per_month"]),
                    "value": _rounded(amount["value"] / size),
                    "low": _rounded(amount["low"] / size),
                    "high": _rounded(amount["high"] / size),
                    "unit": unit_name,
                    "description": f"{numbers.count(point['requests_per_month'])} requests a month, {name}:"
                    f" {format_metric(amount, metric)}",
                }


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")


def describe_curve(answer: ApiOrOwnAnswer, metric: Metric) -> str:
    """The main finding of :func:`curve`."""
    entry = next(one for one in answer["break_even"] if one["metric"] == metric)
    return f"{COMPARED[metric].title} of a month over its requests. {entry['reason']}"
