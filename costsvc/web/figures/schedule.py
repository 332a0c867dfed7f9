"""Figures of a schedule: the grid over months and hours, and what each choice emits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from costsvc.estimates.answer import Plain
from costsvc.web.figures.marks import intervals, row, unit
from costsvc.web.figures.theme import Spec

GRID: Spec = {
    "field": "g_per_kwh",
    "type": "quantitative",
    "title": "Grid [g/kWh]",
    "legend": {"gradientLength": 220, "gradientThickness": 10},
}
BEST = "hours of the best window"
MOST_HOURS = 100
CELL_PX = 24
"""Of whole pixels, or lines show between cells."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def profile(answer: Plain) -> Spec | None:
    """The intensity of the grid over the months of a year and the hours of a day."""
    if answer["profile"] is None:
        return None
    rows = [
        {"month": MONTHS[m], "hour": h, "g_per_kwh": round(g, 1), "told": f"{MONTHS[m]}, {h:02d}:00 UTC: {g:.0f} g/kWh"}
        for m, hours in enumerate(answer["profile"]["g_per_kwh"])
        for h, g in enumerate(hours)
    ]
    axis = {"ticks": False, "domain": False, "labelAngle": 0, "labelOverlap": True}
    return {
        "width": 24 * CELL_PX,
        "height": 12 * (CELL_PX - 2),
        "encoding": {
            "x": {"field": "hour", "type": "ordinal", "title": "Hour of the day [UTC]", "axis": axis},
            "y": {"field": "month", "type": "ordinal", "sort": list(MONTHS), "title": "Month", "axis": axis},
        },
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "rect"},
                "encoding": {"color": GRID, "description": {"field": "told"}},
            },
            *_marked(answer),
        ],
    }


def _marked(answer: Plain) -> Iterator[Spec]:
    """Dots at the hours of the best window, where it is not so long that they would say nothing."""
    hours = list(dict.fromkeys(hour for span in _spans(answer) for hour in _hours(span)))
    if 0 < len(hours) <= MOST_HOURS:
        dot = {"type": "point", "filled": True, "size": 45, "opacity": 1, "aria": False, "strokeWidth": 1.5}
        yield {
            "data": {"values": [{"month": MONTHS[month], "hour": hour, "mark": BEST} for month, hour in hours]},
            "mark": {**dot, "fill": {"expr": "paper"}, "stroke": {"expr": "ink"}},
            "encoding": {"shape": {"field": "mark", "title": None, "legend": {"symbolSize": 80}}},
        }


def _spans(answer: Plain) -> list[Plain]:
    windows = answer["windows"] or []
    return list(windows[0]["spans"]) if windows else []


def _hours(span: Plain) -> Iterator[tuple[int, int]]:
    """Month, from 0, and hour of the day of each hour that a span touches."""
    at, end = (datetime.fromisoformat(span[name]).astimezone(UTC) for name in ("start", "end"))
    at = at.replace(minute=0, second=0, microsecond=0)
    while at < end:
        yield at.month - 1, at.hour
        at += timedelta(hours=1)


def said_profile(answer: Plain) -> str:
    """The main finding of :func:`profile`."""
    cells = [
        (g, MONTHS[month], hour)
        for month, hours in enumerate(answer["profile"]["g_per_kwh"])
        for hour, g in enumerate(hours)
    ]
    low, high = min(cells), max(cells)
    return (
        f"Intensity of the grid {answer['profile']['zone']} by month and hour: from {low[0]:.0f} g/kWh in {low[1]} at "
        f"{low[2]}:00 UTC to {high[0]:.0f} g/kWh in {high[1]} at {high[2]}:00 UTC."
    )


def windows(answer: Plain) -> Spec | None:
    """CO2e of the best windows, of beginning at once, of the average and of the best other region."""
    found = list(_choices(answer))
    if not found:
        return None
    measure = unit((one["location_kg"]["high"] for _, one in found), "carbon_kg")
    rows = [row(name, one["location_kg"], "carbon_kg", measure) for name, one in found]
    return intervals("", rows, f"CO2e [{measure[1]}], times in UTC")


def _choices(answer: Plain) -> Iterator[tuple[str, Plain]]:
    for place, one in enumerate(answer["windows"] or [], 1):
        yield f"{place}. {_when(one)}", one
    if answer["now"]:
        yield f"now, {_when(answer['now'])}", answer["now"]
    if answer["average"]:
        yield "average", answer["average"]
    other = answer["best_other_region"]
    if other:
        yield other["region"], other


def _when(window: Plain) -> str:
    begin = datetime.fromisoformat(window["start"])
    return f"{begin.day} {MONTHS[begin.month - 1]} {begin:%H:%M}"


def said_windows(answer: Plain) -> str:
    """The main finding of :func:`windows`."""
    saved = [
        f"{one['percent']['value']:.0f} % less than {one['against'].replace('_', ' ')}"
        for one in answer["savings"] or []
        if one["percent"]
    ]
    return f"CO2e of each choice with its 90 % interval. The best window emits {', '.join(saved) or 'as much'}."
