"""Figures of a change: before and after with their intervals, and what moves them."""

from costsvc.estimates.answer import Plain
from costsvc.web import numbers
from costsvc.web.figures.marks import NAMES, intervals, ranked_bars, row, unit
from costsvc.web.figures.theme import Spec

CAUSES = 4


def difference(answer: Plain) -> Spec | None:
    """Each metric before and after."""
    panels = []
    for metric, name in NAMES.items():
        before, after = answer["before"][metric], answer["after"][metric]
        if before is None or after is None:
            continue
        measure = unit((before["high"], after["high"]), metric)
        rows = [row("before", before, metric, measure), row("after", after, metric, measure)]
        panels.append(intervals(name, rows, f"{name} [{measure[1]}]"))
    return {"vconcat": panels, "spacing": 18} if panels else None


def said_difference(answer: Plain) -> str:
    """The main finding of :func:`difference`."""
    found = [
        f"{name} {_signed(answer['difference'][metric]['percent']['value'])}"
        for metric, name in NAMES.items()
        if answer["difference"][metric] and answer["difference"][metric]["percent"]
    ]
    return f"Before and after, each with its 90 % interval: {', '.join(found)}."


def causes(answer: Plain) -> Spec | None:
    """For each metric what its largest causes alone move."""
    panels = [
        (name, [_cause(one) for one in answer["causes"][metric][:CAUSES]])
        for metric, name in NAMES.items()
        if answer["causes"][metric]
    ]
    return ranked_bars(panels, "Moves it alone [%]") if panels else None


def _cause(one: Plain) -> Spec:
    label = _signed(one["percent"])
    return {
        "name": one["name"],
        "value": one["percent"],
        "unit": "%",
        "label": label,
        "told": f"{one['name']}: {label}",
    }


def _signed(percent: float) -> str:
    return f"{percent:+.0f} %".replace("-", numbers.MINUS)


def said_causes(answer: Plain) -> str:
    """The main finding of :func:`causes`."""
    found = [
        f"{answer['causes'][metric][0]['name']} moves {name} by {_signed(answer['causes'][metric][0]['percent'])}"
        for metric, name in NAMES.items()
        if answer["causes"][metric]
    ]
    return f"What moves each metric most: {', '.join(found)}."
