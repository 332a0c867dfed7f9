"""Figures of a change: before and after with their intervals, and the effect of each factor."""

from costsvc.answers.change import Cause, ChangeAnswer
from costsvc.answers.quantities import PlacementMetric, Quantity
from costsvc.estimates.comparisons.change import REST
from costsvc.estimates.labels import MINUS
from costsvc.report import numbers
from costsvc.report.answers import percent_of
from costsvc.report.figures.vega import (
    PANEL_PX,
    Unit,
    axis_title,
    common_unit,
    format_metric,
    metric_intervals,
    panel,
    quantitative,
    stacked,
)
from costsvc.report.labels import COMPARED
from costsvc.report.rendering import Spec
from costsvc.report.texts.phrases import factor

MOST_CAUSES = 4
WATERFALL_PX = PANEL_PX - 60
"""Width of a panel with long names beside it."""
SHOWN: tuple[PlacementMetric, ...] = ("carbon_kg", "cost_usd", "energy_kwh")
"""The metrics whose causes are drawn."""
TOTAL, MORE, LESS = "total", "adds", "saves"


def difference(answer: ChangeAnswer) -> Spec | None:
    """Each metric before and after the change."""
    panels = []
    for metric in COMPARED:
        before, after = answer["before"][metric], answer["after"][metric]
        if before is not None and after is not None:
            panels.append(metric_intervals([("before", before), ("after", after)], metric, zero=True))
    return stacked(panels)


def describe_difference(answer: ChangeAnswer) -> str:
    """The main finding of :func:`difference`."""
    changes = [
        f"{label.title} {numbers.change(percent['value'])}"
        for metric, label in COMPARED.items()
        if (percent := percent_of(answer["difference"][metric]))
    ]
    return f"Before and after, each with its 90 % interval: {', '.join(changes)}."


def causes(answer: ChangeAnswer) -> Spec | None:
    """From before to after by cause: the bars of the causes add up to the difference."""
    panels = [
        _waterfall(metric, before, after, answer["causes"][metric])
        for metric in SHOWN
        if answer["causes"][metric] and (before := answer["before"][metric]) and (after := answer["after"][metric])
    ]
    return {**(stacked(panels) or {}), "resolve": {"legend": {"color": "shared"}}} if panels else None


def _waterfall(metric: PlacementMetric, before: Quantity, after: Quantity, found: list[Cause]) -> Spec:
    """A panel of bars, each from where the one above it ends."""
    shown = _shown(found)
    ends = [before["value"]]
    for cause in shown:
        ends.append(ends[-1] + cause["contribution"])
    unit = common_unit([*ends, after["value"]], metric)
    rows = [_bar("before", 0.0, before["value"], TOTAL, metric, unit)]
    rows += [
        _bar(_words(cause), begin, end, LESS if end < begin else MORE, metric, unit)
        for cause, begin, end in zip(shown, ends[:-1], ends[1:], strict=True)
    ]
    rows.append(_bar("after", 0.0, after["value"], TOTAL, metric, unit))
    x = quantitative("begin", axis_title(metric, unit), nice=False, zero=True)
    color = {"field": "kind", "type": "nominal", "title": None, "scale": {"domain": [TOTAL, MORE, LESS]}}
    bars: Spec = {
        "mark": {"type": "bar", "height": 14, "cornerRadius": 2},
        "encoding": {"x": x, "x2": {"field": "end"}, "color": color},
    }
    labels: Spec = {
        "mark": {"type": "text", "align": "left", "dx": 10, "aria": False},
        "encoding": {"x": {"value": {"expr": "width"}}, "text": {"field": "label"}},
    }
    return {**panel(COMPARED[metric].title, rows, [bars, labels]), "width": WATERFALL_PX}


def _shown(found: list[Cause]) -> list[Cause]:
    """The largest causes, the others as one."""
    named = [cause for cause in found if cause["name"] != REST][:MOST_CAUSES]
    rest = sum(cause["contribution"] for cause in found) - sum(cause["contribution"] for cause in named)
    if all(cause in named for cause in found):
        return named
    return [
        *named,
        {"name": REST, "before": None, "after": None, "unit": None, "percent": 0.0, "contribution": rest},
    ]


def _words(cause: Cause) -> str:
    return factor(cause["name"]).removeprefix("the ")


def _bar(name: str, begin: float, end: float, kind: str, metric: PlacementMetric, unit: Unit) -> Spec:
    size, unit_name = unit
    amount = format_metric(abs(end - begin), metric)
    label = amount if kind == TOTAL else f"{MINUS if end < begin else '+'}{amount}"
    return {
        "name": name,
        "kind": kind,
        "begin": float(f"{begin / size:.6g}"),
        "end": float(f"{end / size:.6g}"),
        "unit": unit_name,
        "label": label,
        "description": f"{name}: {label}",
    }


def describe_causes(answer: ChangeAnswer) -> str:
    """The main finding of :func:`causes`."""
    said = []
    for metric in SHOWN:
        before, after = answer["before"][metric], answer["after"][metric]
        if answer["causes"][metric] and before and after:
            largest = answer["causes"][metric][0]
            sign = MINUS if largest["contribution"] < 0 else "+"
            said.append(
                f"{COMPARED[metric].title} from {format_metric(before['value'], metric)} to "
                f"{format_metric(after['value'], metric)}, most of all by {_words(largest)} "
                f"({sign}{format_metric(abs(largest['contribution']), metric)})"
            )
    return f"From before to after by cause: {'; '.join(said)}."
