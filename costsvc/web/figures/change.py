"""Figures of a change: before and after with their intervals, and what moves them."""

from costsvc.estimates.answer import Plain
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
        size, said = unit((before["high"], after["high"]), metric)
        rows = [row("before", before, metric, size), row("after", after, metric, size)]
        panels.append(intervals(name, rows, f"{name} [{said}]"))
    return {"vconcat": panels, "spacing": 18} if panels else None


def said_difference(answer: Plain) -> str:
    """The main finding of :func:`difference`."""
    found = [
        f"{name} {answer['difference'][metric]['percent']['value']:+.0f} %"
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
    told = f"{one['name']}: {one['percent']:+.0f} %"
    return {"name": one["name"], "value": one["percent"], "label": f"{one['percent']:+.0f} %", "told": told}


def said_causes(answer: Plain) -> str:
    """The main finding of :func:`causes`."""
    found = [
        f"{answer['causes'][metric][0]['name']} moves {name} by {answer['causes'][metric][0]['percent']:+.0f} %"
        for metric, name in NAMES.items()
        if answer["causes"][metric]
    ]
    return f"What moves each metric most: {', '.join(found)}."
